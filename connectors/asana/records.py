"""What is taken out of Asana's answers, checked field by field: nothing else of them goes any further.

Fields and their types: developers.asana.com/reference (projects, tasks, stories, statusupdates). Asana leaves
a field it does not know out in silence, so a missing one is an error, not a null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NoReturn

from syncer.errors import SkippableError

PROJECT_FIELDS: Final = (
    "name", "archived", "completed", "completed_at", "due_on", "start_on", "owner.name", "permalink_url",
    "current_status_update.status_type", "current_status_update.created_at",
    "current_status_update.created_by.gid", "current_status_update.author.gid",
)  # fmt: skip
STATUS_FIELDS: Final = ("status_type", "created_at", "created_by.gid", "author.gid")
TASK_FIELDS: Final = ("completed", "approval_status", "notes")
OWN_TASK_FIELDS: Final = ("notes", "created_by.gid")
FOUND_STORY_FIELDS: Final = ("text", "created_by.gid")
STORY_FIELDS: Final = (*FOUND_STORY_FIELDS, "is_editable")
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
    """A project; days as Asana has them, moments aware."""

    gid: str
    name: str
    url: str
    archived: bool
    completed: bool
    completed_at: datetime | None
    start_on: date | None
    due_on: date | None
    owner: str | None
    owner_name: str | None
    status: StatusUpdate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as far as it is counted; `is_rollup` is one that this product keeps, for any workspace."""

    gid: str
    completed: bool
    rejected: bool
    is_rollup: bool


@dataclass(frozen=True, slots=True)
class OwnText:
    """A task or a comment: whether it carries the marker asked about, and who wrote it."""

    gid: str
    marked: bool
    by: str | None
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object, read by field name; `what` names it in sentences, `project 12`.

    Every reader raises SkippableError with a sentence that names the field and never its content.
    """

    what: str
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else self._wrong(name, "a text")

    def optional_text(self, name: str) -> str | None:
        """A text, None where it is null or left out."""
        return None if self.fields.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false, nothing else."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else self._wrong(name, "true or false")

    def day(self, name: str) -> date | None:
        """A day, or null."""
        if self._is_null(name):
            return None
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self._wrong(name, "a day such as 2026-11-16, or null")

    def moment(self, name: str) -> datetime:
        """A moment with its zone."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            self._wrong(name, "a time in UTC")
        return moment if moment.tzinfo else self._wrong(name, "a time in UTC")

    def optional_moment(self, name: str) -> datetime | None:
        """A moment with its zone, or null."""
        return None if self._is_null(name) else self.moment(name)

    def row(self, name: str, what: str) -> Row | None:
        """An object, or null."""
        if name not in self.fields:
            return self._wrong(name, "an object, or null")
        value = self.fields[name]
        if value is None:
            return None
        return Row(what, value) if isinstance(value, dict) else self._wrong(name, "an object, or null")

    def gid_of(self, name: str) -> str | None:
        """The gid of an object that may be null or left out."""
        row = self.row(name, f"{name} of {self.what}") if name in self.fields else None
        return row.text("gid") if row else None

    def _is_null(self, name: str) -> bool:
        return name in self.fields and self.fields[name] is None

    def _wrong(self, name: str, wanted: str) -> NoReturn:
        given = type(self.fields[name]).__name__ if name in self.fields else "missing"
        raise SkippableError(
            f"Asana's answer about {self.what} is not understood: {name} should be {wanted}, and is {given}",
            hint="Run the sync again; if it stays so, look for a newer okr-syncer.",
        )


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
    return User(row.text("gid"), row.text("name"), frozenset(str(home.get("gid")) for home in homes))


def project(row: Row) -> Project:
    """A project with what PROJECT_FIELDS asks for."""
    owner = row.row("owner", f"the owner of {row.what}")
    update = row.row("current_status_update", f"the status update of {row.what}")
    return Project(
        gid=row.text("gid"),
        name=row.text("name"),
        url=row.text("permalink_url"),
        archived=row.flag("archived"),
        completed=row.flag("completed"),
        completed_at=row.optional_moment("completed_at"),
        start_on=row.day("start_on"),
        due_on=row.day("due_on"),
        owner=owner.text("gid") if owner else None,
        owner_name=owner.optional_text("name") if owner else None,
        status=status_update(update) if update else None,
    )


def status_update(row: Row) -> StatusUpdate:
    """A status update with what STATUS_FIELDS asks for; its creator and its author may be unknown."""
    by = {row.gid_of("created_by"), row.gid_of("author")}
    return StatusUpdate(
        row.text("status_type"), row.moment("created_at"), frozenset(gid for gid in by if gid)
    )


def task(row: Row) -> Task:
    """A task with what TASK_FIELDS asks for; its description is looked at here and dropped."""
    completed = row.flag("completed")
    return Task(
        gid=row.text("gid"),
        completed=completed,
        rejected=completed and row.optional_text("approval_status") == "rejected",
        is_rollup=is_rollup(row.text("notes")),
    )


def own_task(row: Row, marker: str) -> OwnText:
    """A task, asked whether it is the rollup task of this marker."""
    return OwnText(row.text("gid"), carries(row.text("notes"), marker), row.gid_of("created_by"))


def story(row: Row, marker: str) -> OwnText:
    """A story, asked whether it is the comment of this marker; a system story may have no text or author."""
    marked = carries(row.optional_text("text") or "", marker)
    editable = row.fields.get("is_editable") is not False
    return OwnText(row.text("gid"), marked, row.gid_of("created_by"), editable)
