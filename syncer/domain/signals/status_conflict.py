"""The item and its children contradict one another: one of the two has not been kept up to date."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import (
    CANNOT_TELL,
    Finding,
    Signal,
    bet_signal,
    work_fact,
)
from syncer.domain.work import WorkStatus

KIND: Final = "status_conflict"
QUESTION: Final = "Which is true?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:  # noqa: ARG001  facts, no threshold
    """Fires when the item is done with open children, or is open while every child is done.

    Where the status is read off the children, there is nothing to contradict them.
    """
    if is_quiet(rollup) or is_over(rollup) or line.link is None or line.progress is None:
        return None
    if line.stale:
        return CANNOT_TELL
    progress, title = line.progress, line.initiative.title
    if line.snapshot is None or not line.snapshot.own_status:
        return None
    if line.status is WorkStatus.DONE and progress.open:
        children = f"{progress.open} of {progress.counted}"
        return _found(rollup, line, f"{title} is called done while {children} of its items are open.")
    if line.is_open and progress.done and not progress.open:
        state = line.status.words if line.status else "open"
        return _found(rollup, line, f"All {progress.done} items of {title} are done; it is called {state}.")
    return None


def _found(rollup: Rollup, line: WorkLine, headline: str) -> Signal:
    return bet_signal(
        rollup, line, KIND, Severity.WARN, headline, question=QUESTION, evidence=(work_fact(line),)
    )
