"""The number climbs while none of the work that was meant to drive it was going on."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_quiet, reached
from syncer.domain.signals.finding import (
    Fact,
    Finding,
    Signal,
    conclude,
    min_move_used,
    movement_fact,
    number_fact,
    signal,
    steady,
    window_used,
    work_fact,
)
from syncer.domain.work import WorkStatus

KIND: Final = "movement_without_work"
QUESTION: Final = "What is really driving it?"

_RESTING: Final = {WorkStatus.PLANNED, WorkStatus.ON_HOLD, WorkStatus.DROPPED}


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires when the number moved by `min_move` over the window in which every initiative rested.

    A number that is to be kept is not meant to move, so nobody asks what moves it.
    """
    if is_quiet(rollup) or not rollup.work or rollup.key_result.keep:
        return None
    conditions = (
        *(_rested(rollup, line) for line in rollup.work),
        steady(rollup, standing, reached(rollup, rollup.movement)),
    )
    return conclude(conditions, lambda: _found(rollup))


def _rested(rollup: Rollup, line: WorkLine) -> bool | None:
    """Whether it was planned, on hold or dropped during the whole window and no child was finished in it."""
    if not _RESTING.issuperset(line.status_in_window):
        return False
    if line.stale or line.known_since is None or line.known_since > rollup.window_start:
        return None
    return not line.done_in_window


def _found(rollup: Rollup) -> Signal:
    movement = movement_fact(rollup, rollup.window_start)
    return signal(
        rollup,
        KIND,
        Severity.WARN,
        f"The number {movement.shown}, while all the work meant to move it was resting.",
        question=QUESTION,
        evidence=(number_fact(rollup), movement, *(_work(line) for line in rollup.work)),
        thresholds=(window_used(rollup), min_move_used(rollup)),
    )


def _work(line: WorkLine) -> Fact:
    fact = work_fact(line)
    return Fact(fact.what, f"{fact.shown}, nothing finished within the window")
