"""The number: how far it is, how far it should be, what it did between two days, and what that is called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import Checkpoints, Curve, Cycle, KeyResult, Rules


class MeasuredStatus(StrEnum):
    """What the number alone says; no ticket has a part in it."""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    OFF_TRACK = "off_track"
    NO_DATA = "no_data"

    @property
    def words(self) -> str:
        """For people: `off track`."""
        return self.value.replace("_", " ")

    @property
    def is_good(self) -> bool:
        """Whether nobody needs to worry about the number."""
        return self in {MeasuredStatus.ACHIEVED, MeasuredStatus.ON_TRACK}


def share_of(key_result: KeyResult, value: float) -> float | None:
    """How much of the way from start to target the value is: below 0 and above 1 are possible.

    None for a number that is to be kept: it has no way to go.
    """
    if key_result.keep:
        return None
    return (value - key_result.start) / key_result.span


def percent_of(share: float, digits: int = 0) -> float:
    """A share in percent, rounded: less than the whole stays below 100, and more than nothing above 0."""
    rounded, least = round(share * 100, digits), 10.0**-digits
    if 0 < share < 1:
        rounded = round(min(max(rounded, least), 100 - least), digits)
    return rounded + 0.0


def percent(share: float, digits: int = 0) -> str:
    """`17 %`, with one digit `16.7 %`; `100 %` only where nothing is missing, `0 %` only where nothing is."""
    return f"{percent_of(share, digits):.{digits}f}".removesuffix(".0") + " %"


def expected_share(key_result: KeyResult, cycle: Cycle, on: date) -> float:
    """How much of the way the number should be at the end of the day `on`, by its pace; 0 to 1.

    A number that is to be kept should be where it is on every day.
    """
    if key_result.keep:
        return 1.0
    if on < cycle.start:
        return 0.0
    elapsed = cycle.elapsed(on)
    match key_result.pace:
        case Curve.LINEAR:
            return elapsed
        case Curve.LATE:
            return elapsed * elapsed
        case Checkpoints(values=values):
            return _between_checkpoints(key_result, cycle, values, on)


def _between_checkpoints(
    key_result: KeyResult, cycle: Cycle, values: tuple[tuple[date, float], ...], on: date
) -> float:
    before_start = cycle.start - timedelta(days=1)
    corners = [
        (before_start, 0.0),
        *((day, (value - key_result.start) / key_result.span) for day, value in sorted(values)),
    ]
    if corners[-1][0] < cycle.end:
        corners.append((cycle.end, 1.0))
    for (left, low), (right, high) in pairwise(corners):
        if left <= on <= right:
            return low + (high - low) * ((on - left).days / max(1, (right - left).days))
    return corners[-1][1]


def expected_value(key_result: KeyResult, cycle: Cycle, on: date) -> float:
    """The value the number should have at the end of the day `on`."""
    return key_result.start + key_result.span * expected_share(key_result, cycle, on)


def status_of(key_result: KeyResult, cycle: Cycle, value: float | None, on: date) -> MeasuredStatus:
    """The status word for the value (None: nobody has checked in) that holds on a day."""
    if value is None:
        return MeasuredStatus.NO_DATA
    if key_result.keep:
        return kept_status(key_result, value)
    return measured_status(
        share_of(key_result, value), expected_share(key_result, cycle, on), key_result.rules
    )


def missed_by(key_result: KeyResult, value: float) -> float:
    """By how much a value is on the wrong side of the target, in the number's unit; 0 where it is not."""
    return max(0.0, key_result.target - value if key_result.rises else value - key_result.target)


def kept_status(key_result: KeyResult, value: float) -> MeasuredStatus:
    """The status of a number that is to be kept: on track, behind while less than `min_move` misses."""
    missing = missed_by(key_result, value)
    if missing <= _ROUNDING * max(1.0, abs(key_result.target)):
        return MeasuredStatus.ON_TRACK
    if reaches(missing, key_result.rules.min_move):
        return MeasuredStatus.OFF_TRACK
    return MeasuredStatus.BEHIND


def is_held(key_result: KeyResult, value: float) -> bool:
    """Whether a value holds the bound of a number that is to be kept; no other number has one."""
    return key_result.keep is not None and kept_status(key_result, value) is MeasuredStatus.ON_TRACK


