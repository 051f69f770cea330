"""The store on SQLite or PostgreSQL: transactions, leases, and the schema's version."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, Engine, func, select

from syncer.errors import TemporaryError
from syncer.ports import Lease
from syncer.store import leases, migrating
from syncer.store.connection import Mode, engine_for, in_mode, shown
from syncer.store.faults import not_set_up, translated
from syncer.store.unit_of_work import SqlUnitOfWork

LEASE = timedelta(seconds=120)
TURN = timedelta(seconds=30)
_ADVISORY_KEY = 0x0C52_5752_4954


def open_store(url: str) -> SqlStore:
    """The store at `sqlite:///PATH` or `postgresql://…`; it connects at the first use and never migrates.

    Raises StoreError for an address that cannot work.
    """
    return SqlStore(engine_for(url))


class SqlStore:
    """See `syncer.ports.Store`. Safe to share between threads; errors are StoreError or TemporaryError.

    A write inside a write waits for itself and ends as a TemporaryError after a while.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self.name = shown(engine.url)

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """A consistent view. Raises StoreError when something is written in it."""
        with self._transaction(Mode.READ) as connection:
            yield SqlUnitOfWork(connection)

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[SqlUnitOfWork]:
        """One transaction; what it reads cannot change before it ends."""
        with self._transaction(Mode.WRITE) as connection:
            _keep_apart(connection, lease)
            if lease is not None:
                leases.check(connection, lease)
            unit = SqlUnitOfWork(connection)
            yield unit
            unit.flush()

    def acquire(self, workspace: str, lifetime: timedelta = LEASE) -> Lease:
        """Takes the lease. Raises BusyError while somebody else holds it."""
        with self._transaction(Mode.WRITE) as connection:
            return leases.acquire(connection, workspace, lifetime)

    def renew(self, lease: Lease, lifetime: timedelta = LEASE) -> None:
        """Prolongs the lease. Raises LeaseLostError when it is not ours any more."""
        with self._transaction(Mode.WRITE) as connection:
            leases.renew(connection, lease, lifetime)

    def release(self, lease: Lease) -> None:
        """Gives the lease back."""
        with self._transaction(Mode.WRITE) as connection:
            leases.release(connection, lease)

    def leased(self, workspace: str) -> bool:
        """Whether somebody holds a live lease of the workspace."""
        with self._transaction(Mode.READ) as connection:
            return leases.is_held(connection, workspace)

    def current(self) -> str | None:
        """The revision the database is at; None for one that was never set up."""
        with self._transaction(Mode.READ) as connection:
            return migrating.current(connection)

    def head(self) -> str:
        """The revision this version works with."""
        return migrating.head()

    def upgrade(self) -> None:
        """Brings the database to `head`. Raises StoreError for one that a newer version wrote."""
        with self._transaction(Mode.MIGRATE) as connection:
            migrating.upgrade(connection, self.name)

    def require_head(self) -> None:
        """Raises StoreError unless the database is at `head`, saying what to do."""
        revision = self.current()
        if revision is not None and not migrating.is_known(revision):
            raise migrating.newer(self.name, revision)
        if revision != self.head():
            raise not_set_up(self.name)

    @contextmanager
    def _transaction(self, mode: Mode) -> Iterator[Connection]:
        with (
            self._turn(mode),
            translated(self.name, reading=mode is Mode.READ),
            self._engine.connect() as opened,
            in_mode(opened, mode) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _turn(self, mode: Mode) -> Iterator[None]:
        """Queues our own threads before SQLite, which lets those that wait poll, and starve."""
        if mode is Mode.READ or self._engine.dialect.name != "sqlite":
            yield
            return
        if not self._writing.acquire(timeout=TURN.total_seconds()):
            msg = f"database {self.name} is held by another thread of this process; it is tried again"
            raise TemporaryError(msg)
        try:
            yield
        finally:
            self._writing.release()


def _keep_apart(connection: Connection, lease: Lease | None) -> None:
    """Gives PostgreSQL what SQLite has: a write without lease runs alone.

    Those of different leases run side by side; those of one lease queue at its row.
    """
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if lease is None else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(_ADVISORY_KEY)))
