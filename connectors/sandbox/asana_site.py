"""An Asana workspace that people can work in: the editing side of the stand-in.

Every edit is made at the site's time, `by` a user (a gid; by default the first person added), leaves the
system stories and events that Asana would leave, and moves the `modified_at` that Asana would move.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from connectors.sandbox.asana_fields import Record, Ref
from connectors.sandbox.asana_html import RichText, from_text
from connectors.sandbox.asana_state import AsanaState, User

APPROVED = frozenset({"approved", "rejected", "changes_requested"})
COMMENT_FIELDS = ("gid", "author", "text", "html_text", "created_at", "is_edited", "is_pinned")


class AsanaSite(AsanaState):
    """One workspace; see `AsanaState` for the switches."""

    def add_user(self, gid: str, name: str, email: str) -> str:
        """Add a person."""
        self.tables["user"][gid] = asdict(User(gid, name, email))
        return gid

    def add_project(
        self,
        name: str,
        *,
        owner: str | None = None,
        due_on: str | None = None,
        start_on: str | None = None,
        gid: str | None = None,
    ) -> str:
        """Add a project; dates are `YYYY-MM-DD`, the owner is a user's gid."""
        gid = gid or self.new_gid()
        self.tables["project"][gid] = {
            "gid": gid, "name": name, "owner": owner, "due_on": due_on, "start_on": start_on,
            "archived": False, "completed": False, "completed_at": None, "completed_by": None,
            "created_at": self.stamp(), "modified_at": self.stamp(), **asdict_notes(from_text("")),
        }  # fmt: skip
        return gid

    def set_project(self, gid: str, **fields: Any) -> None:  # noqa: ANN401  any field of a project
        """Change any fields of a project by their API names (`due_on`, `start_on`, `owner`, `name`, ...)."""
        record = self.record("project", gid)
        record.update(fields)
        record["modified_at"] = self.stamp()
        for field in fields:
            self.emit("changed", Ref("project", gid), [gid], by=self._human(None), field=field)

    def rename_project(self, gid: str, name: str) -> None:
        """Give a project another name."""
        self.set_project(gid, name=name)

    def complete_project(self, gid: str, *, by: str | None = None) -> None:
        """Mark the project complete; its tasks stay as they are."""
        self.set_project(gid, completed=True, completed_at=self.stamp(), completed_by=self._human(by))

    def archive_project(self, gid: str, archived: bool = True) -> None:  # noqa: FBT001, FBT002
        """Archive a project or bring it back."""
        self.set_project(gid, archived=archived)

    def hide_project(self, gid: str) -> None:
        """Take the project, and what is only in it, from the bot's sight (403)."""
        self.hidden.add(gid)

    def reveal_project(self, gid: str) -> None:
        """Let the bot see the project again."""
        self.hidden.discard(gid)

    def forbid_writes(self, gid: str, forbidden: bool = True) -> None:  # noqa: FBT001, FBT002
        """Let the bot only read the project: adding tasks and comments answers 403."""
        (self.read_only.add if forbidden else self.read_only.discard)(gid)

    def delete_project(self, gid: str) -> None:
        """Delete a project with the tasks that are in no other."""
        self.record("project", gid)
        for task in self.tasks(gid):
            if task["projects"] == [gid]:
                self.delete_task(task["gid"])
            else:
                self.remove_from_project(task["gid"], gid)
        self.emit("deleted", Ref("project", gid), [gid], by=self._human(None))
        self._forget("project", gid, parent_statuses="status_update")
        self.hidden.discard(gid)
        self.read_only.discard(gid)
        for items in self.related["portfolio_items"].values():
            items.pop(gid, None)

    def add_portfolio(self, name: str, items: Iterable[str] = (), *, owner: str | None = None) -> str:
        """Add a portfolio of projects and portfolios."""
        gid = self.new_gid()
        self.tables["portfolio"][gid] = {
            "gid": gid, "name": name, "owner": owner, "due_on": None, "start_on": None,
            "archived": False, "created_at": self.stamp(),
        }  # fmt: skip
        self.group("portfolio_items", gid).update(dict.fromkeys(items))
        return gid

    def delete_portfolio(self, gid: str) -> None:
        """Delete a portfolio; its projects stay."""
        self._forget("portfolio", gid, parent_statuses="status_update", portfolio_items="")

    def add_goal(
        self,
        name: str,
        current: float | None,
        *,
        unit: str = "none",
        progress_source: str = "manual",
        gid: str | None = None,
    ) -> str:
        """Add a goal with a metric; a `percentage` is a share, 0.37 for 37 %."""
        gid = gid or self.new_gid()
        metric = {
            "gid": self.new_gid(), "resource_type": "goal_metric", "resource_subtype": "number",
            "unit": unit, "precision": 0, "currency_code": "EUR" if unit == "currency" else None,
            "initial_number_value": 0.0, "target_number_value": 1.0, "current_number_value": current,
            "progress_source": progress_source, "is_custom_weight": False, "can_manage": False,
        }  # fmt: skip
        self.tables["goal"][gid] = {"gid": gid, "name": name, "owner": None, "metric": metric}
        return gid

    def set_goal(self, gid: str, **fields: Any) -> None:  # noqa: ANN401  any field of a metric
        """Change fields of a goal's metric by their API names (`current_number_value`, ...)."""
        self.record("goal", gid)["metric"].update(fields)

    def delete_goal(self, gid: str) -> None:
        """Delete a goal."""
        del self.tables["goal"][gid]

    def post_status(
        self,
        parent: str,
        status_type: str,
        title: str,
        author: str | None = None,
        *,
        body: RichText | None = None,
    ) -> str:
        """Post a status update on a project or portfolio; it becomes the current one."""
        kind = "portfolio" if parent in self.tables["portfolio"] else "project"
        self.record(kind, parent)
        gid, author, body = self.new_gid(), self._human(author), body or from_text("")
        self.tables["status_update"][gid] = {
            "gid": gid, "parent": [kind, parent], "status_type": status_type, "title": title,
            "text": body.text, "html_text": body.html, "author": author,
            "created_at": self.stamp(), "modified_at": self.stamp(),
        }  # fmt: skip
        self.group("parent_statuses", parent)[gid] = None
        self.emit("added", Ref("status_update", gid), [parent], by=author, parent=Ref(kind, parent))
        return gid

    def delete_status(self, gid: str) -> None:
        """Delete a status update; the newest of those left is the current one again."""
        self.group("parent_statuses", self.record("status_update", gid)["parent"][1]).pop(gid)
        del self.tables["status_update"][gid]

    def add_task(
        self,
        project: str | None,
        name: str,
        *,
        resource_subtype: str = "default_task",
        completed: bool = False,
        approval_status: str | None = None,
        notes: str = "",
        body: RichText | None = None,
        parent: str | None = None,
        by: str | None = None,
    ) -> str:
        """Add a task, milestone (`resource_subtype="milestone"`) or approval to a project or as a subtask."""
        gid, by, body = self.new_gid(), self._human(by), body or from_text(notes)
        if resource_subtype == "approval":
            approval_status = approval_status or ("approved" if completed else "pending")
        self.tables["task"][gid] = {
            "gid": gid, "name": name, "resource_subtype": resource_subtype, "completed": False,
            "completed_at": None, "completed_by": None, "approval_status": approval_status,
            "created_at": self.stamp(), "created_by": by, "modified_at": self.stamp(), "parent": parent,
            "projects": [], "assignee": None, "due_on": None, "start_on": None, **asdict_notes(body),
        }  # fmt: skip
        if parent:
            self.group("subtasks", parent)[gid] = None
        if project:
            self.add_to_project(gid, project, by=by)
        if completed or approval_status in APPROVED:
            self.complete(gid, by=by)
        return gid

    def set_task(self, task: str, *, by: str | None = None, **fields: Any) -> None:  # noqa: ANN401
        """Change any fields of a task by their API names."""
        record, by = self.record("task", task), self._human(by)
        record.update(fields)
        for field in fields:
            self._task_event("changed", record, by=by, field=field)
        self._system_story(task, "_".join([*fields][:1]) + "_changed", f"changed {', '.join(fields)}", by)

    def complete(self, task: str, completed: bool = True, *, by: str | None = None) -> None:  # noqa: FBT001, FBT002
        """Complete a task or open it again."""
        record, by = self.record("task", task), self._human(by)
        if record["completed"] == completed:
            return
        at = self.stamp() if completed else None
        record.update(completed=completed, completed_at=at, completed_by=by if completed else None)
        self._task_event("changed", record, by=by, field="completed")
        word = "complete" if completed else "incomplete"
        self._system_story(task, f"marked_{word}", f"marked this task {word}", by)

    def approve(self, task: str, status: str, *, by: str | None = None) -> None:
        """Set an approval: pending, or approved, rejected, changes_requested, which all complete it."""
        record = self.record("task", task)
        record["approval_status"] = status
        self._task_event("changed", record, by=self._human(by), field="approval_status")
        self.complete(task, status in APPROVED, by=by)

    def add_to_project(self, task: str, project: str, *, by: str | None = None) -> None:
        """Put the task into one more project."""
        record, by = self.record("task", task), self._human(by)
        self.record("project", project)
        if project in record["projects"]:
            return
        record["projects"].append(project)
        self.group("project_tasks", project)[task] = None
        self.emit("added", Ref("task", task), [task, project], by=by, parent=Ref("project", project))
        self._system_story(
            task, "added_to_project", "added to a project", by, touch=self.moves_touch_modified
        )

    def remove_from_project(self, task: str, project: str, *, by: str | None = None) -> None:
        """Take the task out of a project; it stays where else it is."""
        record, by = self.record("task", task), self._human(by)
        record["projects"].remove(project)
        self.group("project_tasks", project).pop(task)
        self.emit("removed", Ref("task", task), [task, project], by=by, parent=Ref("project", project))
        text, touch = "removed from a project", self.moves_touch_modified
        self._system_story(task, "removed_from_project", text, by, touch=touch)

    def move(self, task: str, project: str, *, by: str | None = None) -> None:
        """Take the task out of all its projects and put it into this one."""
        for left in [gid for gid in self.record("task", task)["projects"] if gid != project]:
            self.remove_from_project(task, left, by=by)
        self.add_to_project(task, project, by=by)

    def delete_task(self, gid: str, *, by: str | None = None) -> None:
        """Delete a task with its subtasks and stories."""
        record = self.record("task", gid)
        for subtask in self.members("subtasks", gid, "task"):
            self.delete_task(subtask["gid"], by=by)
        self._task_event("deleted", record, by=self._human(by))
        for project in record["projects"]:
            self.group("project_tasks", project).pop(gid)
        if record["parent"]:
            self.group("subtasks", record["parent"]).pop(gid)
        self._forget("task", gid, task_stories="story", subtasks="task")

    def add_comment(
        self, task: str, body: RichText, *, by: str | None = None, is_pinned: bool = False
    ) -> str:
        """Comment on a task."""
        by = self._human(by)
        return self._story(task, "comment", "comment_added", body, by, touch=True, is_pinned=is_pinned)

    def comment_as(self, user: str, task: str, text: str) -> str:
        """Comment on a task as `user` would in the app."""
        return self.add_comment(task, from_text(text), by=user)

    def edit_story_as(self, user: str, gid: str, text: str) -> None:
        """Rewrite a comment as `user` would in the app, whoever wrote it."""
        self.edit_story(gid, from_text(text), by=user)

    def edit_story(self, gid: str, body: RichText, *, by: str) -> None:
        """Rewrite a comment."""
        record = self.record("story", gid)
        record.update(text=body.text, html_text=body.html, is_edited=True)
        self._story_event("changed", record, by=by)

    def delete_story(self, gid: str, *, by: str | None = None) -> None:
        """Delete a story."""
        record = self.record("story", gid)
        self._story_event("removed", record, by=self._human(by))
        self.group("task_stories", record["target"]).pop(gid)
        del self.tables["story"][gid]

    def project(self, gid: str) -> Record:
        """A copy of the project's record."""
        return dict(self.record("project", gid))

    def tasks(self, project: str) -> list[Record]:
        """Copies of the project's tasks, in order; `projects` lists every project each is in."""
        tasks = self.members("project_tasks", project, "task")
        return [{**task, "projects": list(task["projects"])} for task in tasks]

    def comments(self, task: str) -> list[Record]:
        """The task's comments as they stand, each with `COMMENT_FIELDS`; the author is a gid."""
        stories = self.members("task_stories", task, "story")
        return [{name: story[name] for name in COMMENT_FIELDS} for story in stories if is_comment(story)]

    def expire_offsets(self) -> None:
        """Make every page token handed out so far expire."""
        self.offset_epoch += 1

    def expire_syncs(self) -> None:
        """Make every event sync token handed out so far expire."""
        self.sync_epoch += 1

    def _human(self, by: str | None) -> str:
        people = (gid for gid in self.tables["user"] if gid != self.bot.gid)
        return by or next(people, self.bot.gid)

    def _forget(self, kind: str, gid: str, **owned: str) -> None:
        for relation, owned_kind in owned.items():
            for member in self.related[relation].pop(gid, {}):
                self.tables.get(owned_kind, {}).pop(member, None)
        self.related["project_tasks"].pop(gid, None)
        del self.tables[kind][gid]

    def _system_story(self, task: str, subtype: str, text: str, by: str, *, touch: bool = True) -> None:
        name = self.record("user", by)["name"]
        self._story(task, "system", subtype, from_text(f"{name} {text}"), by, touch=touch)

    def _story(
        self,
        task: str,
        type_: str,
        subtype: str,
        body: RichText,
        by: str,
        *,
        touch: bool,
        is_pinned: bool = False,
    ) -> str:
        gid = self.new_gid()
        record = {
            "gid": gid, "type": type_, "resource_subtype": subtype, "target": task, "author": by,
            "text": body.text, "html_text": body.html, "created_at": self.stamp(),
            "is_edited": False, "is_pinned": is_pinned,
        }  # fmt: skip
        self.tables["story"][gid] = record
        self.group("task_stories", task)[gid] = None
        if touch:
            self.record("task", task)["modified_at"] = record["created_at"]
        self._story_event("added", record, by=by)
        return gid

    def _story_event(self, action: str, story: Record, *, by: str) -> None:
        task = self.record("task", story["target"])
        ref, parent = Ref("story", story["gid"]), Ref("task", task["gid"])
        self.emit(action, ref, [task["gid"], *task["projects"]], by=by, parent=parent)

    def _task_event(self, action: str, task: Record, *, by: str, field: str | None = None) -> None:
        self.emit(action, Ref("task", task["gid"]), [task["gid"], *task["projects"]], by=by, field=field)


def is_comment(story: Record) -> bool:
    """Whether a person wrote it, not Asana."""
    return bool(story["type"] == "comment")


def asdict_notes(body: RichText) -> Record:
    """The two fields that hold a description."""
    return {"notes": body.text, "html_notes": body.html}
