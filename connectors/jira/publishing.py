"""Our one comment on an issue: found again, written, edited in place, taken away."""

from __future__ import annotations

from typing import Any, Final

from connectors.answers import answer_of
from connectors.jira import markup
from connectors.jira.client import JiraClient, Json, account_of
from connectors.jira.settings import Visibility
from syncer.domain.comment import Comment, Publication
from syncer.domain.sync import Delivery, Placement, Standing, Wrote
from syncer.errors import ForbiddenError, NotFoundError, SkippableError, SyncerError, TemporaryError

PROPERTY: Final = "okr-syncer"
"""Key of the comment property that names our comment and what it says."""

_NOT_QUIETLY: Final = "to discard the user notification"
_MAX_PAGES: Final = 60
_NOBODY: Final = Placement()


class Publisher:
    """Writes to one site; remembers whether it may edit without notifying people."""

    def __init__(self, client: JiraClient, visibility: Visibility | None) -> None:
        self._client = client
        self._visibility = visibility
        self._quietly = True

    def find(self, item_id: str, marker: str) -> Placement | None:
        """Our own comment by marker and author, the newest one; None when there is none."""
        us, start = self._client.account, 0
        for _ in range(_MAX_PAGES):
            page = self._client.comments(item_id, start)
            comments = _comments_of(page)
            for comment in comments:
                if account_of(comment.get("author")) == us and markup.carries(comment.get("body"), marker):
                    return Placement(str(comment["id"]))
            start += len(comments)
            if not comments or start >= page["total"]:
                return None
        raise TemporaryError(f"The issue has more than {start} comments; ours was not among them so far")

    def deliver(self, publication: Publication, placement: Placement | None) -> Delivery:
        """One step; see syncer.ports.Connector.publish."""
        stands = placement.comment_id if placement else None
        if publication.comment is None:
            return self._withdraw(publication.item_id, stands)
        if stands is None:
            return self._create(publication, publication.comment)
        return self._edit(publication, publication.comment, stands)

    def _create(self, publication: Publication, comment: Comment) -> Delivery:
        body = self._body(publication, comment)
        # In a service project a comment is shown to customers unless it is marked as internal.
        body["properties"].append({"key": "sd.public.comment", "value": {"internal": True}})
        try:
            made = self._client.add_comment(publication.item_id, body)
        except SkippableError as error:
            raise _read_refusal(error, "Add comments", publication) from error
        return Delivery(Placement(made), Standing.STANDING, Wrote.CREATED)

    def _edit(self, publication: Publication, comment: Comment, stands: str) -> Delivery:
        here = Placement(stands)
        try:
            standing = self._client.comment(publication.item_id, stands)
            if self._was_edited(standing) and not publication.over_edits:
                return Delivery(here, Standing.EDITED, Wrote.NOTHING)
            self._replace(publication, comment, stands)
        except NotFoundError:
            self._make_sure_it_is_readable(publication.item_id)
            return Delivery(here, Standing.OPTED_OUT, Wrote.NOTHING)
        return Delivery(here, Standing.STANDING, Wrote.UPDATED)

    def _replace(self, publication: Publication, comment: Comment, stands: str) -> None:
        body = self._body(publication, comment)
        try:
            self._put(publication.item_id, stands, body)
        except NotFoundError:
            raise
        except SkippableError as error:
            raise _read_refusal(error, "Edit own comments", publication) from error

    def _put(self, item_id: str, stands: str, body: Json) -> None:
        """Quietly where the project lets us: it is no documented right, so it is tried and remembered."""
        try:
            self._client.edit_comment(item_id, stands, body, quietly=self._quietly)
        except ForbiddenError as error:
            if not self._quietly or _NOT_QUIETLY not in _said(error).casefold():
                raise
            self._quietly = False
            self._client.edit_comment(item_id, stands, body, quietly=False)

    def _withdraw(self, item_id: str, stands: str | None) -> Delivery:
        if stands is None:
            return Delivery(_NOBODY, Standing.WITHDRAWN, Wrote.NOTHING)
        try:
            self._client.delete_comment(item_id, stands)
        except NotFoundError:
            self._make_sure_it_is_readable(item_id)
            return Delivery(_NOBODY, Standing.WITHDRAWN, Wrote.NOTHING)
        except SkippableError as error:
            raise _refused(error, "Delete own comments", item_id) from error
        return Delivery(_NOBODY, Standing.WITHDRAWN, Wrote.REMOVED)

    def _was_edited(self, standing: Json) -> bool:
        editor = account_of(standing.get("updateAuthor"))
        return editor not in {"", self._client.account, account_of(standing.get("author"))}

    def _make_sure_it_is_readable(self, item_id: str) -> None:
        """A comment is gone only where its issue is not; raises NotFoundError where that is gone too."""
        self._client.issue(item_id, ("status",))

    def _body(self, publication: Publication, comment: Comment) -> Json:
        mine = {"marker": publication.marker, "digest": publication.digest, "v": 1}
        body: Json = {
            "body": markup.adf(comment) if self._client.is_cloud else markup.wiki(comment),
            "properties": [{"key": PROPERTY, "value": mine}],
        }
        if self._visibility is not None:
            body["visibility"] = _seen_by(self._visibility)
        return body


def _seen_by(visibility: Visibility) -> Json:
    if visibility.group:
        return {"type": "group", "value": visibility.group}
    return {"type": "role", "value": visibility.role}


def _comments_of(page: Json) -> list[Any]:
    comments = page.get("comments")
    if (
        not isinstance(comments, list)
        or not isinstance(page.get("total"), int)
        or not all(isinstance(comment, dict) and comment.get("id") for comment in comments)
    ):
        raise TemporaryError("Jira sent a page without a list of comments")
    return comments


def _read_refusal(error: SkippableError, right: str, publication: Publication) -> SyncerError:
    return error if isinstance(error, NotFoundError) else _refused(error, right, publication.item_id)


def _refused(error: SkippableError, right: str, item_id: str) -> SyncerError:
    """Jira answers 400, not 403, where a right on comments is missing; other 400s stay what they are."""
    said = _said(error)
    if not isinstance(error, ForbiddenError) and "permission" not in said.casefold():
        return error
    return ForbiddenError(
        f"Jira refuses to change our comment on issue {item_id}: the account needs the right '{right}'"
        + (f" ({said})" if said else ""),
        hint=f"Give the token's account '{right}' in the project's permission scheme.",
    )


def _said(error: SyncerError) -> str:
    answer = answer_of(error)
    return "; ".join(answer.messages) if answer else ""
