"""What Jira's JSON says about one issue, checked: a record, or a sentence why it cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from connectors.jira.client import account_of

_ID: Final = re.compile(r"[0-9]{1,19}")
_LONGEST_NAME: Final = 2000
_MOST_POINTS: Final = 1e12
_UNSEEN: Final = frozenset({"Cc", "Cs", "Cf", "Co", "Cn"})


class UnreadableError(ValueError):
    """One issue's JSON is not what Jira documents; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; `category` is the key of its category: new, indeterminate, done, undefined."""

    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """How an issue was ended."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldIds:
    """Ids of the custom fields of a site; of `points`, the first one that holds a number counts."""

    start: str | None = None
    epic_link: str | None = None
    epic_marks: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    points_by_project: Mapping[str, str] | None = None

    @property
    def estimates(self) -> tuple[str, ...]:
        """Every field that may hold an estimate."""
        return (*self.points, *sorted(set((self.points_by_project or {}).values())))

    def estimate_of(self, project: str) -> tuple[str, ...]:
        """Where the estimate of an issue of that project stands."""
        own = (self.points_by_project or {}).get(project)
        return (own,) if own else self.points


@dataclass(frozen=True, slots=True, kw_only=True)
class Epic:
    """A linked issue. `level` is its hierarchy level, None where Jira does not tell (Data Center).

    `begun` is the day since when it is in the category of work in progress, which Cloud alone tells. `ended`
    is the day of its resolution, which some workflows leave on an issue that is opened again, or else that on
    which it came into the category of done work.
    """

    id: str
    key: str
    name: str
    type_name: str
    level: int | None
    subtask: bool
    marked_epic: bool
    status: Status
    resolution: Resolution | None
    project: str
    owner: str | None
    owner_name: str | None
    start: date | None
    due: date | None
    ended: date | None
    archived: bool
    begun: date | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """An issue under an epic, or one that a query finds.

    `parent` is the id of the issue above it on Cloud, the key of its epic (of a sub-task: its issue) on Data
    Center, None where nothing is above it. `updated`, `created` and `ended` are None where Jira does not say,
    and the last also where the issue is not done.
    """

    id: str
    key: str
    parent: str | None
    subtask: bool
    status: Status
    resolution: Resolution | None
    points: float | None
    updated: datetime | None = None
    created: datetime | None = None
    ended: datetime | None = None


EPIC_FIELDS: Final = (
    "summary",
    "status",
    "resolution",
    "assignee",
    "duedate",
    "issuetype",
    "parent",
    "resolutiondate",
    "statuscategorychangedate",
    "project",
    "updated",
)
CHILD_FIELDS: Final = (
    "status",
    "resolution",
    "parent",
    "issuetype",
    "updated",
    "created",
)
ENDED: Final = {True: "statuscategorychangedate", False: "resolutiondate"}
"""By whether it is Cloud: what says when a done issue came to be so. Data Center knows the one field only."""


def epic(raw: object, ids: FieldIds) -> Epic:
    """The record of a linked issue. Raises UnreadableError."""
    source = _Source(raw)
    kind, person = source.object("issuetype"), source.optional_object("assignee")
    status, changed = source.status(), source.moment("statuscategorychangedate")
    return Epic(
        id=source.id,
        key=source.key,
        name=label(source.text("summary")),
        type_name=_name(kind),
        level=_level(kind),
        subtask=_is_subtask(kind),
        marked_epic=any(source.fields.get(mark) for mark in ids.epic_marks),
        status=status,
        resolution=source.resolution(),
        project=str((source.optional_object("project") or {}).get("id") or ""),
        owner=account_of(person) or None,
        owner_name=_name(person, "displayName") or None,
        start=source.day(ids.start) if ids.start else None,
        due=source.day("duedate"),
        ended=source.moment("resolutiondate") or (changed if status.category == "done" else None),
        archived=(source.optional_object("project") or {}).get("archived") is True,
        begun=changed if status.category == "indeterminate" else None,
        updated=source.instant("updated"),
    )


def child(raw: object, ids: FieldIds, *, cloud: bool) -> Child:
    """The record of an issue under an epic. Raises UnreadableError."""
    source = _Source(raw)
    kind, kept = source.object("issuetype"), source.status()
    return Child(
        id=source.id,
        key=source.key,
        parent=parent_of(raw, ids, cloud=cloud),
        subtask=_is_subtask(kind),
        status=kept,
        resolution=source.resolution(),
        points=source.points(ids.estimate_of(source.key.rpartition("-")[0])),
        updated=source.instant("updated"),
        created=source.instant("created"),
        ended=source.instant(ENDED[cloud]) if kept.category == "done" else None,
    )


def parent_of(raw: object, ids: FieldIds, *, cloud: bool) -> str | None:
    """Where a child belongs, as `Child.parent`. Raises UnreadableError."""
    source = _Source(raw)
    if not cloud and ids.epic_link and source.fields.get(ids.epic_link) is not None:
        return source.text(ids.epic_link)
    parent = source.optional_object("parent")
    above = None if parent is None else parent.get("id" if cloud else "key")
    if parent is not None and not isinstance(above, str):
        raise source.unreadable("parent")
    return above


class _Source:
    """One issue's JSON, asked field by field."""

    def __init__(self, raw: object) -> None:
        issue = raw if isinstance(raw, dict) else {}
        identity, key = issue.get("id"), issue.get("key")
        self.fields: dict[str, Any] = issue.get("fields") or {}
        if not isinstance(identity, str) or not _ID.fullmatch(identity) or not isinstance(key, str):
            raise UnreadableError("Jira sent an issue without a readable id and key")
        self.id, self.key = identity, label(key)
        if not isinstance(self.fields, dict):
            raise UnreadableError(f"Jira sent {self.key} without fields")

    def unreadable(self, name: str) -> UnreadableError:
        return UnreadableError(f"Jira sent {self.key} without a readable '{name}'")

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise self.unreadable(name)
        return value

    def object(self, name: str) -> dict[str, Any]:
        value = self.fields.get(name)
        if not isinstance(value, dict):
            raise self.unreadable(name)
        return value

    def optional_object(self, name: str) -> dict[str, Any] | None:
        return None if self.fields.get(name) is None else self.object(name)

    def status(self) -> Status:
        return _status(self.object("status")) or self._give_up("status")

    def resolution(self) -> Resolution | None:
        resolution = self.optional_object("resolution")
        if resolution is None:
            return None
        if not isinstance(resolution.get("name"), str):
            raise self.unreadable("resolution")
        return Resolution(str(resolution.get("id") or ""), label(resolution["name"]))

    def _give_up(self, name: str) -> Status:
        raise self.unreadable(name)

    def day(self, name: str) -> date | None:
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.unreadable(name) from None

    def moment(self, name: str) -> date | None:
        """The day of a timestamp where Jira's site is: in the timestamp's own offset."""
        found = self.instant(name)
        return found.date() if found else None

    def instant(self, name: str) -> datetime | None:
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.unreadable(name) from None
        if found.tzinfo is None:
            raise self.unreadable(name)
        return found

    def points(self, names: tuple[str, ...]) -> float | None:
        values = [self.fields[name] for name in names if self.fields.get(name) is not None]
        if not all(_is_number(value) for value in values):
            raise self.unreadable(names[0])
        return float(values[0]) if values else None


