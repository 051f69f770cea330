"""The disconnects between number and work, one module each; DETECTORS is the whole list in its order."""

from __future__ import annotations

from typing import Final

from syncer.domain.signals import (
    backlog_not_focus,
    bet_lost,
    movement_without_work,
    no_owner,
    settling,
    stale_number,
    watermelon,
    work_without_movement,
)
from syncer.domain.signals.finding import Detect

DETECTORS: Final[tuple[tuple[str, Detect], ...]] = (
    (bet_lost.KIND, bet_lost.detect),
    (settling.KIND, settling.detect),
    (work_without_movement.KIND, work_without_movement.detect),
    (movement_without_work.KIND, movement_without_work.detect),
    (watermelon.KIND, watermelon.detect),
    (backlog_not_focus.KIND, backlog_not_focus.detect),
    (stale_number.KIND, stale_number.detect),
    (no_owner.KIND, no_owner.detect),
)
"""Every disconnect, the loudest first; a new one is a new module and a line here."""
