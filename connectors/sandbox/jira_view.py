"""Issues, comments and accounts as the two REST APIs write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sandbox.jira_records import (
    CATEGORIES,
    EPIC_LINK,
    POINTS,
    RESOLUTIONS,
    START,
    TYPE_NAMED,
    Account,
    Comment,
    Issue,
    Status,
)
from connectors.sandbox.jira_site import JiraSite

Json = dict[str, Any]

_EPIC_LINK_TYPE = "com.pyxis.greenhopper.jira:gh-epic-link"
_FLOAT_TYPE = "com.atlassian.jira.plugin.system.customfieldtypes:float"
_CLOUD_POINTS_TYPE = "com.pyxis.greenhopper.jira:jsw-story-points"
_DATE_TYPE = "com.atlassian.jira.plugin.system.customfieldtypes:datepicker"

_SYSTEM_FIELDS = (
    ("summary", "Summary", "string"),
    ("status", "Status", "status"),
    ("issuetype", "Issue Type", "issuetype"),
    ("project", "Project", "project"),
    ("resolution", "Resolution", "resolution"),
    ("resolutiondate", "Resolved", "datetime"),
    ("assignee", "Assignee", "user"),
    ("labels", "Labels", "array"),
    ("duedate", "Due date", "date"),
    ("created", "Created", "datetime"),
    ("updated", "Updated", "datetime"),
)

_CLOUD_FIELDS = (
    ("parent", "Parent", "issuelink"),
    ("statuscategorychangedate", "Status Category Changed", "datetime"),
)


class View:
    """Writes the records of one site for one API version; `base` is where `self` links point."""

    def __init__(self, site: JiraSite, base: str, version: str) -> None:
        self.site = site
        self.base = f"{base}/rest/api/{version}"
        self.version = version
        self.cloud = site.deployment == "cloud"

    def account(self, account: Account) -> Json:
        """One user, with an accountId on Cloud and a name and key on Data Center."""
        common = {"displayName": account.name, "active": account.active, "timeZone": account.zone}
        if self.cloud:
            identity = {"accountId": account.id, "accountType": "atlassian"}
            return {"self": f"{self.base}/user?accountId={account.id}", **identity, **common}
        identity = {"name": account.id, "key": f"JIRAUSER{account.id}", "emailAddress": account.email}
        return {"self": f"{self.base}/user?username={account.id}", **identity, **common}

    def status(self, status: Status) -> Json:
        """One status with its category."""
        number, name, colour = CATEGORIES[status.category]
        category = {"id": number, "key": status.category, "colorName": colour, "name": name}
        category_url = f"{self.base}/statuscategory/{number}"
        return {
            "self": f"{self.base}/status/{status.id}",
            "description": "",
            "name": status.name,
            "id": status.id,
            "statusCategory": {"self": category_url, **category},
        }

    def fields(self) -> list[Json]:
        """What GET /field lists: system fields, then custom ones with their schema."""
        listed = [_system_field(*field) for field in _SYSTEM_FIELDS]
        points, points_name = POINTS[self.site.deployment]
        points_type = _CLOUD_POINTS_TYPE if self.cloud else _FLOAT_TYPE
        listed += [
            _custom_field(points, points_name, "number", points_type),
            _custom_field(START, "Start date", "date", _DATE_TYPE),
        ]
        if self.cloud:
            return [*listed, *(_system_field(*field) for field in _CLOUD_FIELDS)]
        return [*listed, _custom_field(EPIC_LINK, "Epic Link", "any", _EPIC_LINK_TYPE)]

    def issue(self, issue: Issue, asked: Iterable[str]) -> Json:
        """One issue with the asked fields; names that are no field of it are passed over."""
        names = frozenset(asked)
        head: Json = {
            "expand": "",
            "id": issue.id,
            "self": f"{self.base}/issue/{issue.id}",
            "key": issue.key,
        }
        fields = self._asked(issue, names)
        return {**head, "fields": fields} if fields else head

    def _asked(self, issue: Issue, names: frozenset[str]) -> Json:
        every = bool(names & {"*all", "*navigable"}) or all(name.startswith("-") for name in names)
        wanted = {
            name: write
            for name, write in _WRITERS.items()
            if (every or name in names) and f"-{name}" not in names
        }
        return {name: value for name, write in wanted.items() if (value := write(self, issue)) is not _ABSENT}

    def parent(self, issue: Issue) -> Any:  # noqa: ANN401  absent is not null
        """The parent: of any issue on Cloud, of sub-tasks alone on Data Center."""
        above = self.site.find(issue.parent) if issue.parent else None
        if above is None or (not self.cloud and TYPE_NAMED[issue.type].level >= 0):
            return _ABSENT
        return {
            "id": above.id,
            "key": above.key,
            "self": f"{self.base}/issue/{above.id}",
            "fields": {
                "summary": above.summary,
                "status": self.status(self.site.statuses[above.status]),
                "issuetype": self.issue_type(above),
            },
        }

    def epic_link(self, issue: Issue) -> Any:  # noqa: ANN401  absent is not null
        """The key of the epic on Data Center, null without one; no such field on Cloud."""
        if self.cloud:
            return _ABSENT
        if issue.parent is None or TYPE_NAMED[issue.type].level < 0:
            return None
        try:
            return self.site.issue(issue.parent).key
        except KeyError:
            # The epic was deleted, and the index has not heard of it yet.
            return None

    def issue_type(self, issue: Issue) -> Json:
        """The issue type; only Cloud tells its hierarchy level."""
        kind = TYPE_NAMED[issue.type]
        shown: Json = {
            "self": f"{self.base}/issuetype/{kind.id}",
            "id": kind.id,
            "name": kind.name,
            "subtask": kind.level < 0,
        }
        return {**shown, "hierarchyLevel": kind.level} if self.cloud else shown

    def resolution(self, issue: Issue) -> Json | None:
        """The resolution, or null."""
        if issue.resolution is None:
            return None
        number = RESOLUTIONS[issue.resolution]
        return {"self": f"{self.base}/resolution/{number}", "id": number, "name": issue.resolution}

    def project(self, key: str) -> Json:
        """A project; `archived` is there only when it is true, as in Jira."""
        project = self.site.projects[key]
        shown: Json = {
            "self": f"{self.base}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
        }
        if project.lead:
            shown["lead"] = self.account(project.lead)
        if project.trashed:
            shown["deleted"] = True
        return {**shown, "archived": True} if project.archived else shown

    def comment(self, comment: Comment, *, properties: bool = False) -> Json:
        """One comment; its properties only where they were asked for."""
        shown: Json = {
            "self": f"{self.base}/issue/{comment.issue}/comment/{comment.id}",
            "id": comment.id,
            "author": self.account(comment.author),
            "body": comment.body,
            "updateAuthor": self.account(comment.update_author),
            "created": self.site.stamp(comment.created),
            "updated": self.site.stamp(comment.updated),
        }
        if self.cloud:
            shown["jsdPublic"] = True
        if comment.visibility:
            shown["visibility"] = dict(comment.visibility)
        if properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        return shown


_ABSENT = object()


def _points(view: View, issue: Issue, deployment: str) -> Any:  # noqa: ANN401  absent is not null
    return issue.points if view.site.deployment == deployment else _ABSENT


_WRITERS: dict[str, Any] = {
    "summary": lambda _, issue: issue.summary,
    "status": lambda view, issue: view.status(view.site.statuses[issue.status]),
    "issuetype": lambda view, issue: view.issue_type(issue),
    "project": lambda view, issue: view.project(issue.project),
    "parent": lambda view, issue: view.parent(issue),
    EPIC_LINK: lambda view, issue: view.epic_link(issue),
    "resolution": lambda view, issue: view.resolution(issue),
    "resolutiondate": lambda view, issue: view.site.stamp(issue.resolved) if issue.resolved else None,
    "statuscategorychangedate": lambda view, issue: (
        view.site.stamp(issue.category_changed) if view.cloud else _ABSENT
    ),
    "assignee": lambda view, issue: view.account(issue.assignee) if issue.assignee else None,
    "labels": lambda _, issue: list(issue.labels),
    "fixVersions": lambda view, issue: [
        {"id": name, "name": view.site.versions[name].name} for name in issue.versions
    ],
    "duedate": lambda _, issue: issue.due,
    START: lambda _, issue: issue.start,
    POINTS["cloud"][0]: lambda view, issue: _points(view, issue, "cloud"),
    POINTS["datacenter"][0]: lambda view, issue: _points(view, issue, "datacenter"),
    "created": lambda view, issue: view.site.stamp(issue.created),
    "updated": lambda view, issue: view.site.stamp(issue.updated),
}


def _system_field(name: str, title: str, kind: str) -> Json:
    schema = {"type": kind, "system": name}
    return {
        "id": name,
        "key": name,
        "name": title,
        "custom": False,
        "navigable": True,
        "searchable": True,
        "clauseNames": [name],
        "schema": schema,
    }


def _custom_field(name: str, title: str, kind: str, custom: str) -> Json:
    number = int(name.removeprefix("customfield_"))
    return {
        "id": name,
        "key": name,
        "name": title,
        "custom": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number}]", title],
        "schema": {"type": kind, "custom": custom, "customId": number},
    }
