"""The schedule over time: missed slots counted, starts spread, no workspace overlapped."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path
from threading import Event, Lock

import pytest

from syncer.domain.sync import Due, SyncRun
from syncer.engine.tick import RECONCILE, slot_after, tick
from syncer.errors import BusyError, StoreError
from syncer.service.dispatch_local import LocalDispatcher
from syncer.service.due import run_due
from syncer.store.sql_store import SqlStore, open_store
from tests.service.house import START, HandClock, Tracker, engine_of, owe, owed, workspace

EVERY = timedelta(minutes=15)
TICK = timedelta(seconds=15)


@dataclass
class Noted:
    """A dispatcher that notes what it is given and does nothing."""

    dues: list[Due] = field(default_factory=list)

    def dispatch(self, due: Due) -> None:
        self.dues.append(due)


def test_slots_that_pass_while_one_is_open_are_counted_and_not_made_up(store: SqlStore) -> None:
    space = workspace()
    first = slot_after(space, START)
    clock = HandClock(first)
    with store.write() as work:
        work.set_next_slot("acme", "sync", first)
    assert tick([space], store, clock, Noted()) == (Due(workspace="acme", kind="sync", slot=first),)
    for passed in range(1, 4):
        clock.advance(EVERY)
        assert tick([space], store, clock, Noted()) == ()
        assert owed(store) == (Due(workspace="acme", kind="sync", slot=first, missed=passed),)
    clock.advance(10 * EVERY)
    tick([space], store, clock, Noted())
    (due,) = owed(store)
    assert due.missed == 13
    assert run_due(lambda _: engine_of(store, space), store, due) is not None
    assert owed(store) == ()
    clock.advance(EVERY)
    (again,) = tick([space], store, clock, Noted())
    assert again == Due(workspace="acme", kind="sync", slot=first + 14 * EVERY)


def test_an_open_due_is_handed_out_at_every_tick(store: SqlStore) -> None:
    due = owe(store)
    noted = Noted()
    for _ in range(2):
        tick([workspace()], store, HandClock(), noted)
    assert noted.dues == [due, due]


def test_a_thousand_workspaces_do_not_start_together() -> None:
    slots = [slot_after(workspace(f"workspace-{n}", EVERY), START) for n in range(1000)]
    assert all(START < slot <= START + EVERY for slot in slots)
    turns = Counter((slot - START) // TICK for slot in slots)
    assert max(turns.values()) <= ceil(3 * 1000 / (EVERY // TICK))
    # Chance puts more phases on the fullest of 900 seconds than on the mean one (1.1); how many syncs begin
    # in one second is bounded by the workers all the same.
    assert max(Counter(slots).values()) <= 8


@pytest.fixture
def second_store(tmp_path: Path, store: SqlStore) -> SqlStore:
    return open_store(f"sqlite:///{tmp_path / 'syncer.db'}")


class Overlap:
    """Counts how many fetches of a workspace run at once, and waits for a moment so that they could."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.fetched: Counter[str] = Counter()

    def tracker(self, name: str) -> Tracker:
        return Tracker(lambda: self._fetch(name))

    def _fetch(self, name: str) -> None:
        with self._lock:
            self._now[name] += 1
            self.fetched[name] += 1
            self.most[name] = max(self.most[name], self._now[name])
        Event().wait(0.01)
        with self._lock:
            self._now[name] -= 1


def test_two_services_at_once_sync_every_due_once_and_overlap_no_workspace(
    store: SqlStore, second_store: SqlStore
) -> None:
    names = [f"w{n}" for n in range(12)]
    dues = [owe(store, name) for name in names]
    overlap = Overlap()

    def service(own: SqlStore) -> LocalDispatcher:
        def run(due: Due) -> None:
            try:
                run_due(lambda name: engine_of(own, workspace(name), overlap.tracker(name)), own, due)
            except (BusyError, StoreError):
                return  # stays owed

        return LocalDispatcher(run, workers=4)

    services = [service(store), service(second_store)]
    while owed(store):
        with ThreadPoolExecutor(2) as callers:
            for one in services:
                callers.submit(hand_out, one, dues)
    assert [one.stop(20) for one in services] == [0, 0]
    second_store.close()
    assert overlap.fetched == Counter(dict.fromkeys(names, 1))
    assert set(overlap.most.values()) == {1}
    assert all(closed_run(store, due) for due in dues)


def hand_out(dispatcher: LocalDispatcher, dues: list[Due]) -> None:
    for due in dues:
        dispatcher.dispatch(due)


def closed_run(store: SqlStore, due: Due) -> SyncRun | None:
    with store.read() as work:
        run = work.run_of_slot(due.workspace, due.slot.isoformat())
    return run if run is not None and run.closed_at is not None else None


def test_every_night_at_the_local_time_everything_is_read_again(store: SqlStore) -> None:
    clock, space = HandClock(), workspace()
    tick([space], store, clock, Noted())
    with store.write() as work:
        for due in work.open_dues():
            work.finish_due(due)
    night = slot_after(space, clock.now(), RECONCILE)
    assert night.astimezone(space.zone).time() == space.reconcile_at
    clock.at = night
    new = tick([space], store, clock, Noted())
    assert Due(workspace="acme", kind="reconcile", slot=night) in new
    tracker = Tracker()
    run_due(lambda name: engine_of(store, space, tracker), store, new[-1])
    with store.read() as work:
        assert work.run_of_slot("acme", f"reconcile:{night.isoformat()}") is not None


def test_a_night_that_passed_unseen_is_counted_and_not_made_up(store: SqlStore) -> None:
    clock, space = HandClock(), workspace()
    tick([space], store, clock, Noted())
    night = slot_after(space, clock.now(), RECONCILE)
    clock.at = night + timedelta(days=2, hours=1)
    (due,) = [one for one in tick([space], store, clock, Noted()) if one.kind == "reconcile"]
    assert (due.slot, due.missed) == (night, 2)


def test_a_check_in_while_a_sync_is_open_is_synced_right_after_it(store: SqlStore) -> None:
    clock, space = HandClock(), workspace()
    (first,) = tick([space], store, clock, Noted())
    clock.advance(timedelta(seconds=7))
    asked = clock.now()
    with store.write() as work:
        work.set_next_slot("acme", "sync", asked)
    assert tick([space], store, clock, Noted()) == ()
    assert [due.missed for due in owed(store)] == [0]
    with store.write() as work:
        work.finish_due(first)
    assert tick([space], store, clock, Noted()) == (Due(workspace="acme", kind="sync", slot=asked),)
