"""What a sync leaves behind: the run, how each connection is, what stands published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syncer.domain.comment import Facts, Publication
from syncer.domain.work import Item, WorkRef


class Trigger(StrEnum):
    """Why a sync ran."""

    SCHEDULE = "schedule"
    MANUAL = "manual"


class RunOutcome(StrEnum):
    """How a sync ended."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """One execution; all times UTC. `recorded_at` is set once what was read is stored (step 6)."""

    id: str
    workspace: str
    trigger: Trigger
    slot: str
    started_at: datetime
    recorded_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: RunOutcome | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Work owed: one slot of one workspace. `missed` counts the slots that passed and are not made up."""

    workspace: str
    kind: str
    slot: datetime
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHealth:
    """How a connection is: failing since when and why, and until when it is left alone; times UTC."""

    connection: str
    read_at: datetime | None = None
    failing_since: datetime | None = None
    code: str = ""
    sentence: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector's own opaque text: one part for the connection, one per item id.

    `own` is told anew at each fetch and not kept: ids of what carries our comments and is no work of anybody.
    """

    connection: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = field(default=frozenset(), compare=False)


class Standing(StrEnum):
    """What became of a comment of ours; a `resumed` one was edited and may be written over."""

    PARTIAL = "partial"
    STANDING = "standing"
    OPTED_OUT = "opted_out"
    EDITED = "edited"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a comment stands in the tracker: its id, and that of the task that carries it, if any."""

    comment_id: str | None = None
    container_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What stands published on one item, and the facts it was written for; `published_at` is UTC.

    Of one that was withdrawn, `published_at` is when that was.

    `text` is the comment in plain text, for showing what a newer one would change.
    """

    workspace: str
    ref: WorkRef
    item_id: str
    placement: Placement
    standing: Standing
    digest: str = ""
    facts: Facts = ()
    text: str = ""
    published_at: datetime | None = None

    @property
    def item(self) -> Item:
        """What it stands on."""
        return self.ref.connection, self.item_id

    @property
    def is_last_word(self) -> bool:
        """Whether what stands there says that it can be deleted."""
        return self.standing is Standing.STANDING and bool(self.digest) and not self.facts

    @property
    def removal(self) -> Publication:
        """What takes away what stands there."""
        return Publication(workspace=self.workspace, ref=self.ref, item_id=self.item_id, comment=None)


class Wrote(StrEnum):
    """What one step of a delivery did in the tracker."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome of one step: at most one write. A standing of `partial` asks for another step."""

    placement: Placement
    standing: Standing
    wrote: Wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A publication owed to an item; `in_flight` while a write for it may be under way or was cut off.

    `unanswered` are the key results that a write which was cut off may have published, by id, as far as the
    publication does not speak of them any more.
    """

    publication: Publication
    not_before: datetime | None = None
    in_flight: bool = False
    unanswered: frozenset[str] = frozenset()
