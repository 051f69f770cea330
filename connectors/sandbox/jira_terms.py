"""What JQL compares an issue with: the texts of each field, and the values a field can have at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from connectors.sandbox.jira_jql import JqlError
from connectors.sandbox.jira_records import CATEGORIES, RESOLUTIONS, TYPE_NAMED, Issue
from connectors.sandbox.jira_site import JiraSite

Values = Callable[[Issue], tuple[str, ...]]
"""The texts, lower case, by which one field of an issue can be named; none where the field is empty."""

SELF = frozenset({"id", "key", "issue", "issuekey"})
"""The JQL fields that name the issue itself."""

_SAME = {"type": "issuetype", "fixversions": "fixversion", "label": "labels", **dict.fromkeys(SELF, "id")}


def values_of(site: JiraSite, name: str) -> Values:
    """How to read a field for comparison; JqlError for a field there is not."""
    read = _READ.get(_SAME.get(name, name))
    if read is None:
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    return lambda issue: _lower(read(site, issue))


def known_values(site: JiraSite, name: str) -> set[str] | None:
    """Every value the field can have, lower case; None where anything may be asked for."""
    known = _KNOWN.get(_SAME.get(name, name))
    return {text for group in known(site) for text in _lower(group)} if known else None


def _lower(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.lower() for text in texts)


def _category(key: str) -> tuple[str, ...]:
    number, name, _ = CATEGORIES[key]
    return key, str(number), name


def _resolution(issue: Issue) -> tuple[str, ...]:
    return (issue.resolution, RESOLUTIONS[issue.resolution]) if issue.resolution else ()


_READ: Mapping[str, Callable[[JiraSite, Issue], Iterable[str]]] = {
    "id": lambda _, issue: (issue.id,),
    "project": lambda site, issue: (
        issue.project,
        site.projects[issue.project].name,
        site.projects[issue.project].id,
    ),
    "fixversion": lambda site, issue: (
        text for name in issue.versions for text in (name, site.versions[name].name)
    ),
    "status": lambda site, issue: (issue.status, site.statuses[issue.status].name),
    "statuscategory": lambda site, issue: _category(site.statuses[issue.status].category),
    "issuetype": lambda _, issue: (issue.type, TYPE_NAMED[issue.type].id),
    "resolution": lambda _, issue: _resolution(issue),
    "assignee": lambda _, issue: (issue.assignee.id, issue.assignee.name) if issue.assignee else (),
    "labels": lambda _, issue: issue.labels,
}

_KNOWN: Mapping[str, Callable[[JiraSite], Iterable[tuple[str, ...]]]] = {
    "project": lambda site: (
        (item.key, item.name, item.id)
        for item in site.projects.values()
        if item.key not in site.hidden_projects and not item.trashed
    ),
    "fixversion": lambda site: ((item.name, item.id) for item in site.versions.values()),
    "status": lambda site: ((item.name, item.id) for item in site.statuses.values()),
    "statuscategory": lambda _: map(_category, CATEGORIES),
    "issuetype": lambda _: ((item.name, item.id) for item in TYPE_NAMED.values()),
    "resolution": lambda _: RESOLUTIONS.items(),
}
