"""Jira Cloud over REST v3: the site host and the gateway path `/ex/jira/{cloudId}`.

Anonymous requests are answered 200 with nothing in them, as on a real site; a wrong token is a 401.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from connectors.sandbox import jira_comment_api, jira_places, jira_reads
from connectors.sandbox.jira_http import (
    BAD_PAYLOAD,
    Call,
    Refusal,
    check_captcha,
    dated,
    dispatch,
    has_search_types,
    refusal,
    route,
    wanted_fields,
)
from connectors.sandbox.jira_records import Account
from connectors.sandbox.jira_search import Asked
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.server import Request, Response

REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
    "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_BODY = frozenset(
    {
        "jql",
        "nextPageToken",
        "maxResults",
        "fields",
        "expand",
        "properties",
        "fieldsByKeys",
        "reconcileIssues",
        "includeArchivedProjects",
    }
)
_BULK = frozenset({"issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys"})
_PAGE_WITH_FIELDS = 100
_PAGE_IDS_ONLY = 5000
_OPEN_SEARCHES = 1000
_VERSION = "(?P<version>2|3|latest)"


@dataclass(frozen=True)
class _Cursor:
    """The rest of a search: its query, all its ids, and where the next page begins."""

    jql: str
    ids: tuple[str, ...]
    start: int


class JiraCloud:
    """The application to serve with `StandIn`; all state is the site's, page tokens excepted."""

    def __init__(self, site: JiraSite) -> None:
        self.site = site
        self._cursors: OrderedDict[str, _Cursor] = OrderedDict()
        self._searches = 0
        root = f"/rest/api/{_VERSION}"
        self._routes = (
            route("GET", "/_edge/tenant_info", _tenant),
            *jira_reads.routes("2|3|latest"),
            route("GET", f"{root}/search/jql", self._search),
            route("POST", f"{root}/search/jql", self._search),
            route("POST", f"{root}/search/approximate-count", _count),
            route("POST", f"{root}/jql/parse", jira_places.parsed),
            route("GET", f"{root}/search", _removed),
            route("POST", f"{root}/search", _removed),
            route("POST", f"{root}/issue/bulkfetch", _bulkfetch),
            route("POST", "/rest/api/(?P<version>3)/comment/list", jira_comment_api.listed),
            *jira_comment_api.routes("3"),
        )

    def respond(self, request: Request) -> Response:
        """Answer one request; an authenticated answer names the caller in `X-AAccountId`."""
        base = self.site.base_url or f"http://{request.headers.get('host', '')}"
        gateway = f"/ex/jira/{self.site.cloud_id}"
        through = request.path.startswith(gateway + "/")
        inner = replace(request, path=request.path.removeprefix(gateway)) if through else request
        caller = None
        try:
            caller = _caller(self.site, inner, base, through=through)
            answer = dispatch(self._routes, self.site, inner, caller, base)
        except Refusal as refused:
            answer = refused.response
        answer = dated(self.site, answer)
        if caller is None:
            return answer
        return replace(answer, headers={**answer.headers, "X-AAccountId": caller.id})

    def _search(self, call: Call) -> Response:
        asked = _asked(call)
        jql = asked.get("jql") or ""
        fields = wanted_fields(asked.get("fields"), "id")
        if call.caller is None:
            return Response.of(200, {"issues": [], "isLast": True})
        cursor = self._cursor(call.site, jql, asked)
        end = cursor.start + _page_size(call.site, asked, fields)
        shown = []
        reconciled = frozenset(str(item) for item in asked.get("reconcileIssues") or [])
        for name in cursor.ids[cursor.start : end]:
            seen = call.site.find(name) if name in reconciled else call.site.indexed(name)
            if seen and call.site.find(name):
                shown.append({"id": name} if fields == ("id",) else call.view.issue(seen, fields))
        return Response.of(200, self._page(call.site, shown, cursor, end, asked.get("nextPageToken")))

    def _page(
        self, site: JiraSite, shown: list[dict[str, Any]], cursor: _Cursor, end: int, token: str | None
    ) -> dict[str, Any]:
        last, quirk = end >= len(cursor.ids), site.page_quirk
        page: dict[str, Any] = {"issues": shown, "isLast": last}
        if site.search_warning:
            page["warnings"] = [{"type": site.search_warning}]
        if quirk == "token repeated" and token:
            return {**page, "isLast": False, "nextPageToken": token}
        if (last and quirk == "token on the last page") or (not last and quirk != "token omitted"):
            page["nextPageToken"] = self._keep(replace(cursor, start=end))
        return page

    def _cursor(self, site: JiraSite, jql: str, asked: dict[str, Any]) -> _Cursor:
        token = asked.get("nextPageToken")
        if token:
            found = self._cursors.get(str(token))
            if found is None or found.jql != jql:
                raise refusal(400, "The provided next page token is invalid or expired.")
            return found
        named = asked.get("reconcileIssues") or []
        if not isinstance(named, list) or len(named) > 50:
            raise refusal(400, "The number of issues to reconcile must not exceed 50.")
        reconcile = frozenset(str(item) for item in named)
        return _Cursor(jql, tuple(jira_reads.run(site, Asked(jql, bounded=True, reconcile=reconcile))), 0)

    def _keep(self, cursor: _Cursor) -> str:
        self._searches += 1
        token = base64.urlsafe_b64encode(f"{self._searches}:{cursor.start}".encode()).decode()
        self._cursors[token] = cursor
        if len(self._cursors) > _OPEN_SEARCHES:
            self._cursors.popitem(last=False)
        return token


