"""The schedule: which work is owed now. What nobody is working on is taken up again by `recover`.

Three kinds of work: a sync at every interval, a nightly reconcile that reads everything again, and the weekly
reminder of check-ins. At most one
of a kind is owed to a workspace at a time; slots that pass while it is open, or while the service is down,
are counted and not made up. Phases are spread by a hash of the workspace's id, so that a thousand workspaces
do not start in the same second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncer.domain.okr import Workspace
from syncer.domain.schedule import next_daily, next_weekly
from syncer.domain.sync import Due
from syncer.ports import Clock, Dispatcher, Store, UnitOfWork

SYNC = "sync"
RECONCILE = "reconcile"
CHECK_IN = "check_in"
KINDS = (SYNC, RECONCILE, CHECK_IN)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
_INTERVALS = {RECONCILE: DAY, CHECK_IN: timedelta(days=7)}
_INSTANT = timedelta(microseconds=1)


def phase(workspace_id: str, every: timedelta) -> timedelta:
    """Where in its interval a workspace's slots lie: the same on every machine and after every restart."""
    number = int.from_bytes(hashlib.sha256(workspace_id.encode()).digest()[:8], "big")
    return timedelta(seconds=number % max(1, int(every.total_seconds())))


def slot_after(workspace: Workspace, moment: datetime, kind: str = SYNC) -> datetime:
    """The first slot of a workspace for that kind of work that lies after the moment (UTC)."""
    if kind == RECONCILE:
        return next_daily(workspace.reconcile_at, workspace.zone, moment)
    if kind == CHECK_IN:
        return next_weekly(workspace.check_in_on, workspace.check_in_at, workspace.zone, moment)
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
        new = [due for kind in KINDS for due in _owed(work, known, kind, now)]
        owed = work.open_dues()
    for due in owed:
        if due.workspace in known and due.kind in KINDS:
            dispatcher.dispatch(due)
    return tuple(new)


def _owed(work: UnitOfWork, known: Mapping[str, Workspace], kind: str, now: datetime) -> list[Due]:
    slots = work.next_slots(kind)
    open_ = {due.workspace: due for due in work.open_dues() if due.kind == kind}
    fresh = [one for one in known.values() if one.id not in slots]
    slots = {**slots, **{one.id: _first_slot(one, kind, now, len(fresh)) for one in fresh}}
    for one in fresh:
        work.set_next_slot(one.id, kind, slots[one.id])
    ready = [workspace for workspace in known.values() if slots[workspace.id] <= now]
    dues = [_owe(work, one, kind, slots[one.id], open_.get(one.id), now) for one in ready]
    return [due for due in dues if due is not None]


def _first_slot(workspace: Workspace, kind: str, now: datetime, fresh: int) -> datetime:
    """Workspaces that were never scheduled start about one a second: one alone at once, many spread out."""
    if kind != SYNC:
        return slot_after(workspace, now, kind)
    return now + phase(workspace.id, min(workspace.sync_every, timedelta(seconds=fresh)))


def _owe(
    work: UnitOfWork, workspace: Workspace, kind: str, at: datetime, open_: Due | None, now: datetime
) -> Due | None:
    if open_ is not None and at != slot_after(workspace, at - _INSTANT, kind):
        return None  # asked for out of turn, by a check-in say, while one is open: it comes right after that
    work.set_next_slot(workspace.id, kind, slot_after(workspace, now, kind))
    passed = (now - at) // _INTERVALS.get(kind, workspace.sync_every)
    if open_ is not None:
        work.add_due(replace(open_, missed=open_.missed + 1 + passed))
        return None
    due = Due(workspace=workspace.id, kind=kind, slot=at, missed=passed)
    work.add_due(due)
    return due
