"""What a Jira stand-in keeps: accounts, statuses, projects, issues and comments, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Account:
    """A person or bot: `id` is the accountId on Cloud and the user name on Data Center.

    `zone` is the IANA time zone of the profile, in which absolute dates in JQL are read.
    """

    id: str
    name: str
    email: str = ""
    zone: str = "UTC"
    active: bool = True


@dataclass(frozen=True)
class Status:
    """A workflow status; `category` is one of CATEGORIES."""

    id: str
    name: str
    category: str


@dataclass(frozen=True)
class Project:
    """A project; an archived one is not searched, nothing of one in the trash is shown."""

    id: str
    key: str
    name: str
    archived: bool = False
    trashed: bool = False
    lead: Account | None = None


@dataclass(frozen=True)
class Version:
    """A release of a project; `project` is a project key, dates are "YYYY-MM-DD"."""

    id: str
    project: str
    name: str
    released: bool = False
    archived: bool = False
    start: str | None = None
    release: str | None = None


@dataclass(frozen=True)
class Issue:
    """One issue: `status` is a status id, `parent` an issue id, dates are "YYYY-MM-DD", moments are aware.

    `versions` are the ids of its fix versions.
    """

    id: str
    key: str
    project: str
    type: str
    summary: str
    status: str
    created: datetime
    updated: datetime
    category_changed: datetime
    parent: str | None = None
    assignee: Account | None = None
    due: str | None = None
    start: str | None = None
    points: float | None = None
    resolution: str | None = None
    resolved: datetime | None = None
    labels: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """The numeric part of the key."""
        return int(self.key.rpartition("-")[2])


@dataclass(frozen=True)
class Comment:
    """A comment as it stands: `body` is an ADF document on Cloud and wiki markup on Data Center."""

    id: str
    issue: str
    author: Account
    update_author: Account
    body: Any
    created: datetime
    updated: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    visibility: Mapping[str, str] | None = None


@dataclass(frozen=True)
class IssueType:
    """An issue type with its hierarchy level: -1 sub-task, 0 story, 1 epic, 2 above."""

    id: str
    name: str
    level: int


CATEGORIES: Mapping[str, tuple[int, str, str]] = {
    "undefined": (1, "No Category", "medium-gray"),
    "new": (2, "To Do", "blue-gray"),
    "done": (3, "Done", "green"),
    "indeterminate": (4, "In Progress", "yellow"),
}
"""Status category key -> id, name, colour: the four that exist."""

STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "Done", "done"),
    Status("10002", "On Hold", "indeterminate"),
    Status("10003", "Won't Do", "done"),
    Status("10004", "In Review", "indeterminate"),
    Status("10005", "Imported", "undefined"),
)
"""The statuses a new site starts with."""

RESOLUTIONS: Mapping[str, str] = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002"}
"""Resolution name -> id."""

TYPES = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story", 0),
    IssueType("10002", "Task", 0),
    IssueType("10004", "Bug", 0),
    IssueType("10003", "Sub-task", -1),
    IssueType("10100", "Initiative", 2),
)
"""The issue types of every project."""

TYPE_NAMED: Mapping[str, IssueType] = {kind.name: kind for kind in TYPES}
"""Issue type by its name."""

EPIC_LINK = "customfield_10008"
"""Field id of "Epic Link" on Data Center; its value is the key of the epic."""

POINTS: Mapping[str, tuple[str, str]] = {
    "cloud": ("customfield_10016", "Story point estimate"),
    "datacenter": ("customfield_10002", "Story Points"),
}
"""Deployment -> field id and name of the estimate."""

START = "customfield_10015"
"""Field id of "Start date" on both deployments."""
