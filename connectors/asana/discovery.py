"""What could be linked, and what may be done with what is linked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from connectors.asana.advice import not_a_gid, told
from connectors.asana.client import AsanaClient
from connectors.asana.records import Candidate
from connectors.asana.row import is_gid
from syncer.domain.work import WorkRef
from syncer.errors import ForbiddenError, NotFoundError, SkippableError
from syncer.ports import Access, Found

MOST: Final = 500
_LOOKED_AT: Final = 2_000
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_WRITERS: Final = frozenset({"admin", "editor"})


def discover(client: AsanaClient, workspace: str) -> tuple[Found, ...]:
    """At most 500 projects and portfolios that are not archived: portfolios, then the last changed projects.

    Of the projects the first 2,000 that Asana lists are looked at. It lists only the portfolios that the
    user owns, and none where the plan has none.
    """
    try:
        portfolios = client.own_portfolios(workspace)
    except SkippableError:
        portfolios = []
    projects = sorted(client.candidates(workspace, _LOOKED_AT), key=lambda one: one.at or _EVER, reverse=True)
    found = [
        *(_found("portfolio", one) for one in portfolios if not one.archived),
        *(_found("project", one) for one in projects if not one.archived),
    ]
    return tuple(found[:MOST])


def _found(kind: str, one: Candidate) -> Found:
    return Found(kind, one.gid, one.name, one.url, one.owner_name)


def access(client: AsanaClient, ref: WorkRef) -> Access:
    """What the token's user may do with one item.

    Writing is not tried. A role is known where the user is a member by name; who sees a project through a
    team is taken to be able to write, and a refusal says otherwise when it comes.
    """
    gid = ref.item_id or ref.key
    if not is_gid(gid):
        return Access(ref, can_read=False, can_comment=False, missing=not_a_gid(ref))
    try:
        _touch(client, ref.kind, gid)
    except SkippableError as error:
        return Access(ref, can_read=False, can_comment=False, missing=_missing(ref.kind, error))
    if ref.kind == "portfolio":
        return Access(ref, can_read=True, can_comment=False, missing="Asana has no comments on a portfolio")
    return Access(ref, can_read=True, can_comment=True) if ref.kind == "task" else _in(client, ref, gid)


def _touch(client: AsanaClient, kind: str, gid: str) -> None:
    touch = {"task": client.touch_task, "portfolio": client.touch_portfolio}.get(kind, client.touch_project)
    touch(gid)


def _missing(kind: str, error: SkippableError) -> str:
    if isinstance(error, ForbiddenError):
        return f"Viewer access: share the {kind} with this account"
    if isinstance(error, NotFoundError):
        return f"there is no such {kind}, or this account never saw it"
    return told(error)


def _in(client: AsanaClient, ref: WorkRef, gid: str) -> Access:
    try:
        role = client.role(gid)
    except SkippableError:
        role = ""
    if not role or role in _WRITERS:
        return Access(ref, can_read=True, can_comment=True)
    missing = f"Project permission Editor (this account is {role.capitalize()})"
    return Access(ref, can_read=True, can_comment=False, missing=missing)
