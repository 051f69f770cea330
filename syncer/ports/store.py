"""Where everything is kept: transactions, leases, and who runs what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import Closing
from syncer.domain.declared import DeclaredCycle
from syncer.domain.link import Link
from syncer.domain.okr import Cycle
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.domain.snooze import Snooze
from syncer.domain.sync import ConnectionHealth, ConnectorState, Due, OutboxRow, Receipt, SyncRun
from syncer.domain.work import Item, Snapshot
from syncer.ports.notify import NotifyRows


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to sync a workspace; `token` grows with every holder and fences the former ones."""

    workspace: str
    token: int


class CycleRows(Protocol):
    """The part of a transaction that remembers what the file said of cycles."""

    def declared_cycles(self, workspace: str) -> tuple[DeclaredCycle, ...]:
        """Every cycle as the file had it and from when on, oldest first; the last one of an id holds."""
        ...

    def declare_cycles(self, workspace: str, cycles: Sequence[Cycle], at: datetime) -> None:
        """Remembers what is new or says something else than before; a cycle that is missing stays known."""
        ...


class UnitOfWork(CycleRows, NotifyRows, Protocol):
    """One transaction: everything in it becomes true together, or nothing does. All times are UTC."""

    def links(self, workspace: str) -> tuple[Link, ...]:
        """The links with what the last reads left on them, those too that the file has no more."""
        ...

    def declare_links(self, workspace: str, links: Sequence[Link]) -> None:
        """Makes the file's links known: new ones are added, missing ones retired, returning ones revived.

        What reads have left on a link that stays (state, item id, read time) is kept. A link is the same by
        initiative and address (connection, kind, key).
        """
        ...

    def save_links(self, workspace: str, links: Sequence[Link]) -> None:
        """Stores state, item id, read time and advice of links that are declared."""
        ...

    def snapshots(self, workspace: str) -> Mapping[Item, tuple[Snapshot, ...]]:
        """All snapshots by (connection, item id), oldest first."""
        ...

    def add_snapshot(self, workspace: str, run_id: str, snapshot: Snapshot) -> None:
        """Adds to the history of an item; the caller has made sure that it says something new."""
        ...

    def check_ins(self, workspace: str) -> tuple[CheckIn, ...]:
        """All check-ins in the order they were entered."""
        ...

    def add_check_in(self, workspace: str, check_in: CheckIn) -> None:
        """Adds a check-in; an earlier one for the same day is kept as history."""
        ...

    def initiative_check_ins(self, workspace: str) -> tuple[InitiativeCheckIn, ...]:
        """All statuses given by hand, by day and then in the order they were entered."""
        ...

    def add_initiative_check_in(self, workspace: str, check_in: InitiativeCheckIn) -> None:
        """Adds a status given by hand."""
        ...

    def snoozes(self, workspace: str) -> tuple[Snooze, ...]:
        """All snoozes of signals, in the order they were entered."""
        ...

    def add_snooze(self, workspace: str, snooze: Snooze) -> None:
        """Adds a snooze; earlier ones are kept as history."""
        ...

    def closings(self, workspace: str) -> tuple[Closing, ...]:
        """All closings and reopenings of key results, in the order they were entered."""
        ...

    def add_closing(self, workspace: str, closing: Closing) -> None:
        """Adds a closing or a reopening; earlier ones are kept as history."""
        ...

    def open_signals(self, workspace: str) -> tuple[Signal, ...]:
        """The signals that stand open."""
        ...

    def signal_history(self, workspace: str) -> tuple[SignalSpan, ...]:
        """Every signal there ever was, in the order they were opened."""
        ...

    def open_signal(self, workspace: str, signal: Signal, at: datetime) -> None:
        """Opens a signal, or replaces what a standing one of the same id says."""
        ...

    def close_signal(self, workspace: str, signal_id: str, at: datetime) -> None:
        """Closes a standing signal; its row stays."""
        ...

    def connector_state(self, workspace: str, connection: str) -> ConnectorState:
        """What the connector left last time, an empty state at first."""
        ...

    def save_connector_state(self, workspace: str, connection: str, state: ConnectorState) -> None:
        """Stores the connection's part, and the parts of the items in it; other items' parts stay."""
        ...

    def health(self, workspace: str) -> Mapping[str, ConnectionHealth]:
        """How each connection is, by name; one that never ran is missing."""
        ...

    def save_health(self, workspace: str, health: ConnectionHealth) -> None:
        """Stores how a connection is."""
        ...

    def receipts(self, workspace: str) -> tuple[Receipt, ...]:
        """What stands published, one per (connection, item id)."""
        ...

    def save_receipt(self, receipt: Receipt) -> None:
        """Adds or replaces the receipt of an item."""
        ...

    def outbox(self, workspace: str) -> tuple[OutboxRow, ...]:
        """The publications still owed, in the order they were first put there."""
        ...

    def put_outbox(self, row: OutboxRow) -> None:
        """Adds or replaces the row of an item."""
        ...

    def drop_outbox(self, workspace: str, connection: str, item_id: str) -> None:
        """Takes the row of an item away; nothing happens when there is none."""
        ...

    def start_run(self, run: SyncRun) -> None:
        """Adds a run."""
        ...

    def save_run(self, run: SyncRun) -> None:
        """Replaces a run's times, outcome and counts."""
        ...

    def last_run(self, workspace: str) -> SyncRun | None:
        """The run of a workspace that was started last."""
        ...

    def run_of_slot(self, workspace: str, slot: str) -> SyncRun | None:
        """The run of a scheduled slot, if there was one."""
        ...

    def next_slots(self, kind: str) -> Mapping[str, datetime]:
        """When the schedule wants this kind of work next, by workspace; one never scheduled is missing."""
        ...

    def set_next_slot(self, workspace: str, kind: str, at: datetime) -> None:
        """Moves the schedule on."""
        ...

    def open_dues(self) -> tuple[Due, ...]:
        """The work owed and not finished, of all workspaces, oldest slot first."""
        ...

    def add_due(self, due: Due) -> None:
        """Adds work owed, or replaces the count of missed slots of a due that is open; a known slot stays."""
        ...

    def finish_due(self, due: Due) -> None:
        """Marks the work of a slot as done."""
        ...


class Store(Protocol):
    """Where everything is kept. Leases run by the database's own clock."""

    def read(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent view; nothing can be written in it."""
        ...

    def write(self, lease: Lease | None = None) -> AbstractContextManager[UnitOfWork]:
        """One transaction, committed at the end of the block, rolled back when it raises.

        With a lease, its token is checked inside the transaction: LeaseLostError when it is not ours.
        """
        ...

    def acquire(self, workspace: str, lifetime: timedelta = timedelta(seconds=120)) -> Lease:
        """Takes the lease. Raises BusyError while somebody else holds it."""
        ...

    def renew(self, lease: Lease, lifetime: timedelta = timedelta(seconds=120)) -> None:
        """Prolongs the lease. Raises LeaseLostError when it is not ours any more."""
        ...

    def release(self, lease: Lease) -> None:
        """Gives the lease back; nothing happens when it is not ours any more."""
        ...

    def leased(self, workspace: str) -> bool:
        """Whether somebody holds a live lease of the workspace."""
        ...


class Dispatcher(Protocol):
    """Runs what is due, somewhere, soon."""

    def dispatch(self, due: Due) -> None:
        """Takes the work on; one that it is already running or has queued is not taken twice."""
        ...
