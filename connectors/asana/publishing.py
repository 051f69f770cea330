"""The one comment on an item, one write a step.

A task is commented on itself. A project cannot be, and a status update would notify everybody and become what
we read back, so a task of ours in it carries the comment. All are known by their marker and by their author.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from connectors.answers import as_unknown_as
from connectors.asana.client import AsanaClient
from connectors.asana.markup import rich_text
from connectors.asana.records import OwnText
from syncer.domain.comment import Comment, Publication
from syncer.domain.sync import Delivery, Placement, Standing, Wrote
from syncer.errors import ForeignCommentError, NotFoundError, SkippableError

TASK_NAME: Final = "OKR rollup"
_NOTES: Final = (
    "The comment below says which number the work in this project is meant to move, and whether it does. "
    "okr-syncer keeps it up to date; this task is not counted as work. To opt out, delete this task."
)


class Publisher(Protocol):
    """Keeps one comment on one kind of item."""

    def find(self, item: str, marker: str) -> tuple[Placement, ...]:
        """What of ours stands there, the oldest first. Raises ForbiddenError where another account's does."""
        ...

    def verify(self, item: str, marker: str, at: Placement) -> Standing:
        """What became of a comment that stood there. Raises NotFoundError where the item is gone too."""
        ...

    def step(self, publication: Publication, placement: Placement | None) -> Delivery:
        """The next step towards what is wanted; a standing of `partial` asks for another one."""
        ...


@dataclass(frozen=True, slots=True)
class TaskComments:
    """The comment on a linked task itself, written as the user with the gid `me`."""

    client: AsanaClient
    me: str

    def find(self, item: str, marker: str) -> tuple[Placement, ...]:
        """Our comments on the task."""
        stories = self.client.stories(item, marker)
        _refuse_another(stories, self.me)
        return tuple(Placement(gid) for gid in _own(stories, self.me))

    def verify(self, item: str, marker: str, at: Placement) -> Standing:
        """By a read of the comment, and of the task where that is gone."""
        try:
            return _seen(self.client, at.comment_id or "", marker)
        except NotFoundError:
            self.client.touch_task(item)
            return Standing.OPTED_OUT

    def step(self, publication: Publication, placement: Placement | None) -> Delivery:
        """One write at most; a comment somebody deleted from a task that is there is an opt-out."""
        at = placement or Placement()
        if publication.comment is None:
            wrote = _removed(self.client, at.comment_id) if at.comment_id else Wrote.NOTHING
            if at.comment_id and wrote is Wrote.NOTHING:
                # Gone only where its task is not: what is in the trash comes back with its comments.
                self.client.touch_task(publication.item_id)
            return Delivery(Placement(), Standing.WITHDRAWN, wrote)
        if at.comment_id is None:
            gid = self._pinned(publication.item_id, rich_text(publication.comment))
            return Delivery(Placement(gid), Standing.STANDING, Wrote.CREATED)
        try:
            return _edited(self.client, publication, publication.comment, at, at.comment_id, self.me)
        except NotFoundError as missing:
            with as_unknown_as(missing):
                self.client.touch_task(publication.item_id)
            return Delivery(at, Standing.OPTED_OUT, Wrote.NOTHING)

    def _pinned(self, task: str, html: str) -> str:
        try:
            return self.client.create_comment(task, html, pinned=True)
        except NotFoundError:
            raise
        except SkippableError:
            # Refused, so nothing was made: pinning may need more rights than commenting does.
            return self.client.create_comment(task, html)