def label(text: str) -> str:
    """A name from outside on one line: no control, surrogate or bidirectional marks, 255 characters."""
    spaced = " ".join(text[:_LONGEST_NAME].split())
    if spaced.isprintable():
        return spaced[:255]
    seen = "".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN)
    return " ".join(seen.split())[:255]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST_POINTS


def statuses(raw: Iterable[object]) -> Iterator[Status]:
    """The statuses in what GET /status lists; what cannot be read is left out."""
    for item in raw:
        if isinstance(item, dict) and (found := _status(item)):
            yield found


def _status(status: Mapping[str, Any]) -> Status | None:
    category = status.get("statusCategory")
    key = category.get("key") if isinstance(category, dict) else None
    if not isinstance(status.get("name"), str) or not isinstance(key, str):
        return None
    # Jira sends an id with every status; without one its category is what the issue is known by.
    return Status(label(str(status.get("id") or f"~{key}")), label(status["name"]), label(key))


def _name(value: Mapping[str, Any] | None, key: str = "name") -> str:
    name = (value or {}).get(key)
    return label(name) if isinstance(name, str) else ""


def _level(kind: Mapping[str, Any]) -> int | None:
    level = kind.get("hierarchyLevel")
    return level if isinstance(level, int) and not isinstance(level, bool) else None


def _is_subtask(kind: Mapping[str, Any]) -> bool:
    return kind.get("subtask") is True or (_level(kind) or 0) < 0
