"""Judging a signal again with nothing but its printed evidence and thresholds, as a doubting reader would."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from syncer.domain.signals.finding import Signal

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ROUNDED = 0.1
"""Shares are printed to a tenth of a per cent."""

_FINISHED = re.compile(r"finished (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Paper:
    """A signal as it is printed; `on` is the day it was found."""

    signal: Signal
    on: date

    def fact(self, what: str) -> str:
        """What the evidence says under a name."""
        (shown,) = [one.shown for one in self.signal.evidence if one.what == what]
        return shown

    def bets(self) -> list[str]:
        """The lines of the initiatives."""
        others = {
            "number",
            "movement",
            "measured",
            "reported",
            "dates",
            "within the window",
            "dropped by",
            "last news",
        }
        return [one.shown for one in self.signal.evidence if one.what not in others]

    def limit(self, what: str) -> float:
        """A threshold as a figure."""
        (value,) = [one.value for one in self.signal.thresholds if one.what == what]
        return float(_NUMBER.findall(value)[0])

    def days(self, what: str) -> timedelta:
        """A threshold in days."""
        return timedelta(days=self.limit(what))

    def move(self) -> tuple[float, date]:
        """How far the number went in the good direction, and from which day on."""
        start, target = map(float, _NUMBER.findall(self.fact("number").partition(";")[2])[:2])
        before, after = self.fact("movement").rpartition(": ")[2].split(" → ")
        way = float(_NUMBER.findall(after)[0]) - float(_NUMBER.findall(before)[0])
        return (way if target > start else -way), days_in(before)[0]

    def last_finished(self) -> date:
        """The day the last bet was finished."""
        return max(date.fromisoformat(day) for bet in self.bets() for day in _FINISHED.findall(bet))


def days_in(text: str) -> list[date]:
    """The days a text names."""
    return [date.fromisoformat(day) for day in _DAY.findall(text)]


def _is_short(paper: Paper) -> bool:
    """The number is short of its pace by more than may be missing."""
    share, expected = map(float, _NUMBER.findall(paper.fact("measured"))[:2])
    return expected - share > paper.limit("on_track_gap") - _ROUNDED


def _needs_help(paper: Paper) -> bool:
    measured = paper.fact("measured")
    return measured.startswith("no data") or "missed by" in measured or _is_short(paper)


def _stands_still(paper: Paper) -> bool:
    way, since = paper.move()
    busy = [bet for bet in paper.bets() if re.search(r"[1-9]\d* finished within", bet)]
    still = way < paper.limit("min_move") and paper.on - since >= paper.days("window")
    return still and bool(busy) and _is_short(paper)


def _climbs_alone(paper: Paper) -> bool:
    way, _ = paper.move()
    return way >= paper.limit("min_move") and all("nothing finished within" in bet for bet in paper.bets())


def _is_lost(paper: Paper) -> bool:
    over = paper.last_finished() + paper.days("settle") <= paper.on
    done = all(", done, finished " in bet for bet in paper.bets())
    return over and done and paper.move()[0] < paper.limit("min_move") and _is_short(paper)


def _is_settling(paper: Paper) -> bool:
    (until,) = days_in(paper.signal.headline.partition("has until")[2])[:1]
    done = all(", done, finished " in bet for bet in paper.bets())
    return done and until == paper.last_finished() + paper.days("settle") and paper.on <= until


def _is_green_outside(paper: Paper) -> bool:
    share, expected = map(float, _NUMBER.findall(paper.fact("measured"))[:2])
    beyond = expected - share - paper.limit("behind_gap")
    words = {"off track": beyond > -_ROUNDED, "behind": beyond < _ROUNDED}
    fits = any(fits for word, fits in words.items() if paper.fact("measured").startswith(word))
    return fits and expected - share > paper.limit("on_track_gap") - _ROUNDED


def _is_silent(paper: Paper) -> bool:
    (due,) = days_in(paper.fact("check-in due by"))
    last = days_in(paper.fact("number").partition(";")[0])
    agreed = not last or due == last[0] + paper.days("cadence") + paper.days("check_in_grace")
    return due < paper.on and agreed


def _is_late(paper: Paper) -> bool:
    return any(days_in(bet.partition("due ")[2])[0] < paper.on for bet in paper.bets())


def _is_idle(paper: Paper) -> bool:
    (since,) = days_in(paper.fact("last news"))
    (bet,) = paper.bets()
    left = re.findall(r"(\d+)/(\d+)", bet)[0]
    rests = "in progress" in bet and (left[0] != left[1] or left == ("0", "0"))
    return rests and paper.on - since >= paper.days("idle_after") and _needs_help(paper)


def _is_green_work_that_is_late(paper: Paper) -> bool:
    said = paper.fact("dates")
    if said.startswith("was due"):
        return days_in(said)[0] < paper.on
    done, time = map(float, re.findall(r"(\d+) %", said))
    return time - done > paper.limit("work_gap")


def _contradicts_itself(paper: Paper) -> bool:
    (bet,) = paper.bets()
    done, total = map(int, re.findall(r"(\d+)/(\d+)", bet)[0])
    return done < total if ", done" in bet else done == total


def _grew(paper: Paper) -> bool:
    first, last = map(int, re.findall(r"\d+/(\d+)", paper.fact("within the window")))
    return (last - first) / first >= paper.limit("scope_growth") / 100


def _was_dropped_lately(paper: Paper) -> bool:
    (on,) = days_in(paper.fact("dropped by"))
    return all("dropped" in bet for bet in paper.bets()) and on <= paper.on < on + paper.days("window")


def _is_a_backlog(paper: Paper) -> bool:
    return len(paper.bets()) > paper.limit("focus_limit") and str(len(paper.bets())) in paper.signal.headline


def _cannot_be_read(paper: Paper) -> bool:
    link, read = paper.fact("link"), days_in(paper.fact("last read"))
    (limit,) = [one.value for one in paper.signal.thresholds if one.what == "stale_after"]
    allowed = timedelta(**{limit.split()[1].rstrip("s") + "s": float(limit.split()[0])})
    # The day of the read is printed with its minute, the day of the judgement without.
    return not link.endswith(": active") or not read or paper.on - read[0] + timedelta(days=1) > allowed


def _is_a_task(paper: Paper) -> bool:
    words = [word for one in paper.signal.evidence for word in re.findall(r'"([^"]+)"', one.shown)]
    return bool(words) and all(word.casefold() in paper.signal.headline.casefold() for word in words)


def _every_bet_says(word: str) -> Callable[[Paper], bool]:
    return lambda paper: bool(paper.bets()) and all(word in bet for bet in paper.bets())


BY_HAND: Mapping[str, Callable[[Paper], bool]] = {
    "bet_lost": _is_lost,
    "settling": _is_settling,
    "work_without_movement": _stands_still,
    "movement_without_work": _climbs_alone,
    "watermelon": _is_green_outside,
    "task_as_key_result": _is_a_task,
    "backlog_not_focus": _is_a_backlog,
    "stale_number": _is_silent,
    "no_owner": _every_bet_says("no owner"),
    "no_bet": lambda paper: all("dropped" in bet for bet in paper.bets()),
    "watermelon_work": _is_green_work_that_is_late,
    "status_conflict": _contradicts_itself,
    "overdue_bet": _is_late,
    "idle_bet": _is_idle,
    "dropped_bet": _was_dropped_lately,
    "stale_work": _cannot_be_read,
    "unlinked_bet": _every_bet_says("no link"),
    "scope_growth": _grew,
}
"""Kind -> whether the evidence as printed leads to the same judgement."""


def holds(signal: Signal) -> bool:
    """Whether a reader who has only the printed signal comes to the same judgement."""
    return BY_HAND[signal.kind](Paper(signal, signal.first_seen))
