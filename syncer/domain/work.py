"""The work: what a tracker says about one epic or project, in three buckets and five status words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class WorkStatus(StrEnum):
    """How far a piece of work is."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def words(self) -> str:
        """For people: `in progress`."""
        return self.value.replace("_", " ")


class Health(StrEnum):
    """How a person says it goes, in the tracker or in a check-in."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """For people: `on track`."""
        return self.value.replace("_", " ")


class LinkState(StrEnum):
    """What became of the item a link points at. Jira does not tell deleted from hidden: `not_visible`."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    TRASHED = "trashed"
    FORBIDDEN = "forbidden"
    GONE = "gone"
    NOT_VISIBLE = "not_visible"

    @property
    def words(self) -> str:
        """For people: `not visible`."""
        return self.value.replace("_", " ")

    @property
    def is_readable(self) -> bool:
        """Whether the item still tells its figures."""
        return self in {LinkState.ACTIVE, LinkState.ARCHIVED}


Item = tuple[str, str]
"""One item for good, whatever its key: its connection, and the tracker's immutable id."""


@dataclass(frozen=True, slots=True)
class WorkRef:
    """An address: connection, link kind and key as the workspace file names them.

    `item_id` is the tracker's immutable id once it is known; `options` are what the file says about reading
    it (`allow_issue`, `done_when_empty`). Neither is part of the address.
    """

    connection: str
    kind: str
    key: str
    item_id: str | None = field(default=None, compare=False)
    options: frozenset[str] = field(default=frozenset(), compare=False)

    def __str__(self) -> str:
        return f"{self.connection}:{self.key}"

    @property
    def item(self) -> Item | None:
        """What it is the address of, None while that is not known."""
        return (self.connection, self.item_id) if self.item_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Story points per bucket; `unestimated` counts the items, cancelled ones apart, that have none."""

    done: float = 0.0
    open: float = 0.0
    cancelled: float = 0.0
    unestimated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Items per bucket. Cancelled is neither done nor owed: the share is done / (done + open)."""

    done: int = 0
    open: int = 0
    cancelled: int = 0
    points: Points | None = None

    def __post_init__(self) -> None:
        if min(self.done, self.open, self.cancelled) < 0:
            msg = "a bucket cannot hold fewer than no items"
            raise ValueError(msg)

    @property
    def counted(self) -> int:
        """The items that count: all without the cancelled ones."""
        return self.done + self.open

    @property
    def share(self) -> float | None:
        """Done by counted, 0 to 1; None where nothing counts, which is not the same as 100 %."""
        return self.done / self.counted if self.counted else None

    @property
    def basis(self) -> str:
        """The figures behind the share: `6/10 · 2 cancelled`."""
        cancelled = f" · {self.cancelled} cancelled" if self.cancelled else ""
        return f"{self.done}/{self.counted}{cancelled}"

    @property
    def in_points(self) -> str:
        """The same by story points, `61 of 80 points, 3 not estimated`; empty where nothing is estimated."""
        if self.points is None or not self.points.done + self.points.open:
            return ""
        missing = f", {self.points.unestimated} not estimated" if self.points.unestimated else ""
        return f"{self.points.done:g} of {self.points.done + self.points.open:g} points{missing}"


