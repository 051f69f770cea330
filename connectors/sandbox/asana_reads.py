"""The GET requests the Asana stand-in answers; each function is one path of the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.sandbox.asana_access import is_hidden, visible
from connectors.sandbox.asana_answers import bad_request, forbidden, payment_required, stale_sync
from connectors.sandbox.asana_fields import Record, Ref, Selector, Wanted, wanted
from connectors.sandbox.asana_paging import limit_of, page
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.server import Request

EVENTS_PER_TOKEN = 100
WORKSPACE_EVENTS_PER_TOKEN = 1000
SEARCH_MOST = 100


@dataclass(frozen=True)
class Reads:
    """Answers reads; each method returns the body of a 200."""

    site: AsanaSite
    selector: Selector

    def record(self, request: Request, kind: str, gid: str) -> Record:
        """One record by its address."""
        return {"data": self.selector.full(kind, visible(self.site, kind, gid), _fields(request))}

    def goal(self, request: Request, gid: str) -> Record:
        """GET /goals/{gid}: paid."""
        if not self.site.paid:
            raise payment_required("Goals")
        return self.record(request, "goal", gid)

    def workspaces(self, request: Request) -> Record:
        """GET /workspaces."""
        return self._list(request, "workspace", [self.site.workspace])

    def projects(self, request: Request, workspace: str = "") -> Record:
        """GET /projects and GET /workspaces/{gid}/projects."""
        if workspace or request.one("workspace"):
            visible(self.site, "workspace", workspace or request.one("workspace"))
        rows = [row for row in self.site.tables["project"].values() if row["gid"] not in self.site.hidden]
        if archived := request.one("archived"):
            rows = [row for row in rows if row["archived"] == _flag("archived", archived)]
        return self._list(request, "project", rows)

    def task_counts(self, request: Request, gid: str) -> Record:
        """GET /projects/{gid}/task_counts: only what opt_fields names, so {} without it."""
        project = visible(self.site, "project", gid)
        counts = self.selector.pick("task_counts", project, _fields(request))
        counts.pop("gid")
        return {"data": counts}

    def project_tasks(self, request: Request, gid: str) -> Record:
        """GET /projects/{gid}/tasks, which does not know modified_since."""
        visible(self.site, "project", gid)
        rows = self.site.members("project_tasks", gid, "task")
        return self._list(request, "task", _completed_since(request, rows))

    def tasks(self, request: Request) -> Record:
        """GET /tasks?project=."""
        if not (project := request.one("project")):
            raise bad_request(
                "You should specify one of project, tag, section, user task list, or assignee + workspace"
            )
        visible(self.site, "project", project)
        rows = _completed_since(request, self.site.members("project_tasks", project, "task"))
        if since := request.one("modified_since"):
            moment = _moment("modified_since", since)
            rows = [row for row in rows if _moment("modified_at", row["modified_at"]) >= moment]
        return self._list(request, "task", rows)

    def subtasks(self, request: Request, gid: str) -> Record:
        """GET /tasks/{gid}/subtasks."""
        visible(self.site, "task", gid)
        return self._list(request, "task", self.site.members("subtasks", gid, "task"))

    def stories(self, request: Request, gid: str) -> Record:
        """GET /tasks/{gid}/stories: system stories and comments, oldest first."""
        visible(self.site, "task", gid)
        return self._list(request, "story", self.site.members("task_stories", gid, "story"))

    def statuses(self, request: Request) -> Record:
        """GET /status_updates?parent=: newest first."""
        if not (parent := request.one("parent")):
            raise bad_request("parent: Missing input")
        visible(self.site, "portfolio" if parent in self.site.tables["portfolio"] else "project", parent)
        rows = self.site.members("parent_statuses", parent, "status_update")[::-1]
        if since := request.one("created_since"):
            moment = _moment("created_since", since)
            rows = [row for row in rows if _moment("created_at", row["created_at"]) >= moment]
        return self._list(request, "status_update", rows)

    def portfolios(self, request: Request) -> Record:
        """GET /portfolios: those the token's user owns."""
        rows = [row for row in self.site.tables["portfolio"].values() if row["owner"] == self.site.bot.gid]
        return self._list(request, "portfolio", rows)

    def portfolio_items(self, request: Request, gid: str) -> Record:
        """GET /portfolios/{gid}/items: projects and portfolios the token's user can see."""
        visible(self.site, "portfolio", gid)
        tables = self.site.tables
        members = self.site.group("portfolio_items", gid)
        rows = [tables["project"].get(item) or tables["portfolio"].get(item) for item in members]
        seen = [row for row in rows if row and row["gid"] not in self.site.hidden]
        fields = _fields(request)

        def show(row: Record) -> Record:
            kind = "project" if row["gid"] in tables["project"] else "portfolio"
            return self.selector.compact(kind, row, fields)

        return page(self.site, request, seen, show)

    def search(self, request: Request, workspace: str) -> Record:
        """GET /workspaces/{gid}/tasks/search: paid; at most 100 rows and no offset."""
        visible(self.site, "workspace", workspace)
        if not self.site.paid:
            raise payment_required("Search")
        wanted_projects = {gid for gid in request.one("projects.any").split(",") if gid}
        for portfolio in filter(None, request.one("portfolios.any").split(",")):
            wanted_projects |= set(self.site.group("portfolio_items", portfolio))
        everywhere = not request.one("projects.any") and not request.one("portfolios.any")
        subtype = request.one("resource_subtype", "" if self.site.search_finds_all else "milestone")
        indexed = self.site.now() - timedelta(seconds=self.site.search_lag)
        rows = [
            row
            for row in self.site.tables["task"].values()
            if subtype in {"", row["resource_subtype"]}
            and (everywhere or wanted_projects & set(row["projects"]))
            and _moment("modified_at", row["modified_at"]) <= indexed
            and not is_hidden(self.site, "task", row)
        ]
        if since := request.one("modified_at.after"):
            moment = _moment("modified_at.after", since)
            rows = [row for row in rows if _moment("modified_at", row["modified_at"]) > moment]
        ascending = _flag("sort_ascending", request.one("sort_ascending", "false"))
        rows.sort(key=lambda row: str(row["modified_at"]), reverse=not ascending)
        fields = _fields(request)
        found = rows[: limit_of(request) or SEARCH_MOST]
        return {"data": [self.selector.compact("task", row, fields) for row in found]}

    def events(self, request: Request) -> Record:
        """GET /events: 412 with a fresh token unless `sync` is one of ours for this resource."""
        resource = request.one("resource")
        kind = "task" if resource in self.site.tables["task"] else "project"
        visible(self.site, kind, resource)
        return self._stretch(request, resource, EVENTS_PER_TOKEN)

    def workspace_events(self, request: Request, gid: str) -> Record:
        """GET /workspaces/{gid}/events: everything, hidden projects included, for service accounts alone."""
        visible(self.site, "workspace", gid)
        if not self.site.service_account:
            raise forbidden("workspace")
        return self._stretch(request, gid, WORKSPACE_EVENTS_PER_TOKEN)

    def memberships(self, request: Request, gid: str) -> Record:
        """GET /projects/{gid}/project_memberships, which knows the token's user alone."""
        project = visible(self.site, "project", gid)
        rows = [{"gid": f"{gid}7", "project": project}]
        return page(self.site, request, rows, self._membership)

    def _membership(self, row: Record) -> Record:
        level = "viewer" if row["project"]["gid"] in self.site.read_only else "editor"
        return {"gid": row["gid"], "resource_type": "project_membership", "access_level": level}

    def _stretch(self, request: Request, resource: str, most: int) -> Record:
        start = self._position(resource, request.one("sync"))
        if start is None:
            raise stale_sync(self._sync(resource, self.site.events_logged))
        whole = resource == self.site.workspace["gid"]
        rows: list[Record] = []
        fields, position = _fields(request), start
        for event in self.site.events_since(start):
            if len(rows) == most:
                break
            position += 1
            if whole or resource in event["streams"]:
                rows.append(self._event(event, fields))
        has_more = any(whole or resource in event["streams"] for event in self.site.events_since(position))
        return {"data": rows, "sync": self._sync(resource, position), "has_more": has_more}

    def _event(self, event: Record, fields: Wanted) -> Record:
        named = {key: self._named(event[key]) for key in ("resource", "parent")}
        return self.selector.compact("event", {**event, **named}, fields)

    def _named(self, reference: list[str] | None) -> Record | None:
        if reference is None:
            return None
        kind, gid = reference
        record = self.site.find(Ref(kind, gid))
        # What was deleted is still named by its events, without its name.
        return self.selector.compact(kind, record, {}) if record else {"gid": gid, "resource_type": kind}

    def _sync(self, resource: str, position: int) -> str:
        return f"{resource}:{self.site.sync_epoch}:{position}"

    def _position(self, resource: str, sync: str) -> int | None:
        given, _, position = sync.rpartition(":")
        known = given == f"{resource}:{self.site.sync_epoch}" and position.isdecimal()
        return int(position) if known and int(position) >= self.site.events_dropped else None

    def _list(self, request: Request, kind: str, rows: Sequence[Record]) -> Record:
        fields = _fields(request)
        return page(self.site, request, rows, lambda row: self.selector.compact(kind, row, fields))


def _fields(request: Request) -> Wanted:
    return wanted(request.one("opt_fields"))


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise bad_request(f"{name}: Value is not a boolean: {text}")
    return text == "true"


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{name}: Not a valid date and time: {text}") from None
    if moment.tzinfo is None:
        raise bad_request(f"{name}: Not a valid date and time: {text}")
    return moment


def _completed_since(request: Request, rows: list[Record]) -> list[Record]:
    since = request.one("completed_since")
    if not since:
        return rows
    if since == "now":
        return [row for row in rows if not row["completed"]]
    moment = _moment("completed_since", since)
    return [row for row in rows if not row["completed"] or _moment("", row["completed_at"]) >= moment]
