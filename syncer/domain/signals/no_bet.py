"""A number that nobody bets anything on: it moves by itself or not at all."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet, needs_help
from syncer.domain.signals.finding import (
    Finding,
    Signal,
    conclude,
    number_fact,
    signal,
    steady,
    work_fact,
)

KIND: Final = "no_bet"
QUESTION: Final = "What do we bet on to move it?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires when there is no initiative, or all of them were dropped.

    A number that is to be kept needs a bet only while it is not where it shall be.
    """
    if is_quiet(rollup) or is_over(rollup) or rollup.bets:
        return None
    in_need = steady(rollup, standing, needs_help(rollup)) if rollup.key_result.keep else True
    return conclude((in_need, None if rollup.work_stale else True), lambda: _found(rollup))


def _found(rollup: Rollup) -> Signal:
    count = len(rollup.work)
    gone = "the only bet was dropped" if count == 1 else f"all {count} bets were dropped"
    dropped = f" any more: {gone}" if count else ""
    return signal(
        rollup,
        KIND,
        Severity.WARN,
        f"Nothing is bet on this number{dropped}.",
        question=QUESTION,
        evidence=(number_fact(rollup), *(work_fact(line) for line in rollup.work)),
    )
