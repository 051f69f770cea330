"""What is taken out of Asana's answers, checked field by field: nothing else of them goes any further.

Fields and their types: developers.asana.com/reference (projects, tasks, stories, statusupdates). Asana leaves
a field it does not know out in silence, so a missing one is an error, not a null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from connectors.asana.row import Row, shown
from syncer.errors import SkippableError

_COMMON_FIELDS: Final = (
    "name", "archived", "due_on", "start_on", "owner.name", "permalink_url",
    "current_status_update.status_type", "current_status_update.created_at",
    "current_status_update.created_by.gid", "current_status_update.author.gid",
)  # fmt: skip
PORTFOLIO_FIELDS: Final = _COMMON_FIELDS
PROJECT_FIELDS: Final = (*_COMMON_FIELDS, "completed", "completed_at")
ITEM_FIELDS: Final = (*PROJECT_FIELDS, "resource_type")
FOUND_PORTFOLIO_FIELDS: Final = ("name", "archived", "owner.name", "permalink_url")
FOUND_FIELDS: Final = (*FOUND_PORTFOLIO_FIELDS, "modified_at")
STATUS_FIELDS: Final = ("status_type", "created_at", "created_by.gid", "author.gid")
SUBTASK_FIELDS: Final = ("completed", "approval_status", "created_at", "completed_at")
TASK_FIELDS: Final = (*SUBTASK_FIELDS, "notes", "modified_at")
HOMED_TASK_FIELDS: Final = (*TASK_FIELDS, "projects.gid")
LINKED_TASK_FIELDS: Final = (
    "name", "completed", "completed_at", "start_on", "due_on", "assignee.name", "approval_status",
    "num_subtasks", "permalink_url", "resource_subtype",
    "parent.resource_subtype",
)  # fmt: skip
HIT_FIELDS: Final = ("modified_at", "resource_subtype", "projects.gid")
EVENT_FIELDS: Final = ("action", "type", "resource", "parent", "change.field")
OWN_TASK_FIELDS: Final = ("notes", "created_by.gid")
FOUND_STORY_FIELDS: Final = ("text", "created_by.gid")
STORY_FIELDS: Final = (*FOUND_STORY_FIELDS, "is_editable")
GOAL_FIELDS: Final = ("metric.progress_source", "metric.unit", "metric.current_number_value")
USER_FIELDS: Final = ("name", "workspaces.gid")

_MARKER_LINE: Final = re.compile(r"^[ \t]*okr-syncer:[A-Za-z0-9][A-Za-z0-9_-]*/\d+[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class User:
    """An account, and the gids of the workspaces it is in."""

    gid: str
    name: str
    workspaces: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What somebody posted on a project: a status type, a time, the gids of whoever is behind it."""

    status_type: str
    created_at: datetime
    by: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, or a portfolio, which is never completed; days as Asana has them, moments aware."""

    gid: str
    name: str
    url: str
    archived: bool
    completed: bool = False
    completed_at: datetime | None = None
    start_on: date | None
    due_on: date | None
    owner: str | None
    owner_name: str | None
    status: StatusUpdate | None


@dataclass(frozen=True, slots=True)
class Item:
    """What is in a portfolio: another portfolio, or a project (None where its fields were not understood)."""

    gid: str
    is_portfolio: bool = False
    project: Project | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as far as it is counted; `is_rollup` is one that this product keeps, for any workspace.

    `approval` is the approval status, empty where the task is none. `homes` are the projects it is in, empty
    where nobody asked.
    """

    gid: str
    completed: bool
    approval: str = ""
    is_rollup: bool = False
    created_at: datetime | None = None
    completed_at: datetime | None = None
    modified_at: datetime | None = None
    homes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTask:
    """A task or milestone that an initiative links; `parent` is the task that it is a part of."""

    gid: str
    name: str
    url: str
    completed: bool
    completed_at: datetime | None
    approval: str
    start_on: date | None
    due_on: date | None
    owner: str | None
    owner_name: str | None
    subtasks: int
    subtype: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A task that a search found: when it was last changed, of which sort it is, in which projects."""

    gid: str
    modified_at: datetime
    subtype: str
    projects: frozenset[str]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: to a resource of a kind, in a parent; `field` is what was changed of it."""

    action: str
    kind: str
    gid: str
    parent: str | None
    field: str


@dataclass(frozen=True, slots=True)
class Metric:
    """The number of a goal: what moves it, in which unit, and what it is; None before anybody set it."""

    progress_source: str
    unit: str
    current: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be linked; `at` is when it was last changed, None for portfolios."""

    gid: str
    name: str
    url: str
    owner_name: str | None
    at: datetime | None
    archived: bool


@dataclass(frozen=True, slots=True)
class OwnText:
    """A task or a comment: whether it carries the marker asked about, and who wrote it."""

    gid: str
    marked: bool
    by: str | None
    editable: bool = True


def is_rollup(notes: str) -> bool:
    """Whether a task's description carries a marker of ours, of any workspace, on a line of its own."""
    return _MARKER_LINE.search(notes) is not None


def carries(text: str, marker: str) -> bool:
    """Whether the text holds this very marker; `…/12` is not in `…/123`."""
    return re.search(rf"(?<![\w-]){re.escape(marker)}(?![\w-])", text) is not None


def user(row: Row) -> User:
    """An account; a list of workspaces that is missing is an empty one."""
    listed = row.fields.get("workspaces")
    homes = [home for home in listed if isinstance(home, dict)] if isinstance(listed, list) else []
    return User(row.gid(), row.label("name"), frozenset(str(home.get("gid")) for home in homes))


