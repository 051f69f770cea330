"""One token's view of Asana: requests in, records out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from connectors.asana import records
from connectors.asana.paging import PAGE, Body, all_pages, asking, odd, row_of, rows_of
from connectors.asana.records import (
    Candidate,
    Event,
    Hit,
    Item,
    LinkedTask,
    Metric,
    OwnText,
    Project,
    StatusUpdate,
    Task,
    User,
)
from connectors.asana.row import Row
from connectors.asana.sdk import Library
from connectors.transport import Transport
from syncer.errors import TemporaryError

_UPDATES_LOOKED_AT: Final = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some events, and the token that asks for what comes after them; `has_more` is there already."""

    events: tuple[Event, ...]
    sync: str
    has_more: bool


class AsanaClient:
    """One token's view of Asana. Safe to use from several threads; raises errors of syncer.errors alone."""

    def __init__(self, base_url: str, token: str, transport: Transport) -> None:
        self.transport = transport
        self._asana = Library(base_url, token, transport)

    @property
    def clock(self) -> str:
        """The date that Asana's last answer carried, as HTTP writes it; empty where it carried none."""
        return self._asana.date

    def me(self) -> User:
        """Whose token it is."""
        body = self._asana.users.get_user("me", asking(records.USER_FIELDS), full_payload=True)
        return records.user(row_of("the token's user", body))

    def project(self, gid: str) -> Project:
        """One project."""
        body = self._asana.projects.get_project(gid, asking(records.PROJECT_FIELDS), full_payload=True)
        return records.project(row_of(f"project {gid}", body))

    def portfolio(self, gid: str) -> Project:
        """One portfolio."""
        body = self._asana.portfolios.get_portfolio(gid, asking(records.PORTFOLIO_FIELDS), full_payload=True)
        return records.portfolio(row_of(f"portfolio {gid}", body))

    def items(self, portfolio: str) -> list[Item]:
        """The projects and portfolios in a portfolio that the token's user can see."""
        return all_pages(
            lambda query: self._asana.portfolios.get_items_for_portfolio(portfolio, query, full_payload=True),
            f"the items of portfolio {portfolio}",
            records.ITEM_FIELDS,
            records.item,
        )

    def projects(
        self, workspace: str, enough: Callable[[Sequence[Project | None]], bool]
    ) -> list[Project | None]:
        """The projects of a workspace, archived ones included, as far as `enough` wants to know."""
        return all_pages(
            lambda query: self._asana.projects.get_projects_for_workspace(
                workspace, query, full_payload=True
            ),
            f"the projects of workspace {workspace}",
            records.PROJECT_FIELDS,
            records.listed_project,
            enough,
        )

    def metric(self, goal: str) -> Metric | None:
        """The number of a goal, None where it has none."""
        body = self._asana.goals.get_goal(goal, asking(records.GOAL_FIELDS), full_payload=True)
        return records.metric(row_of(f"goal {goal}", body))

    def linked_task(self, gid: str) -> LinkedTask:
        """One task or milestone."""
        body = self._asana.tasks.get_task(gid, asking(records.LINKED_TASK_FIELDS), full_payload=True)
        return records.linked_task(row_of(f"task {gid}", body))

    def subtasks(self, task: str) -> list[Task]:
        """The subtasks right below a task."""
        return all_pages(
            lambda query: self._asana.tasks.get_subtasks_for_task(task, query, full_payload=True),
            f"the subtasks of task {task}",
            records.SUBTASK_FIELDS,
            records.subtask,
        )

    def touch_portfolio(self, gid: str) -> None:
        """Asks for a portfolio without taking anything from it: NotFoundError, ForbiddenError, or nothing."""
        self._asana.portfolios.get_portfolio(gid, asking(("gid",)), full_payload=True)

    def touch_task(self, gid: str) -> None:
        """Asks for a task without taking anything from it: NotFoundError, ForbiddenError, or nothing."""
        self._asana.tasks.get_task(gid, asking(("gid",)), full_payload=True)

    def touch_project(self, gid: str) -> None:
        """Asks for a project without taking anything from it: NotFoundError, ForbiddenError, or nothing."""
        self._asana.projects.get_project(gid, asking(("gid",)), full_payload=True)

    def tasks(self, project: str, *, homes: bool = False) -> list[Task]:
        """The tasks listed in a project, which are its direct members, completed ones included.

        `homes` asks for all the projects each is in as well.
        """
        if homes:
            return self._list_tasks(project, records.HOMED_TASK_FIELDS, records.homed_task)
        return self._list_tasks(project, records.TASK_FIELDS, records.task)

    def search(self, workspace: str, scope: Mapping[str, str]) -> list[Hit]:
        """At most 100 tasks, the least recently changed first; SkippableError (402) without a paid plan."""
        query = asking(records.HIT_FIELDS) | {
            "limit": PAGE,
            "sort_by": "modified_at",
            "sort_ascending": "true",
        }
        body = self._asana.tasks.search_tasks_for_workspace(workspace, {**query, **scope}, full_payload=True)
        return [records.hit(row) for row in rows_of("the tasks that were searched for", body)]

    def events(self, resource: str, sync: str = "") -> Stretch:
        """What happened in a project since a sync token. StaleSyncError carries a token to go on with."""
        query = asking(records.EVENT_FIELDS) | ({"sync": sync} if sync else {})
        return _stretch(self._asana.events.get_events(resource, query, full_payload=True))

    def workspace_events(self, workspace: str, sync: str = "") -> Stretch:
        """The same for a whole workspace; for service accounts of some plans alone."""
        query = {"sync": sync} if sync else {}
        return _stretch(self._asana.workspaces.get_workspace_events(workspace, query, full_payload=True))

    def candidates(self, workspace: str, most: int) -> list[Candidate]:
        """Projects that are not archived, at least `most` of them if there are so many."""
        return all_pages(
            lambda query: self._asana.projects.get_projects_for_workspace(
                workspace, query | {"archived": "false"}, full_payload=True
            ),
            f"the projects of workspace {workspace}",
            records.FOUND_FIELDS,
            records.candidate,
            lambda found: len(found) >= most,
        )

    def own_portfolios(self, workspace: str) -> list[Candidate]:
        """The portfolios that the token's user owns; Asana lists no others."""
        return all_pages(
            lambda query: self._asana.portfolios.get_portfolios(
                workspace, query | {"owner": "me"}, full_payload=True
            ),
            f"the portfolios of workspace {workspace}",
            records.FOUND_PORTFOLIO_FIELDS,
            records.candidate,
        )

    def role(self, project: str) -> str:
        """Which role the token's user has in a project: admin, editor, commenter, viewer; empty if none."""
        query = asking(("access_level",)) | {"user": "me", "limit": PAGE}
        body = self._asana.memberships.get_project_memberships_for_project(project, query, full_payload=True)
        rows = rows_of(f"the members of project {project}", body)
        return rows[0].text("access_level") if rows else ""

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

    def create_task(self, project: str, name: str, notes: str, *, completed: bool = False) -> str:
        """Adds a task without assignee to a project; its gid."""
        fields = {"name": name, "notes": notes, "projects": [project], "completed": completed}
        return _created(self._asana.tasks.create_task({"data": fields}, asking(("gid",)), full_payload=True))

    def create_comment(self, task: str, html: str, *, pinned: bool = False) -> str:
        """Comments on a task; the comment's gid."""
        body = {"data": {"html_text": html} | ({"is_pinned": True} if pinned else {})}
        return _created(
            self._asana.stories.create_story_for_task(body, task, asking(("gid",)), full_payload=True)
        )

    def update_comment(self, gid: str, html: str) -> None:
        """Gives a comment another text."""
        body = {"data": {"html_text": html}}
        _created(self._asana.stories.update_story(body, gid, asking(("gid",)), full_payload=True))

    def delete_comment(self, gid: str) -> None:
        """Deletes a comment of ours."""
        _deleted(self._asana.stories.delete_story(gid, full_payload=True))

    def delete_task(self, gid: str) -> None:
        """Deletes a task."""
        _deleted(self._asana.tasks.delete_task(gid, full_payload=True))

    def _list_tasks(self, project: str, fields: Sequence[str], read: Callable[[Row], T]) -> list[T]:
        return all_pages(
            lambda query: self._asana.tasks.get_tasks_for_project(project, query, full_payload=True),
            f"the tasks of project {project}",
            fields,
            read,
        )


def _stretch(body: Body) -> Stretch:
    sync = body.get("sync")
    if not isinstance(sync, str) or not sync:
        raise odd("Asana sent events without saying how they go on")
    events = tuple(records.event(row) for row in rows_of("events", body))
    return Stretch(events, sync, has_more=body.get("has_more") is True)


def _deleted(body: Body) -> None:
    if not isinstance(body.get("data"), dict):
        raise TemporaryError("Asana did not say that it deleted it", outcome_unknown=True)


def _created(body: Body) -> str:
    fields = body.get("data")
    gid = fields.get("gid") if isinstance(fields, dict) else None
    if not isinstance(gid, str) or not gid:
        raise TemporaryError("Asana did not say what it wrote", outcome_unknown=True)
    return gid
