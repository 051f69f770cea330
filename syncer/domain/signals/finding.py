"""What a detector can answer: a Signal, None (nothing there), or CANNOT_TELL, which changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from syncer.domain.okr import KeyResult
from syncer.domain.pace import expected_share, missed_by, movement_words, percent, reaches
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence, in words with dates and figures: `number`, `37 % on 2026-11-16`."""

    what: str
    shown: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure the judgement used, and the key of the workspace file that sets it."""

    what: str
    value: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A named disconnect on one key result, with everything needed to judge the judgement.

    `initiative_id` is set where it is about one initiative.
    It holds dates, never ages, so that the same facts give an equal signal on any later day.
    `readings` stands for the values it was judged by, "" where it is not about the number.
    `read_on` (the newest check-in at the time) and `first_seen` (the day it opened) are no part of
    what it says.
    """

    kind: str
    severity: Severity
    key_result_id: str
    initiative_id: str | None = None
    headline: str
    question: str
    evidence: tuple[Fact, ...]
    thresholds: tuple[Threshold, ...] = ()
    owner: str | None = None
    readings: str = ""
    read_on: date | None = field(default=None, compare=False)
    first_seen: date = field(compare=False)

    @property
    def id(self) -> str:
        """Its name on the command line: `activation/bet_lost`, `activation/overdue_bet/new-flow`."""
        return signal_id(self.key_result_id, self.kind, self.initiative_id)


@dataclass(frozen=True, slots=True)
class SignalSpan:
    """A signal with the moments (UTC) from which and until which it stood; None: it still does."""

    signal: Signal
    opened_at: datetime
    closed_at: datetime | None


def signal_id(key_result: str, kind: str, initiative: str | None = None) -> str:
    """Identity of a signal: one of a kind per key result, or per initiative under it."""
    return "/".join(part for part in (key_result, kind, initiative) if part is not None)


class Silence(Enum):
    """The third answer."""

    CANNOT_TELL = "cannot tell yet"


CANNOT_TELL = Silence.CANNOT_TELL

Finding = Signal | Silence | None

Detect = Callable[[Rollup, Signal | None], Finding]
"""Judges a rollup; the second argument is the same signal as it stands open now, None when it is not open."""


DetectBet = Callable[[Rollup, WorkLine, Signal | None], Finding]
"""The same about one initiative of the rollup."""


def conclude(conditions: Iterable[bool | None], found: Callable[[], Signal]) -> Finding:
    """All conditions hold: the signal. One does not: None. Else, one is undecided (None): CANNOT_TELL."""
    answers = tuple(conditions)
    if False in answers:
        return None
    return CANNOT_TELL if None in answers else found()


def moved(rollup: Rollup, movement: float) -> bool:
    """Whether a movement is one that counts for this key result."""
    return reaches(movement, rollup.key_result.rules.min_move)


def steady(rollup: Rollup, standing: Signal | None, holds: bool | None) -> bool | None:  # noqa: FBT001  one answer
    """A condition on the number that a standing signal keeps until the number says otherwise.

    A window that slides over old values, or a pace that dips, must not close and reopen the same signal:
    while the values are those the signal was judged by, *no longer* is *cannot tell*.
    """
    return None if holds is False and standing and _is_judged_by(standing, rollup) else holds


def _is_judged_by(standing: Signal, rollup: Rollup) -> bool:
    """Whether no value was checked in or corrected since, and the number is to go the same way."""
    numbers = rollup.numbers
    same = standing.readings == numbers.fingerprint if standing.readings else True
    return same and standing.read_on == numbers.read_on and number_fact(rollup) in standing.evidence


def signal(
    rollup: Rollup,
    kind: str,
    severity: Severity,
    headline: str,
    *,
    question: str,
    evidence: tuple[Fact, ...],
    thresholds: tuple[Threshold, ...] = (),
) -> Signal:
    """A signal on this rollup's key result, seen first on the rollup's day."""
    return Signal(
        kind=kind,
        severity=severity,
        key_result_id=rollup.key_result.id,
        headline=headline,
        question=question,
        evidence=evidence,
        thresholds=thresholds,
        owner=rollup.owner,
        readings=rollup.numbers.fingerprint if number_fact(rollup) in evidence else "",
        read_on=rollup.numbers.read_on,
        first_seen=rollup.on,
    )


