"""A task in the place of a number: it can be finished without anything having changed."""

from __future__ import annotations

from typing import Final

from syncer.domain.hygiene.disguise import judged
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet
from syncer.domain.signals.finding import Fact, Finding, Signal, signal

KIND: Final = "task_as_key_result"
QUESTION: Final = "What change is this work meant to cause?"


def detect(rollup: Rollup, standing: Signal | None) -> Finding:  # noqa: ARG001  a title says it or does not
    """Fires while the key result's words, start and target are those of a task, as `syncer lint` judges."""
    if is_quiet(rollup) or is_over(rollup):
        return None
    one = rollup.key_result
    verdict = judged(one.title, one.start, one.target, one.unit)
    if not verdict.is_disguised:
        return None
    return signal(
        rollup,
        KIND,
        Severity.WARN,
        f'"{one.title}" is a task, not a number that changes.',
        question=QUESTION,
        evidence=tuple(Fact("key result", reason) for reason in verdict.reasons),
    )
