"""The tables. Every row belongs to a workspace; what is retired, closed or finished keeps its row.

JSON is text, so that both databases store the same. Nothing here holds the text of a ticket: `said` is the
linked item's own state (name, counts, owner, dates), `comment` is the comment we wrote ourselves.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from syncer.store.columns import SERIAL, FreeText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

links = Table(
    "links",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("initiative_id", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("key_result_id", Text, nullable=False),
    Column("publish", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("item_id", Text),
    Column("read_at", UtcDateTime),
    Column("advice", FreeText, nullable=False),
    Column("retired_at", UtcDateTime),
)
"""`address` is a digest of connection, kind and key: a JQL is longer than an index entry may be."""

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("said", Text, nullable=False),
    Index(None, "workspace", "taken_at"),
)

check_ins = Table(
    "check_ins",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("key_result_id", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("value", Double, nullable=False),
    Column("health", Text, nullable=False),
    Column("note", FreeText, nullable=False),
    Column("author", FreeText, nullable=False),
    Column("source", FreeText, nullable=False),
)

initiative_check_ins = Table(
    "initiative_check_ins",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("initiative_id", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("note", FreeText, nullable=False),
    Column("author", FreeText, nullable=False),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("signal_id", Text, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("until_day", Date, nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("author", FreeText, nullable=False),
)

closings = Table(
    "closings",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("key_result_id", Text, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("word", Text, nullable=False),
    Column("value", Double, nullable=True),
    Column("score", Double, nullable=True),
    Column("cycle_id", Text),
    Column("reason", FreeText, nullable=False),
    Column("author", FreeText, nullable=False),
)

cycles = Table(
    "cycles",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("cycle_id", Text, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
    Column("declared", Text, nullable=False),
)

_STANDS = text("closed_at IS NULL")

signals = Table(
    "signals",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False, index=True),
    Column("signal_id", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("first_seen", Date, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)
Index(
    "uq_signals_standing",
    signals.c.workspace,
    signals.c.signal_id,
    unique=True,
    sqlite_where=_STANDS,
    postgresql_where=_STANDS,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("comment", Text),
    Column("facts", Text, nullable=False),
    Column("not_before", UtcDateTime),
    Column("in_flight", Boolean, nullable=False),
    Column("unanswered", Text),
    UniqueConstraint("workspace", "connection", "item_id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("comment_id", Text),
    Column("container_id", Text),
    Column("standing", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("text", FreeText, nullable=False),
    Column("published_at", UtcDateTime),
)

sync_runs = Table(
    "sync_runs",
    metadata,
    Column("seq", SERIAL, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("workspace", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("outcome", Text),
    Column("counts", Text, nullable=False),
    Index(None, "workspace", "started_at"),
)
_SCHEDULED = text("trigger = 'schedule'")
Index(
    "uq_sync_runs_slot",
    sync_runs.c.workspace,
    sync_runs.c.slot,
    unique=True,
    sqlite_where=_SCHEDULED,
    postgresql_where=_SCHEDULED,
)

connector_states = Table(
    "connector_states",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
)
"""`item_id` is empty in the row of the connection's own part."""

connection_health = Table(
    "connection_health",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("read_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("code", Text, nullable=False),
    Column("sentence", FreeText, nullable=False),
    Column("not_before", UtcDateTime),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("says", Text, nullable=False),
    UniqueConstraint("workspace", "reader", "event", "key"),
)
"""Who was told of what; a reader is named by where the address is kept, never by the address."""

notify_troubles = Table(
    "notify_troubles",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("sentence", FreeText, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
)

_OWED = text("finished_at IS NULL")

dues = Table(
    "dues",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("slot", UtcDateTime, primary_key=True),
    Column("missed", Integer, nullable=False),
    Column("finished_at", UtcDateTime),
)
Index("ix_dues_open", dues.c.slot, sqlite_where=_OWED, postgresql_where=_OWED)

leases = Table(
    "leases",
    metadata,
    Column("workspace", Text, primary_key=True),
    Column("token", SERIAL, nullable=False),
    Column("until", UtcDateTime),
)
"""`until` is empty once the lease was given back; `token` never goes back."""
