"""A number or an open bet that nobody answers for."""

from __future__ import annotations

from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import CANNOT_TELL, Fact, Finding, Signal, signal

KIND: Final = "no_owner"
QUESTION: Final = "Who owns it?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:  # noqa: ARG001  a name is there or not
    """Fires when the key result or an open bet has no owner; an unread item may have one."""
    if is_quiet(rollup) or is_over(rollup):
        return None
    ownerless = [line for line in rollup.open_bets if not line.owner]
    if not rollup.owner or any(not line.stale for line in ownerless):
        return _found(rollup, [line for line in ownerless if line.link is None or line.snapshot is not None])
    return CANNOT_TELL if ownerless else None


def _found(rollup: Rollup, ownerless: list[WorkLine]) -> Signal:
    number = () if rollup.owner else (Fact("key result", f"{rollup.key_result.title}: no owner"),)
    bets = tuple(Fact("initiative", f"{line.initiative.title}: no owner") for line in ownerless)
    who = ["the key result"] if number else []
    who += [f"{len(bets)} open bet{'s' if len(bets) > 1 else ''}"] if bets else []
    headline = f"Nobody owns {' and '.join(who)}."
    return signal(rollup, KIND, Severity.WARN, headline, question=QUESTION, evidence=number + bets)
