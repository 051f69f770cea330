"""More open bets on one number than anybody can care about: that is a backlog, not a focus."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import (
    Finding,
    Signal,
    conclude,
    signal,
    used,
    work_fact,
)

KIND: Final = "backlog_not_focus"
QUESTION: Final = "Which three matter?"
BACKLOG: Final = 15
"""From here on it is a backlog, whatever the limit says."""


def detect(rollup: Rollup, standing: Signal | None) -> Finding:  # noqa: ARG001  a count needs no hysteresis
    """Fires above `focus_limit` open bets, louder from fifteen on; nothing is counted on stale work."""
    if is_quiet(rollup) or is_over(rollup):
        return None
    count, limit = len(rollup.open_bets), rollup.key_result.rules.focus_limit
    fresh = None if any(line.stale for line in rollup.open_bets) else True
    return conclude((count > limit or count >= BACKLOG, fresh), lambda: _found(rollup, count))


def _found(rollup: Rollup, count: int) -> Signal:
    limit = rollup.key_result.rules.focus_limit
    return signal(
        rollup,
        KIND,
        Severity.FAIL if count >= BACKLOG else Severity.WARN,
        f"{count} bets are open on one number; the limit is {limit}, and {BACKLOG} are a backlog.",
        question=QUESTION,
        evidence=tuple(work_fact(line) for line in rollup.open_bets),
        thresholds=(used(rollup, "focus_limit", f"{limit} open bets"),),
    )
