"""Projects, versions, issue types and rights: what both deployments tell about the places issues live in."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.jira_http import NO_ISSUE, Call, Routes, refusal, route
from connectors.sandbox.jira_jql import JqlError, parse
from connectors.sandbox.jira_records import TYPES, Project, Version
from connectors.sandbox.jira_search import Asked, search
from connectors.sandbox.server import Response

Json = dict[str, Any]


def routes(root: str) -> Routes:
    """Routes under `root`, a regular expression that names the version."""
    return (
        route("GET", f"{root}/issuetype", _types),
        route("GET", f"{root}/project", _every_project),
        route("GET", f"{root}/project/search", _project_search),
        route("GET", f"{root}/project/{{project}}", _project),
        route("GET", f"{root}/project/{{project}}/versions", _versions),
        route("GET", f"{root}/version/{{one}}", _version),
        route("GET", f"{root}/mypermissions", _permissions),
    )


def parsed(call: Call) -> Response:
    """POST /jql/parse (Cloud): per query its structure, or the errors a search would refuse it with."""
    return Response.of(200, {"queries": [_checked(call, text) for text in call.body.get("queries") or []]})


def _checked(call: Call, text: str) -> Json:
    try:
        search(call.site, Asked(text))
    except JqlError as error:
        return {"query": text, "errors": list(error.messages)}
    return {"query": text, "structure": {"where": {}} if parse(text).where else {}}


def _types(call: Call) -> Response:
    shown: list[Json] = [{"id": kind.id, "name": kind.name, "subtask": kind.level < 0} for kind in TYPES]
    if call.view.cloud:
        shown = [{**item, "hierarchyLevel": kind.level} for item, kind in zip(shown, TYPES, strict=True)]
    return Response.of(200, shown if call.caller else [])


def _shown(call: Call) -> list[Project]:
    site = call.site
    every = site.projects.values() if call.caller else ()
    return [project for project in every if project.key not in site.hidden_projects]


def _every_project(call: Call) -> Response:
    return Response.of(200, [call.view.project(project.key) for project in _living(call)])


def _project_search(call: Call) -> Response:
    if not call.view.cloud:
        raise refusal(404, "There is no such address.")
    start, most = call.number("startAt", 0), min(call.number("maxResults", 50), 100)
    found = _living(call)
    values = [call.view.project(project.key) for project in found[start : start + most]]
    last = start + most >= len(found)
    page = {"startAt": start, "maxResults": most, "total": len(found), "isLast": last, "values": values}
    return Response.of(200, page)


def _living(call: Call) -> list[Project]:
    return [project for project in _shown(call) if not project.archived and not project.trashed]


def _named(call: Call) -> Project:
    name = call.parts["project"]
    for project in _shown(call):
        if name.upper() in {project.key, project.id}:
            return project
    raise refusal(404, f"No project could be found with key '{name}'.")


def _project(call: Call) -> Response:
    return Response.of(200, call.view.project(_named(call).key))


def _versions(call: Call) -> Response:
    project = _named(call)
    return Response.of(
        200, [_written(call, one) for one in call.site.versions.values() if one.project == project.key]
    )


def _version(call: Call) -> Response:
    found = call.site.versions.get(call.parts["one"])
    if found is None or call.site.projects[found.project] not in _shown(call):
        raise refusal(404, f"Could not find version for id '{call.parts['one']}'")
    return Response.of(200, _written(call, found))


def _written(call: Call, version: Version) -> Json:
    shown: Json = {
        "self": f"{call.view.base}/version/{version.id}",
        "id": version.id,
        "name": version.name,
        "archived": version.archived,
        "released": version.released,
        "projectId": int(call.site.projects[version.project].id),
    }
    days = {"startDate": version.start, "releaseDate": version.release}
    return {**shown, **{name: day for name, day in days.items() if day}}


def _permissions(call: Call) -> Response:
    query, granted = call.request, _granted(call)
    asked = [name for name in query.one("permissions").split(",") if name]
    if call.view.cloud and not asked:
        raise refusal(400, "The 'permissions' query parameter is required.")
    unknown = sorted(set(asked) - set(granted))
    if unknown and call.view.cloud:
        raise refusal(400, f"Unrecognized permission: {', '.join(unknown)}")
    named = query.one("issueKey") or query.one("issueId")
    if named and (call.caller is None or call.site.find(named) is None):
        raise refusal(404, NO_ISSUE)
    place = query.one("projectKey") or query.one("projectId")
    if place and place not in {name for one in _shown(call) for name in (one.key, one.id)}:
        raise refusal(404, f"No project could be found with key '{place}'.")
    signed_in = call.caller is not None
    names = asked if call.view.cloud else granted
    shown = {
        name: {"key": name, "name": name, "havePermission": granted[name] and signed_in} for name in names
    }
    return Response.of(200, {"permissions": shown})


def _granted(call: Call) -> dict[str, bool]:
    site = call.site
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