DRAWN: Final = "Drawn later, from the dates of what belongs to it now."
"""The note of a snapshot that nobody took at its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the tracker said about one item. Two are equal when they say the same, whenever they were taken.

    `item_id` never changes, `key` and `name` are labels. `owner` is the tracker's account id. `notes` are
    sentences about what does not fit together. `done_on`, `start` and `due` are days as the tracker has them.
    `own_status` is False where nobody sets the item's status, and it is read off its work.
    """

    ref: WorkRef
    item_id: str
    key: str
    name: str
    url: str
    status: WorkStatus
    progress: Progress
    state: LinkState = LinkState.ACTIVE
    health: Health = Health.UNKNOWN
    owner: str | None = None
    owner_name: str | None = None
    start: date | None = None
    due: date | None = None
    done_on: date | None = None
    own_status: bool = True
    notes: tuple[str, ...] = ()
    taken_at: datetime = field(compare=False)

    @property
    def item(self) -> Item:
        """What it is about."""
        return self.ref.connection, self.item_id

    def says_the_same_as(self, other: Snapshot) -> bool:
        """Whether there is no news between the two, whatever address they were read by."""
        return replace(self, ref=other.ref) == other

    @property
    def is_drawn(self) -> bool:
        """Whether it was drawn later from dates, and knows nothing of what has none."""
        return DRAWN in self.notes

    def is_news_of_work_after(self, before: Snapshot) -> bool:
        """Whether work was done, added, cancelled, reported on, taken over or planned anew between the two.

        Names, keys and where the item lies are none of the work. Where one of the two was drawn later, only
        what is drawn tells: counts and status.
        """
        if self.is_drawn or before.is_drawn:
            return self._drawn_facts != before._drawn_facts
        return self._work_facts != before._work_facts

    @property
    def _drawn_facts(self) -> tuple[object, ...]:
        buckets = self.progress.done, self.progress.open, self.progress.cancelled
        return (self.status, buckets, self.done_on)

    @property
    def _work_facts(self) -> tuple[object, ...]:
        return (*self._drawn_facts, self.progress.points, self.health, self.owner, self.start, self.due)


@dataclass(frozen=True, slots=True)
class Gone:
    """The tracker no longer shows the item; `state` says in which way, `advice` what can be done."""

    ref: WorkRef
    state: LinkState
    advice: str


@dataclass(frozen=True, slots=True)
class Unread:
    """The item could not be read this time; nothing is known about it that was not known before."""

    ref: WorkRef
    why: str


Outcome = Snapshot | Gone | Unread


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two snapshots, for people: `status`, `planned`, `in progress`.

    `before` is empty where there was nothing before.
    """

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what} {self.before} -> {self.after}" if self.before else f"{self.what}: {self.after}"


def changes(before: Snapshot | None, after: Snapshot) -> tuple[Change, ...]:
    """What is different, in a fixed order; a first snapshot differs in that it is there.

    It is empty only where the two say the same.
    """
    if before is None:
        return (Change("first read", "", f"{after.status.words} {after.progress.basis}"),)
    rows = (
        ("status", before.status.words, after.status.words),
        ("status set by", _setter(before), _setter(after)),
        ("work", before.progress.basis, after.progress.basis),
        ("points", _points(before.progress.points), _points(after.progress.points)),
        ("health", before.health.words, after.health.words),
        ("owner", before.owner_name or "nobody", _owner(before, after)),
        ("start", _day(before.start), _day(after.start)),
        ("due", _day(before.due), _day(after.due)),
        ("done on", _day(before.done_on), _day(after.done_on)),
        ("key", before.key, after.key),
        ("name", before.name, after.name),
        ("state", before.state.words, after.state.words),
        ("address", before.url, after.url),
        ("notes", "; ".join(before.notes) or "none", "; ".join(after.notes) or "none"),
    )
    return tuple(Change(what, old, new) for what, old, new in rows if old != new)


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"


def _setter(snapshot: Snapshot) -> str:
    return "people" if snapshot.own_status else "its work"


def _owner(before: Snapshot, after: Snapshot) -> str:
    """The name of the owner now; two people may have one name."""
    name = after.owner_name or "nobody"
    is_namesake = before.owner != after.owner and before.owner_name == after.owner_name
    return f"{name}, another account" if is_namesake else name


def _points(points: Points | None) -> str:
    if points is None:
        return "none"
    cancelled = f" · {_number(points.cancelled)} cancelled" if points.cancelled else ""
    missing = f" · {points.unestimated} not estimated" if points.unestimated else ""
    return f"{_number(points.done)}/{_number(points.done + points.open)}{cancelled}{missing}"


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
