"""What each kind of record of the Asana stand-in has to say, field by field, under the API's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.asana_fields import Record, Ref, Selector, Shape, View
from connectors.sandbox.asana_site import is_comment
from connectors.sandbox.asana_state import AsanaState

APP = "https://app.asana.com"
NAMED: dict[str, Any] = {"gid": {}, "resource_type": {}, "name": {}}
TITLED: dict[str, Any] = {"gid": {}, "resource_type": {}, "resource_subtype": {}, "title": {}}
STORY: dict[str, Any] = {
    "gid": {}, "created_at": {}, "created_by": {}, "resource_type": {}, "resource_subtype": {},
    "text": {}, "type": {},
}  # fmt: skip


def selector(site: AsanaState) -> Selector:
    """The shapes of all records of this site."""
    shapes = {
        "workspace": Shape(_workspace(), NAMED),
        "user": Shape(_user(site), NAMED),
        "project": Shape(_project(site), NAMED, frozenset({"html_notes"})),
        "task": Shape(
            _task(site), {**NAMED, "resource_subtype": {}}, frozenset({"html_notes", "num_subtasks"})
        ),
        "story": Shape(_story(site), STORY, frozenset({"html_text"})),
        "status_update": Shape(_status(), TITLED, frozenset({"html_text"})),
        "portfolio": Shape(_portfolio(site), NAMED, frozenset({"archived"})),
        "goal": Shape(_goal(site), {**NAMED, "owner": {}}),
        "event": Shape(_EVENT, {name: {} for name in _EVENT}),
        "task_counts": Shape(_counts(site), {}),
    }
    return Selector(shapes, site.find)


def same(*names: str) -> dict[str, Callable[[Record], Any]]:
    """Fields that answer with the value the record has under the same name."""
    return {name: _getter(name) for name in names}


def _getter(name: str) -> Callable[[Record], Any]:
    return lambda record: record[name]


def _user_at(name: str) -> Callable[[Record], Any]:
    return lambda record: record[name] and Ref("user", record[name])


def _always(value: object) -> Callable[[Record], Any]:
    return lambda _: value


def _workspace() -> View:
    return {**same("gid", "name"), "resource_type": _always("workspace"), "is_organization": lambda _: True}


def _user(site: AsanaState) -> View:
    home = Ref("workspace", site.workspace["gid"])
    return {
        **same("gid", "name", "email"),
        "resource_type": _always("user"),
        "photo": _always(None),
        "workspaces": _always([home]),
    }


def _current_status(site: AsanaState) -> Callable[[Record], Any]:
    def latest(record: Record) -> Ref | None:
        updates = site.related["parent_statuses"].get(record["gid"])
        return Ref("status_update", next(reversed(updates))) if updates else None

    return latest


def _project(site: AsanaState) -> View:
    return {
        **same("gid", "name", "archived", "completed", "completed_at", "created_at", "modified_at"),
        **same("due_on", "start_on", "notes", "html_notes"),
        "resource_type": _always("project"),
        "due_date": lambda record: record["due_on"],
        "owner": _user_at("owner"),
        "completed_by": _user_at("completed_by"),
        "current_status_update": _current_status(site),
        "custom_fields": _always([]),
        "members": lambda record: [Ref("user", record["owner"])] if record["owner"] else [],
        "permalink_url": lambda record: f"{APP}/1/{site.workspace['gid']}/project/{record['gid']}",
        "privacy_setting": _always("public_to_workspace"),
        "team": _always(None),
        "workspace": _always(Ref("workspace", site.workspace["gid"])),
    }


def _task(site: AsanaState) -> View:
    def projects(record: Record) -> list[Ref]:
        return [Ref("project", gid) for gid in record["projects"] if gid not in site.hidden]

    return {
        **same("gid", "name", "resource_subtype", "approval_status", "completed", "completed_at"),
        **same("created_at", "modified_at", "due_on", "start_on", "notes", "html_notes"),
        "resource_type": _always("task"),
        "due_at": _always(None),
        "assignee": _user_at("assignee"),
        "completed_by": _user_at("completed_by"),
        "created_by": _user_at("created_by"),
        "custom_fields": _always([]),
        "memberships": lambda record: [{"project": ref, "section": None} for ref in projects(record)],
        "num_subtasks": lambda record: len(site.related["subtasks"].get(record["gid"], ())),
        "parent": lambda record: record["parent"] and Ref("task", record["parent"]),
        "permalink_url": lambda record: f"{APP}/1/{site.workspace['gid']}/task/{record['gid']}",
        "projects": projects,
        "workspace": _always(Ref("workspace", site.workspace["gid"])),
    }


def _story(site: AsanaState) -> View:
    return {
        **same(
            "gid", "type", "resource_subtype", "text", "html_text", "created_at", "is_edited", "is_pinned"
        ),
        "resource_type": _always("story"),
        "created_by": _user_at("author"),
        "is_editable": lambda record: is_comment(record) and record["author"] == site.bot.gid,
        "target": lambda record: Ref("task", record["target"]),
    }


def _status() -> View:
    return {
        **same("gid", "title", "text", "html_text", "status_type", "created_at", "modified_at"),
        "resource_type": _always("status_update"),
        "resource_subtype": lambda record: f"{record['parent'][0]}_status_update",
        "author": _user_at("author"),
        "created_by": _user_at("author"),
        "parent": lambda record: Ref(*record["parent"]),
    }


def _portfolio(site: AsanaState) -> View:
    return {
        **same("gid", "name", "due_on", "start_on", "archived", "created_at"),
        "resource_type": _always("portfolio"),
        "owner": _user_at("owner"),
        "current_status_update": _current_status(site),
        "custom_fields": _always([]),
        "permalink_url": lambda record: f"{APP}/1/{site.workspace['gid']}/portfolio/{record['gid']}",
        "workspace": _always(Ref("workspace", site.workspace["gid"])),
    }


def _goal(site: AsanaState) -> View:
    return {
        **same("gid", "name", "metric"),
        "resource_type": _always("goal"),
        "owner": _user_at("owner"),
        "due_on": _always(None),
        "start_on": _always(None),
        "status": _always(None),
        "is_workspace_level": _always(value=True),
        "workspace": _always(Ref("workspace", site.workspace["gid"])),
    }


def _counts(site: AsanaState) -> View:
    def counter(*, milestones: bool, completed: bool | None) -> Callable[[Record], Any]:
        def count(project: Record) -> int:
            tasks = site.members("project_tasks", project["gid"], "task")
            kept = (t for t in tasks if not milestones or t["resource_subtype"] == "milestone")
            return sum(1 for task in kept if completed is None or task["completed"] == completed)

        return count

    return {
        "num_tasks": counter(milestones=False, completed=None),
        "num_incomplete_tasks": counter(milestones=False, completed=False),
        "num_completed_tasks": counter(milestones=False, completed=True),
        "num_milestones": counter(milestones=True, completed=None),
        "num_incomplete_milestones": counter(milestones=True, completed=False),
        "num_completed_milestones": counter(milestones=True, completed=True),
    }


_EVENT: View = {
    **same("action", "change", "created_at", "resource", "parent"),
    "type": lambda record: record["resource"]["resource_type"],
    "user": _user_at("user"),
}
