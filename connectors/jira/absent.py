"""What became of a linked item that Jira does not show: archived, in the trash, or not to be told."""

from __future__ import annotations

from connectors.jira.client import JiraClient
from syncer.domain.work import Gone, LinkState, WorkRef
from syncer.errors import ForbiddenError, NotFoundError

_NOWHERE = WorkRef("", "", "")

NOT_VISIBLE = (
    "Jira does not show this {what} to the token any more: it was deleted, or the account lost the right to "
    "browse it. Give the right back, or change the link."
)
FORBIDDEN = (
    "Jira does not let the token see this issue. Give the token's account the right to browse it, or change "
    "the link."
)
ARCHIVED = "{name} is archived; restore it or change the link."
TRASHED = "{name} is in the trash; restore it there before Jira deletes it for good, or change the link."


def gone(state: LinkState, advice: str) -> Gone:
    """An outcome whose ref is still to be filled in."""
    return Gone(_NOWHERE, state, advice)


def issue(client: JiraClient, project: str) -> Gone:
    """The state of an issue that a direct read did not find, by what Jira says of its project."""
    hidden = gone(LinkState.NOT_VISIBLE, NOT_VISIBLE.format(what="issue"))
    if not project:
        return hidden
    try:
        return of_project(client.project(project), "Its project") or hidden
    except (NotFoundError, ForbiddenError):
        return hidden


def of_project(raw: dict[str, object], name: str) -> Gone | None:
    """The state of a project that Jira shows, None for one that is in use; `name` is what to call it."""
    if raw.get("deleted") is True:
        return gone(LinkState.TRASHED, TRASHED.format(name=name))
    if raw.get("archived") is True:
        return gone(LinkState.ARCHIVED, ARCHIVED.format(name=name))
    return None


def forbidden(error: ForbiddenError) -> Gone:
    """The state of what Jira says it will not show."""
    return gone(LinkState.FORBIDDEN, f"{error.sentence}. {error.hint}")