def bet_signal(
    rollup: Rollup,
    line: WorkLine,
    kind: str,
    severity: Severity,
    headline: str,
    *,
    question: str,
    evidence: tuple[Fact, ...],
    thresholds: tuple[Threshold, ...] = (),
) -> Signal:
    """A signal on one initiative; it is its owner's to answer, else that of the key result."""
    found = signal(
        rollup, kind, severity, headline, question=question, evidence=evidence, thresholds=thresholds
    )
    return replace(found, initiative_id=line.initiative.id, owner=line.owner or rollup.owner)


def number_fact(rollup: Rollup) -> Fact:
    """The latest value with its day, beside the key result's way."""
    key_result, latest = rollup.key_result, rollup.latest
    if latest is None:
        return Fact("number", f"no check-in yet; {key_result.way}")
    return Fact("number", f"{key_result.show(latest.value)} on {latest.on.isoformat()}; {key_result.way}")


def movement_fact(rollup: Rollup, since: date) -> Fact:
    """What the number did from the day `since` on, with the two readings it is taken from."""
    key_result, numbers = rollup.key_result, rollup.numbers
    before, after = numbers.at(since), numbers.at(rollup.on)
    movement = numbers.movement(since, rollup.on)
    if before is None or after is None or movement is None:
        return Fact("movement", "no newer number yet")
    return Fact(
        "movement",
        f"{movement_words(key_result, movement)}: {key_result.show(before.value)} on {before.on.isoformat()}"
        f" → {key_result.show(after.value)} on {after.on.isoformat()}",
    )


def measured_fact(rollup: Rollup) -> Fact:
    """The status word with both shares, as of the newest check-in."""
    key_result, latest, word = rollup.key_result, rollup.latest, rollup.read_status.words
    if latest is not None and key_result.keep:
        missing = missed_by(key_result, latest.value)
        missed = f", missed by {key_result.show_move(missing).removeprefix('+')}" if missing else ""
        return Fact("measured", f"{word}: {key_result.way}{missed}")
    if latest is None or rollup.share is None:
        return Fact("measured", word)
    share, expected = rollup.share, expected_share(key_result, rollup.placed.cycle, latest.on)
    wanted = f"{percent(expected, 1)} expected by {latest.on.isoformat()}"
    return Fact("measured", f"{word}: {percent(share, 1)} of the way, {wanted}")


def work_fact(line: WorkLine) -> Fact:
    """One initiative with its three buckets, its status and its days."""
    parts = [
        line.progress.basis if line.progress else "",
        line.status.words if line.status else "nothing reported",
        f"finished {line.done_on.isoformat()}" if line.done_on else "",
        f"due {line.due.isoformat()}" if line.due and line.is_open else "",
    ]
    return Fact(line.initiative.title, ", ".join(part for part in parts if part))


def used(rollup: Rollup, name: str, value: str) -> Threshold:
    """A figure of the rules with the key that sets it, the key result's own or the workspace's."""
    return Threshold(name, value, rollup.key_result.rules.key(name))


def min_move_used(rollup: Rollup) -> Threshold:
    """The noise band in the number's unit."""
    return used(rollup, "min_move", rollup.key_result.show(rollup.key_result.rules.min_move))


def window_used(rollup: Rollup) -> Threshold:
    """The window in days."""
    return used(rollup, "window", f"{rollup.key_result.rules.window.days} days")


def settle_used(rollup: Rollup) -> Threshold:
    """The time a number gets after shipping, in days."""
    return used(rollup, "settle", f"{rollup.key_result.rules.settle.days} days")


def pace_used(rollup: Rollup) -> Threshold:
    """The gap up to which a number is on track, in percent of the way."""
    return used(rollup, "on_track_gap", f"{rollup.key_result.rules.on_track_gap:.0%}")


def status_used(rollup: Rollup) -> tuple[Threshold, Threshold]:
    """Both gaps between expected and covered way, in percent of the way; or what a kept number misses."""
    key_result = rollup.key_result
    if key_result.keep:
        bound = f"{key_result.keep.words} {key_result.show(key_result.target)}"
        return Threshold("keep", bound, "key_results[].target"), _behind_used(key_result)
    gap = f"{key_result.rules.behind_gap:.0%}"
    return pace_used(rollup), used(rollup, "behind_gap", gap)


def _behind_used(key_result: KeyResult) -> Threshold:
    missed = f"{key_result.show(key_result.rules.min_move)} missed"
    return Threshold("off track from", missed, "key_results[].min_move")
