"""A bet was given up a short while ago: the number is short of what it was to bring."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import (
    CANNOT_TELL,
    Fact,
    Finding,
    Signal,
    bet_signal,
    window_used,
    work_fact,
)
from syncer.domain.work import WorkStatus

KIND: Final = "dropped_bet"
QUESTION: Final = "What do we bet on instead?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:  # noqa: ARG001  only days
    """Fires for one window from the day the work was dropped; after that everybody knows."""
    if is_quiet(rollup) or is_over(rollup) or line.status is not WorkStatus.DROPPED:
        return None
    if line.stale or line.status_since is None:
        return CANNOT_TELL
    known = rollup.on - line.status_since >= rollup.key_result.rules.window
    return None if known else _found(rollup, line)


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    since = line.status_since.isoformat() if line.status_since else ""
    bet = line.initiative.bet
    expected = bet.move if bet else None
    missed = ""
    if expected is not None:
        missed = f"; {rollup.key_result.show_move(expected).removeprefix('+')} were expected of it"
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.WARN,
        f"{line.initiative.title} was dropped by {since}{missed}.",
        question=QUESTION,
        evidence=(work_fact(line), Fact("dropped by", since)),
        thresholds=(window_used(rollup),),
    )
