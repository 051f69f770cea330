"""All bets on a number are done and the number has not followed yet, but its time to do so is not over."""

from __future__ import annotations

from datetime import date
from typing import Final

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import all_done, is_quiet, needs_help, reached, shipped_on
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

KIND: Final = "settling"
QUESTION: Final = "Waiting for the number until {until}."


def detect(rollup: Rollup, standing: Signal | None) -> Finding:
    """Fires while `settle` has not passed since the last bet was done and the number has not moved yet.

    A number that nobody has measured since shipping has not moved yet. What shipped after the cycle is not
    waited for: it is not judged.
    """
    done = all_done(rollup)
    if is_quiet(rollup) or done is False:
        return None
    since = shipped_on(rollup)
    if since is None:
        return CANNOT_TELL
    conditions = (
        done,
        since <= rollup.placed.cycle.end,
        rollup.on < since + rollup.key_result.rules.settle,
        steady(rollup, standing, needs_help(rollup)),
        not reached(rollup, rollup.numbers.movement(since, rollup.on)),
    )
    return conclude(conditions, lambda: _found(rollup, since))


def _found(rollup: Rollup, since: date) -> Signal:
    until = (since + rollup.key_result.rules.settle).isoformat()
    movement = movement_fact(rollup, since)
    return signal(
        rollup,
        KIND,
        Severity.INFO,
        f"Every bet is done, the last one by {since.isoformat()}. The number has until {until} to follow;"
        f" so far: {movement.shown}.",
        question=QUESTION.format(until=until),
        evidence=(
            number_fact(rollup),
            movement,
            measured_fact(rollup),
            *(work_fact(line) for line in rollup.bets),
        ),
        thresholds=(settle_used(rollup), min_move_used(rollup), *status_used(rollup)),
    )
