"""What a detector can answer: a Signal, None (nothing there), or CANNOT_TELL, which changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum

from syncer.domain.rollup import Rollup


class Severity(StrEnum):
    """How loud a signal is."""

    INFO = "info"
    WARN = "warn"
    FAIL = "fail"


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

    It holds dates, never ages, so that the same facts give an equal signal on any later day.
    `read_on` is the day of the newest check-in it was judged by. `first_seen` is no part of what it says.
    """

    kind: str
    severity: Severity
    key_result_id: str
    headline: str
    question: str
    evidence: tuple[Fact, ...]
    thresholds: tuple[Threshold, ...] = ()
    owner: str | None = None
    read_on: date | None = None
    first_seen: date = field(compare=False)

    @property
    def id(self) -> str:
        """Its name on the command line: `activation/bet_lost`."""
        return f"{self.key_result_id}/{self.kind}"


class Silence(Enum):
    """The third answer."""

    CANNOT_TELL = "cannot tell yet"


CANNOT_TELL = Silence.CANNOT_TELL

Finding = Signal | Silence | None

Detect = Callable[[Rollup, Signal | None], Finding]
"""Judges a rollup; the second argument is the same signal as it stands open now, None when it is not open."""


def moved(rollup: Rollup, movement: float, standing: Signal | None) -> bool:
    """Whether a movement reaches `min_move`.

    A standing signal is past its threshold only by a tenth of it, unless a newer check-in says so: without
    one, a window that slides over old values must not open and close the same signal.
    """
    bar = rollup.key_result.rules.min_move
    latest = rollup.latest
    newer = standing is None or (latest is not None and latest.on != standing.read_on)
    return movement >= (bar if newer else bar * 1.1)


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
        read_on=rollup.latest.on if rollup.latest else None,
        first_seen=rollup.on,
    )


def number_fact(rollup: Rollup) -> Fact:
    """The latest value with its day, beside the key result's way."""
    key_result, latest = rollup.key_result, rollup.latest
    way = f"{key_result.show(key_result.start)} → {key_result.show(key_result.target)}"
    if latest is None:
        return Fact("number", f"no check-in yet; {way}")
    return Fact("number", f"{key_result.show(latest.value)} on {latest.on.isoformat()}; {way}")


def min_move_used(rollup: Rollup) -> Threshold:
    """The noise band in the number's unit."""
    key_result = rollup.key_result
    return Threshold("min_move", key_result.show(key_result.rules.min_move), "key_results[].min_move")


def window_used(rollup: Rollup) -> Threshold:
    """The window in days."""
    return Threshold("window", f"{rollup.key_result.rules.window.days} days", "signals.window")


def settle_used(rollup: Rollup) -> Threshold:
    """The time a number gets after shipping, in days."""
    return Threshold("settle", f"{rollup.key_result.rules.settle.days} days", "key_results[].settle")


def pace_used(rollup: Rollup) -> Threshold:
    """The gap up to which a number is on track, in percent of the way."""
    return Threshold("on_track_gap", f"{rollup.key_result.rules.on_track_gap:.0%}", "signals.on_track_gap")
