"""The schedule: which syncs are owed now, and what to do about owed ones nobody is working on.

At most one sync of a workspace is owed at a time; slots that pass while it is open, or while the service is
down, are counted and not made up. Phases are spread by a hash of the workspace's id, so that a thousand
workspaces do not start in the same second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncer.domain.okr import Workspace
from syncer.domain.sync import Due
from syncer.ports import Clock, Dispatcher, Store, UnitOfWork

SYNC = "sync"
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def phase(workspace_id: str, every: timedelta) -> timedelta:
    """Where in its interval a workspace's slots lie: the same on every machine and after every restart."""
    number = int.from_bytes(hashlib.sha256(workspace_id.encode()).digest()[:8], "big")
    return timedelta(seconds=number % max(1, int(every.total_seconds())))


def slot_after(workspace: Workspace, moment: datetime) -> datetime:
    """The first slot of a workspace that lies after the moment (UTC)."""
    every = workspace.sync_every
    first = EPOCH + phase(workspace.id, every)
    return first + every * ((moment - first) // every + 1)


def tick(
    workspaces: Iterable[Workspace], store: Store, clock: Clock, dispatcher: Dispatcher
) -> tuple[Due, ...]:
    """Notes what is owed now and hands every open due to the dispatcher. Returns the dues that are new."""
    now = clock.now()
    known = {workspace.id: workspace for workspace in workspaces}
    with store.write() as work:
        open_ = {due.workspace: due for due in work.open_dues() if due.kind == SYNC}
        _schedule_new(work, [one for one in known.values() if one.id not in open_], now)
        new = [
            due
            for workspace in known.values()
            if (due := _owe(work, workspace, open_.get(workspace.id), now)) is not None
        ]
        owed = work.open_dues()
    for due in owed:
        if due.workspace in known:
            dispatcher.dispatch(due)
    return tuple(new)


def _schedule_new(work: UnitOfWork, workspaces: Iterable[Workspace], now: datetime) -> None:
    """Workspaces that were never scheduled start about one a second: one alone at once, many spread out."""
    new = [one for one in workspaces if work.next_slot(one.id, SYNC) is None]
    for workspace in new:
        spread = min(workspace.sync_every, timedelta(seconds=len(new)))
        work.set_next_slot(workspace.id, SYNC, now + phase(workspace.id, spread))


def _owe(work: UnitOfWork, workspace: Workspace, open_: Due | None, now: datetime) -> Due | None:
    at = work.next_slot(workspace.id, SYNC)
    if at is None:
        work.set_next_slot(workspace.id, SYNC, slot_after(workspace, now))
        return None
    if at > now:
        return None
    work.set_next_slot(workspace.id, SYNC, slot_after(workspace, now))
    passed = (now - at) // workspace.sync_every
    if open_ is not None:
        work.add_due(replace(open_, missed=open_.missed + 1 + passed))
        return None
    due = Due(workspace=workspace.id, kind=SYNC, slot=at, missed=passed)
    work.add_due(due)
    return due
