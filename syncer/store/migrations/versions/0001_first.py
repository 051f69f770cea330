"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "links",
    "snapshots",
    "check_ins",
    "initiative_check_ins",
    "signals",
    "outbox",
    "receipts",
    "sync_runs",
    "connector_states",
    "connection_health",
    "schedules",
    "dues",
    "leases",
)


def upgrade() -> None:
    _links()
    _snapshots()
    _check_ins()
    _initiative_check_ins()
    _signals()
    _outbox()
    _receipts()
    _sync_runs()
    _connector_states()
    _connection_health()
    _schedules()
    _dues()
    _leases()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("initiative_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_result_id", sa.Text(), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text()),
        sa.Column("read_at", MOMENT),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.PrimaryKeyConstraint("workspace", "initiative_id", "address", name="pk_links"),
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_workspace_taken_at", "snapshots", ["workspace", "taken_at"])


def _check_ins() -> None:
    op.create_table(
        "check_ins",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("key_result_id", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
    )
    op.create_index("ix_check_ins_workspace", "check_ins", ["workspace"])


def _initiative_check_ins() -> None:
    op.create_table(
        "initiative_check_ins",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("initiative_id", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_initiative_check_ins"),
    )
    op.create_index("ix_initiative_check_ins_workspace", "initiative_check_ins", ["workspace"])


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("signal_id", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
    )
    op.create_index("ix_signals_workspace", "signals", ["workspace"])
    op.create_index(
        "uq_signals_standing",
        "signals",
        ["workspace", "signal_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("in_flight", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint(
            "workspace", "connection", "item_id", name="uq_outbox_workspace_connection_item_id"
        ),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text()),
        sa.Column("container_id", sa.Text()),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT),
        sa.PrimaryKeyConstraint("workspace", "connection", "item_id", name="pk_receipts"),
    )


def _sync_runs() -> None:
    op.create_table(
        "sync_runs",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("outcome", sa.Text()),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_sync_runs"),
        sa.UniqueConstraint("id", name="uq_sync_runs_id"),
    )
    op.create_index("ix_sync_runs_workspace_started_at", "sync_runs", ["workspace", "started_at"])
    op.create_index(
        "uq_sync_runs_slot",
        "sync_runs",
        ["workspace", "slot"],
        unique=True,
        sqlite_where=sa.text("trigger = 'schedule'"),
        postgresql_where=sa.text("trigger = 'schedule'"),
    )


def _connector_states() -> None:
    op.create_table(
        "connector_states",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "connection", "item_id", name="pk_connector_states"),
    )


def _connection_health() -> None:
    op.create_table(
        "connection_health",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT),
        sa.Column("failing_since", MOMENT),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("not_before", MOMENT),
        sa.PrimaryKeyConstraint("workspace", "connection", name="pk_connection_health"),
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", name="pk_schedules"),
    )


def _dues() -> None:
    op.create_table(
        "dues",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", MOMENT, nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("workspace", "kind", "slot", name="pk_dues"),
    )
    op.create_index(
        "ix_dues_open",
        "dues",
        ["slot"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("token", SERIAL, nullable=False),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("workspace", name="pk_leases"),
    )
