"""Whatever can be said comes back out of the database as it went in."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.link import Link
from syncer.domain.notification import Event, NotifyTrouble, Told
from syncer.domain.okr import Cycle
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.domain.snooze import Snooze
from syncer.domain.sync import ConnectionHealth, OutboxRow, Receipt, SyncRun
from syncer.domain.work import Snapshot, WorkStatus
from syncer.store.codec_cycle import encode_cycle
from syncer.store.sql_store import SqlStore
from tests.store import values
from tests.store.values import ACME, NOW

in_one_store = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fresh() -> str:
    return uuid.uuid4().hex


@in_one_store
@given(values.links)
def test_links(store: SqlStore, link: Link) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.declare_links(workspace, [link])
    with store.read() as unit:
        (back,) = unit.links(workspace)
    assert (back, back.ref.item_id) == (link, link.ref.item_id)


@in_one_store
@given(values.snapshots)
def test_snapshots(store: SqlStore, snapshot: Snapshot) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.add_snapshot(workspace, "r1", snapshot)
    with store.read() as unit:
        found = unit.snapshots(workspace)
    assert found == {(snapshot.ref.connection, snapshot.item_id): (snapshot,)}
    assert found[snapshot.ref.connection, snapshot.item_id][0].taken_at == snapshot.taken_at


@in_one_store
@given(values.check_ins, values.initiative_check_ins)
def test_check_ins(store: SqlStore, check_in: CheckIn, by_hand: InitiativeCheckIn) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.add_check_in(workspace, check_in)
        unit.add_initiative_check_in(workspace, by_hand)
    with store.read() as unit:
        assert unit.check_ins(workspace) == (check_in,)
        assert unit.initiative_check_ins(workspace) == (by_hand,)


@in_one_store
@given(values.snoozes)
def test_snoozes(store: SqlStore, snooze: Snooze) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.add_snooze(workspace, snooze)
    with store.read() as unit:
        assert unit.snoozes(workspace) == (snooze,)


@in_one_store
@given(values.closings)
def test_closings(store: SqlStore, closing: Closing) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.add_closing(workspace, closing)
        unit.add_closing(workspace, replace(closing, word=ClosedAs.REOPENED))
    with store.read() as unit:
        assert unit.closings(workspace) == (closing, replace(closing, word=ClosedAs.REOPENED))


@in_one_store
@given(values.healths)
def test_health(store: SqlStore, health: ConnectionHealth) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.save_health(workspace, health)
    with store.read() as unit:
        assert unit.health(workspace) == {health.connection: health}


@in_one_store
@given(values.receipts)
def test_receipts(store: SqlStore, receipt: Receipt) -> None:
    receipt = replace(receipt, workspace=fresh())
    with store.write() as unit:
        unit.save_receipt(receipt)
    with store.read() as unit:
        assert unit.receipts(receipt.workspace) == (receipt,)


@in_one_store
@given(values.outbox_rows)
def test_outbox(store: SqlStore, row: OutboxRow) -> None:
    row = replace(row, publication=replace(row.publication, workspace=fresh()))
    with store.write() as unit:
        unit.put_outbox(row)
    with store.read() as unit:
        (back,) = unit.outbox(row.publication.workspace)
    assert back == row


@in_one_store
@given(values.sync_runs)
def test_runs(store: SqlStore, run: SyncRun) -> None:
    run = replace(run, id=fresh(), workspace=fresh())
    with store.write() as unit:
        unit.start_run(run)
    with store.read() as unit:
        assert unit.last_run(run.workspace) == run
        assert unit.run_of_slot(run.workspace, run.slot) == run


@in_one_store
@given(values.moments)
def test_moments_of_any_zone(store: SqlStore, moment: datetime) -> None:
    with store.write() as unit:
        unit.set_next_slot(ACME, "sync", moment)
    with store.read() as unit:
        back = unit.next_slots("sync")[ACME]
    assert back == moment
    assert back.tzname() == "UTC"


def test_naive_moments_are_refused(store: SqlStore) -> None:
    with (
        pytest.raises(ValueError, match="a moment without a time zone cannot be stored"),
        store.write() as unit,
    ):
        unit.set_next_slot(ACME, "sync", NOW.replace(tzinfo=None))


def test_characters_no_database_can_hold_become_the_replacement_character(store: SqlStore) -> None:
    check_in = InitiativeCheckIn(
        initiative_id="emails", on=NOW.date(), at=NOW, status=WorkStatus.DONE, note="a\0b\ud800c"
    )
    with store.write() as unit:
        unit.add_initiative_check_in(ACME, check_in)
    with store.read() as unit:
        assert unit.initiative_check_ins(ACME)[0].note == "a\ufffdb\ufffdc"


@in_one_store
@given(values.signals)
def test_signals(store: SqlStore, signal: Signal) -> None:
    signal = replace(signal, kind="bet_lost", key_result_id="activation")
    workspace = fresh()
    with store.write() as unit:
        unit.open_signal(workspace, signal, NOW)
    with store.read() as unit:
        assert unit.open_signals(workspace) == (signal,)
        assert unit.signal_history(workspace) == (SignalSpan(signal, NOW, None),)


@in_one_store
@given(values.moments_utc, values.healths)
def test_what_readers_were_told(store: SqlStore, moment: datetime, health: ConnectionHealth) -> None:
    workspace, reader = fresh(), "{env: ACME_SLACK_URL} for ana"
    told = Told(reader=reader, event=Event.DIGEST, key=health.connection, at=moment, says="5a")
    trouble = NotifyTrouble(reader=reader, since=moment, sentence=health.connection)
    with store.write() as unit:
        unit.add_told(workspace, [told])
        unit.add_told(
            workspace, [replace(told, at=NOW, says="later"), replace(told, event=Event.SIGNAL_OPENED)]
        )
        unit.save_notify_trouble(workspace, replace(trouble, since=NOW))
        unit.save_notify_trouble(workspace, trouble)
    with store.read() as unit:
        assert unit.told(workspace) == (told, replace(told, event=Event.SIGNAL_OPENED))
        assert unit.notify_troubles(workspace) == (trouble,)
    with store.write() as unit:
        unit.forget_told(workspace, [replace(told, at=NOW), replace(told, reader="nobody")])
        assert unit.told(workspace) == (replace(told, event=Event.SIGNAL_OPENED),)
        unit.drop_notify_trouble(workspace, reader)
        assert unit.notify_troubles(workspace) == ()


@in_one_store
@given(values.cycles, values.cycles)
def test_cycles(store: SqlStore, first: Cycle, second: Cycle) -> None:
    workspace = fresh()
    with store.write() as unit:
        unit.declare_cycles(workspace, [first], NOW)
        unit.declare_cycles(workspace, [first], NOW)
        unit.declare_cycles(workspace, [replace(second, id=first.id)], NOW)
    with store.read() as unit:
        found = unit.declared_cycles(workspace)
    wanted = [first] if replace(second, id=first.id) == first else [first, replace(second, id=first.id)]
    assert [one.cycle for one in found] == wanted
    assert {one.at for one in found} == {NOW}
    assert [encode_cycle(one.cycle) for one in found] == [encode_cycle(one) for one in wanted]
