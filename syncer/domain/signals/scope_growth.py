"""More work came in: a percentage that fell says nothing about how much was done."""

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
    used,
    window_used,
    work_fact,
)

KIND: Final = "scope_growth"
QUESTION: Final = "Is all of it needed to move the number?"

_CLEAR: Final = 0.9
"""A standing signal closes only below this part of the limit."""

_ROUNDING: Final = 1e-9


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:
    """Fires when done and open items together grew by `scope_growth` within the window."""
    if is_quiet(rollup) or is_over(rollup) or not line.is_open or line.link is None:
        return None
    if line.stale or line.progress is None or line.least_in_window is None:
        return CANNOT_TELL
    least, limit = line.least_in_window, rollup.key_result.rules.scope_growth
    if not least.counted:
        return None
    growth = line.progress.counted / least.counted - 1
    if growth >= limit - _ROUNDING:
        return _found(rollup, line)
    return CANNOT_TELL if standing and growth > limit * _CLEAR + _ROUNDING else None


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    least, now = line.least_in_window, line.progress
    words, before = "", ""
    if least is not None and now is not None:
        words = f"done {now.done - least.done:+d}, scope {now.counted - least.counted:+d}"
        before = f"{least.basis} → {now.basis}"
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.INFO,
        f"{line.initiative.title} grew: {words}.",
        question=QUESTION,
        evidence=(Fact("within the window", f"{before}: {words}"), work_fact(line)),
        thresholds=(
            window_used(rollup),
            used(rollup, "scope_growth", f"{rollup.key_result.rules.scope_growth * 100:g} %"),
        ),
    )
