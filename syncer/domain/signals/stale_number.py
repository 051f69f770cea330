"""Nobody has checked in for longer than the cadence and its grace: the number is old, and never green."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import Fact, Finding, Signal, Threshold, number_fact, signal, used

KIND: Final = "stale_number"
QUESTION: Final = "What is the number today?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:  # noqa: ARG001  only a check-in closes it
    """Fires when the newest check-in, or the start of the cycle, is older than cadence and grace."""
    if is_quiet(rollup) or is_over(rollup) or not rollup.number_stale:
        return None
    rules, latest = rollup.key_result.rules, rollup.latest
    due = (latest.on if latest else rollup.placed.cycle.start) + rules.cadence + rules.grace
    last = f"the last one is of {latest.on.isoformat()}" if latest else "there is none in this cycle"
    return signal(
        rollup,
        KIND,
        Severity.WARN,
        f"A check-in was due by {due.isoformat()}; {last}.",
        question=QUESTION,
        evidence=(number_fact(rollup), Fact("check-in due by", due.isoformat())),
        thresholds=(
            Threshold("cadence", f"{rules.cadence.days} days", "schedule.check_in"),
            used(rollup, "check_in_grace", f"{rules.grace.days} days"),
        ),
    )
