from __future__ import annotations

from syncer.store.schema import metadata

COLUMNS = {
    "links": "workspace initiative_id address connection kind key key_result_id publish position state "
    "item_id read_at advice retired_at",
    "snapshots": "id workspace connection item_id run_id taken_at said",
    "check_ins": "id workspace key_result_id on_day entered_at value health note author source",
    "snoozes": "id workspace signal_id entered_at until_day reason author",
    "closings": "id workspace key_result_id entered_at word value score cycle_id reason author",
    "cycles": "id workspace cycle_id declared_at declared",
    "initiative_check_ins": "id workspace initiative_id on_day entered_at status note author",
    "signals": "id workspace signal_id severity finding first_seen opened_at closed_at",
    "outbox": "id workspace connection item_id kind key comment facts not_before in_flight unanswered",
    "receipts": "workspace connection item_id kind key comment_id container_id standing digest facts text "
    "published_at",
    "sync_runs": "seq id workspace trigger slot started_at recorded_at closed_at outcome counts",
    "connector_states": "workspace connection item_id state",
    "connection_health": "workspace connection read_at failing_since code sentence not_before",
    "notifications": "id workspace reader event key told_at sent says",
    "notify_troubles": "workspace reader since sentence",
    "schedules": "workspace kind next_at",
    "dues": "workspace kind slot missed finished_at",
    "leases": "workspace token until",
}
TEXT_OF_TICKETS = ("summary", "description", "ticket", "issue", "assignee", "reporter", "body", "title")


def test_the_tables_have_these_columns_and_no_others() -> None:
    found = {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}
    assert found == {name: set(columns.split()) for name, columns in COLUMNS.items()}


def test_no_column_is_there_for_the_text_of_a_ticket() -> None:
    names = [column.name for table in metadata.tables.values() for column in table.columns]
    assert len(names) > 80
    assert not [name for name in names for word in TEXT_OF_TICKETS if word in name]
