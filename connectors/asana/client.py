"""One token's view of Asana: requests in, records out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from connectors.asana import records
from connectors.asana.library import Library
from connectors.asana.paging import Body, all_pages, asking, row_of, rows_of
from connectors.asana.records import OwnText, Project, Row, StatusUpdate, Task, User
from connectors.transport import Transport
from syncer.errors import TemporaryError

_UPDATES_LOOKED_AT: Final = 10

T = TypeVar("T")


class AsanaClient:
    """One token's view of Asana. Safe to use from several threads; raises errors of syncer.errors alone."""

    def __init__(self, base_url: str, token: str, transport: Transport) -> None:
        self.transport = transport
        self._asana = Library(base_url, token, transport)

    def me(self) -> User:
        """Whose token it is."""
        body = self._asana.users.get_user("me", asking(records.USER_FIELDS), full_payload=True)
        return records.user(row_of("the token's user", body))

    def project(self, gid: str) -> Project:
        """One project."""
        body = self._asana.projects.get_project(gid, asking(records.PROJECT_FIELDS), full_payload=True)
        return records.project(row_of(f"project {gid}", body))

    def touch_project(self, gid: str) -> None:
        """Asks for a project without taking anything from it: NotFoundError, ForbiddenError, or nothing."""
        self._asana.projects.get_project(gid, asking(("gid",)), full_payload=True)

    def tasks(self, project: str) -> list[Task]:
        """The tasks listed in a project, which are its direct members, completed ones included."""
        return self._list_tasks(project, records.TASK_FIELDS, records.task)

    def own_tasks(self, project: str, marker: str) -> list[OwnText]:
        """The same, each asked whether it is the rollup task of this marker."""
        return self._list_tasks(project, records.OWN_TASK_FIELDS, lambda row: records.own_task(row, marker))

    def own_task(self, gid: str, marker: str) -> OwnText:
        """One task, asked whether it is the rollup task of this marker."""
        body = self._asana.tasks.get_task(gid, asking(records.OWN_TASK_FIELDS), full_payload=True)
        return records.own_task(row_of(f"task {gid}", body), marker)

    def stories(self, task: str, marker: str) -> list[OwnText]:
        """The comments and system stories of a task, each asked whether it is the comment of this marker."""
        return all_pages(
            lambda query: self._asana.stories.get_stories_for_task(task, query, full_payload=True),
            f"the stories of task {task}",
            records.FOUND_STORY_FIELDS,
            lambda row: records.story(row, marker),
        )

    def story(self, gid: str, marker: str) -> OwnText:
        """One comment, asked whether it is the comment of this marker."""
        body = self._asana.stories.get_story(gid, asking(records.STORY_FIELDS), full_payload=True)
        return records.story(row_of(f"comment {gid}", body), marker)

    def updates(self, project: str) -> list[StatusUpdate]:
        """The last ten status updates of a project."""
        what = f"the status updates of project {project}"
        query = asking(records.STATUS_FIELDS) | {"limit": _UPDATES_LOOKED_AT}
        body = self._asana.updates.get_statuses_for_object(project, query, full_payload=True)
        return [records.status_update(row) for row in rows_of(what, body)]

    def create_task(self, project: str, name: str, notes: str) -> str:
        """Adds an open task without assignee to a project; its gid."""
        fields = {"name": name, "notes": notes, "projects": [project], "completed": False}
        return _created(self._asana.tasks.create_task({"data": fields}, asking(("gid",)), full_payload=True))

    def create_comment(self, task: str, html: str) -> str:
        """Comments on a task; the comment's gid."""
        body = {"data": {"html_text": html}}
        return _created(
            self._asana.stories.create_story_for_task(body, task, asking(("gid",)), full_payload=True)
        )

    def update_comment(self, gid: str, html: str) -> None:
        """Gives a comment another text."""
        body = {"data": {"html_text": html}}
        self._asana.stories.update_story(body, gid, asking(("gid",)), full_payload=True)

    def delete_comment(self, gid: str) -> None:
        """Deletes a comment of ours."""
        self._asana.stories.delete_story(gid, full_payload=True)

    def delete_task(self, gid: str) -> None:
        """Deletes a task."""
        self._asana.tasks.delete_task(gid, full_payload=True)

    def _list_tasks(self, project: str, fields: Sequence[str], read: Callable[[Row], T]) -> list[T]:
        return all_pages(
            lambda query: self._asana.tasks.get_tasks_for_project(project, query, full_payload=True),
            f"the tasks of project {project}",
            fields,
            read,
        )


def _created(body: Body) -> str:
    fields = body.get("data")
    gid = fields.get("gid") if isinstance(fields, dict) else None
    if not isinstance(gid, str) or not gid:
        raise TemporaryError("Asana did not say what it created", outcome_unknown=True)
    return gid