def _caller(site: JiraSite, request: Request, base: str, *, through: bool) -> Account | None:
    sent = request.headers.get("authorization", "")
    if not sent or site.anonymous:
        return None
    check_captcha(site, base)
    if (
        site.token_revoked
        or _credentials(sent) != (site.email, site.token)
        or (site.scoped_token and not through)
    ):
        body = {"code": 401, "message": "Unauthorized; the credentials are incorrect or have expired"}
        raise Refusal(Response.of(401, body, X_Seraph_LoginReason="AUTHENTICATED_FAILED"))
    return site.bot


def _credentials(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        email, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return email, token


def _asked(call: Call) -> dict[str, Any]:
    if call.request.method == "POST":
        sent = call.body
        if set(sent) - _BODY or not has_search_types(sent):
            raise refusal(400, BAD_PAYLOAD)
        return sent
    asked: dict[str, Any] = {name: values[0] for name, values in call.request.query.items()}
    asked["fields"] = call.request.query.get("fields", [])
    asked["reconcileIssues"] = call.request.query.get("reconcileIssues", [])
    asked["maxResults"] = call.number("maxResults", 50)
    return asked


def _page_size(site: JiraSite, asked: dict[str, Any], fields: tuple[str, ...]) -> int:
    most = asked.get("maxResults", 50)
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        raise refusal(400, BAD_PAYLOAD)
    bound = _PAGE_IDS_ONLY if set(fields) <= {"id", "key"} else _PAGE_WITH_FIELDS
    return max(1, min(most or 50, bound, site.page_size or bound))


def _count(call: Call) -> Response:
    if not has_search_types(call.body):
        raise refusal(400, BAD_PAYLOAD)
    jql = call.body.get("jql") or ""
    found = jira_reads.run(call.site, Asked(jql, bounded=True)) if call.caller else []
    return Response.of(200, {"count": len(found)})


def _bulkfetch(call: Call) -> Response:
    sent = call.body
    asked = sent.get("issueIdsOrKeys")
    if set(sent) - _BULK or not has_search_types(sent):
        raise refusal(400, BAD_PAYLOAD)
    if not isinstance(asked, list) or not 0 < len(asked) <= 100:
        raise refusal(400, "The number of issue IDs or keys must be between 1 and 100.")
    fields = wanted_fields(sent.get("fields"), "*navigable")
    found = {issue.id: issue for name in asked if call.caller and (issue := call.site.find(str(name)))}
    shown = [call.view.issue(found[name], fields) for name in sorted(found, key=int)]
    return Response.of(200, {"issueErrors": [], "issues": shown})


def _tenant(call: Call) -> Response:
    return Response.of(200, {"cloudId": call.site.cloud_id})


def _removed(_: Call) -> Response:
    return Response.of(410, {"errorMessages": [REMOVED], "errors": {}})
