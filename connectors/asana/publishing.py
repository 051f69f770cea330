"""The comment on a project: a task of ours in it, and one comment on that task. One write a step.

A project cannot be commented on, and a status update would notify everybody and become what we read back, so
a dedicated task carries the comment. Both are known by their marker and by their author.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.asana.client import AsanaClient
from connectors.asana.markup import rich_text
from syncer.domain.comment import Comment, Publication
from syncer.domain.sync import Delivery, Placement, Standing, Wrote
from syncer.errors import NotFoundError

TASK_NAME: Final = "OKR rollup"
_NOTES: Final = (
    "The comment below says which number the work in this project is meant to move, and whether it does. "
    "okr-syncer keeps it up to date; this task is not counted as work. To opt out, delete this task."
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Writes as the user with the gid `me`."""

    client: AsanaClient
    me: str

    def find(self, project: str, marker: str) -> Placement | None:
        """Our task in the project, and our comment on it if there is one. The oldest of several."""
        task = self._oldest(
            [t.gid for t in self.client.own_tasks(project, marker) if t.marked and t.by == self.me]
        )
        if task is None:
            return None
        stories = self.client.stories(task, marker)
        return Placement(self._oldest([s.gid for s in stories if s.marked and s.by == self.me]), task)

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
            return self._edit_comment(publication, publication.comment, at, at.comment_id)
        except NotFoundError:
            # The task or the comment is gone. Only where the project still answers was that a human's wish.
            self.client.touch_project(publication.item_id)
            return Delivery(at, Standing.OPTED_OUT, Wrote.NOTHING)

    def _add_task(self, publication: Publication) -> Delivery:
        notes = f"{_NOTES}\n\n{publication.marker}"
        task = self.client.create_task(publication.item_id, TASK_NAME, notes)
        return Delivery(Placement(container_id=task), Standing.PARTIAL, Wrote.CREATED)

    def _add_comment(self, comment: Comment, at: Placement, task: str) -> Delivery:
        gid = self.client.create_comment(task, rich_text(comment))
        return Delivery(Placement(gid, at.container_id), Standing.STANDING, Wrote.CREATED)

    def _edit_comment(self, publication: Publication, comment: Comment, at: Placement, gid: str) -> Delivery:
        story = self.client.story(gid, publication.marker)
        if story.by != self.me or not story.editable or not story.marked:
            return Delivery(at, Standing.EDITED, Wrote.NOTHING)
        self.client.update_comment(gid, rich_text(comment))
        return Delivery(at, Standing.STANDING, Wrote.UPDATED)

    def _withdraw(self, publication: Publication, at: Placement) -> Delivery:
        if at.comment_id is not None:
            wrote = self._removed(at.comment_id)
            left = Placement(container_id=at.container_id)
            return Delivery(left, Standing.PARTIAL if at.container_id else Standing.WITHDRAWN, wrote)
        wrote = self._remove_task(at.container_id, publication.marker) if at.container_id else Wrote.NOTHING
        return Delivery(Placement(), Standing.WITHDRAWN, wrote)

    def _removed(self, comment: str) -> Wrote:
        try:
            self.client.delete_comment(comment)
        except NotFoundError:
            return Wrote.NOTHING
        return Wrote.REMOVED

    def _remove_task(self, gid: str, marker: str) -> Wrote:
        try:
            task = self.client.own_task(gid, marker)
            if not task.marked or task.by != self.me:
                # Somebody made it a task of their own; what they wrote is not ours to delete.
                return Wrote.NOTHING
            self.client.delete_task(gid)
        except NotFoundError:
            return Wrote.NOTHING
        return Wrote.REMOVED

    @staticmethod
    def _oldest(gids: list[str]) -> str | None:
        return min(gids, key=lambda gid: (len(gid), gid), default=None)
