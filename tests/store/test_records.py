from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.signals.finding import SignalSpan
from syncer.domain.sync import (
    ConnectionHealth,
    ConnectorState,
    Due,
    Placement,
    Receipt,
    RunOutcome,
    Standing,
    Trigger,
)
from syncer.domain.work import WorkRef, WorkStatus
from syncer.errors import StoreError
from syncer.store.sql_store import SqlStore
from tests.store.values import ACME, NOW, later, owed, run, signal, snapshot


def test_snapshots_come_by_item_oldest_first_in_one_query(store: SqlStore) -> None:
    newer, older = snapshot(done=7, taken_at=later(days=1)), snapshot(done=6)
    other = snapshot(connection="asana", item_id="1200")
    with store.write() as unit:
        for one in (newer, other, older):
            unit.add_snapshot(ACME, "r1", one)
        unit.add_snapshot("globex", "r2", snapshot("1"))
    queries: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda _c, _cur, sql, *_rest: queries.append(sql))
    with store.read() as unit:
        found = unit.snapshots(ACME)
    assert found == {("jira", "10042"): (older, newer), ("asana", "1200"): (other,)}
    assert sum("FROM snapshots" in sql for sql in queries) == 1


def test_a_record_step_sends_its_snapshots_in_one_statement(store: SqlStore) -> None:
    calls: list[bool] = []

    def note(_c: object, _cur: object, sql: str, _p: object, _ctx: object, many: bool) -> None:
        if sql.startswith("INSERT INTO snapshots"):
            calls.append(many)

    event.listen(store._engine, "before_cursor_execute", note)
    with store.write() as unit:
        for number in range(50):
            unit.add_snapshot(ACME, "r1", snapshot(str(number)))
    assert len(calls) == 1
    with store.read() as unit:
        assert len(unit.snapshots(ACME)) == 50


def test_a_snapshot_is_seen_in_the_transaction_that_added_it(store: SqlStore) -> None:
    with store.write() as unit:
        unit.add_snapshot(ACME, "r1", snapshot())
        assert unit.snapshots(ACME) == {("jira", "10042"): (snapshot(),)}
    with store.read() as unit:
        assert unit.snapshots(ACME) == {("jira", "10042"): (snapshot(),)}


def test_nothing_of_a_transaction_that_raises_stays(store: SqlStore) -> None:
    class HitError(Exception):
        pass

    def be_hit() -> None:
        with store.write() as unit:
            unit.save_connector_state(ACME, "jira", ConnectorState("w1"))
            unit.add_snapshot(ACME, "r1", snapshot())
            unit.flush()
            raise HitError

    with pytest.raises(HitError):
        be_hit()
    with store.read() as unit:
        assert unit.snapshots(ACME) == {}
        assert unit.connector_state(ACME, "jira") == ConnectorState()


def test_check_ins_come_in_the_order_they_were_entered(store: SqlStore) -> None:
    entered = [
        CheckIn(key_result_id="activation", on=date(2026, 11, day), at=NOW, value=value)
        for day, value in ((16, 37.0), (9, 35.5), (16, 37.4))
    ]
    with store.write() as unit:
        for check_in in entered:
            unit.add_check_in(ACME, check_in)
    with store.read() as unit:
        assert unit.check_ins(ACME) == tuple(entered)
        assert unit.check_ins("globex") == ()


def test_statuses_by_hand_come_by_day_then_as_entered(store: SqlStore) -> None:
    def given(day: int, status: WorkStatus) -> InitiativeCheckIn:
        return InitiativeCheckIn(initiative_id="emails", on=date(2026, 11, day), at=NOW, status=status)

    done, planned, hold = (
        given(16, WorkStatus.DONE),
        given(9, WorkStatus.PLANNED),
        given(9, WorkStatus.ON_HOLD),
    )
    with store.write() as unit:
        for check_in in (done, planned, hold):
            unit.add_initiative_check_in(ACME, check_in)
    with store.read() as unit:
        assert unit.initiative_check_ins(ACME) == (planned, hold, done)


def test_a_signal_is_opened_changed_closed_and_opened_again(store: SqlStore) -> None:
    first = signal(headline="first")
    changed = signal(headline="changed", first_seen=date(2026, 11, 20))
    with store.write() as unit:
        unit.open_signal(ACME, first, NOW)
        unit.open_signal(ACME, changed, later(days=4))
        assert unit.open_signals(ACME) == (changed,)
        assert unit.open_signals(ACME)[0].first_seen == date(2026, 11, 16)
        unit.close_signal(ACME, first.id, later(days=5))
        unit.close_signal(ACME, first.id, later(days=6))
        assert unit.open_signals(ACME) == ()
        unit.open_signal(ACME, first, later(days=7))
    with store.read() as unit:
        assert unit.signal_history(ACME) == (
            SignalSpan(changed, NOW, later(days=5)),
            SignalSpan(first, later(days=7), None),
        )


