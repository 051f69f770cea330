"""Green on the outside and red in the middle: reported on track while the number is behind or off track."""

from __future__ import annotations

from typing import Final

from syncer.domain.pace import MeasuredStatus
from syncer.domain.rollup import Rollup
from syncer.domain.signals.conditions import is_quiet
from syncer.domain.signals.finding import (
    Fact,
    Finding,
    Severity,
    Signal,
    conclude,
    measured_fact,
    number_fact,
    signal,
    status_used,
    steady,
)
from syncer.domain.work import Health

KIND: Final = "watermelon"
QUESTION: Final = "What does the number say?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires when the newest check-in reports on track and the number alone says behind or off track."""
    if is_quiet(rollup) or rollup.latest is None:
        return None
    red = rollup.status in {MeasuredStatus.BEHIND, MeasuredStatus.OFF_TRACK}
    conditions = (
        rollup.latest.health is Health.ON_TRACK,
        steady(rollup, standing, None if rollup.number_stale else red),
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


def _reported(rollup: Rollup) -> Fact:
    latest = rollup.latest
    if latest is None:
        return Fact("reported", "nothing")
    author = f" by {latest.author}" if latest.author else ""
    return Fact("reported", f"{latest.health.words} on {latest.on.isoformat()}{author}")
