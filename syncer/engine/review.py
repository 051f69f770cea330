"""A cycle looked back at, from the store alone: also one that is long over and judged by nobody."""

from __future__ import annotations

from syncer.domain.okr import Workspace
from syncer.domain.rollup import Rollup, roll_up
from syncer.engine.knowledge import load_before, stored
from syncer.ports import Clock, Store


def look_back(workspace: Workspace, store: Store, clock: Clock) -> tuple[Rollup, ...]:
    """Both layers of every key result whose cycle has begun, in the order of the file."""
    with store.read() as work:
        known = stored(workspace, load_before(workspace, work))
    now = clock.now()
    today = now.astimezone(workspace.zone).date()
    begun = [placed for placed in workspace.key_results() if placed.cycle.start <= today]
    return tuple(roll_up(workspace, placed, known, now) for placed in begun)
