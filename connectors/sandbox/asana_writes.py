"""The writes the Asana stand-in takes; each function is one path of the API, done as the token's user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.asana_access import boolean, sent, string, visible, writable_task
from connectors.sandbox.asana_answers import bad_request, forbidden
from connectors.sandbox.asana_fields import Record, Selector, wanted
from connectors.sandbox.asana_html import INLINE, NOTES, RichText, from_html, from_text
from connectors.sandbox.asana_site import APPROVED, AsanaSite, is_comment
from connectors.sandbox.server import Request

TASK_FIELDS = frozenset({
    "name", "notes", "html_notes", "completed", "workspace", "projects", "parent", "resource_subtype",
    "approval_status", "assignee", "due_on", "start_on",
})  # fmt: skip
STORY_FIELDS = frozenset({"text", "html_text", "is_pinned"})
STATUS_FIELDS = frozenset({"parent", "text", "html_text", "title", "status_type"})
STATUS_TYPES = frozenset({"on_track", "at_risk", "off_track", "on_hold", "complete", "dropped"})
SUBTYPES = frozenset({"default_task", "milestone", "approval"})


@dataclass(frozen=True)
class Writes:
    """Answers writes; each method returns the body of the 200 or 201."""

    site: AsanaSite
    selector: Selector

    def create_task(self, request: Request) -> Record:
        """POST /tasks."""
        site, fields = self.site, sent(request, TASK_FIELDS)
        projects = self._projects(fields)
        if parent := string(fields, "parent"):
            writable_task(site, parent)
        if workspace := string(fields, "workspace"):
            visible(site, "workspace", workspace)
        elif not projects and not parent:
            raise bad_request("You should specify one of workspace, parent, projects")
        subtype = string(fields, "resource_subtype") or "default_task"
        if subtype not in SUBTYPES:
            raise bad_request(f"resource_subtype: Value is not valid: {subtype}")
        name, body, me = string(fields, "name"), _body(fields, "notes", NOTES), site.bot.gid
        completed = boolean(fields, "completed")
        gid = site.add_task(None, name, resource_subtype=subtype, body=body, parent=parent or None, by=me)
        for project in projects:
            site.add_to_project(gid, project, by=me)
        if completed:
            site.complete(gid, by=me)
        return self._full(request, "task", gid)

    def update_task(self, request: Request, gid: str) -> Record:
        """PUT /tasks/{gid}; only the fields sent change."""
        fields, task, me = sent(request, TASK_FIELDS), writable_task(self.site, gid), self.site.bot.gid
        for fixed in ("projects", "parent", "workspace"):
            if fixed in fields:
                raise bad_request(f"{fixed}: Cannot be changed by this request")
        changed: Record = {
            name: fields[name] for name in ("due_on", "start_on", "assignee") if name in fields
        }
        if "name" in fields:
            changed["name"] = string(fields, "name")
        if body := _body(fields, "notes", NOTES):
            changed |= {"notes": body.text, "html_notes": body.html}
        completed = boolean(fields, "completed") if "completed" in fields else task["completed"]
        different = {name: value for name, value in changed.items() if task[name] != value}
        if different:
            self.site.set_task(gid, by=me, **different)
        if status := string(fields, "approval_status"):
            if status not in APPROVED | {"pending"}:
                raise bad_request(f"approval_status: Value is not valid: {status}")
            self.site.approve(gid, status, by=me)
        else:
            self.site.complete(gid, completed, by=me)
        return self._full(request, "task", gid)

    def delete_task(self, _: Request, gid: str) -> Record:
        """DELETE /tasks/{gid}."""
        writable_task(self.site, gid)
        self.site.delete_task(gid, by=self.site.bot.gid)
        return {"data": {}}

    def create_story(self, request: Request, task: str) -> Record:
        """POST /tasks/{gid}/stories: a comment."""
        fields = sent(request, STORY_FIELDS)
        writable_task(self.site, task)
        body = _body(fields, "text", INLINE)
        if body is None:
            raise bad_request("text: Missing input")
        pinned = boolean(fields, "is_pinned")
        gid = self.site.add_comment(task, body, by=self.site.bot.gid, is_pinned=pinned)
        return self._full(request, "story", gid)

    def update_story(self, request: Request, gid: str) -> Record:
        """PUT /stories/{gid}: the text of an own comment; anybody's comment can be pinned."""
        fields, story = sent(request, STORY_FIELDS), visible(self.site, "story", gid)
        writable_task(self.site, story["target"])
        body = _body(fields, "text", INLINE)
        if not is_comment(story):
            raise bad_request("Only comment stories can be changed")
        if body and story["author"] != self.site.bot.gid:
            raise forbidden("story")
        if "is_pinned" in fields:
            story["is_pinned"] = boolean(fields, "is_pinned")
        if body:
            self.site.edit_story(gid, body, by=self.site.bot.gid)
        return self._full(request, "story", gid)

    def delete_story(self, _: Request, gid: str) -> Record:
        """DELETE /stories/{gid}: only an own comment."""
        story = visible(self.site, "story", gid)
        if not is_comment(story) or story["author"] != self.site.bot.gid:
            raise forbidden("story")
        self.site.delete_story(gid, by=self.site.bot.gid)
        return {"data": {}}

    def create_status(self, request: Request) -> Record:
        """POST /status_updates: becomes the parent's current one."""
        fields = sent(request, STATUS_FIELDS)
        parent, status_type = string(fields, "parent"), string(fields, "status_type")
        if not parent:
            raise bad_request("parent: Missing input")
        visible(self.site, "portfolio" if parent in self.site.tables["portfolio"] else "project", parent)
        if parent in self.site.read_only:
            raise forbidden("project")
        if status_type not in STATUS_TYPES:
            raise bad_request(f"status_type: Value is not valid: {status_type}")
        body = _body(fields, "text", INLINE)
        if body is None:
            raise bad_request("text: Missing input")
        title = string(fields, "title")
        gid = self.site.post_status(parent, status_type, title, self.site.bot.gid, body=body)
        return self._full(request, "status_update", gid)

    def delete_status(self, _: Request, gid: str) -> Record:
        """DELETE /status_updates/{gid}."""
        if visible(self.site, "status_update", gid)["author"] != self.site.bot.gid:
            raise forbidden("status_update")
        self.site.delete_status(gid)
        return {"data": {}}

    def _projects(self, fields: Mapping[str, Any]) -> list[str]:
        projects = fields.get("projects", [])
        if not isinstance(projects, list) or not all(isinstance(gid, str) for gid in projects):
            raise bad_request(f"projects: Value is not an array of gids: {projects}")
        for gid in projects:
            visible(self.site, "project", gid)
            if gid in self.site.read_only:
                raise forbidden("project")
        return projects

    def _full(self, request: Request, kind: str, gid: str) -> Record:
        fields = wanted(request.one("opt_fields"))
        return {"data": self.selector.full(kind, self.site.record(kind, gid), fields)}


def _body(fields: dict[str, Any], name: str, tags: frozenset[str]) -> RichText | None:
    html_name = f"html_{name}"
    if name in fields and html_name in fields:
        raise bad_request(f"{name}: Only one of {name} and {html_name} can be specified")
    if html_name in fields:
        return from_html(string(fields, html_name), html_name, tags)
    return from_text(string(fields, name)) if name in fields else None
