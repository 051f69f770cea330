"""The threads: nothing twice, never two syncs of one workspace, a quiet stop."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event, Lock

from syncer.domain.sync import Due
from syncer.service.dispatch_local import LocalDispatcher
from tests.service.house import START

WAIT = 10


def due(name: str, minutes: int = 0) -> Due:
    return Due(workspace=name, kind="sync", slot=START + timedelta(minutes=minutes))


class Work:
    """Runs dues that wait to be let go, and remembers what ran and how many at once."""

    def __init__(self) -> None:
        self.ran: list[Due] = []
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = Lock()
        self.started = Event()
        self.let_go = Event()

    def __call__(self, due: Due) -> None:
        with self._lock:
            self.ran.append(due)
            for key in (due.workspace, "all"):
                self._now[key] += 1
                self.most[key] = max(self.most[key], self._now[key])
        self.started.set()
        assert self.let_go.wait(WAIT)
        with self._lock:
            self._now[due.workspace] -= 1
            self._now["all"] -= 1


def test_a_due_that_is_queued_or_running_is_not_taken_twice() -> None:
    work = Work()
    dispatcher = LocalDispatcher(work, workers=1)
    for name in ("running", "queued") * 3:
        dispatcher.dispatch(due(name))
    work.let_go.set()
    assert work.started.wait(WAIT)
    dispatcher._pool.shutdown(wait=True)
    assert work.ran == [due("running"), due("queued")]


def test_another_slot_of_a_workspace_waits_until_the_first_is_over() -> None:
    work = Work()
    dispatcher = LocalDispatcher(work, workers=4)
    dispatcher.dispatch(due("acme"))
    assert work.started.wait(WAIT)
    dispatcher.dispatch(due("acme", minutes=15))
    work.let_go.set()
    dispatcher._pool.shutdown(wait=True)
    assert work.ran == [due("acme")]


def test_a_workspace_is_taken_again_once_its_sync_is_over() -> None:
    over = Barrier(2)
    dispatcher = LocalDispatcher(lambda _: over.wait(WAIT), workers=1)
    for minutes in (0, 15, 30):
        dispatcher.dispatch(due("acme", minutes))
        future = dispatcher._futures["acme"]
        over.wait(WAIT)
        future.result(WAIT)
    assert dispatcher.stop(WAIT) == 0


def test_a_queued_due_runs_with_the_missed_slots_counted_last() -> None:
    work = Work()
    dispatcher = LocalDispatcher(work, workers=1)
    dispatcher.dispatch(due("first"))
    assert work.started.wait(WAIT)
    dispatcher.dispatch(due("late"))
    dispatcher.dispatch(replace(due("late"), missed=2))
    work.let_go.set()
    dispatcher._pool.shutdown(wait=True)
    assert work.ran[1].missed == 2


def test_many_callers_never_overlap_one_workspace_and_never_exceed_the_workers() -> None:
    work = Work()
    work.let_go.set()
    dispatcher = LocalDispatcher(work, workers=3)
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(lambda n: dispatcher.dispatch(due(f"w{n % 5}", n)), range(500)))
    dispatcher._pool.shutdown(wait=True)
    assert len(work.ran) >= 5
    assert work.most.pop("all") <= 3
    assert set(work.most.values()) == {1}


def test_a_run_that_raises_frees_its_workspace_and_its_thread() -> None:
    ran: list[Due] = []

    def fails(due: Due) -> None:
        ran.append(due)
        raise ValueError("no sentence")

    dispatcher = LocalDispatcher(fails, workers=1)
    dispatcher.dispatch(due("acme"))
    dispatcher.dispatch(due("other"))
    dispatcher._pool.shutdown(wait=True)
    assert ran == [due("acme"), due("other")]
    assert dispatcher._taken == {}


def test_stop_takes_nothing_more_drops_what_is_queued_and_waits_for_what_runs() -> None:
    work = Work()
    dispatcher = LocalDispatcher(work, workers=1)
    dispatcher.dispatch(due("running"))
    assert work.started.wait(WAIT)
    dispatcher.dispatch(due("queued"))
    assert dispatcher.stop(0.01) == 1
    dispatcher.dispatch(due("late"))
    work.let_go.set()
    assert dispatcher.stop(WAIT) == 0
    assert work.ran == [due("running")]
