"""What a tracker is to the engine, and what its connector is given: a clock, secrets, a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing
from syncer.domain.work import Outcome, Snapshot, WorkRef, WorkStatus


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


Past = Callable[[], tuple[Snapshot, ...]]
"""Draws the past of one item; called for those that are new, or were not read for long."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An outcome for every ref, the state to keep, and what statuses beside `status_map` are taken for.

    `past` draws, for items that were read in full, snapshots of weeks before, oldest first, as far as dates
    tell. `shared` counts the pieces of work that several refs have in common, as far as they were listed.
    """

    outcomes: tuple[Outcome, ...]
    state: ConnectorState = field(default_factory=ConnectorState)
    unmapped: Mapping[str, str] = field(default_factory=dict)
    past: Mapping[WorkRef, Past] = field(default_factory=dict, compare=False)
    shared: Callable[[], Mapping[tuple[WorkRef, ...], int]] = field(default=dict, compare=False)


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
        Raises an error with `outcome_unknown` when a write may have arrived although no answer came, and what
        the context's `confirm` raises, without having written.
        """
        ...

    def close(self) -> None:
        """Frees its sockets."""
        ...


Confirm = Callable[[], None]
"""Asked right before each write: returns while it may leave, and raises where it must not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a connector is given beside its settings.

    `confirm` is called right before each single request that could change anything, repetitions included;
    what it raises (LeaseLostError, StoreError) goes up as it is, and the request does not leave. None closes
    the gate: no such request leaves at all. `status_map` is this connection's part of the workspace file:
    status name -> status word.
    """

    workspace: str
    connection: str
    confirm: Confirm | None
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