def test_connector_state_keeps_the_parts_of_other_items(store: SqlStore) -> None:
    with store.write() as unit:
        assert unit.connector_state(ACME, "jira") == ConnectorState()
        unit.save_connector_state(ACME, "jira", ConnectorState("w1", {"1": "a", "2": "b"}))
        unit.save_connector_state(ACME, "jira", ConnectorState("w2", {"2": "c"}))
        unit.save_connector_state(ACME, "asana", ConnectorState("x"))
    with store.read() as unit:
        assert unit.connector_state(ACME, "jira") == ConnectorState("w2", {"1": "a", "2": "c"})
        assert unit.connector_state(ACME, "asana") == ConnectorState("x")


def test_health_is_replaced(store: SqlStore) -> None:
    failing = ConnectionHealth(connection="jira", failing_since=NOW, code="credentials", sentence="no")
    well = ConnectionHealth(connection="jira", read_at=NOW)
    with store.write() as unit:
        unit.save_health(ACME, failing)
        unit.save_health(ACME, well)
        assert unit.health(ACME) == {"jira": well}
        assert unit.health("globex") == {}


def test_an_item_has_one_receipt(store: SqlStore) -> None:
    ref = WorkRef("jira", "epic", "ONB-12", "10042")
    first = Receipt(
        workspace=ACME, ref=ref, item_id="10042", placement=Placement("7"), standing=Standing.PARTIAL
    )
    second = replace(first, standing=Standing.STANDING, digest="d", published_at=NOW)
    with store.write() as unit:
        unit.save_receipt(first)
        unit.save_receipt(second)
    with store.read() as unit:
        assert unit.receipts(ACME) == (second,)
        assert unit.receipts(ACME)[0].ref.item_id == "10042"


def test_a_replaced_publication_keeps_its_place_in_the_outbox(store: SqlStore) -> None:
    newer = owed("1", "newer words", not_before=later(hours=6), in_flight=True)
    with store.write() as unit:
        unit.put_outbox(owed("1"))
        unit.put_outbox(owed("2"))
        unit.put_outbox(newer)
        assert unit.outbox(ACME) == (newer, owed("2"))
        unit.drop_outbox(ACME, "jira", "1")
        unit.drop_outbox(ACME, "jira", "1")
    with store.read() as unit:
        assert unit.outbox(ACME) == (owed("2"),)


def test_a_run_is_started_and_closed(store: SqlStore) -> None:
    closed = run(closed_at=later(minutes=1), outcome=RunOutcome.DONE, counts={"requests": 4})
    with store.write() as unit:
        assert unit.last_run(ACME) is None
        assert unit.run_of_slot(ACME, run().slot) is None
        unit.start_run(run())
        unit.start_run(run("r2", "s2", started_at=later(minutes=-1)))
        unit.save_run(closed)
    with store.read() as unit:
        assert unit.last_run(ACME) == run("r2", "s2", started_at=later(minutes=-1)), "the clock was set back"
        assert unit.run_of_slot(ACME, run().slot) == closed


def test_a_scheduled_slot_has_one_run(store: SqlStore) -> None:
    with store.write() as unit:
        unit.start_run(run("r1"))
    with pytest.raises(StoreError, match="contradicts what it holds"), store.write() as unit:
        unit.start_run(run("r2"))
    with store.write() as unit:
        unit.start_run(run("m1", "manual", trigger=Trigger.MANUAL))
        unit.start_run(run("m2", "manual", trigger=Trigger.MANUAL))
        found = unit.run_of_slot(ACME, "manual")
        assert found is not None
        assert found.id == "m2"


def test_the_schedule_moves_on(store: SqlStore) -> None:
    with store.write() as unit:
        assert unit.next_slots("sync") == {}
        unit.set_next_slot(ACME, "sync", NOW)
        unit.set_next_slot(ACME, "sync", later(minutes=15))
        assert unit.next_slots("sync") == {ACME: later(minutes=15)}
        assert unit.next_slots("reconcile") == {}


def test_dues_are_owed_until_finished_and_never_twice(store: SqlStore) -> None:
    first = Due(workspace=ACME, kind="sync", slot=NOW)
    second = Due(workspace="globex", kind="sync", slot=later(minutes=-5))
    with store.write() as unit:
        unit.add_due(first)
        unit.add_due(second)
        unit.add_due(replace(first, missed=3))
    with store.read() as unit:
        assert unit.open_dues() == (second, replace(first, missed=3))
    with store.write() as unit:
        unit.finish_due(first)
        unit.add_due(first)
        unit.finish_due(first)
        assert unit.open_dues() == (second,)
