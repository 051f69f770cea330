"""What a sync, or a plan of one, has to tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncer.domain.checkin import CheckIn
from syncer.domain.comment import Publication
from syncer.domain.declared import Move
from syncer.domain.link import Link
from syncer.domain.notification import NotifyTrouble
from syncer.domain.signals.finding import Signal
from syncer.domain.sync import Receipt, Standing, SyncRun, Wrote
from syncer.domain.work import Change, Snapshot
from syncer.engine.courier import Delivered
from syncer.engine.values import ValueTrouble


class ConnectionOutcome(StrEnum):
    """How one connection did in one sync."""

    READ = "read"
    DEFERRED = "deferred"
    FAILED = "failed"
    CREDENTIALS = "credentials"
    BRAKED = "braked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReport:
    """One connection: how it did, why not better, and what it cost in requests."""

    connection: str
    outcome: ConnectionOutcome
    sentence: str = ""
    hint: str = ""
    until: datetime | None = None
    links: int = 0
    requests: int = 0
    writes: int = 0


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What the tracker says anew about one item."""

    snapshot: Snapshot
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class LinkTrouble:
    """A link that could not be read, or whose item is not what it was."""

    link: Link
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """A row that waits: until a time (UTC), or for a sync that can write it (None).

    `why` is said where it waits neither for the interval between two edits nor for want of room. What is
    `exposed` tells of a key result that is confidential now.
    """

    publication: Publication
    until: datetime | None
    why: str = ""
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Exposed:
    """On how many items of a connection something stands that is confidential now, and why it still does."""

    connection: str
    until: datetime | None
    why: str
    items: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A comment that a sync would write, beside what stands there now; `veiled` is not to be shown.

    Without `has_room` the sync will have written enough before its turn comes, each comment taken for one
    write; a first one on an Asana project is two.
    """

    publication: Publication
    receipt: Receipt | None
    not_before: datetime | None
    has_room: bool = True
    veiled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """The whole of it. `planned` is filled by a plan, `delivered` by a sync; `run` is None for a plan.

    `held_back` of a plan has nothing of what is planned for later. `unnamed` and `unnamed_planned` count what
    was, or would be, written on items that are not to be named.

    `moved` are initiatives that the file has under another key result. `backfilled` counts the items whose
    past, or the time since their last read, was drawn from dates. `told` are the readers who were sent a
    notification, `untold` those who could not be; the latter make no sync partial.
    """

    workspace: str
    run: SyncRun | None
    connections: tuple[ConnectionReport, ...]
    changes: tuple[ItemChange, ...] = ()
    troubles: tuple[LinkTrouble, ...] = ()
    values: tuple[CheckIn, ...] = ()
    value_troubles: tuple[ValueTrouble, ...] = ()
    opened: tuple[Signal, ...] = ()
    closed: tuple[Signal, ...] = ()
    moved: tuple[Move, ...] = ()
    backfilled: int = 0
    planned: tuple[Planned, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    held_back: tuple[Held, ...] = ()
    exposed: tuple[Exposed, ...] = ()
    unnamed: tuple[Wrote, ...] = ()
    unnamed_planned: int = 0
    told: tuple[str, ...] = ()
    untold: tuple[NotifyTrouble, ...] = ()

    @property
    def wrote(self) -> Counter[Wrote]:
        """How many comments were created, updated, removed; what is only begun, or was refused, is none."""
        done = (one for one in self.delivered if one.standing not in {None, Standing.PARTIAL})
        each = (*(one.wrote for one in done), *self.unnamed)
        return Counter(wrote for wrote in each if wrote is not Wrote.NOTHING)

    @property
    def to_write(self) -> int:
        """How many comments a plan would write or remove, now or later."""
        return len(self.planned) + self.unnamed_planned

    @property
    def requests(self) -> int:
        """Requests sent over all connections."""
        return sum(one.requests for one in self.connections)

    @property
    def writes(self) -> int:
        """Requests among them that could change something."""
        return sum(one.writes for one in self.connections)

    @property
    def failed(self) -> tuple[ConnectionReport, ...]:
        """The connections that were not read, those in back-off included."""
        return tuple(one for one in self.connections if one.outcome is not ConnectionOutcome.READ)

    @property
    def is_partial(self) -> bool:
        """Whether something was asked for that is not there now."""
        refused = any(one.code for one in self.delivered)
        return bool(self.failed or self.troubles or self.value_troubles or self.exposed or refused)

    @property
    def has_changes(self) -> bool:
        """Whether anything was, or would be, stored or written."""
        due = any(one.not_before is None for one in self.planned)
        return bool(self.changes or self.values or self.opened or self.closed or due or self.wrote)