def measured_status(share: float | None, expected: float, rules: Rules) -> MeasuredStatus:
    """The status word for a share of the way (None: nobody has checked in) against the expected share."""
    if share is None:
        return MeasuredStatus.NO_DATA
    gap = expected - share
    if share >= 1:
        return MeasuredStatus.ACHIEVED
    if gap <= rules.on_track_gap + _ROUNDING:
        return MeasuredStatus.ON_TRACK
    if gap <= rules.behind_gap + _ROUNDING:
        return MeasuredStatus.BEHIND
    return MeasuredStatus.OFF_TRACK


_ROUNDING = 1e-9
"""0.35 - 0.25 is a little more than 0.10 in binary; a gap that is equal on paper counts as equal."""


def reaches(movement: float, min_move: float) -> bool:
    """Whether a movement is one that counts; one that is equal to `min_move` on paper counts."""
    return movement >= min_move - _ROUNDING * max(1.0, min_move)


def movement_words(key_result: KeyResult, movement: float) -> str:
    """What the number did, for a movement in its good direction: `rose by 12.5 points`, `fell by 2.3 h`.

    Less than `min_move` is `did not move`, with the change that was seen; against the good direction it
    `went the wrong way`.
    """
    change = movement if key_result.rises else -movement
    verb = "rose" if change > 0 else "fell"
    by = f"{verb} by {key_result.show_move(abs(movement)).removeprefix('+')}"
    if reaches(movement, key_result.rules.min_move):
        return by
    if reaches(-movement, key_result.rules.min_move):
        return f"went the wrong way: it {by}"
    return f"did not move ({key_result.show_move(change)})"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value on a day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """The history of one key result: the latest entry per day, in order of days."""

    key_result: KeyResult
    cycle: Cycle
    check_ins: tuple[CheckIn, ...]

    @classmethod
    def of(cls, key_result: KeyResult, cycle: Cycle, check_ins: Iterable[CheckIn], until: date) -> Numbers:
        """Keeps its check-ins from the first day of the cycle to `until`; a later entry corrects a day."""
        mine = sorted(
            (c for c in check_ins if c.key_result_id == key_result.id and cycle.start <= c.on <= until),
            key=lambda check_in: (check_in.on, check_in.at),
        )
        by_day = {check_in.on: check_in for check_in in mine}
        return cls(key_result, cycle, tuple(by_day.values()))

    @property
    def latest(self) -> CheckIn | None:
        """The newest check-in of the cycle, None where there is none: status and score rest on it."""
        return next((one for one in reversed(self.check_ins) if one.on <= self.cycle.end), None)

    @property
    def late(self) -> CheckIn | None:
        """The newest check-in after the cycle, None while it runs and where nothing was read since."""
        newest = self.check_ins[-1] if self.check_ins else None
        return newest if newest and newest.on > self.cycle.end else None

    @property
    def read_on(self) -> date | None:
        """The day of the newest check-in, also of one after the cycle, which tells what late work did."""
        return self.check_ins[-1].on if self.check_ins else None

    @property
    def fingerprint(self) -> str:
        """Stands for all values with their days: another one as soon as one is added or corrected."""
        readings = [(one.on.isoformat(), one.value) for one in self.check_ins]
        return sha256(repr(readings).encode()).hexdigest()[:16]

    def at(self, on: date) -> Reading | None:
        """The value on a day: the latest entry at most one cadence and grace older, else None (cannot tell).

        The start value counts as an entry on the first day of the cycle; a number to be kept has none.
        """
        rules = self.key_result.rules
        begun = on >= self.cycle.start and not self.key_result.keep
        found = Reading(self.cycle.start, self.key_result.start) if begun else None
        for check_in in self.check_ins:
            if check_in.on <= on and (found is None or check_in.on >= found.on):
                found = Reading(check_in.on, check_in.value)
        if found is None or on - found.on > rules.cadence + rules.grace:
            return None
        return found

    def movement(self, since: date, until: date) -> float | None:
        """The change in the good direction between two days; None is *cannot tell yet*.

        A reading that stands for both days says nothing of the time between them.
        """
        before, after = self.at(since), self.at(until)
        if before is None or after is None or after.on <= before.on:
            return None
        change = after.value - before.value
        return change if self.key_result.rises else -change
