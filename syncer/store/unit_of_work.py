"""One transaction of the store, in domain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, delete, func, insert, select, update

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import Closing
from syncer.domain.declared import DeclaredCycle
from syncer.domain.link import Link
from syncer.domain.notification import NotifyTrouble, Told
from syncer.domain.okr import Cycle
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.domain.snooze import Snooze
from syncer.domain.sync import ConnectionHealth, ConnectorState, Due, OutboxRow, Receipt, SyncRun
from syncer.domain.work import Item, Snapshot
from syncer.store import declaring, mapping, telling
from syncer.store import schema as t
from syncer.store.mapping import Values
from syncer.store.statements import database_time, inserting, put


class SqlUnitOfWork:
    """See `syncer.ports.UnitOfWork`. Snapshots are gathered and written together by `flush`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._new_snapshots: list[Values] = []

    def flush(self) -> None:
        """Writes what was gathered; the store calls it before it commits."""
        if self._new_snapshots:
            self._connection.execute(insert(t.snapshots), self._new_snapshots)
            self._new_snapshots = []

    def links(self, workspace: str) -> tuple[Link, ...]:
        """The links in the order of the file; a retired one keeps its place."""
        rows = self._rows(_of(t.links, workspace).order_by(t.links.c.position))
        return tuple(mapping.to_link(row) for row in rows)

    def declared_cycles(self, workspace: str) -> tuple[DeclaredCycle, ...]:
        """Every cycle as the file had it, oldest first."""
        return declaring.known_cycles(self._connection, workspace)

    def declare_cycles(self, workspace: str, cycles: Sequence[Cycle], at: datetime) -> None:
        """Remembers each cycle that is new or says something else than at last."""
        declaring.declare_cycles(self._connection, workspace, cycles, at)

    def declare_links(self, workspace: str, links: Sequence[Link]) -> None:
        """Adds new links, retires missing ones (by the database's clock), revives returning ones."""
        declaring.declare(self._connection, workspace, links)

    def save_links(self, workspace: str, links: Sequence[Link]) -> None:
        """Stores what reads left on declared links."""
        if links:
            rows = [declaring.bound(workspace, link) | mapping.link_read(link) for link in links]
            self._connection.execute(update(t.links).where(*declaring.ONE_LINK), rows)

    def snapshots(self, workspace: str) -> Mapping[Item, tuple[Snapshot, ...]]:
        """All snapshots by (connection, item id), oldest first."""
        self.flush()
        by_item: defaultdict[Item, list[Snapshot]] = defaultdict(list)
        for row in self._rows(_of(t.snapshots, workspace).order_by(t.snapshots.c.taken_at, t.snapshots.c.id)):
            by_item[row.connection, row.item_id].append(mapping.to_snapshot(row))
        return {item: tuple(taken) for item, taken in by_item.items()}

    def add_snapshot(self, workspace: str, run_id: str, snapshot: Snapshot) -> None:
        """Adds to the history of an item."""
        self._new_snapshots.append(mapping.from_snapshot(workspace, run_id, snapshot))

    def check_ins(self, workspace: str) -> tuple[CheckIn, ...]:
        """All check-ins in the order they were entered."""
        rows = self._rows(_of(t.check_ins, workspace).order_by(t.check_ins.c.id))
        return tuple(mapping.to_check_in(row) for row in rows)

    def add_check_in(self, workspace: str, check_in: CheckIn) -> None:
        """Adds a check-in."""
        self._add(t.check_ins, mapping.from_check_in(workspace, check_in))

    def initiative_check_ins(self, workspace: str) -> tuple[InitiativeCheckIn, ...]:
        """All statuses given by hand, by day and then in the order they were entered."""
        table = t.initiative_check_ins
        rows = self._rows(_of(table, workspace).order_by(table.c.on_day, table.c.id))
        return tuple(mapping.to_initiative_check_in(row) for row in rows)

    def add_initiative_check_in(self, workspace: str, check_in: InitiativeCheckIn) -> None:
        """Adds a status given by hand."""
        self._add(t.initiative_check_ins, mapping.from_initiative_check_in(workspace, check_in))

    def snoozes(self, workspace: str) -> tuple[Snooze, ...]:
        """All snoozes of signals, in the order they were entered."""
        rows = self._rows(_of(t.snoozes, workspace).order_by(t.snoozes.c.id))
        return tuple(mapping.to_snooze(row) for row in rows)

    def add_snooze(self, workspace: str, snooze: Snooze) -> None:
        """Adds a snooze."""
        self._add(t.snoozes, mapping.from_snooze(workspace, snooze))

    def closings(self, workspace: str) -> tuple[Closing, ...]:
        """All closings and reopenings of key results, in the order they were entered."""
        rows = self._rows(_of(t.closings, workspace).order_by(t.closings.c.id))
        return tuple(mapping.to_closing(row) for row in rows)

    def add_closing(self, workspace: str, closing: Closing) -> None:
        """Adds a closing or a reopening."""
        self._add(t.closings, mapping.from_closing(workspace, closing))

    def open_signals(self, workspace: str) -> tuple[Signal, ...]:
        """The signals that stand open, in the order they were opened."""
        stands = t.signals.c.closed_at.is_(None)
        rows = self._rows(_of(t.signals, workspace).where(stands).order_by(t.signals.c.id))
        return tuple(mapping.to_signal(row) for row in rows)

    def signal_history(self, workspace: str) -> tuple[SignalSpan, ...]:
        """Every signal there ever was, in the order they were opened."""
        rows = self._rows(_of(t.signals, workspace).order_by(t.signals.c.id))
        return tuple(SignalSpan(mapping.to_signal(row), row.opened_at, row.closed_at) for row in rows)

    def open_signal(self, workspace: str, signal: Signal, at: datetime) -> None:
        """Opens a signal; a standing one says the new, and keeps when it was opened and first seen.

        It is opened after it was last closed, and closed after it was opened, if the clock was set back.
        """
        says = mapping.signal_says(signal)
        standing = update(t.signals).where(*_standing(workspace, signal.id)).values(says)
        if self._connection.execute(standing).rowcount == 0:
            identity = {"workspace": workspace, "signal_id": signal.id}
            former = select(func.max(t.signals.c.closed_at)).filter_by(**identity)
            opened_at = max(at, self._connection.scalar(former) or at)
            times = {"first_seen": signal.first_seen, "opened_at": opened_at}
            self._add(t.signals, identity | says | times)

    def close_signal(self, workspace: str, signal_id: str, at: datetime) -> None:
        """Closes a standing signal."""
        standing = _standing(workspace, signal_id)
        opened_at = self._connection.scalar(select(t.signals.c.opened_at).where(*standing))
        if opened_at is not None:
            closed_at = max(at, opened_at + timedelta(microseconds=1))
            self._connection.execute(update(t.signals).where(*standing).values(closed_at=closed_at))

    def connector_state(self, workspace: str, connection: str) -> ConnectorState:
        """What the connector left last time."""
        table = t.connector_states
        rows = self._rows(_of(table, workspace).where(table.c.connection == connection))
        parts = {row.item_id: row.state for row in rows}
        return ConnectorState(parts.pop("", ""), parts)

    def save_connector_state(self, workspace: str, connection: str, state: ConnectorState) -> None:
        """Stores the connection's part and the parts of the items in it."""
        of = {"workspace": workspace, "connection": connection}
        parts = {**state.items, "": state.connection}
        rows = [of | {"item_id": item_id, "state": part} for item_id, part in parts.items()]
        put(self._connection, t.connector_states, rows)

    def health(self, workspace: str) -> Mapping[str, ConnectionHealth]:
        """How each connection is, by name."""
        rows = self._rows(_of(t.connection_health, workspace))
        return {row.connection: mapping.to_health(row) for row in rows}

    def save_health(self, workspace: str, health: ConnectionHealth) -> None:
        """Stores how a connection is."""
        put(self._connection, t.connection_health, [mapping.from_health(workspace, health)])

    def receipts(self, workspace: str) -> tuple[Receipt, ...]:
        """What stands published, by connection and item id."""
        table = t.receipts
        rows = self._rows(_of(table, workspace).order_by(table.c.connection, table.c.item_id))
        return tuple(mapping.to_receipt(row) for row in rows)

    def save_receipt(self, receipt: Receipt) -> None:
        """Adds or replaces the receipt of an item."""
        put(self._connection, t.receipts, [mapping.from_receipt(receipt)])

    def outbox(self, workspace: str) -> tuple[OutboxRow, ...]:
        """The publications still owed, in the order they were first put there."""
        rows = self._rows(_of(t.outbox, workspace).order_by(t.outbox.c.id))
        return tuple(mapping.to_outbox_row(row) for row in rows)

    def put_outbox(self, row: OutboxRow) -> None:
        """Adds or replaces the row of an item, which keeps its place."""
        key = ("workspace", "connection", "item_id")
        put(self._connection, t.outbox, [mapping.from_outbox_row(row)], key)

    def drop_outbox(self, workspace: str, connection: str, item_id: str) -> None:
        """Takes the row of an item away."""
        table = t.outbox
        item = (table.c.workspace == workspace, table.c.connection == connection, table.c.item_id == item_id)
        self._connection.execute(delete(table).where(*item))

    def told(self, workspace: str) -> tuple[Told, ...]:
        """Everything any reader was told, oldest first."""
        rows = self._rows(_of(t.notifications, workspace).order_by(t.notifications.c.id))
        return tuple(telling.to_told(row) for row in rows)

    def add_told(self, workspace: str, told: Sequence[Told]) -> None:
        """Remembers what is not remembered yet."""
        if told:
            statement = inserting(self._connection, t.notifications).on_conflict_do_nothing()
            self._connection.execute(statement, [telling.from_told(workspace, one) for one in told])

    def forget_told(self, workspace: str, told: Sequence[Told]) -> None:
        """Takes these away."""
        for one in told:
            known = telling.from_told(workspace, one)
            same = [
                t.notifications.c[name] == known[name] for name in ("workspace", "reader", "event", "key")
            ]
            self._connection.execute(delete(t.notifications).where(*same))

    def notify_troubles(self, workspace: str) -> tuple[NotifyTrouble, ...]:
        """The readers that cannot be reached, by name."""
        rows = self._rows(_of(t.notify_troubles, workspace).order_by(t.notify_troubles.c.reader))
        return tuple(telling.to_trouble(row) for row in rows)

    def save_notify_trouble(self, workspace: str, trouble: NotifyTrouble) -> None:
        """Adds or replaces the trouble of a reader."""
        put(self._connection, t.notify_troubles, [telling.from_trouble(workspace, trouble)])

    def drop_notify_trouble(self, workspace: str, reader: str) -> None:
        """Takes the trouble of a reader away."""
        table = t.notify_troubles
        one = (table.c.workspace == workspace, table.c.reader == reader)
        self._connection.execute(delete(table).where(*one))

    def start_run(self, run: SyncRun) -> None:
        """Adds a run. Raises StoreError where the scheduled slot has one already."""
        self._add(t.sync_runs, mapping.from_run(run))

    def save_run(self, run: SyncRun) -> None:
        """Replaces a run's times, outcome and counts."""
        self._connection.execute(
            update(t.sync_runs).where(t.sync_runs.c.id == run.id).values(mapping.from_run(run))
        )

    def last_run(self, workspace: str) -> SyncRun | None:
        """The run of a workspace that was started last, whatever the clock said."""
        table = t.sync_runs
        newest = select(func.max(table.c.seq)).where(table.c.workspace == workspace).scalar_subquery()
        row = self._connection.execute(select(table).where(table.c.seq == newest)).first()
        return mapping.to_run(row) if row else None

    def run_of_slot(self, workspace: str, slot: str) -> SyncRun | None:
        """The run of a slot, the newest where there are several."""
        table = t.sync_runs
        newest = _of(table, workspace).where(table.c.slot == slot).order_by(table.c.seq.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return mapping.to_run(row) if row else None

    def next_slots(self, kind: str) -> Mapping[str, datetime]:
        """When the schedule wants this kind of work next, by workspace."""
        table = t.schedules
        rows = self._rows(select(table).where(table.c.kind == kind))
        return {row.workspace: row.next_at for row in rows}

    def set_next_slot(self, workspace: str, kind: str, at: datetime) -> None:
        """Moves the schedule on."""
        put(self._connection, t.schedules, [{"workspace": workspace, "kind": kind, "next_at": at}])

    def open_dues(self) -> tuple[Due, ...]:
        """The work owed and not finished, of all workspaces, oldest slot first."""
        table = t.dues
        owed = select(table).where(table.c.finished_at.is_(None))
        rows = self._rows(owed.order_by(table.c.slot, table.c.workspace, table.c.kind))
        return tuple(mapping.to_due(row) for row in rows)

    def add_due(self, due: Due) -> None:
        """Adds work owed; of a slot that is known, only the count changes, and only while it is open."""
        statement = inserting(self._connection, t.dues).values(
            workspace=due.workspace, kind=due.kind, slot=due.slot, missed=due.missed
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace", "kind", "slot"],
                set_={"missed": statement.excluded.missed},
                where=t.dues.c.finished_at.is_(None),
            )
        )

    def finish_due(self, due: Due) -> None:
        """Marks the work of a slot as done, by the database's clock."""
        table = t.dues
        slot = (table.c.workspace == due.workspace, table.c.kind == due.kind, table.c.slot == due.slot)
        now = database_time(self._connection)
        self._connection.execute(
            update(table).where(*slot, table.c.finished_at.is_(None)).values(finished_at=now)
        )

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(statement).all()

    def _add(self, table: Table, values: Values) -> None:
        self._connection.execute(insert(table), values)


def _of(table: Table, workspace: str) -> Select[Any]:
    return select(table).where(table.c.workspace == workspace)


def _standing(workspace: str, signal_id: str) -> tuple[ColumnElement[bool], ...]:
    table = t.signals
    return (table.c.workspace == workspace, table.c.signal_id == signal_id, table.c.closed_at.is_(None))
