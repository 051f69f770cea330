"""What the engine needs from outside, as protocols: trackers, the store, the clock, secrets, a dispatcher."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import Closing
from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.signals.finding import Signal
from syncer.domain.snooze import Snooze
from syncer.domain.sync import (
    ConnectionHealth,
    ConnectorState,
    Delivery,
    Due,
    OutboxRow,
    Placement,
    Receipt,
    Standing,
    SyncRun,
)
from syncer.domain.work import Outcome, Snapshot, WorkRef, WorkStatus
from syncer.ports_notify import NotifyRows


class Clock(Protocol):
    """The one source of time; leases alone use the database's own."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SecretReference(Protocol):
    """Where a secret is to be found; exactly one of the two is set."""

    @property
    def env(self) -> str | None:
        """The name of an environment variable."""
        ...

    @property
    def file(self) -> str | None:
        """A path, or a name below the secrets directories."""
        ...


class Secrets(Protocol):
    """Resolves references at the last moment, again at each call, so that a rotated secret is picked up."""

    def resolve(self, ref: SecretReference) -> str:
        """The secret. Raises FatalError with the places looked in, never with the content."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token is and where it was accepted; `server` is a word for people (`Jira Cloud`).

    `zone` is the time zone as the tracker says, empty where it does not; `clock_skew` is how many seconds
    its clock is ahead of ours, None where it does not say.
    """

    account: str
    server: str
    url: str
    zone: str = ""
    clock_skew: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Something in the tracker that could be linked; `kind` and `key` are what a link would say."""

    kind: str
    key: str
    name: str
    url: str
    owner_name: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What the token may do with a linked item; `missing` names the right it lacks, if any."""

    ref: WorkRef
    can_read: bool
    can_comment: bool
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An outcome for every ref, the state to keep, and what statuses beside `status_map` are taken for."""

    outcomes: tuple[Outcome, ...]
    state: ConnectorState = field(default_factory=ConnectorState)
    unmapped: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """One connection to one tracker: it reads the linked items and keeps one comment on each.

    A connector may be used by one sync at a time. It raises errors of syncer.errors only: FatalError and
    TemporaryError stop this connection in this sync; what concerns one item comes back as Gone or Unread.
    """

    @property
    def requests(self) -> int:
        """How many requests it has sent so far."""
        ...

    @property
    def writes(self) -> int:
        """How many of them could change something in the tracker."""
        ...

    def check(self) -> Identity:
        """Asks the tracker who we are. Raises CredentialsError when it does not know us."""
        ...

    def discover(self) -> tuple[Found, ...]:
        """What the token can see and could be linked, newest activity first, at most 500."""
        ...

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        """What the token may do with each item, and which right it lacks in the tracker's own words."""
        ...

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        """Reads all refs in bulk; a ref with an `item_id` is read by it, whatever its key says."""
        ...

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        """Our own comments by marker and author, the one to keep first; a second one is a mishap.

        Raises SkippableError where ours is that of an account the token is not of any more.
        """
        ...

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """How comments that stood are now, by item id: standing, edited, opted_out; unknown ones missing."""
        ...

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Takes one step, at most one write, towards the comment standing as wanted.

        Without a placement nothing of ours stands there: the caller has looked. With one, the comment (or
        the task that carries it) is edited in place; where a human deleted it, the delivery is `opted_out`;
        where a human edited it, `edited`, and nothing is written unless the publication may go `over_edits`.
        A publication without a comment removes it.
        Raises TemporaryError(outcome_unknown=True) when a write may have arrived although no answer came.
        """
        ...

    def close(self) -> None:
        """Frees its sockets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a connector is given beside its settings.

    `may_write` False closes the gate: no request that could change anything leaves. `status_map` is this
    connection's part of the workspace file: status name -> status word.
    """

    workspace: str
    connection: str
    may_write: bool
    secrets: Secrets
    clock: Clock
    status_map: Mapping[str, WorkStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plugin:
    """What an entry point of the group `syncer.connectors` names: a kind, its settings model, its factory.

    `settings` is a pydantic model (see config.fields.ConnectionSettings); `connect` takes an instance of it.
    """

    kind: str
    settings: type[Any]
    connect: Callable[[Any, Context], Connector]


@runtime_checkable
class NumberReader(Protocol):
    """What a connector may also be: one whose tracker keeps numbers, as its settings' `value_kinds` say."""

    def read_value(self, ref: WorkRef, unit: str) -> float:
        """The number that stands at this address now, in `unit`, the key result's own.

        Raises SkippableError, a sentence with its remedy, where it is not there, is in another unit, or is no
        measure of an outcome: one that tickets move. FatalError and TemporaryError concern the connection.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to sync a workspace; `token` grows with every holder and fences the former ones."""

    workspace: str
    token: int


class UnitOfWork(NotifyRows, Protocol):
    """One transaction: everything in it becomes true together, or nothing does. All times are UTC."""

    def links(self, workspace: str) -> tuple[Link, ...]:
        """The links that are not retired, with what the last reads left on them."""
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

    def snapshots(self, workspace: str) -> Mapping[tuple[str, str], tuple[Snapshot, ...]]:
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

    def signal_history(self, workspace: str) -> tuple[tuple[Signal, datetime, datetime | None], ...]:
        """Every signal there ever was, with when it was opened and closed (None: still open)."""
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
        """The newest run of a workspace."""
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
