"""One owed sync: finished exactly when its run is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syncer.domain.sync import RunOutcome, SyncRun, Trigger
from syncer.errors import BusyError, FatalError, TemporaryError
from syncer.ports import Lease
from syncer.service.due import run_due
from syncer.store.sql_store import LEASE, SqlStore
from tests.service.house import START, Tracker, engine_of, owe, owed, workspace

SLOT = START.isoformat()


def run(slot: str = SLOT) -> SyncRun:
    return SyncRun(
        id=f"run of {slot}", workspace="acme", trigger=Trigger.SCHEDULE, slot=slot, started_at=START
    )


def runs(store: SqlStore, slot: str) -> SyncRun | None:
    with store.read() as work:
        return work.run_of_slot("acme", slot)


def test_syncs_under_its_slot_and_is_finished(store: SqlStore) -> None:
    due = owe(store)
    report = run_due(lambda name: engine_of(store, workspace(name)), store, due)
    assert report is not None
    assert report.requests == 1
    assert report.run == runs(store, SLOT)
    assert report.run is not None
    assert (report.run.trigger, report.run.outcome) == (Trigger.SCHEDULE, RunOutcome.DONE)
    assert owed(store) == ()


def test_a_slot_that_is_closed_already_is_only_finished(store: SqlStore) -> None:
    due = owe(store)
    with store.write() as work:
        work.start_run(run())
        work.save_run(replace(run(), closed_at=START, outcome=RunOutcome.DONE))
    tracker = Tracker()
    assert run_due(lambda name: engine_of(store, workspace(name), tracker), store, due) is None
    assert tracker.requests == 0
    assert owed(store) == ()


def test_a_run_that_was_cut_off_is_followed_by_another_attempt(store: SqlStore) -> None:
    due = owe(store)
    with store.write() as work:
        work.start_run(run())
        work.start_run(run(f"{SLOT}#2"))
    report = run_due(lambda name: engine_of(store, workspace(name)), store, due)
    assert report is not None
    assert report.run is not None
    assert report.run.slot == f"{SLOT}#3"
    cut_off = runs(store, SLOT)
    assert cut_off is not None
    assert cut_off.closed_at is None
    assert owed(store) == ()


def test_a_later_attempt_that_closed_counts_for_the_slot(store: SqlStore) -> None:
    due = owe(store)
    with store.write() as work:
        work.start_run(run())
        work.start_run(replace(run(f"{SLOT}#2"), closed_at=START, outcome=RunOutcome.PARTIAL))
    tracker = Tracker()
    assert run_due(lambda name: engine_of(store, workspace(name), tracker), store, due) is None
    assert tracker.requests == 0
    assert owed(store) == ()


class Rival:
    """Another service in the middle of the slot, which closes its run and gives the lease back when told."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._lease = store.acquire("acme")
        with store.write(self._lease) as work:
            work.start_run(run())

    def finish(self) -> None:
        with self._store.write(self._lease) as work:
            work.save_run(replace(run(), closed_at=START, outcome=RunOutcome.DONE))
        self._store.release(self._lease)


class RacedAtTheLease(SqlStore):
    """A store whose rival finishes at the last moment before our lease."""

    rival: Rival

    def acquire(self, workspace: str, lifetime: timedelta = LEASE) -> Lease:
        self.rival.finish()
        return super().acquire(workspace, lifetime)


class RacedAtTheLook(SqlStore):
    """A store whose rival finishes just before we look whether it is alive."""

    rival: Rival

    def leased(self, workspace: str) -> bool:
        self.rival.finish()
        return super().leased(workspace)


def test_a_run_that_may_still_be_alive_is_not_repeated(store: SqlStore) -> None:
    due = owe(store)
    raced = RacedAtTheLease(store._engine)
    raced.rival = Rival(store)
    tracker = Tracker()
    with pytest.raises(BusyError) as caught:
        run_due(lambda name: engine_of(raced, workspace(name), tracker), raced, due)
    assert caught.value.sentence == "workspace acme is being synced by another run"
    assert tracker.requests == 0
    assert owed(store) == (due,)


def test_a_run_that_closes_while_we_look_is_not_repeated(store: SqlStore) -> None:
    due = owe(store)
    raced = RacedAtTheLook(store._engine)
    raced.rival = Rival(store)
    tracker = Tracker()
    assert run_due(lambda name: engine_of(raced, workspace(name), tracker), raced, due) is None
    assert tracker.requests == 0
    assert owed(store) == ()


def test_while_a_manual_sync_holds_the_workspace_the_due_stays_open(store: SqlStore) -> None:
    due = owe(store)
    lease = store.acquire("acme")
    with pytest.raises(BusyError):
        run_due(lambda name: engine_of(store, workspace(name)), store, due)
    assert owed(store) == (due,)
    store.release(lease)
    assert run_due(lambda name: engine_of(store, workspace(name)), store, due) is not None
    assert owed(store) == ()


def test_a_workspace_that_cannot_be_worked_with_leaves_the_due_open(store: SqlStore) -> None:
    def nowhere(name: str) -> None:
        raise FatalError(f"there is no workspace {name}")

    due = owe(store)
    with pytest.raises(FatalError, match="there is no workspace acme"):
        run_due(nowhere, store, due)  # type: ignore[arg-type]
    assert owed(store) == (due,)


def test_a_tracker_that_is_down_closes_the_run_all_the_same(store: SqlStore) -> None:
    def down() -> None:
        raise TemporaryError("the tracker does not answer")

    due = owe(store)
    report = run_due(lambda name: engine_of(store, workspace(name), Tracker(down)), store, due)
    assert report is not None
    assert report.run is not None
    assert report.run.outcome is RunOutcome.FAILED
    assert owed(store) == ()
