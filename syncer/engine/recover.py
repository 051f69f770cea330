"""What to do about owed syncs nobody is working on: after a crash, a busy lease, an error."""

from __future__ import annotations

from collections.abc import Iterable

from syncer.domain.okr import Workspace
from syncer.domain.sync import Due
from syncer.engine.tick import KINDS
from syncer.ports import Dispatcher, Store


def recover(workspaces: Iterable[Workspace], store: Store, dispatcher: Dispatcher) -> tuple[Due, ...]:
    """Hands the open dues of these workspaces that no live lease covers to the dispatcher again.

    Returns them, oldest slot first. What the dispatcher has in hand already it does not take twice.
    """
    known = {workspace.id for workspace in workspaces}
    with store.read() as work:
        owed = [due for due in work.open_dues() if due.kind in KINDS and due.workspace in known]
    idle = tuple(due for due in owed if not store.leased(due.workspace))
    for due in idle:
        dispatcher.dispatch(due)
    return idle
