"""Green on the outside and red in the middle: reported on track while the number is behind or off track."""

from __future__ import annotations

from typing import Final

from syncer.domain.closing import ClosedAs
from syncer.domain.pace import MeasuredStatus
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_quiet
from syncer.domain.signals.finding import (
    Fact,
    Finding,
    Signal,
    conclude,
    measured_fact,
    number_fact,
    signal,
    status_used,
)
from syncer.domain.work import Health

KIND: Final = "watermelon"
QUESTION: Final = "What does the number say?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:  # noqa: ARG001  a report and its own number
    """Fires when the newest check-in reports on track and its number alone says behind or off track.

    For one that is closed: where it is closed as achieved short of its target, or while it is not kept,
    whatever reason was given.
    """
    if rollup.latest is None:
        return None
    if rollup.closing is not None:
        short = rollup.closing.word is ClosedAs.ACHIEVED and not rollup.is_reached
        return _closed(rollup) if short else None
    if is_quiet(rollup):
        return None
    red = rollup.read_status in {MeasuredStatus.BEHIND, MeasuredStatus.OFF_TRACK}
    conditions = (
        rollup.latest.health is Health.ON_TRACK,
        None if rollup.number_stale else red,
    )
    return conclude(conditions, lambda: _found(rollup))


def _found(rollup: Rollup) -> Signal:
    measured, reported = measured_fact(rollup), _reported(rollup)
    return signal(
        rollup,
        KIND,
        Severity.FAIL,
        f"Reported {reported.shown} and measured {measured.shown}.",
        question=QUESTION,
        evidence=(number_fact(rollup), reported, measured),
        thresholds=status_used(rollup),
    )


def _closed(rollup: Rollup) -> Signal:
    closing = rollup.closing
    assert closing is not None  # noqa: S101  detect has looked
    author = f" by {closing.author}" if closing.author else ""
    short = "while it is not kept" if rollup.key_result.keep else "short of its target"
    return signal(
        rollup,
        KIND,
        Severity.FAIL,
        f"Closed as achieved {short}.",
        question=QUESTION,
        evidence=(
            number_fact(rollup),
            Fact("closed", f"as {closing.word.value} on {rollup.closed_on}{author}"),
            Fact("reason", closing.reason or "none given"),
            measured_fact(rollup),
        ),
        thresholds=status_used(rollup),
    )


def _reported(rollup: Rollup) -> Fact:
    latest = rollup.latest
    if latest is None:
        return Fact("reported", "nothing")
    author = f" by {latest.author}" if latest.author else ""
    return Fact("reported", f"{latest.health.words} on {latest.on.isoformat()}{author}")
