"""The plain reads that are alike on both deployments: who am I, fields, statuses, one issue."""

from __future__ import annotations

from typing import Any

from connectors.sandbox import jira_places
from connectors.sandbox.jira_http import Call, Routes, refusal, route, wanted_fields
from connectors.sandbox.jira_jql import JqlError
from connectors.sandbox.jira_search import Asked, search
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.server import Response

_CLOUD = {"version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud"}
_SERVER = {"version": "10.3.2", "versionNumbers": [10, 3, 2], "deploymentType": "Server"}


def routes(version: str) -> Routes:
    """Routes under /rest/api/`version`, a regular expression."""
    root = f"/rest/api/(?P<version>{version})"
    return (
        route("GET", f"{root}/serverInfo", _server_info),
        route("GET", f"{root}/myself", _myself),
        route("GET", f"{root}/field", _fields),
        route("GET", f"{root}/status", _statuses),
        *jira_places.routes(root),
        route("GET", f"{root}/issue/{{issue}}", _issue),
    )


def run(site: JiraSite, asked: Asked) -> list[str]:
    """Search; a refused query is a 400 with every message there is."""
    try:
        return search(site, asked)
    except JqlError as error:
        raise refusal(400, *error.messages) from None


def _server_info(call: Call) -> Response:
    identity: dict[str, Any] = _CLOUD if call.view.cloud else _SERVER
    return Response.of(
        200,
        {
            "baseUrl": call.view.base.partition("/rest/")[0],
            **identity,
            "buildNumber": 100_300,
            "serverTime": call.site.stamp(call.site.now()),
            "serverTimeZone": call.site.zone,
            "serverTitle": "Jira",
        },
    )


def _myself(call: Call) -> Response:
    shown = call.view.account(call.known)
    return Response.of(200, {**shown, "emailAddress": call.known.email or call.site.email, "locale": "en_US"})


def _fields(call: Call) -> Response:
    return Response.of(200, call.view.fields())


def _statuses(call: Call) -> Response:
    shown = [call.view.status(status) for status in call.site.statuses.values()] if call.caller else []
    return Response.of(200, shown)


def _issue(call: Call) -> Response:
    fields = wanted_fields(call.request.query.get("fields", []), "*all")
    return Response.of(200, call.view.issue(call.issue(), fields))
