"""The statements SQLite and PostgreSQL spell differently: replacing a row, and the database's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Interval, Table, cast, func
from sqlalchemy.dialects import postgresql, sqlite

from syncer.store.columns import UtcDateTime
from syncer.store.mapping import Values

_NO_TIME = timedelta()


def inserting(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what shall happen on a conflict."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(connection: Connection, table: Table, rows: Sequence[Values], key: Sequence[str] = ()) -> None:
    """Adds rows, or replaces those of the same key (the primary key, unless another unique one is given)."""
    if not rows:
        return
    columns = list(key) or [column.name for column in table.primary_key]
    statement = inserting(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in columns}
    connection.execute(statement.on_conflict_do_update(index_elements=columns, set_=changed), rows)


def database_time(connection: Connection, plus: timedelta = _NO_TIME) -> ColumnElement[datetime]:
    """The moment by the database's clock, as it is while the statement runs; SQLite's is the host's."""
    if connection.dialect.name == "postgresql":
        return func.clock_timestamp(type_=UtcDateTime) + cast(plus, Interval)
    # The zeros bring it to the six digits moments are stored with: the text is compared.
    shift = f"{plus.total_seconds():+.3f} seconds"
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", shift, type_=UtcDateTime)
