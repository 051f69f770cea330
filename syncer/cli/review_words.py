"""The review in words: chapters of headings and entries, as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from syncer.cli import text
from syncer.cli.markdown import shield
from syncer.domain.closing import Closing
from syncer.domain.declared import FormerWay
from syncer.domain.evidence import Evidence, Outcome, Verdict, Why
from syncer.domain.flagged import Flag
from syncer.domain.pace import Reading, movement_words
from syncer.domain.render import day
from syncer.domain.rollup import Rollup


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is told, with what belongs to it."""

    says: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Entries under one heading."""

    heading: str
    entries: tuple[Entry, ...]


HEADINGS = {
    Verdict.DID_NOT_MOVE: "Finished, and the number did not move",
    Verdict.MOVED: "Finished, and the number moved",
    Verdict.KEPT: "Finished, and the number was kept",
    Verdict.CANNOT_TELL: "Cannot tell",
    Verdict.NEVER_SHIPPED: "Never shipped",
}


def bets(found: Sequence[Evidence]) -> Iterator[Chapter]:
    """The bets by verdict; they come in order."""
    for verdict, of_verdict in groupby(found, key=lambda one: one.verdict):
        entries = (
            Entry(
                f"{text.name(one.initiative.title)} → {text.name(one.key_result.title)}",
                tuple(evidence_lines(one)),
            )
            for one in of_verdict
        )
        yield Chapter(HEADINGS[verdict], tuple(entries))


def numbers(outcomes: Sequence[tuple[Outcome, Sequence[FormerWay], date | None]]) -> Chapter:
    """The key results, each with what was said of it, how it was set before, and when it left the file."""
    return Chapter(
        "Key results",
        tuple(
            Entry(
                _outcome_line(one),
                (*map(_former_line, former), *_closing_lines(one), *([_left(left_on)] if left_on else ())),
            )
            for one, former, left_on in outcomes
        ),
    )


def _left(on: date) -> str:
    return f"in the file until {day(on)}"


def flags(cycles: Iterable[tuple[Sequence[Flag], Sequence[Rollup]]]) -> Iterator[Chapter]:
    """What was flagged and when, put aside or not, cycle by cycle; titles are those of its rollups."""
    entries = tuple(
        Entry(_flag_line(flag, rollups), tuple(_aside_lines(flag)))
        for found, rollups in cycles
        for flag in found
    )
    if entries:
        yield Chapter("What was flagged", entries)


def as_text(title: str, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Lines for a terminal."""
    yield title
    for chapter in chapters:
        yield ""
        yield chapter.heading
        for entry in chapter.entries:
            yield f"  {entry.says}"
            yield from (f"    {line}" for line in entry.lines)
    yield ""


def as_markdown(title: str, chapters: Sequence[Chapter]) -> Iterator[str]:
    """The same words as a document; nothing foreign breaks out of its line."""
    yield f"# {shield(title)}"
    for chapter in chapters:
        yield ""
        yield f"## {chapter.heading}"
        yield ""
        for entry in chapter.entries:
            yield f"- {shield(entry.says)}"
            yield from (f"  - {shield(line)}" for line in entry.lines)
    yield ""


def evidence_lines(one: Evidence) -> Iterator[str]:
    """One bet in words, with every figure that the verdict rests on, and what to ask of it."""
    if one.came_on is not None:
        yield f"taken to this key result on {day(one.came_on)}{_at(one, one.at_start)}"
    elif one.at_start is not None:
        began = one.key_result.show(one.at_start.value)
        yield f"when it was first known the number stood at {began} ({day(one.at_start.on)})"
    yield from _figures(one)
    if one.left_on is not None:
        taken = f", taken to {text.name(one.taken_to)}" if one.taken_to else ""
        yield f"{_left(one.left_on)}{taken}"
    yield QUESTIONS[one.verdict if one.why is not Why.DROPPED else Why.DROPPED]


QUESTIONS: Mapping[Verdict | Why, str] = {
    Verdict.DID_NOT_MOVE: "What did we believe that was not so?",
    Verdict.MOVED: "What of it would work again?",
    Verdict.KEPT: "Would the number have held without it?",
    Verdict.CANNOT_TELL: "What would have told us?",
    Verdict.NEVER_SHIPPED: "What kept it from being finished, and is it still worth it?",
    Why.DROPPED: "What did we learn before it was dropped?",
}


