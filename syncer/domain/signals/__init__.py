"""The disconnects between number and work, one module each; the two lists are the whole, in their order."""

from __future__ import annotations

from typing import Final

from syncer.domain.signals import (
    backlog_not_focus,
    bet_lost,
    dropped_bet,
    idle_bet,
    movement_without_work,
    no_bet,
    no_owner,
    overdue_bet,
    scope_growth,
    settling,
    stale_number,
    stale_work,
    status_conflict,
    task_as_key_result,
    unlinked_bet,
    watermelon,
    watermelon_work,
    work_without_movement,
)
from syncer.domain.signals.finding import Detect, DetectBet

DETECTORS: Final[tuple[tuple[str, Detect], ...]] = (
    (bet_lost.KIND, bet_lost.detect),
    (settling.KIND, settling.detect),
    (work_without_movement.KIND, work_without_movement.detect),
    (movement_without_work.KIND, movement_without_work.detect),
    (watermelon.KIND, watermelon.detect),
    (task_as_key_result.KIND, task_as_key_result.detect),
    (backlog_not_focus.KIND, backlog_not_focus.detect),
    (stale_number.KIND, stale_number.detect),
    (no_owner.KIND, no_owner.detect),
    (no_bet.KIND, no_bet.detect),
)
"""The disconnects of a key result, the loudest first; a new one is a new module and a line here."""

BET_DETECTORS: Final[tuple[tuple[str, DetectBet], ...]] = (
    (watermelon_work.KIND, watermelon_work.detect),
    (status_conflict.KIND, status_conflict.detect),
    (overdue_bet.KIND, overdue_bet.detect),
    (idle_bet.KIND, idle_bet.detect),
    (dropped_bet.KIND, dropped_bet.detect),
    (stale_work.KIND, stale_work.detect),
    (unlinked_bet.KIND, unlinked_bet.detect),
    (scope_growth.KIND, scope_growth.detect),
)
"""The disconnects of one initiative, asked of each."""

CLOSED_DETECTORS: Final = ((watermelon.KIND, watermelon.detect),)
"""What is still asked of a key result that people have closed: whether the word fits the number."""

KINDS: Final = tuple(kind for kind, _ in (*DETECTORS, *BET_DETECTORS))
"""Every kind of signal there is."""
