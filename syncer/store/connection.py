"""How a connection to the database is opened, and how each kind of transaction begins on it."""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from syncer.errors import StoreError

_MODE = "syncer_mode"
_WAL_TRIES = 50


class Mode(StrEnum):
    """What a transaction is for."""

    READ = "read"
    WRITE = "write"
    MIGRATE = "migrate"


def in_mode(connection: Connection, mode: Mode) -> Connection:
    """The connection, set up for a transaction of this kind."""
    connection = connection.execution_options(**{_MODE: mode})
    if connection.dialect.name == "postgresql" and mode is Mode.READ:
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection


def shown(url: URL) -> str:
    """The database for people: a path, or name and host; never user or password."""
    if url.get_backend_name() == "sqlite":
        return (url.database or ":memory:").removeprefix("file:")
    return f"{url.database} at {url.host or 'the local socket'}"


def engine_for(address: str) -> Engine:
    """An engine that has not connected yet. Raises StoreError for an address that cannot work."""
    url = _checked(address)
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() != "sqlite")
    except ModuleNotFoundError:
        msg = "PostgreSQL needs its driver: install okr-syncer[postgres]"
        raise StoreError(msg) from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "do_connect", _prepare_file)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgres)
    return engine


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        backend = ""
    if backend in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        msg = "SYNCER_DATABASE_URL is not understood: it starts with sqlite:///PATH or postgresql://HOST/NAME"
        raise StoreError(msg)
    if url.database in {None, "", ":memory:"}:
        msg = (
            "an SQLite database in memory is lost at the end: name a file, as in sqlite:////var/lib/syncer.db"
        )
        raise StoreError(msg)
    return url


def _prepare_file(
    _dialect: Any,  # noqa: ANN401  the event's own signature
    _record: Any,  # noqa: ANN401
    arguments: list[Any],
    _options: dict[str, Any],
) -> None:
    """Makes the file ourselves, for us alone; SQLite would leave its mode to the umask."""
    path = Path(str(arguments[0]))
    if path.exists() or str(path).startswith("file:"):
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        msg = (
            f"database {path} cannot be created: "
            "give the service write access to its folder, or set SYNCER_STATE_DIR"
        )
        raise StoreError(msg) from None


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin a transaction only before the first change, after the reads it rests on.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")
    _write_ahead(connection)
    # WAL alone survives a killed process; a power cut needs FULL.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switches to WAL. SQLite does not wait for others in the switch itself, so they are waited for here."""
    for _ in range(_WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_MODE, Mode.READ)
    # Both pragmas do nothing inside a transaction. Batch migrations rebuild tables: with foreign keys on,
    # dropping the old parent table would delete its children.
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if mode == Mode.MIGRATE else 'ON'}")
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mode == Mode.READ else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if mode == Mode.READ else "BEGIN IMMEDIATE")


def _set_up_postgres(connection: Any, _record: object) -> None:  # noqa: ANN401  psycopg is optional
    connection.execute("SET timezone TO 'UTC'")
    connection.execute("SET lock_timeout TO '10s'")
    connection.commit()
