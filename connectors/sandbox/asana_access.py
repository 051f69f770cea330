"""What the token's user may see and change, and what a request must look like to be looked at."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana_answers import bad_request, forbidden, not_found
from connectors.sandbox.asana_fields import Record
from connectors.sandbox.asana_state import AsanaState
from connectors.sandbox.server import Request


def visible(site: AsanaState, kind: str, gid: str) -> Record:
    """The record; 400 when `gid` is no number, 404 when it is unknown, 403 when it is hidden from the bot."""
    if kind == "user" and gid == "me":
        gid = site.bot.gid
    if not gid.isdecimal():
        raise bad_request(f"{kind}: Not a Long: {gid}")
    if kind == "workspace" and gid == site.workspace["gid"]:
        return site.workspace
    record = site.tables.get(kind, {}).get(gid)
    if record is None:
        raise not_found(kind, gid)
    if is_hidden(site, kind, record):
        raise forbidden(kind)
    return record


def is_hidden(site: AsanaState, kind: str, record: Record) -> bool:
    """Whether the record is, or is only in, what the bot may not see."""
    if kind == "task":
        projects = record["projects"]
        return bool(projects) and all(gid in site.hidden for gid in projects)
    if kind == "story":
        return is_hidden(site, "task", site.record("task", record["target"]))
    if kind == "status_update":
        return record["parent"][1] in site.hidden
    return record["gid"] in site.hidden


def writable_task(site: AsanaState, gid: str) -> Record:
    """The task, if the bot may change it and comment on it; else as `visible`, or 403."""
    task = visible(site, "task", gid)
    if task["projects"] and all(project in site.read_only for project in task["projects"]):
        raise forbidden("task")
    return task


def sent(request: Request, known: frozenset[str]) -> dict[str, Any]:
    """What a write sends inside `data`; 400 when that envelope is missing, or a field is not `known`."""
    try:
        document = request.json
    except ValueError:
        raise bad_request("Could not parse request data, invalid JSON") from None
    fields = document.get("data") if isinstance(document, dict) else None
    if not isinstance(fields, dict):
        raise bad_request("data: Missing input: the body of a write is wrapped in a data object")
    for name in fields:
        if name not in known:
            raise bad_request(f"{name}: Unrecognized field")
    return fields


def string(fields: dict[str, Any], name: str) -> str:
    """A text field, empty when it was not sent; 400 when it is something else."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise bad_request(f"{name}: Value is not a string: {value}")
    return value


def boolean(fields: dict[str, Any], name: str) -> bool:
    """A yes or no, no when it was not sent; 400 when it is something else."""
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise bad_request(f"{name}: Value is not a boolean: {value}")
    return value
