"""Green outside, red inside, in the tracker itself: reported on track while its own dates say otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from syncer.domain.pace import percent
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import (
    CANNOT_TELL,
    Fact,
    Finding,
    Signal,
    bet_signal,
    used,
    work_fact,
)
from syncer.domain.work import Health

KIND: Final = "watermelon_work"
QUESTION: Final = "What would make it on track?"

_CLEAR: Final = 0.9
"""A standing signal closes only below this part of the limit."""

_ROUNDING: Final = 1e-9


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:
    """Fires while the tracker says on track and the work is overdue, or too far behind its own dates."""
    if is_quiet(rollup) or is_over(rollup) or not line.is_open or line.health is not Health.ON_TRACK:
        return None
    if line.stale:
        return CANNOT_TELL
    if line.overdue(rollup.on) or _behind(rollup, line, rollup.on, 1.0):
        return _found(rollup, line)
    return CANNOT_TELL if standing and _behind(rollup, line, rollup.on, _CLEAR) else None


def _behind(rollup: Rollup, line: WorkLine, on: date, part: float) -> bool:
    planned = planned_share(line, on)
    if planned is None or line.progress is None or line.progress.share is None:
        return False
    return planned - line.progress.share > rollup.key_result.rules.work_gap * part + _ROUNDING


def planned_share(line: WorkLine, on: date) -> float | None:
    """How much of its time is over at the end of the day `on`, 0 to 1; None where a date is missing."""
    start, due = line.snapshot.start if line.snapshot else None, line.due
    if start is None or due is None or due < start:
        return None
    return min(1.0, max(0.0, ((on - start).days + 1) / ((due - start).days + 1)))


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    late = _late(rollup, line)
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.WARN,
        f"{line.initiative.title} is reported on track and {late.shown}.",
        question=QUESTION,
        evidence=(Fact("reported", line.health.words), late, work_fact(line)),
        thresholds=(used(rollup, "work_gap", f"{rollup.key_result.rules.work_gap * 100:g} points"),),
    )


def _late(rollup: Rollup, line: WorkLine) -> Fact:
    due = line.due or rollup.on
    if line.overdue(rollup.on):
        return Fact("dates", f"was due on {due.isoformat()}")
    start = (line.snapshot.start if line.snapshot else None) or rollup.on
    day = start
    while not _behind(rollup, line, day, 1.0):
        day += timedelta(days=1)
    planned, share = planned_share(line, day) or 0.0, (line.progress.share if line.progress else None) or 0.0
    return Fact(
        "dates",
        f"{percent(share)} done, with {percent(planned)} of its time over by {day.isoformat()}"
        f" ({start.isoformat()} to {due.isoformat()})",
    )
