"""The plain reads that are alike on both deployments: who am I, fields, statuses, projects, one issue."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.jira_http import NO_ISSUE, Call, Routes, refusal, route, wanted_fields
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
        route("GET", f"{root}/project/{{project}}", _project),
        route("GET", f"{root}/mypermissions", _permissions),
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


def _project(call: Call) -> Response:
    name = call.parts["project"]
    for project in call.site.projects.values() if call.caller else ():
        if project.key not in call.site.hidden_projects and name.upper() in {project.key, project.id}:
            return Response.of(200, call.view.project(project.key))
    raise refusal(404, f"No project could be found with key '{name}'.")


def _permissions(call: Call) -> Response:
    query, granted = call.request, _granted(call.site)
    asked = [name for name in query.one("permissions").split(",") if name]
    if call.view.cloud and not asked:
        raise refusal(400, "The 'permissions' query parameter is required.")
    unknown = sorted(set(asked) - set(granted))
    if unknown and call.view.cloud:
        raise refusal(400, f"Unrecognized permission: {', '.join(unknown)}")
    named = query.one("issueKey") or query.one("issueId")
    if named and (call.caller is None or call.site.find(named) is None):
        raise refusal(404, NO_ISSUE)
    signed_in = call.caller is not None
    names = asked if call.view.cloud else granted
    shown = {
        name: {"key": name, "name": name, "havePermission": granted[name] and signed_in} for name in names
    }
    return Response.of(200, {"permissions": shown})


def _granted(site: JiraSite) -> dict[str, bool]:
    return {
        "BROWSE_PROJECTS": True,
        "ADD_COMMENTS": site.bot_may_comment,
        "EDIT_OWN_COMMENTS": site.bot_may_edit_own,
        "DELETE_OWN_COMMENTS": site.bot_may_edit_own,
        "EDIT_ALL_COMMENTS": site.bot_may_edit_all,
        "DELETE_ALL_COMMENTS": site.bot_may_edit_all,
        "EDIT_ISSUES": site.bot_is_admin,
        "ADMINISTER_PROJECTS": site.bot_is_admin,
        "ADMINISTER": site.bot_is_admin,
    }


def _issue(call: Call) -> Response:
    fields = wanted_fields(call.request.query.get("fields", []), "*all")
    return Response.of(200, call.view.issue(call.issue(), fields))
