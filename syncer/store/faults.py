"""What the database's own errors mean for the one who runs us, as sentences without SQL or values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from syncer.errors import StoreError, SyncerError, TemporaryError

_ACCESS = "give the service write access to its folder, or set SYNCER_STATE_DIR"
_AGAIN = "it is tried again"
_ONLY_READS = "this transaction only reads; what changes something belongs into Store.write()"

_SQLITE = {
    sqlite3.SQLITE_READONLY: f"is read-only: {_ACCESS}",
    sqlite3.SQLITE_CANTOPEN: f"cannot be opened: {_ACCESS}",
    sqlite3.SQLITE_PERM: f"cannot be opened: {_ACCESS}",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database: set SYNCER_DATABASE_URL to the right file",
    sqlite3.SQLITE_CORRUPT: "is damaged: stop the service and restore a backup with `syncer db restore`",
    sqlite3.SQLITE_FULL: "has no room left: free space on its disk",
    sqlite3.SQLITE_IOERR: "could not be read or written by the operating system: look at its disk",
}
_READ_ONLY = "25006"
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    _READ_ONLY: "is read-only: set SYNCER_DATABASE_URL to the primary server",
    "42501": "does not let this user do it: make the user the owner of its tables",
    "53100": "has no room left: free space on its disk",
}
_POSTGRES_BUSY = {
    "40001": "was changed by somebody else at the same moment",
    "40P01": "was changed by somebody else at the same moment",
    "55P03": "is busy: another transaction holds it for more than 10 s",
}
_POSTGRES_OLD = frozenset({"42P01", "42703"})


@contextmanager
def translated(name: str, *, reading: bool = False) -> Iterator[None]:
    """Turns the errors of SQLAlchemy into StoreError (somebody must act) or TemporaryError (try again).

    `name` stands for the database in the sentences. The original error is not chained: it holds SQL and, on
    PostgreSQL, values. What a column type refuses (a naive moment) stays the ValueError it is.
    """
    try:
        yield
    except PoolTimeoutError:
        msg = f"database {name} has all its connections in use; {_AGAIN}"
        raise TemporaryError(msg) from None
    except IntegrityError:
        msg = f"database {name} refused a row that contradicts what it holds: another run stored it first"
        raise StoreError(msg) from None
    except DBAPIError as error:
        raise _meaning(name, error, reading=reading) from None
    except StatementError as error:
        if error.orig is None:
            raise
        raise error.orig from None
    except SQLAlchemyError as error:
        msg = f"database {name} could not be used ({type(error).__name__}): report this as a defect"
        raise StoreError(msg) from None


def _meaning(name: str, error: DBAPIError, *, reading: bool) -> SyncerError:
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_meaning(name, error.orig, reading=reading)
    return _postgres_meaning(name, error, reading=reading)


def _sqlite_meaning(name: str, error: sqlite3.Error, *, reading: bool) -> SyncerError:
    # The low byte is the primary code: https://sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TemporaryError(f"database {name} is locked by another process for more than 10 s; {_AGAIN}")
    if code == sqlite3.SQLITE_READONLY and reading:
        return StoreError(_ONLY_READS)
    if code in _SQLITE:
        return StoreError(f"database {name} {_SQLITE[code]}")
    if str(error).startswith(("no such table", "no such column")):
        return not_set_up(name)
    return _unforeseen(name, getattr(error, "sqlite_errorname", type(error).__name__))


def _postgres_meaning(name: str, error: DBAPIError, *, reading: bool) -> SyncerError:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state == _READ_ONLY and reading:
        return StoreError(_ONLY_READS)
    if state in _POSTGRES_OLD:
        return not_set_up(name)
    if state in _POSTGRES:
        return StoreError(f"database {name} {_POSTGRES[state]}")
    if state in _POSTGRES_BUSY:
        return TemporaryError(f"database {name} {_POSTGRES_BUSY[state]}; {_AGAIN}")
    if error.connection_invalidated or state.startswith(("08", "57P")) or _never_connected(error):
        return TemporaryError(
            f"database {name} does not answer or does not let us in; {_AGAIN}",
            hint="check that the server runs, and name, user and password in SYNCER_DATABASE_URL",
        )
    return _unforeseen(name, state or type(error.orig).__name__)


def _never_connected(error: DBAPIError) -> bool:
    # A refused connection has no code, so that a wrong password and a server that starts up look the same.
    return error.statement is None and type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}


def not_set_up(name: str) -> StoreError:
    """The tables are missing or older than this version."""
    return StoreError(f"database {name} is not set up for this version: run `syncer db upgrade`")


def _unforeseen(name: str, what: str) -> StoreError:
    return StoreError(f"database {name} refused a statement ({what}): report this as a defect")
