"""An open bet without a link: what is known of its work is what somebody says by hand."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import Fact, Finding, Signal, bet_signal

KIND: Final = "unlinked_bet"
QUESTION: Final = "Where is this work done?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:  # noqa: ARG001  linked or not
    """Fires while an open initiative has no link; a hint, as work may well be kept by hand."""
    if is_quiet(rollup) or is_over(rollup) or line.link is not None or not line.is_open:
        return None
    return _found(rollup, line)


def _found(rollup: Rollup, line: WorkLine) -> Signal:
    said = f"{line.status.words} since {line.status_since}" if line.status else "nothing reported"
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.INFO,
        f"{line.initiative.title} is linked to no work; its status is kept by hand.",
        question=QUESTION,
        evidence=(Fact(line.initiative.title, f"{said}, no link"),),
    )
