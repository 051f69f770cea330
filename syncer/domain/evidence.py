"""What a cycle can teach: per initiative the number when it shipped and after it had its time. Pure.

It is correlation, and the words say so: *moved while*, *did not move within*, *cannot tell*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from syncer.domain.closing import Closing
from syncer.domain.okr import Initiative, KeyResult
from syncer.domain.pace import Reading, is_held, percent_of, reaches
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.stay import Stay


class Verdict(StrEnum):
    """What became of a bet, in the order in which it is told: what changed nothing comes first."""

    DID_NOT_MOVE = "did_not_move"
    MOVED = "moved"
    KEPT = "kept"
    CANNOT_TELL = "cannot_tell"
    NEVER_SHIPPED = "never_shipped"


class Why(StrEnum):
    """Why a verdict is what it is, where the figures alone do not say it."""

    FIGURES = "the figures say so"
    OVERLAPPING = "other work was finished at the same time"
    SETTLING = "the number still has time"
    TOO_LATE = "it shipped after the cycle"
    NO_READING = "nobody read the number when it counted"
    UNREAD = "the work was not read"
    CAME_DONE = "it came when it was done already"
    LEFT = "it left before the number had had its time"
    OPEN = "it is not done"
    DROPPED = "it was dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One initiative against its number.

    `movement` is in the good direction, between `at_ship` and `settled`, and `expected` what the bet was to
    bring, both in the number's unit. `settles_on` is the last day of the time the number is given.
    `fell_back` is the newest reading where a number that had moved by `settled` has gone back since.
    Of a number that is to be kept, that is where it no longer holds its bound.
    A bet that came from another key result on `came_on` is judged from then on, and one that `left_on` a day
    as it was then; `taken_to` is the title of the key result it went to, None where it left the file.
    `overlapping` are the titles of the initiatives whose time overlaps with this one's: they shipped so that
    the number could follow both, or finished a part of their work while it followed this one.
    """

    key_result: KeyResult
    initiative: Initiative
    owner: str | None
    verdict: Verdict
    why: Why
    at_start: Reading | None = None
    shipped_on: date | None = None
    settles_on: date | None = None
    at_ship: Reading | None = None
    settled: Reading | None = None
    movement: float | None = None
    fell_back: Reading | None = None
    expected: float | None = None
    overlapping: tuple[str, ...] = ()
    came_on: date | None = None
    left_on: date | None = None
    taken_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A key result at the end: its last value and the score from it, 0.0 to 1.0, None without a value.

    Beside it, what people said when they closed it, with a score of their own perhaps.
    """

    key_result: KeyResult
    last: Reading | None
    score: float | None
    closing: Closing | None = None


def evidence_of(rollup: Rollup, stays: Iterable[Stay] = ()) -> tuple[Evidence, ...]:
    """The evidence for every initiative of a key result, in the order of the file.

    `stays` are of those that stood under it for a part of the cycle only.
    """
    partly = {one.initiative.id: one for one in stays}
    return tuple(
        _evidence_within(rollup, line, partly[line.initiative.id])
        if line.initiative.id in partly
        else _evidence(rollup, line)
        for line in rollup.work
    )


def _evidence_within(rollup: Rollup, line: WorkLine, stay: Stay) -> Evidence:
    """What can be said of a bet from the day it came until the day it left."""
    until = min(rollup.on, stay.left_on or rollup.on)
    seen = tuple(one for one in rollup.numbers.check_ins if one.on <= until)
    then = replace(rollup, on=until, numbers=replace(rollup.numbers, check_ins=seen))
    found = replace(
        _evidence(then, line, stay.came_on),
        came_on=stay.came_on,
        left_on=stay.left_on,
        taken_to=stay.taken_to.title if stay.taken_to else None,
    )
    return replace(found, why=Why.LEFT) if stay.left_on and found.why is Why.SETTLING else found


def in_order(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """What finished and changed nothing first, what never shipped last."""
    order = list(Verdict)
    return tuple(sorted(found, key=lambda one: order.index(one.verdict)))


def outcome_of(rollup: Rollup) -> Outcome:
    """How far the number came."""
    latest = rollup.latest
    return Outcome(
        key_result=rollup.key_result,
        last=Reading(latest.on, latest.value) if latest else None,
        score=_score(rollup) if latest else None,
        closing=rollup.closing,
    )


def _score(rollup: Rollup) -> float:
    """The share of the way; a number that is to be kept is kept or it is not."""
    if rollup.share is None:
        return float(rollup.is_reached)
    return round(percent_of(min(1.0, max(0.0, rollup.share))) / 100, 2)


def _evidence(rollup: Rollup, line: WorkLine, came_on: date | None = None) -> Evidence:
    judged, begun = rollup.judged_from(line), rollup.placed.cycle.start
    base = Evidence(
        key_result=rollup.key_result,
        initiative=line.initiative,
        owner=line.owner,
        verdict=Verdict.NEVER_SHIPPED,
        why=Why.DROPPED if not line.is_bet else Why.OPEN,
        at_start=rollup.numbers.at(max(begun, line.known_since or begun, came_on or begun)),
        expected=line.initiative.bet.move if line.initiative.bet else None,
    )
    if came_on is not None and line.done_on is not None and line.done_on < came_on:
        return replace(base, verdict=Verdict.CANNOT_TELL, why=Why.CAME_DONE, shipped_on=line.done_on)
    if judged is not None:
        return _after_ship(rollup, line, judged, replace(base, shipped_on=line.done_on))
    if line.is_bet and not _was_read_to_the_end(rollup, line):
        return replace(base, verdict=Verdict.CANNOT_TELL, why=Why.UNREAD)
    return base


def _was_read_to_the_end(rollup: Rollup, line: WorkLine) -> bool:
    """Whether the last word about open work is of now, or of the end of the cycle: then its links rest."""
    end = min(rollup.on, rollup.placed.cycle.end)
    return not line.stale or (line.read_on is not None and line.read_on >= end)


def _after_ship(rollup: Rollup, line: WorkLine, begun: date, base: Evidence) -> Evidence:
    """What the number did from the day `begun` on until it had had its time."""
    numbers, rules = rollup.numbers, rollup.key_result.rules
    settles = begun + rules.settle
    found = replace(
        base,
        verdict=Verdict.CANNOT_TELL,
        why=Why.TOO_LATE if begun > rollup.placed.cycle.end else Why.SETTLING,
        settles_on=settles,
        at_ship=numbers.at(begun),
        overlapping=_overlapping(rollup, line, begun, settles),
    )
    if rollup.on < settles:
        return found
    settled = numbers.at(settles)
    read_in_time = settled is not None and settled.on >= settles - rules.cadence
    movement = numbers.movement(begun, settles) if read_in_time else None
    found = replace(found, why=Why.NO_READING, settled=settled, movement=movement)
    if settled is not None and read_in_time and is_held(rollup.key_result, settled.value):
        last = numbers.at(rollup.on)
        broken = last if last is not None and not is_held(rollup.key_result, last.value) else None
        return replace(found, verdict=Verdict.KEPT, why=Why.FIGURES, fell_back=broken)
    return found if movement is None else _moved_or_not(rollup, begun, movement, found)


def _moved_or_not(rollup: Rollup, begun: date, movement: float, found: Evidence) -> Evidence:
    min_move = rollup.key_result.rules.min_move
    if not reaches(movement, min_move):
        return replace(found, verdict=Verdict.DID_NOT_MOVE, why=Why.FIGURES)
    since = rollup.numbers.movement(begun, rollup.on)
    if since is not None and not reaches(since, min_move):
        found = replace(found, fell_back=rollup.numbers.at(rollup.on))
    if found.overlapping:
        return replace(found, verdict=Verdict.CANNOT_TELL, why=Why.OVERLAPPING)
    return replace(found, verdict=Verdict.MOVED, why=Why.FIGURES)


def _overlapping(rollup: Rollup, line: WorkLine, shipped: date, settles: date) -> tuple[str, ...]:
    settle = rollup.key_result.rules.settle

    def is_together(other: WorkLine) -> bool:
        on = rollup.judged_from(other)
        both = on is not None and on <= settles and shipped <= on + settle
        return both or other.finished_between(shipped, settles)

    return tuple(other.initiative.title for other in rollup.work if other is not line and is_together(other))
