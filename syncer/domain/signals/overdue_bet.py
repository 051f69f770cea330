"""An open bet whose day is over."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import CANNOT_TELL, Finding, Signal, bet_signal, work_fact

KIND: Final = "overdue_bet"
QUESTION: Final = "A new date, a smaller scope, or stop?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:  # noqa: ARG001  a day is over or not
    """Fires from the day after the tracker's due day on, while the work is open."""
    if is_quiet(rollup) or is_over(rollup) or not line.overdue(rollup.on):
        return None
    return CANNOT_TELL if line.stale else _found(rollup, line)


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    due = line.due.isoformat() if line.due else ""
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.WARN,
        f"{line.initiative.title} was due on {due} and is open.",
        question=QUESTION,
        evidence=(work_fact(line),),
    )
