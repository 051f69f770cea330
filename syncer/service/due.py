"""Working off what is owed: one sync, or one round of reminders."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, count

from syncer.domain.sync import Due, Trigger
from syncer.engine.report import SyncReport
from syncer.engine.sync import Engine, Wish, run_sync
from syncer.engine.tick import CHECK_IN, RECONCILE, SYNC
from syncer.errors import BusyError
from syncer.ports import Store
from syncer.service.reminding import remind


def run_due(engine_for: Callable[[str], Engine], store: Store, due: Due) -> SyncReport | None:
    """Syncs what is owed and marks it as done once its run is closed; None where it was closed before.

    A reminder has no run: its lines are logged (again, if it was cut off before it was marked as done).

    A run that was cut off, even after its record (step 6), is not taken up where it stopped: the workspace is
    synced again, as a second sync is silent and what is owed to the trackers is in the outbox. The store has
    one run per scheduled slot, so the next attempt is named after the slot with a number: `…+00:00#2`.
    Raises what `run_sync` and `engine_for` raise (BusyError while a manual sync runs); the due stays open
    then, for the next recovery.
    """
    if due.kind == CHECK_IN:
        engine = engine_for(due.workspace)
        remind(engine.workspace, store, engine.clock)
        _finish(store, due)
        return None
    attempt = _attempt(store, due)
    if attempt is not None and attempt != _name(due):
        attempt = _sure_attempt(store, due)
    report = None
    if attempt is not None:
        wish = Wish(trigger=Trigger.SCHEDULE, slot=attempt, fresh=due.kind == RECONCILE, missed=due.missed)
        report = run_sync(engine_for(due.workspace), wish)
    _finish(store, due)
    return report


def _finish(store: Store, due: Due) -> None:
    with store.write() as work:
        work.finish_due(due)


def _name(due: Due) -> str:
    slot = due.slot.isoformat()
    return slot if due.kind == SYNC else f"{due.kind}:{slot}"


def _attempt(store: Store, due: Due) -> str | None:
    """The name of the first attempt nobody has begun; None where an earlier one is closed."""
    first = _name(due)
    with store.read() as work:
        for name in chain([first], (f"{first}#{number}" for number in count(2))):
            run = work.run_of_slot(due.workspace, name)
            if run is None:
                return name
            if run.closed_at is not None:
                return None
    return None


def _sure_attempt(store: Store, due: Due) -> str | None:
    """The same, asked after a look at the lease: a run that is open before and after it was cut off."""
    if store.leased(due.workspace):
        msg = f"workspace {due.workspace} is being synced by another run"
        raise BusyError(msg)
    return _attempt(store, due)
