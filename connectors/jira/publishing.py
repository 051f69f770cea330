"""Our one comment on an issue: found again, verified, written, edited in place, taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.answers import answer_of, as_unknown_as
from connectors.jira import markup
from connectors.jira.client import JiraClient, Json, account_of
from connectors.jira.settings import Visibility
from syncer.domain.comment import Comment, Publication, marker
from syncer.domain.sync import Delivery, Placement, Receipt, Standing, Wrote
from syncer.errors import (
    ForbiddenError,
    ForeignCommentError,
    NotFoundError,
    SkippableError,
    SyncerError,
    TemporaryError,
)

PROPERTY: Final = "okr-syncer"
"""Key of the comment property that names our comment and what it says."""

_NOT_QUIETLY: Final = "to discard the user notification"
_MAX_PAGES: Final = 60
_LISTED_AT_ONCE: Final = 1000
"""Ids that POST /comment/list takes (Atlassian, "Get comments by IDs")."""
_NOBODY: Final = Placement()


class LoudProjects:
    """Where this process may not edit without notifying people: (site, account, project).

    The right is that of a project administrator and nothing tells of it but the refusal. Safe to share.
    """

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str]] = set()

    def __contains__(self, place: tuple[str, str, str]) -> bool:
        """Whether a quiet edit was refused there."""
        return place in self._known

    def add(self, place: tuple[str, str, str]) -> None:
        """A quiet edit was refused there."""
        self._known.add(place)

    def forget(self) -> None:
        """Begins anew, as a new process does."""
        self._known.clear()


LOUD: Final = LoudProjects()


class Publisher:
    """Writes to one site."""

    def __init__(self, client: JiraClient, site: str, visibility: Visibility | None) -> None:
        self._client = client
        self._site = site
        self._visibility = visibility

    def find(self, item_id: str, mark: str) -> tuple[Placement, ...]:
        """Our own comments by marker and author, the oldest first; an edited one also by its property alone.

        Raises ForbiddenError where none is ours and one is an earlier account's: marked as we mark them, in
        the text and in the property that no reader can write.
        """
        us, own, others = self._client.account, list[Placement](), list[Json]()
        for comment in self._comments(item_id):
            is_ours = account_of(comment.get("author")) == us
            if markup.carries(comment.get("body"), mark):
                if is_ours:
                    own.append(Placement(str(comment["id"])))
                else:
                    others.append(comment)
            elif is_ours and self._was_edited(comment) and self._property(str(comment["id"])) == mark:
                # A person wrote over it, marker and all, before we knew its id.
                own.append(Placement(str(comment["id"])))
        if own:
            return tuple(reversed(own))
        for comment in others:
            if self._property(str(comment["id"])) == mark:
                raise _of_another(comment)
        return ()

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """How they stand: on Cloud a thousand a request, and directly what that does not show."""
        listed: dict[str, Json] = {}
        if self._client.is_cloud:
            ids = [receipt.placement.comment_id for receipt in receipts if receipt.placement.comment_id]
            for start in range(0, len(ids), _LISTED_AT_ONCE):
                page = self._client.listed_comments(ids[start : start + _LISTED_AT_ONCE])
                listed.update((str(comment["id"]), comment) for comment in _values_of(page))
        found: dict[str, Standing] = {}
        for receipt in receipts:
            known = listed.get(receipt.placement.comment_id or "")
            standing = self._verified(receipt, known)
            if standing is not None:
                found[receipt.item_id] = standing
        return found

    def _verified(self, receipt: Receipt, listed: Json | None) -> Standing | None:
        item, comment_id = receipt.item_id, receipt.placement.comment_id
        try:
            comment = listed or self._client.comment(item, comment_id or "")
        except NotFoundError:
            return self._missing(item)
        except SkippableError:
            return None
        mine = account_of(comment.get("author")) == self._client.account
        if not mine or (listed and not _is_named(listed, marker(receipt.workspace, item))):
            return None
        return Standing.EDITED if self._was_edited(comment) else Standing.STANDING

    def _missing(self, item: str) -> Standing | None:
        try:
            self._make_sure_it_is_readable(item)
        except SkippableError:
            return None
        return Standing.OPTED_OUT

    def _comments(self, item_id: str) -> Iterator[Json]:
        """Newest first."""
        start = 0
        for _ in range(_MAX_PAGES):
            page = self._client.comments(item_id, start)
            comments = _comments_of(page)
            yield from comments
            start += len(comments)
            if not comments or start >= page["total"]:
                return
        raise TemporaryError(f"The issue has more than {start} comments; ours was not among them so far")

    def _property(self, comment_id: str) -> str:
        try:
            value = self._client.comment_property(comment_id, PROPERTY)
        except NotFoundError:
            return ""
        return str(value.get("marker") or "") if isinstance(value, dict) else ""

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
            if account_of(standing.get("author")) not in {"", self._client.account}:
                raise _of_another(standing)
            if self._was_edited(standing) and not publication.over_edits:
                return Delivery(here, Standing.EDITED, Wrote.NOTHING)
            self._replace(publication, comment, stands)
        except NotFoundError as missing:
            with as_unknown_as(missing):
                self._make_sure_it_is_readable(publication.item_id)
            return Delivery(here, Standing.OPTED_OUT, Wrote.NOTHING)
        return Delivery(here, Standing.STANDING, Wrote.UPDATED)

    def _replace(self, publication: Publication, comment: Comment, stands: str) -> None:
        body = self._body(publication, comment)
        try:
            self._put(publication, stands, body)
        except NotFoundError:
            raise
        except SkippableError as error:
            raise _read_refusal(error, "Edit own comments", publication) from error

    def _put(self, publication: Publication, stands: str, body: Json) -> None:
        """Quietly where the project lets us: it is no documented right, so it is tried and remembered."""
        item = publication.item_id
        place = (self._site, self._client.account, publication.ref.key.rpartition("-")[0] or item)
        quietly = place not in LOUD
        try:
            self._client.edit_comment(item, stands, body, quietly=quietly)
        except ForbiddenError as error:
            if not quietly or _NOT_QUIETLY not in _said(error).casefold():
                raise
            LOUD.add(place)
            with as_unknown_as(error):
                self._client.edit_comment(item, stands, body, quietly=False)

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


def _values_of(page: Json) -> list[Json]:
    values = page.get("values")
    if not isinstance(values, list) or not all(isinstance(one, dict) and one.get("id") for one in values):
        raise TemporaryError("Jira sent a page without a list of comments")
    return values


def _is_named(comment: Json, mark: str) -> bool:
    properties = comment.get("properties")
    values = [one.get("value") for one in properties or [] if isinstance(one, dict)]
    return any(isinstance(value, dict) and value.get("marker") == mark for value in values)


def _of_another(comment: Json) -> ForeignCommentError:
    author = comment.get("author")
    name = author.get("displayName") if isinstance(author, dict) else None
    return ForeignCommentError(
        f"The rollup comment that stands there was written by another account ({name or 'unknown'}); it is "
        "neither edited nor doubled",
        hint="Use that account's token again; or delete that comment and run syncer links resume.",
    )


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
        outcome_unknown=error.outcome_unknown,
    )


def _said(error: SyncerError) -> str:
    answer = answer_of(error)
    return "; ".join(answer.messages) if answer else ""