def project(row: Row) -> Project:
    """A project with what PROJECT_FIELDS asks for."""
    return replace(
        portfolio(row), completed=row.flag("completed"), completed_at=row.optional_moment("completed_at")
    )


def portfolio(row: Row) -> Project:
    """A portfolio with what PORTFOLIO_FIELDS asks for."""
    owner = row.row("owner", f"the owner of {row.what}")
    update = row.row("current_status_update", f"the status update of {row.what}")
    return Project(
        gid=row.gid(),
        name=row.label("name"),
        url=row.label("permalink_url"),
        archived=row.flag("archived"),
        start_on=row.day("start_on"),
        due_on=row.day("due_on"),
        owner=owner.gid() if owner else None,
        owner_name=_name(owner),
        status=status_update(update) if update else None,
    )


def item(row: Row) -> Item:
    """An item of a portfolio with what ITEM_FIELDS asks for."""
    kind = row.text("resource_type")
    if kind == "portfolio":
        return Item(row.gid(), is_portfolio=True)
    if kind != "project":
        row.wrong("resource_type", "project or portfolio")
    return Item(row.gid(), project=listed_project(row))


def listed_project(row: Row) -> Project | None:
    """A row of a listing; None where it is not understood, for its own address will say why."""
    try:
        return project(row)
    except SkippableError:
        return None


def _name(person: Row | None) -> str | None:
    return shown(person.optional_text("name") or "") or None if person else None


def status_update(row: Row) -> StatusUpdate:
    """A status update with what STATUS_FIELDS asks for; its creator and its author may be unknown."""
    by = {row.gid_of("created_by"), row.gid_of("author")}
    return StatusUpdate(
        row.text("status_type"), row.moment("created_at"), frozenset(gid for gid in by if gid)
    )


def task(row: Row) -> Task:
    """A task with what TASK_FIELDS asks for; its description is looked at here and dropped."""
    return replace(
        subtask(row), is_rollup=is_rollup(row.text("notes")), modified_at=row.moment("modified_at")
    )


def homed_task(row: Row) -> Task:
    """A task with what HOMED_TASK_FIELDS asks for."""
    return replace(task(row), homes=row.gids("projects"))


def subtask(row: Row) -> Task:
    """A task with what SUBTASK_FIELDS asks for."""
    approval = row.optional_text("approval_status") or ""
    return Task(
        gid=row.gid(),
        completed=row.flag("completed"),
        approval=approval,
        created_at=_when(row, "created_at"),
        completed_at=_when(row, "completed_at"),
    )


def _when(row: Row, name: str) -> datetime | None:
    """A moment that no count needs: where Asana leaves it out, the past is not known."""
    return row.optional_moment(name) if name in row.fields else None


def linked_task(row: Row) -> LinkedTask:
    """A task with what LINKED_TASK_FIELDS asks for."""
    assignee = row.row("assignee", f"the assignee of {row.what}")
    parent = row.row("parent", f"the parent of {row.what}")
    return LinkedTask(
        gid=row.gid(),
        name=row.label("name"),
        url=row.label("permalink_url"),
        completed=row.flag("completed"),
        completed_at=row.optional_moment("completed_at"),
        approval=row.optional_text("approval_status") or "",
        start_on=row.day("start_on"),
        due_on=row.day("due_on"),
        owner=assignee.gid() if assignee else None,
        owner_name=_name(assignee),
        subtasks=row.count("num_subtasks"),
        subtype=row.text("resource_subtype"),
        parent=parent.gid() if parent else None,
    )


def hit(row: Row) -> Hit:
    """A task that a search found, with what HIT_FIELDS asks for."""
    return Hit(row.gid(), row.moment("modified_at"), row.text("resource_subtype"), row.gids("projects"))


def event(row: Row) -> Event:
    """An event; a story or another thing we do not look at may have any shape."""
    resource = row.row("resource", "the resource of an event")
    change = row.row("change", "the change of an event") if "change" in row.fields else None
    return Event(
        row.text("action"),
        (resource.optional_text("resource_type") if resource else None) or "",
        resource.gid() if resource else "",
        row.gid_of("parent"),
        (change.optional_text("field") if change else None) or "",
    )


def metric(row: Row) -> Metric | None:
    """The metric of a goal with what GOAL_FIELDS asks for, None where the goal has none."""
    number = row.row("metric", f"the metric of {row.what}")
    if number is None:
        return None
    current = None if number.is_null("current_number_value") else number.number("current_number_value")
    return Metric(number.text("progress_source"), number.text("unit"), current)


def candidate(row: Row) -> Candidate:
    """A project or portfolio, with what FOUND_FIELDS asks for."""
    owner = row.row("owner", f"the owner of {row.what}")
    at = row.moment("modified_at") if "modified_at" in row.fields else None
    archived = row.fields.get("archived") is True
    return Candidate(row.gid(), row.label("name"), row.label("permalink_url"), _name(owner), at, archived)


def own_task(row: Row, marker: str) -> OwnText:
    """A task, asked whether it is the rollup task of this marker."""
    return OwnText(row.gid(), carries(row.text("notes"), marker), row.gid_of("created_by"))


def story(row: Row, marker: str) -> OwnText:
    """A story, asked whether it is the comment of this marker; a system story may have no text or author."""
    marked = carries(row.optional_text("text") or "", marker)
    editable = row.fields.get("is_editable") is not False
    return OwnText(row.gid(), marked, row.gid_of("created_by"), editable)
