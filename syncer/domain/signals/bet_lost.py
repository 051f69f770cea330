"""All bets on a number are done, it has had its time to follow, and it did not: the bet did not pay."""

from __future__ import annotations

from datetime import date
from typing import Final

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import all_done, is_quiet, needs_help, shipped_on, stayed
from syncer.domain.signals.finding import (
    CANNOT_TELL,
    Finding,
    Signal,
    conclude,
    measured_fact,
    min_move_used,
    movement_fact,
    number_fact,
    settle_used,
    signal,
    status_used,
    steady,
    work_fact,
)

KIND: Final = "bet_lost"
QUESTION: Final = "Which bet replaces it? Change the bet: this one is done and the number did not follow."


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires when `settle` has passed since the last bet was done and the number has not moved."""
    done = all_done(rollup)
    if is_quiet(rollup) or done is False:
        return None
    since = shipped_on(rollup)
    if since is None:
        return CANNOT_TELL
    conditions = (
        done,
        rollup.had_its_time(since),
        steady(rollup, standing, needs_help(rollup)),
        steady(rollup, standing, stayed(rollup, rollup.numbers.movement(since, _until(rollup)))),
    )
    return conclude(conditions, lambda: _found(rollup, since))


def _until(rollup: Rollup) -> date:
    """The day the number is held against: after the cycle its end, as long as no value is newer."""
    end = rollup.placed.cycle.end
    return min(rollup.on, max(end, rollup.numbers.read_on or end))


def _found(rollup: Rollup, since: date) -> Signal:
    settle = rollup.key_result.rules.settle.days
    movement = movement_fact(rollup, since)
    return signal(
        rollup,
        KIND,
        Severity.FAIL,
        f"Every bet is done, the last one by {since.isoformat()}. The number had {settle} days to follow, and"
        f" since that day it {movement.shown}.",
        question=QUESTION,
        evidence=(
            number_fact(rollup),
            movement,
            measured_fact(rollup),
            *(work_fact(line) for line in rollup.bets),
        ),
        thresholds=(settle_used(rollup), min_move_used(rollup), *status_used(rollup)),
    )
