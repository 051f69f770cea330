"""The Asana stand-in's HTTP side: authentication, rate limits, routing and batches.

Paths, envelopes and statuses follow Asana's OpenAPI document, version 1.0. A path the API has under another
method answers 404, as one it does not have at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from connectors.sandbox.asana_access import sent
from connectors.sandbox.asana_answers import RefusalError, bad_request, no_route, not_authorized, too_many
from connectors.sandbox.asana_fields import Record
from connectors.sandbox.asana_reads import Reads
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.asana_views import selector
from connectors.sandbox.asana_writes import Writes
from connectors.sandbox.server import Request, Response

PREFIX = "/api/1.0"
BATCH_MOST = 10
Answer = Callable[..., Record]


class AsanaApi:
    """Answers for one `AsanaSite`; serve it with `StandIn`."""

    def __init__(self, site: AsanaSite) -> None:
        self.site = site
        shapes = selector(site)
        reads, writes = Reads(site, shapes), Writes(site, shapes)
        self._routes = [
            (method, re.compile(PREFIX + path.replace("{gid}", "([^/]+)")), 201 if created else 200, answer)
            for method, path, created, answer in _routes(reads, writes)
        ]

    def respond(self, request: Request) -> Response:
        """Answer one request; the same request on the same state gets the same answer."""
        try:
            self._admit(request)
            answer = self._batch(request) if request.path == f"{PREFIX}/batch" else self._route(request)
        except RefusalError as refusal:
            answer = refusal.response()
        if self.site.asana_change:
            answer = replace(answer, headers={**answer.headers, "Asana-Change": self.site.asana_change})
        return answer

    def _admit(self, request: Request) -> None:
        site = self.site
        if site.token_revoked or request.headers.get("authorization") != f"Bearer {site.token}":
            raise not_authorized()
        if site.rate_limited:
            site.rate_limited -= 1
            raise too_many(site.retry_after)
        if site.counts_limited and request.path.endswith("/task_counts"):
            site.counts_limited -= 1
            raise too_many(site.retry_after)

    def _route(self, request: Request) -> Response:
        for method, pattern, status, answer in self._routes:
            if method == request.method and (found := pattern.fullmatch(request.path)):
                return Response.of(status, answer(request, *found.groups()))
        raise no_route()

    def _batch(self, request: Request) -> Response:
        if request.method != "POST":
            raise no_route()
        actions = sent(request, frozenset({"actions"})).get("actions")
        if not isinstance(actions, list) or not 1 <= len(actions) <= BATCH_MOST:
            raise bad_request(f"actions: Must be between 1 and {BATCH_MOST} actions")
        return Response.of(200, {"data": [self._action(request, action) for action in actions]})

    def _action(self, batch: Request, action: object) -> Record:
        try:
            answer = self._route(_unpacked(batch, action))
        except RefusalError as refusal:
            answer = refusal.response()
        return {
            "status_code": answer.status,
            "headers": dict(answer.headers),
            "body": json.loads(answer.body),
        }


def _unpacked(batch: Request, action: object) -> Request:
    if not isinstance(action, dict):
        raise bad_request("actions: Value is not an array of actions")
    method, fields, options = (action.get(name) or {} for name in ("method", "data", "options"))
    if not (isinstance(method, str) and isinstance(fields, dict) and isinstance(options, dict)):
        raise bad_request("actions: Every action has a method, a relative_path and perhaps data and options")
    query = {name: [str(value)] for name, value in options.items() if name != "fields"}
    query["opt_fields"] = [",".join(options.get("fields", []))]
    path = PREFIX + str(action.get("relative_path", ""))
    if method.upper() == "GET":
        query |= {name: [str(value)] for name, value in fields.items()}
        return Request("GET", path, query, batch.headers)
    return Request(method.upper(), path, query, batch.headers, json.dumps({"data": fields}).encode())


def _routes(reads: Reads, writes: Writes) -> list[tuple[str, str, bool, Answer]]:
    gets: list[tuple[str, Answer]] = [
        ("/workspaces", reads.workspaces),
        ("/workspaces/{gid}/projects", reads.projects),
        ("/workspaces/{gid}/tasks/search", reads.search),
        ("/workspaces/{gid}/events", reads.workspace_events),
        ("/projects/{gid}/project_memberships", reads.memberships),
        ("/projects", reads.projects),
        ("/projects/{gid}/task_counts", reads.task_counts),
        ("/projects/{gid}/tasks", reads.project_tasks),
        ("/tasks", reads.tasks),
        ("/tasks/{gid}/subtasks", reads.subtasks),
        ("/tasks/{gid}/stories", reads.stories),
        ("/status_updates", reads.statuses),
        ("/portfolios", reads.portfolios),
        ("/portfolios/{gid}/items", reads.portfolio_items),
        ("/events", reads.events),
        ("/goals/{gid}", reads.goal),
    ]
    kinds = {
        "users": "user", "workspaces": "workspace", "projects": "project", "tasks": "task",
        "stories": "story", "status_updates": "status_update", "portfolios": "portfolio",
    }  # fmt: skip
    gets += [(f"/{path}/{{gid}}", partial(_one, reads, kind)) for path, kind in kinds.items()]
    changes: list[tuple[str, str, Answer]] = [
        ("POST", "/tasks", writes.create_task),
        ("PUT", "/tasks/{gid}", writes.update_task),
        ("DELETE", "/tasks/{gid}", writes.delete_task),
        ("POST", "/tasks/{gid}/stories", writes.create_story),
        ("PUT", "/stories/{gid}", writes.update_story),
        ("DELETE", "/stories/{gid}", writes.delete_story),
        ("POST", "/status_updates", writes.create_status),
        ("DELETE", "/status_updates/{gid}", writes.delete_status),
    ]
    return [
        *(("GET", path, False, answer) for path, answer in gets),
        *((method, path, method == "POST", answer) for method, path, answer in changes),
    ]


def _one(reads: Reads, kind: str, request: Request, gid: str) -> Record:
    return reads.record(request, kind, gid)
