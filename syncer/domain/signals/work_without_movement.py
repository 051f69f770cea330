"""The work is on track by its dates, its tracker and its finished children, and the number does not move."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet, needs_help, stayed
from syncer.domain.signals.finding import (
    Fact,
    Finding,
    Signal,
    conclude,
    measured_fact,
    min_move_used,
    movement_fact,
    number_fact,
    signal,
    status_used,
    steady,
    window_used,
    work_fact,
)
from syncer.domain.work import Health, WorkStatus

KIND: Final = "work_without_movement"
QUESTION: Final = "Is this the right work?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires when a bet in progress is on track and the number moved less than `min_move` over the window."""
    if is_quiet(rollup) or is_over(rollup):
        return None
    conditions = (
        _any_on_track(rollup),
        steady(rollup, standing, needs_help(rollup)),
        steady(rollup, standing, stayed(rollup, rollup.movement)),
    )
    return conclude(conditions, lambda: _found(rollup))


def _any_on_track(rollup: Rollup) -> bool | None:
    answers = [_on_track(rollup, line) for line in rollup.bets]
    if True in answers:
        return True
    return None if None in answers else False


def _on_track(rollup: Rollup, line: WorkLine) -> bool | None:
    """Not late, not reported in trouble, and at least one child was finished in the window."""
    if line.stale:
        return None
    if line.status is not WorkStatus.IN_PROGRESS or line.overdue(rollup.on):
        return False
    if line.health in {Health.AT_RISK, Health.OFF_TRACK}:
        return False
    if line.link is None:
        # Work kept by hand has no children to count: nothing shows that it is on track.
        return False
    return None if line.done_in_window is None else line.done_in_window > 0


def _found(rollup: Rollup) -> Signal:
    lines = [line for line in rollup.bets if _on_track(rollup, line)]
    movement = movement_fact(rollup, rollup.window_start)
    return signal(
        rollup,
        KIND,
        Severity.WARN,
        f"The work is on track ({', '.join(_named(line) for line in lines)}). Within"
        f" {rollup.key_result.rules.window.days} days the number {movement.shown}.",
        question=QUESTION,
        evidence=(
            number_fact(rollup),
            movement,
            measured_fact(rollup),
            *(_work(line) for line in lines),
        ),
        thresholds=(window_used(rollup), min_move_used(rollup), *status_used(rollup)),
    )


def _named(line: WorkLine) -> str:
    return f"{line.initiative.title} {line.progress.basis}" if line.progress else line.initiative.title


def _work(line: WorkLine) -> Fact:
    fact = work_fact(line)
    return Fact(fact.what, f"{fact.shown}, {line.done_in_window} finished within the window")
