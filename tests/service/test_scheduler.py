"""The service in this process: two jobs, the syncs they owe, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from syncer.domain.okr import Workspace
from syncer.domain.sync import Due
from syncer.engine.report import Exposed, SyncReport
from syncer.errors import BusyError, CredentialsError, FatalError, StoreError, TemporaryError
from syncer.service.chronicle import Chronicle
from syncer.service.dispatch_local import LocalDispatcher
from syncer.service.due import run_due
from syncer.service.health import listening
from syncer.service.scheduler import Service, _is_reachable, _schedule, serve_until
from syncer.store.sql_store import SqlStore, open_store
from tests.service.house import START, RealClock, Tracker, engine_of, owe, owed, workspace

WAIT = 20
SOON = timedelta(seconds=0.02)
NEVER = timedelta(hours=1)
Log = Callable[[], list[dict[str, Any]]]


def service_on(store: SqlStore, **others: Any) -> Service:
    return replace(
        Service(
            workspaces=lambda: [workspace()],
            store=store,
            clock=RealClock(),
            run=lambda due: run_due(lambda name: engine_of(store, workspace(name)), store, due),
            version="1.2.3",
            grace=timedelta(seconds=WAIT),
        ),
        **others,
    )


@contextmanager
def served(service: Service) -> Iterator[None]:
    stopping = Event()
    with ThreadPoolExecutor(1) as pool:
        left = pool.submit(serve_until, stopping, service)
        try:
            yield
        finally:
            stopping.set()
            assert left.result(WAIT) == 0


def due_at_start(store: SqlStore) -> None:
    with store.write() as work:
        work.set_next_slot("acme", "sync", START)


def test_the_first_tick_comes_at_once_and_what_it_owes_is_synced(store: SqlStore, log: Log) -> None:
    due_at_start(store)
    ran = Event()

    def run(due: Due) -> SyncReport | None:
        try:
            return run_due(lambda name: engine_of(store, workspace(name)), store, due)
        finally:
            ran.set()

    with served(service_on(store, run=run, tick_every=NEVER, recover_every=NEVER)):
        assert ran.wait(WAIT)
    assert owed(store) == ()
    (closed,) = [line for line in log() if line["event"] == "sync closed"]
    assert closed.pop("run")
    assert closed.pop("missed") > 0
    assert closed == {
        "level": "info",
        "event": "sync closed",
        "workspace": "acme",
        "slot": START.isoformat(),
        "outcome": "done",
        "requests": 1,
        "writes": 0,
        "created": 0,
        "updated": 0,
        "removed": 0,
        "changed": 1,
        "unread": 0,
        "held_back": 0,
        "exposed": 0,
        "seconds": 0.0,
    }


def test_recovery_brings_back_what_was_put_off(store: SqlStore, log: Log) -> None:
    owe(store)
    turns: list[Due] = []
    done = Event()

    def run(due: Due) -> None:
        turns.append(due)
        if len(turns) < 3:
            raise BusyError("workspace acme is being synced by another run")
        with store.write() as work:
            work.finish_due(due)
        done.set()

    with served(service_on(store, run=run, tick_every=NEVER, recover_every=SOON)):
        assert done.wait(WAIT)
    assert owed(store) == ()
    put_off = [line for line in log() if line["event"] == "sync put off"]
    assert [line["why"] for line in put_off] == ["workspace acme is being synced by another run"]


class Moody:
    """Gives the workspaces, but raises at its turns 2 to 4, counted from the start of the service."""

    def __init__(self) -> None:
        self.turns = 0
        self.over = Event()

    def __call__(self) -> list[Workspace]:
        self.turns += 1
        if self.turns >= 6:
            self.over.set()
        if 2 <= self.turns <= 4:
            raise StoreError("database syncer.db is read-only")
        return [workspace()]


def test_a_schedule_that_fails_says_so_once_goes_on_and_says_when_it_works_again(
    store: SqlStore, log: Log
) -> None:
    moody = Moody()
    with served(service_on(store, workspaces=moody, tick_every=SOON, recover_every=NEVER)):
        assert moody.over.wait(WAIT)
    told = [line for line in log() if line["event"].startswith("schedule")]
    assert told == [
        {
            "level": "error",
            "event": "schedule failed",
            "job": "tick",
            "why": "database syncer.db is read-only",
        },
        {"level": "info", "event": "schedule works again", "job": "tick"},
    ]


def test_one_workspace_that_fails_stops_no_other(store: SqlStore, log: Log) -> None:
    def run(due: Due) -> None:
        if due.workspace == "broken":
            raise KeyError("a\nline")
        with store.write() as work:
            work.finish_due(due)
        done.set()

    done = Event()
    broken = owe(store, "broken")
    owe(store, "fine")
    both = [workspace("broken"), workspace("fine")]
    with served(service_on(store, run=run, workspaces=lambda: both, workers=1, tick_every=SOON)):
        assert done.wait(WAIT)
    assert owed(store) == (broken,)
    told = [line for line in log() if line["event"] == "sync failed"]
    assert told == [
        {
            "level": "error",
            "event": "sync failed",
            "workspace": "broken",
            "slot": START.isoformat(),
            "why": "KeyError was not foreseen: report this as a defect",
            "error": "KeyError: 'a\\nline'",
        }
    ]


def test_a_due_of_a_workspace_that_is_no_longer_configured_is_left_alone(store: SqlStore) -> None:
    gone = owe(store, "gone")
    ran: list[Due] = []
    done = Event()

    def run(due: Due) -> None:
        ran.append(due)
        done.set()

    owe(store)
    with served(service_on(store, run=run)):
        assert done.wait(WAIT)
    assert {due.workspace for due in ran} == {"acme"}
    assert gone in owed(store)


def test_there_are_two_jobs_that_never_pile_up(store: SqlStore) -> None:
    service = service_on(store)
    dispatcher = LocalDispatcher(service.run, 1)
    scheduler: Any = _schedule(service, dispatcher, Chronicle())
    scheduler.start(paused=True)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    scheduler.shutdown()
    dispatcher.stop(0)
    assert {name: job.trigger.interval for name, job in jobs.items()} == {
        "tick": timedelta(seconds=15),
        "recover": timedelta(seconds=30),
    }
    for job in jobs.values():
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


def test_a_port_in_use_stops_the_service_before_it_has_begun(store: SqlStore) -> None:
    due_at_start(store)
    with (
        listening("127.0.0.1", 0, version="1", checks={}) as port,
        pytest.raises(FatalError, match="set SYNCER_WEB__HOST and SYNCER_WEB__PORT"),
    ):
        serve_until(Event(), service_on(store, port=port))
    assert owed(store) == ()


def test_a_database_that_is_not_set_up_is_not_reachable(tmp_path: Path, store: SqlStore) -> None:
    bare = open_store(f"sqlite:///{tmp_path / 'bare.db'}")
    assert _is_reachable(store)
    assert not _is_reachable(bare)
    bare.close()


def test_a_connection_that_fails_is_said_once_and_once_when_it_is_back(store: SqlStore, log: Log) -> None:
    states: list[Exception | None] = [
        TemporaryError("jira does not answer", hint="look at its status page"),
        TemporaryError("jira does not answer"),
        CredentialsError("jira refused the token"),
        None,
        None,
    ]
    chronicle = Chronicle()
    for minutes, state in enumerate(states):
        due = owe(store, slot=START + timedelta(minutes=minutes))
        sync_and_tell(store, chronicle, due, state)
    told = [line for line in log() if line["event"].startswith("connection")]
    assert [(line["event"], line.get("outcome"), line.get("why")) for line in told] == [
        ("connection failed", "failed", "jira does not answer"),
        ("connection failed", "credentials", "jira refused the token"),
        ("connection works again", None, None),
    ]
    assert told[0]["hint"] == "look at its status page"
    assert len([line for line in log() if line["event"] == "sync closed"]) == 5


def test_a_connection_in_back_off_is_no_news(store: SqlStore, log: Log) -> None:
    chronicle = Chronicle()
    for minutes in range(3):
        due = owe(store, slot=START + timedelta(minutes=minutes))
        sync_and_tell(store, chronicle, due, TemporaryError("jira is busy", retry_after=3600))
    told = [line for line in log() if line["event"] == "connection failed"]
    assert [line["why"] for line in told] == ["jira is busy"]


def test_confidential_text_that_stands_is_said_once_and_once_when_it_is_gone(log: Log) -> None:
    due = Due(workspace="acme", kind="sync", slot=START)
    away, off = Exposed("jira", None, "jira is gone", 2), Exposed("jira", None, "write_to: off", 2)
    chronicle = Chronicle()
    for exposed in ((), (away,), (away,), (off,), (), ()):
        chronicle.closed(due, SyncReport(workspace="acme", run=None, connections=(), exposed=exposed))

    told = [(line["event"], line.get("items"), line.get("why")) for line in log()]
    assert [one for one in told if one[0] != "sync closed"] == [
        ("confidential text stands", 2, "jira is gone"),
        ("confidential text stands", 2, "write_to: off"),
        ("nothing confidential stands any more", None, None),
    ]
    assert [line["exposed"] for line in log() if line["event"] == "sync closed"] == [0, 2, 2, 2, 0, 0]


def sync_and_tell(store: SqlStore, chronicle: Chronicle, due: Due, error: Exception | None) -> None:
    tracker = Tracker(raising(error))
    report = run_due(lambda name: engine_of(store, workspace(name), tracker), store, due)
    assert report is not None
    chronicle.closed(due, report)


def raising(error: Exception | None) -> Callable[[], None]:
    def fetch() -> None:
        if error is not None:
            raise error

    return fetch
