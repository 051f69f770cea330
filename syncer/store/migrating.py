"""Bringing a database to the schema of this version, by Alembic, in one transaction."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from syncer.errors import StoreError

_ADVISORY_KEY = 0x0C52_5359_4E43
_one_at_a_time = threading.Lock()
"""Alembic keeps the running migration in module globals."""


def head() -> str:
    """The revision this version works with."""
    return str(_scripts().get_current_head())


def current(connection: Connection) -> str | None:
    """The revision the database is at; None for one that was never set up."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this version knows the revision; one it does not know is newer."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def upgrade(connection: Connection, name: str) -> None:
    """Runs what is missing in the transaction that is open; two at once wait for one another.

    Raises StoreError for a database of a newer version, and when rows would lose what they refer to.
    """
    _wait_for_others(connection)
    revision = current(connection)
    if revision is not None and not is_known(revision):
        raise newer(name, revision)
    with _one_at_a_time:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        msg = (
            f"database {name} was not upgraded: rows refer to missing ones; restore a backup and upgrade that"
        )
        raise StoreError(msg)


def newer(name: str, revision: str) -> StoreError:
    """The database was written by a version after this one."""
    return StoreError(
        f"database {name} was written by a newer version (revision {revision}): "
        "install that version, or restore a backup from before it"
    )


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout TO '5min'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