def _figures(one: Evidence) -> Iterator[str]:
    if one.shipped_on is None:
        yield "dropped" if one.why is Why.DROPPED else one.why.value
        return
    was_done = one.settles_on is not None and one.settles_on - one.key_result.rules.settle > one.shipped_on
    before = ", before the cycle" if was_done else ""
    yield f"shipped {day(one.shipped_on)}{before}{_at(one, one.at_ship)}"
    if one.verdict is Verdict.KEPT:
        bound = one.key_result.way.removeprefix("keep ")
        after = f"after {one.key_result.rules.settle.days} days"
        yield f"{after} the number held its bound, {bound}{_at(one, one.settled)}"
    elif one.movement is not None and one.settled is not None:
        within = f"within {one.key_result.rules.settle.days} days"
        yield f"{within} the number {movement_words(one.key_result, one.movement)}{_at(one, one.settled)}"
    elif one.why in {Why.TOO_LATE, Why.CAME_DONE}:
        yield one.why.value
    elif one.settles_on is not None:
        yield f"{one.why.value}: it had until {day(one.settles_on)}"
    if one.fell_back is not None:
        yield f"it did not last{_at(one, one.fell_back)}"
    if one.expected is not None:
        yield f"it was expected to move it by {one.key_result.show_move(one.expected).removeprefix('+')}"
    if one.overlapping:
        others = ", ".join(text.name(title) for title in one.overlapping)
        yield f"its time overlaps with that of {others}{_TOGETHER if one.why is Why.OVERLAPPING else ''}"


_TOGETHER = "; which of them it was cannot be told"


def _at(one: Evidence, reading: Reading | None) -> str:
    return f" ({one.key_result.show(reading.value)} on {day(reading.on)})" if reading else ""


def _outcome_line(one: Outcome) -> str:
    """A key result with its last value and its score."""
    title = text.name(one.key_result.title)
    if one.last is None:
        return f"{title}: nobody checked in a value; no score"
    value = f"{title}: {one.key_result.show(one.last.value)} on {day(one.last.on)}, {one.key_result.way}"
    return f"{value}; no score" if one.score is None else f"{value}; score {one.score:.2f}"


def _former_line(former: FormerWay) -> str:
    return f"until {day(former.until)} the file had it as {former.key_result.way}"


def _closing_lines(one: Outcome) -> Iterator[str]:
    closing = one.closing
    if closing is None:
        return
    by = f" by {text.name(closing.author)}" if closing.author else ""
    score = "" if closing.score is None else f", score {closing.score:.2f} by hand{_beside(one, closing)}"
    why = f": {text.name(closing.reason)}" if closing.reason else ""
    yield f"closed as {closing.word}{by}{score}{why}"


def _beside(one: Outcome, closing: Closing) -> str:
    if one.score is None or closing.score is None:
        return ""
    apart = round(closing.score - one.score, 2)
    return f" ({apart:+.2f} to the number's)" if apart else " (as the number says)"


def _flag_line(flag: Flag, rollups: Sequence[Rollup]) -> str:
    signal = flag.signal
    titles = {rollup.key_result.id: rollup.key_result.title for rollup in rollups}
    bet_titles = {line.initiative.id: line.initiative.title for rollup in rollups for line in rollup.work}
    bet = bet_titles.get(signal.initiative_id) if signal.initiative_id else None
    about = f" of {text.name(bet)}" if bet else ""
    when = f"{day(flag.opened_on)} to {day(flag.closed_on)}" if flag.closed_on else _since(flag)
    return f"{text.name(titles[signal.key_result_id])}: {signal.kind.replace('_', ' ')}{about}, {when}"


def _since(flag: Flag) -> str:
    return f"open since {day(flag.opened_on)}"


def _aside_lines(flag: Flag) -> Iterator[str]:
    for snooze in flag.snoozed:
        by = f" by {text.name(snooze.author)}" if snooze.author else ""
        yield f"put aside until {day(snooze.until)}{by}: {text.name(snooze.reason)}"