@dataclass(frozen=True, slots=True)
class ProjectComments:
    """The comment on a task of ours in a project, written as the user with the gid `me`.

    `completed`: the task is made as one that is done, so that it stands in nobody's list of open work.
    """

    client: AsanaClient
    me: str
    completed: bool = False

    def find(self, item: str, marker: str) -> tuple[Placement, ...]:
        """Our tasks in the project, each with our comment if there is one; further comments on their own."""
        found: list[Placement] = []
        tasks = self.client.own_tasks(item, marker)
        _refuse_another(tasks, self.me)
        for task in _own(tasks, self.me):
            comments = _own(self.client.stories(task, marker), self.me)
            found.append(Placement(comments[0] if comments else None, task))
            found += [Placement(gid) for gid in comments[1:]]
        # A task that has its comment is kept before an older one that was cut off without.
        return tuple(sorted(found, key=lambda at: (at.container_id is None, at.comment_id is None)))

    def verify(self, item: str, marker: str, at: Placement) -> Standing:
        """By a read of the comment, and of the project where that is gone."""
        try:
            return _seen(self.client, at.comment_id or "", marker)
        except NotFoundError:
            self.client.touch_project(item)
            return Standing.OPTED_OUT

    def step(self, publication: Publication, placement: Placement | None) -> Delivery:
        """The next step towards what is wanted; a standing of `partial` asks for another one."""
        at = placement or Placement()
        if publication.comment is None:
            return self._withdraw(publication, at)
        if at.container_id is None:
            return self._add_task(publication)
        try:
            if at.comment_id is None:
                return self._add_comment(publication.comment, at, at.container_id)
            return _edited(self.client, publication, publication.comment, at, at.comment_id, self.me)
        except NotFoundError as missing:
            # The task or the comment is gone. Only where the project still answers was that a human's wish.
            with as_unknown_as(missing):
                self.client.touch_project(publication.item_id)
            return Delivery(at, Standing.OPTED_OUT, Wrote.NOTHING)

    def _add_task(self, publication: Publication) -> Delivery:
        notes = f"{_NOTES}\n\n{publication.marker}"
        task = self.client.create_task(publication.item_id, TASK_NAME, notes, completed=self.completed)
        return Delivery(Placement(container_id=task), Standing.PARTIAL, Wrote.CREATED)

    def _add_comment(self, comment: Comment, at: Placement, task: str) -> Delivery:
        gid = self.client.create_comment(task, rich_text(comment))
        return Delivery(Placement(gid, at.container_id), Standing.STANDING, Wrote.CREATED)

    def _withdraw(self, publication: Publication, at: Placement) -> Delivery:
        if at.comment_id is not None:
            wrote = _removed(self.client, at.comment_id)
            if wrote is Wrote.NOTHING:
                self.client.touch_project(publication.item_id)  # as above, with the task of ours
            left = Placement(container_id=at.container_id)
            return Delivery(left, Standing.PARTIAL if at.container_id else Standing.WITHDRAWN, wrote)
        wrote = self._remove_task(publication, at.container_id) if at.container_id else Wrote.NOTHING
        return Delivery(Placement(), Standing.WITHDRAWN, wrote)

    def _remove_task(self, publication: Publication, gid: str) -> Wrote:
        try:
            task = self.client.own_task(gid, publication.marker)
            if not task.marked or task.by != self.me:
                # Somebody made it a task of their own; what they wrote is not ours to delete.
                return Wrote.NOTHING
            self.client.delete_task(gid)
        except NotFoundError:
            self.client.touch_project(publication.item_id)
            return Wrote.NOTHING
        return Wrote.REMOVED


def _edited(
    client: AsanaClient, publication: Publication, comment: Comment, at: Placement, gid: str, me: str
) -> Delivery:
    story = client.story(gid, publication.marker)
    if story.by != me:
        raise _of_another()
    ours = story.marked or publication.over_edits
    if not story.editable or not ours:
        return Delivery(at, Standing.EDITED, Wrote.NOTHING)
    client.update_comment(gid, rich_text(comment))
    return Delivery(at, Standing.STANDING, Wrote.UPDATED)


def _removed(client: AsanaClient, comment: str) -> Wrote:
    try:
        client.delete_comment(comment)
    except NotFoundError:
        return Wrote.NOTHING
    return Wrote.REMOVED


def _seen(client: AsanaClient, comment: str, marker: str) -> Standing:
    story = client.story(comment, marker)
    return Standing.STANDING if story.marked else Standing.EDITED


def _own(texts: Sequence[OwnText], me: str) -> list[str]:
    own = [text.gid for text in texts if text.marked and text.by == me]
    return sorted(own, key=lambda gid: (len(gid), gid))


def _refuse_another(texts: Sequence[OwnText], me: str) -> None:
    """Asana keeps no property that a reader could not write: a marker without us is an earlier account's."""
    authors = {text.by for text in texts if text.marked}
    if authors and me not in authors:
        raise _of_another()


def _of_another() -> ForeignCommentError:
    return ForeignCommentError(
        "The rollup that stands there was written by another account; it is neither edited nor doubled",
        hint="Use that account's token again; or delete what it wrote and run syncer links resume.",
    )
