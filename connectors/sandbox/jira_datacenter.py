"""Jira Data Center over REST v2: `startAt` paging with an exact total, wiki comments, personal access tokens.

It has no bulkfetch, no approximate count and no list of comments: those paths are 404.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.sandbox import jira_comment_api, jira_reads
from connectors.sandbox.jira_http import (
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

_BODY = frozenset({"jql", "startAt", "maxResults", "validateQuery", "fields", "expand"})
_PAGE = 1000
_BUCKET = {
    "X-RateLimit-Limit": "1000",
    "X-RateLimit-Remaining": "999",
    "X-RateLimit-Interval-Seconds": "1",
    "X-RateLimit-FillRate": "1000",
    "retry-after": "0",
}


class JiraDataCenter:
    """The application to serve with `StandIn`; all state is the site's."""

    def __init__(self, site: JiraSite) -> None:
        self.site = site
        root = "/rest/api/(?P<version>2|latest)"
        self._routes = (
            *jira_reads.routes("2|latest"),
            route("GET", f"{root}/search", _search),
            route("POST", f"{root}/search", _search),
            *jira_comment_api.routes("2|latest"),
        )

    def respond(self, request: Request) -> Response:
        """Answer one request; an authenticated answer carries `X-AUSERNAME` and the state of the bucket."""
        base = self.site.base_url or f"http://{request.headers.get('host', '')}"
        caller = None
        try:
            caller = _caller(self.site, request, base)
            answer = dispatch(self._routes, self.site, request, caller, base)
        except Refusal as refused:
            answer = refused.response
        answer = dated(self.site, answer)
        if caller is None:
            return answer
        return replace(answer, headers={**answer.headers, **_BUCKET, "X-AUSERNAME": caller.id})


def _caller(site: JiraSite, request: Request, base: str) -> Account | None:
    sent = request.headers.get("authorization", "")
    if not sent or site.anonymous:
        return None
    check_captcha(site, base)
    if site.token_revoked or sent != f"Bearer {site.token}":
        body = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
        raise Refusal(Response.of(401, body, X_Seraph_LoginReason="AUTHENTICATED_FAILED"))
    return site.bot


def _search(call: Call) -> Response:
    asked = _asked(call)
    start, most = _whole(asked, "startAt", 0), _whole(asked, "maxResults", 50)
    bound = min(most, _PAGE, call.site.page_size or _PAGE)
    strict = asked.get("validateQuery", True) not in {False, "false"}
    wanted = Asked(asked.get("jql") or "", strict=strict)
    ids = jira_reads.run(call.site, wanted) if call.caller else []
    fields = wanted_fields(asked.get("fields"), "*navigable")
    page = [issue for name in ids[start : start + bound] if (issue := call.site.indexed(name))]
    return Response.of(
        200,
        {
            "expand": "schema,names",
            "startAt": start,
            "maxResults": bound,
            "total": len(ids),
            "issues": [call.view.issue(issue, fields) for issue in page],
        },
    )


def _asked(call: Call) -> dict[str, Any]:
    if call.request.method == "POST":
        sent = call.body
        for name in sorted(set(sent) - _BODY):
            raise refusal(
                400,
                f'Unrecognized field "{name}" (class com.atlassian.jira.rest.v2.search.SearchRequestBean), '
                "not marked as ignorable",
            )
        if not has_search_types(sent):
            raise refusal(
                400, "Can not deserialize the search request: jql is a text, fields a list of texts."
            )
        return sent
    numbers = {"startAt": call.number("startAt", 0), "maxResults": call.number("maxResults", 50)}
    texts = {name: call.request.one(name) for name in ("jql", "validateQuery") if call.request.one(name)}
    return {**texts, **numbers, "fields": call.request.query.get("fields", [])}


def _whole(asked: dict[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusal(400, f"The value '{value}' of '{name}' is not a number from 0.")
    return value
