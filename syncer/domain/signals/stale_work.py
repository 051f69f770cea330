"""Nothing was read of the work for longer than its limit: what stands there is old, and judges nothing."""

from __future__ import annotations

from datetime import timedelta
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
)

KIND: Final = "stale_work"
QUESTION: Final = "Is the link still right, and may we read it?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:  # noqa: ARG001  only a read closes it
    """Fires when the linked item was not read within `stale_after`; an item gone only now cannot tell yet."""
    if is_quiet(rollup) or is_over(rollup) or not line.stale:
        return None
    return _found(rollup, line) if line.unread else CANNOT_TELL


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    read = f"{line.read_at:%Y-%m-%d %H:%M} UTC" if line.read_at else "never"
    link = Fact("link", f"{line.link.ref}: {line.link.state.words}") if line.link else Fact("link", "none")
    advice = (Fact("advice", line.link.advice),) if line.link and line.link.advice else ()
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.WARN,
        f"{line.initiative.title} cannot be judged: last read {read}.",
        question=QUESTION,
        evidence=(link, Fact("last read", read), *advice),
        thresholds=(used(rollup, "stale_after", limit_words(rollup.key_result.rules.stale_after)),),
    )


def limit_words(limit: timedelta) -> str:
    """`2 hours`, `3 days`."""
    hours = limit / timedelta(hours=1)
    return f"{hours:g} hours" if hours < _TWO_DAYS else f"{hours / 24:g} days"


_TWO_DAYS: Final = 48
