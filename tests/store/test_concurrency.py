from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from syncer.domain.sync import ConnectorState
from syncer.errors import TemporaryError
from syncer.store import migrating, sql_store
from syncer.store.connection import Mode
from syncer.store.sql_store import SqlStore
from tests.databases import DURABLE
from tests.store.child import BUSY, add_one
from tests.store.values import ACME

ROOT = Path(__file__).parents[2]
THREADS, PROCESSES, EACH = 8, 2, 30


def child(command: str, address: str, argument: int = 0) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.store.child", command, address, str(argument)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=120)
    return process.returncode


def test_no_update_is_lost_between_threads_and_processes(store: SqlStore, address: str) -> None:
    others = [child("count", address, EACH) for _ in range(PROCESSES)]
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(add_one, store) for _ in range(THREADS * EACH)]:
            done.result()
    assert [finish(other) for other in others] == [0] * PROCESSES
    with store.read() as unit:
        assert unit.connector_state(ACME, "jira").connection == str((THREADS + PROCESSES) * EACH)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_write_inside_a_write_ends(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_store, "TURN", timedelta(seconds=0.01))
    with store.write(), pytest.raises(TemporaryError) as caught:
        store.acquire(ACME)
    assert str(caught.value) == (
        f"database {store.name} is held by another thread of this process; it is tried again"
    )
    assert store.acquire(ACME).token == 1


def test_no_update_is_lost_under_one_lease(store: SqlStore) -> None:
    lease = store.acquire(ACME)

    def add_one_leased() -> None:
        with store.write(lease) as unit:
            before = int(unit.connector_state(ACME, "jira").connection or "0")
            unit.save_connector_state(ACME, "jira", ConnectorState(str(before + 1)))

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(add_one_leased) for _ in range(200)]:
            done.result()
    with store.read() as unit:
        assert unit.connector_state(ACME, "jira").connection == "200"


def test_a_read_does_not_see_what_is_committed_meanwhile(store: SqlStore) -> None:
    with store.read() as unit:
        before = unit.connector_state(ACME, "jira")
        with store.write() as other:
            other.save_connector_state(ACME, "jira", ConnectorState("new"))
        assert unit.connector_state(ACME, "jira") == before
    with store.read() as unit:
        assert unit.connector_state(ACME, "jira") == ConnectorState("new")


@pytest.mark.parametrize("address", ["sqlite", DURABLE], indirect=True)
def test_a_killed_writer_leaves_whole_transactions(store: SqlStore, address: str) -> None:
    acknowledged = -1
    for killed_after in (1, 3, 7, 20, 45):
        writer = child("pairs", address, acknowledged + 2)
        assert writer.stdout is not None
        for _ in range(killed_after):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        with store.read() as unit:
            entered = [int(check_in.value) for check_in in unit.check_ins(ACME)]
            assert {str(number) for number in entered} == set(unit.connector_state(ACME, "jira").items)
        assert acknowledged in entered
        assert len(set(entered)) == len(entered)
    if store._engine.dialect.name == "sqlite":
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_one_of_many_gets_the_lease(store: SqlStore, address: str) -> None:
    others = [child("hold", address) for _ in range(4)]
    assert sorted(finish(other) for other in others) == [0, BUSY, BUSY, BUSY]
    assert store.leased(ACME)


def test_two_upgrades_at_once_are_one(empty: SqlStore, address: str) -> None:
    others = [child("upgrade", address) for _ in range(3)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(empty.upgrade) for _ in range(2)]:
            done.result()
    assert [finish(other) for other in others] == [0, 0, 0]
    assert empty.current() == empty.head()


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_an_upgrade_waits_for_the_one_that_runs(empty: SqlStore, address: str) -> None:
    with empty._transaction(Mode.MIGRATE) as connection:
        migrating.upgrade(connection, empty.name)
        other = child("upgrade", address)
        assert any(somebody_waits(empty) or Event().wait(0.05) for _ in range(400))
    assert finish(other) == 0
    assert empty.current() == empty.head()


def somebody_waits(store: SqlStore) -> bool:
    with store._engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.exec_driver_sql(waiting).scalar_one())
