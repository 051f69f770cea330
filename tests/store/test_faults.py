"""What an operator reads when the database cannot be used."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError

from syncer.domain.sync import ConnectorState
from syncer.errors import StoreError, SyncerError, TemporaryError
from syncer.store.connection import engine_for
from syncer.store.faults import translated
from syncer.store.sql_store import SqlStore, open_store
from tests.store.values import ACME, NOW, run

ACCESS = "give the service write access to its folder, or set SYNCER_STATE_DIR"


@contextmanager
def opened(address: str) -> Iterator[SqlStore]:
    with closing(open_store(address)) as store:
        yield store


def sentence_of(store: SqlStore) -> str:
    with pytest.raises(SyncerError) as caught:
        store.acquire(ACME)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_the_folder_and_the_file_are_made_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state" / "syncer.db"
    with opened(f"sqlite:///{path}") as store:
        store.upgrade()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes.pop("syncer.db") == 0o600
    assert set(modes.values()) <= {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_opening_touches_nothing(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/state/syncer.db"):
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "syncer.db"
    with opened(f"sqlite:///{path}") as store:
        assert sentence_of(store) == f"database {path} cannot be created: {ACCESS}"


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}") as store:
        assert sentence_of(store) == f"database {tmp_path} cannot be opened: {ACCESS}"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)
    with opened(f"sqlite:///{path}") as store:
        assert sentence_of(store) == (
            f"database {path} is not an SQLite database: set SYNCER_DATABASE_URL to the right file"
        )


def test_a_read_only_database(tmp_path: Path) -> None:
    path = tmp_path / "syncer.db"
    with opened(f"sqlite:///{path}") as store:
        store.upgrade()
    with opened(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert store.current() == store.head()
        assert sentence_of(store) == f"database {path} is read-only: {ACCESS}"


def test_a_database_somebody_else_has_locked(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/syncer.db"
    with opened(address) as holder, opened(address) as store:
        holder.upgrade()
        event.listen(store._engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=0"))
        with holder.write():
            sentence = sentence_of(store)
            assert store.current() == store.head()
        with pytest.raises(TemporaryError), holder.write():
            store.acquire(ACME)
    assert sentence == (
        f"database {tmp_path}/syncer.db is locked by another process for more than 10 s; it is tried again"
    )


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_server_on_which_somebody_else_writes_for_long(store: SqlStore, address: str) -> None:
    with opened(address) as hurried, store.write():
        event.listen(hurried._engine, "connect", set_lock_timeout)
        with pytest.raises(TemporaryError) as caught, hurried.write():
            pass
    assert str(caught.value) == (
        f"database {store.name} is busy: another transaction holds it for more than 10 s; it is tried again"
    )


def set_lock_timeout(raw: Any, _record: object) -> None:
    raw.execute("SET lock_timeout TO '20ms'")
    raw.commit()


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_database_the_server_does_not_have(address: str) -> None:
    elsewhere = make_url(address).set(database="nowhere").render_as_string(hide_password=False)
    with opened(elsewhere) as store:
        assert sentence_of(store) == (
            f"database {store.name} does not answer or does not let us in; it is tried again"
        )


class RefusedError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("DETAIL: Key (note)=(hunter2)")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "kind", "sentence"),
    [
        ("25006", StoreError, "database d is read-only: set SYNCER_DATABASE_URL to the primary server"),
        (
            "42501",
            StoreError,
            "database d does not let this user do it: make the user the owner of its tables",
        ),
        ("53100", StoreError, "database d has no room left: free space on its disk"),
        ("42P01", StoreError, "database d is not set up for this version: run `syncer db upgrade`"),
        (
            "40001",
            TemporaryError,
            "database d was changed by somebody else at the same moment; it is tried again",
        ),
        (
            "40P01",
            TemporaryError,
            "database d was changed by somebody else at the same moment; it is tried again",
        ),
        ("57P01", TemporaryError, "database d does not answer or does not let us in; it is tried again"),
        ("08006", TemporaryError, "database d does not answer or does not let us in; it is tried again"),
        ("22003", StoreError, "database d refused a statement (22003): report this as a defect"),
    ],
)
def test_what_a_server_answers(sqlstate: str, kind: type[SyncerError], sentence: str) -> None:
    error = DBAPIError("INSERT INTO t", {"note": "hunter2"}, RefusedError(sqlstate))
    with pytest.raises(kind) as caught, translated("d"):
        raise error
    assert str(caught.value) == sentence
    assert caught.value.__cause__ is None


def test_a_full_disk(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/syncer.db"
    with opened(address) as store:
        store.upgrade()
    with opened(address) as store:
        event.listen(store._engine, "connect", lambda raw, _record: raw.execute("PRAGMA max_page_count=1"))
        with pytest.raises(StoreError) as caught, store.write() as unit:
            unit.save_connector_state(ACME, "jira", ConnectorState("x" * 10_000_000))
    assert str(caught.value) == f"database {tmp_path}/syncer.db has no room left: free space on its disk"


def test_more_work_at_once_than_connections(store: SqlStore) -> None:
    store._engine.pool._timeout = 0.01  # type: ignore[attr-defined]
    with ExitStack() as busy:
        for _ in range(15):
            busy.enter_context(store.read())
        sentence = sentence_of(store)
    assert sentence == f"database {store.name} has all its connections in use; it is tried again"
    assert store.current() == store.head()


def test_every_connection_is_set_up(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/syncer.db")
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10000, "synchronous": 2}


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "syncer.db"
    with opened(f"sqlite:///{path}") as store:
        store.upgrade()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with opened(f"sqlite:///{path}") as store:
        assert sentence_of(store) == (
            f"database {path} is damaged: stop the service and restore a backup with `syncer db restore`"
        )


def test_writing_in_a_read_says_where_it_belongs(store: SqlStore) -> None:
    with pytest.raises(StoreError) as caught, store.read() as unit:
        unit.set_next_slot(ACME, "sync", NOW)
    assert str(caught.value) == (
        "this transaction only reads; what changes something belongs into Store.write()"
    )
    with store.write() as unit:
        unit.set_next_slot(ACME, "sync", NOW)


def test_a_row_that_is_there_already_is_a_sentence_without_values(store: SqlStore) -> None:
    with store.write() as unit:
        unit.start_run(run())
    with pytest.raises(StoreError) as caught, store.write() as unit:
        unit.start_run(run())
    assert str(caught.value) == (
        f"database {store.name} refused a row that contradicts what it holds: another run stored it first"
    )


@pytest.mark.parametrize(
    "address", ["", "acme", "mysql://u:hunter2@h/db", "sqlserver://u:hunter2@h/db", "pg:x"]
)
def test_an_address_that_is_not_understood(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(address)
    assert str(caught.value) == (
        "SYNCER_DATABASE_URL is not understood: it starts with sqlite:///PATH or postgresql://HOST/NAME"
    )


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(address)
    assert str(caught.value) == (
        "an SQLite database in memory is lost at the end: name a file, as in sqlite:////var/lib/syncer.db"
    )


def test_a_server_that_cannot_be_reached_is_named_without_its_password() -> None:
    with opened("postgresql://okr:hunter2@127.0.0.1:1/okr") as store:
        assert store.name == "okr at 127.0.0.1"
        with pytest.raises(TemporaryError) as caught:
            store.acquire(ACME)
    assert (
        str(caught.value)
        == "database okr at 127.0.0.1 does not answer or does not let us in; it is tried again"
    )
    assert caught.value.hint == (
        "check that the server runs, and name, user and password in SYNCER_DATABASE_URL"
    )
