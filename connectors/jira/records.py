"""What Jira's JSON says about one issue, checked: a record, or a sentence why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from connectors.jira.client import account_of


class UnreadableError(ValueError):
    """One issue's JSON is not what Jira documents; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; `category` is the key of its category: new, indeterminate, done, undefined."""

    name: str
    category: str


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
    """A linked issue. `level` is its hierarchy level, None where Jira does not tell (Data Center)."""

    id: str
    key: str
    name: str
    type_name: str
    level: int | None
    subtask: bool
    marked_epic: bool
    status: Status
    resolution: str | None
    owner: str | None
    owner_name: str | None
    start: date | None
    due: date | None
    ended: date | None
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """An issue under an epic; `parent` is the epic's id on Cloud, its key on Data Center."""

    id: str
    parent: str
    subtask: bool
    status: Status
    resolution: str | None
    points: float | None


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
)
CHILD_FIELDS: Final = ("status", "resolution", "parent", "issuetype")


def epic(raw: object, ids: FieldIds) -> Epic:
    """The record of a linked issue. Raises UnreadableError."""
    source = _Source(raw)
    kind, person = source.object("issuetype"), source.optional_object("assignee")
    return Epic(
        id=source.id,
        key=source.key,
        name=source.text("summary"),
        type_name=_name(kind),
        level=_level(kind),
        subtask=_is_subtask(kind),
        marked_epic=any(source.fields.get(mark) for mark in ids.epic_marks),
        status=source.status(),
        resolution=source.resolution(),
        owner=account_of(person) or None,
        owner_name=_name(person, "displayName") or None,
        start=source.day(ids.start) if ids.start else None,
        due=source.day("duedate"),
        ended=source.moment("resolutiondate") or source.moment("statuscategorychangedate"),
        archived=(source.optional_object("project") or {}).get("archived") is True,
    )


def child(raw: object, ids: FieldIds, *, cloud: bool) -> Child:
    """The record of an issue under an epic. Raises UnreadableError."""
    source = _Source(raw)
    kind = source.object("issuetype")
    return Child(
        id=source.id,
        parent=parent_of(raw, ids, cloud=cloud),
        subtask=_is_subtask(kind),
        status=source.status(),
        resolution=source.resolution(),
        points=source.points(ids.estimate_of(source.key.rpartition("-")[0])),
    )


def parent_of(raw: object, ids: FieldIds, *, cloud: bool) -> str:
    """Where a child belongs, as `Child.parent`. Raises UnreadableError."""
    source = _Source(raw)
    if not cloud:
        return source.text(ids.epic_link or "")
    parent = source.object("parent").get("id")
    if not isinstance(parent, str):
        raise source.unreadable("parent")
    return parent


class _Source:
    """One issue's JSON, asked field by field."""

    def __init__(self, raw: object) -> None:
        issue = raw if isinstance(raw, dict) else {}
        identity, key = issue.get("id"), issue.get("key")
        self.fields: dict[str, Any] = issue.get("fields") or {}
        if not isinstance(identity, str) or not identity.isdigit() or not isinstance(key, str):
            raise UnreadableError("Jira sent an issue without a readable id and key")
        self.id, self.key = identity, key
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
        status = self.object("status")
        category = status.get("statusCategory")
        key = category.get("key") if isinstance(category, dict) else None
        if not isinstance(status.get("name"), str) or not isinstance(key, str):
            raise self.unreadable("status")
        return Status(status["name"], key)

    def resolution(self) -> str | None:
        resolution = self.optional_object("resolution")
        if resolution is None:
            return None
        if not isinstance(resolution.get("name"), str):
            raise self.unreadable("resolution")
        return str(resolution["name"])

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
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value).date()
        except (TypeError, ValueError):
            raise self.unreadable(name) from None

    def points(self, names: tuple[str, ...]) -> float | None:
        values = [self.fields[name] for name in names if self.fields.get(name) is not None]
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
            raise self.unreadable(names[0])
        return float(values[0]) if values else None


def _name(value: Mapping[str, Any] | None, key: str = "name") -> str:
    name = (value or {}).get(key)
    return name if isinstance(name, str) else ""


def _level(kind: Mapping[str, Any]) -> int | None:
    level = kind.get("hierarchyLevel")
    return level if isinstance(level, int) and not isinstance(level, bool) else None


def _is_subtask(kind: Mapping[str, Any]) -> bool:
    return kind.get("subtask") is True or (_level(kind) or 0) < 0
