"""What could be linked, and what the token may do with what is linked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from connectors.jira import jql, records, scopes, search
from connectors.jira.client import JiraClient, account_of
from connectors.jira.facts import SiteFacts
from connectors.jira.reading import name_of
from connectors.jira.records import UnreadableError
from syncer.domain.work import Gone, WorkRef
from syncer.errors import ForbiddenError, NotFoundError, SkippableError
from syncer.ports import Access, Found

MOST_EPICS: Final = 300
RIGHTS: Final = {
    "BROWSE_PROJECTS": "Browse projects",
    "ADD_COMMENTS": "Add comments",
    "EDIT_OWN_COMMENTS": "Edit own comments",
}
"""What the connector needs: Jira's key of a right -> its name in a permission scheme."""

_FIELDS: Final = ("summary", "assignee", "updated")


def discover(client: JiraClient, facts: SiteFacts) -> tuple[Found, ...]:
    """Up to 300 epics that are not done, then up to 100 projects, each with the newest activity first."""
    return (*_epics(client, facts), *_projects(client, facts))


def _epics(client: JiraClient, facts: SiteFacts) -> Iterable[Found]:
    types = [str(kind["id"]) for kind in client.issue_types() if isinstance(kind, dict) and _is_epic(kind)]
    if not types:
        return
    query = f"issuetype in ({', '.join(types)}) AND statusCategory != Done ORDER BY updated DESC"
    for raw in _first(client, query):
        fields = raw.get("fields") if isinstance(raw, dict) else None
        if isinstance(fields, dict) and isinstance(raw.get("key"), str):
            key = records.label(raw["key"])
            name = records.label(str(fields.get("summary") or key))
            yield Found("epic", key, name, f"{facts.url}/browse/{key}", _person(fields.get("assignee")))


def _is_epic(kind: dict[str, Any]) -> bool:
    level = kind.get("hierarchyLevel")
    if isinstance(level, int):
        return level >= 1
    return str(kind.get("name")).casefold() == "epic"


def _first(client: JiraClient, query: str) -> list[Any]:
    if not client.is_cloud:
        return search.issues_of(client.search_by_offset(query, _FIELDS, 0, MOST_EPICS))
    found: list[Any] = []
    for raw in search.by_token(client, query, _FIELDS):
        found.append(raw)
        if len(found) == MOST_EPICS:
            break
    return found


def _projects(client: JiraClient, facts: SiteFacts) -> Iterable[Found]:
    for raw in client.projects():
        if isinstance(raw, dict) and isinstance(raw.get("key"), str):
            key = records.label(raw["key"])
            name = records.label(str(raw.get("name") or key))
            yield Found("project", key, name, f"{facts.url}/browse/{key}", _person(raw.get("lead")))


def _person(raw: object) -> str | None:
    if not isinstance(raw, dict) or not account_of(raw):
        return None
    return records.label(str(raw.get("displayName") or "")) or None


def access(client: JiraClient, facts: SiteFacts, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
    """One request per link (two for a version)."""
    return tuple(_access(client, facts, ref) for ref in refs)


def _access(client: JiraClient, facts: SiteFacts, ref: WorkRef) -> Access:
    try:
        return _of_query(client, ref) if ref.kind == "jql" else _of_place(client, facts, ref)
    except (NotFoundError, ForbiddenError):
        return Access(ref, can_read=False, can_comment=False, missing=RIGHTS["BROWSE_PROJECTS"])
    except SkippableError as error:
        return Access(ref, can_read=False, can_comment=False, missing=error.sentence)
    except (UnreadableError, jql.QueryError) as error:
        return Access(ref, can_read=False, can_comment=False, missing=str(error))


def _of_place(client: JiraClient, facts: SiteFacts, ref: WorkRef) -> Access:
    granted = client.rights(tuple(RIGHTS), **_where(client, facts, ref)).get("permissions")
    held = granted if isinstance(granted, dict) else {}
    missing = [name for key, name in RIGHTS.items() if not _is_held(held.get(key))]
    can_read = RIGHTS["BROWSE_PROJECTS"] not in missing
    if ref.kind != "epic":
        return Access(ref, can_read, can_comment=False, missing="" if can_read else missing[0])
    return Access(ref, can_read, can_comment=not missing, missing=", ".join(missing))


def _is_held(right: object) -> bool:
    return isinstance(right, dict) and right.get("havePermission") is True


def _where(client: JiraClient, facts: SiteFacts, ref: WorkRef) -> dict[str, str]:
    name = name_of(ref)
    if ref.kind == "epic":
        return {"issueId" if name.isdigit() else "issueKey": name}
    if ref.kind == "project":
        return {"projectId" if name.isdigit() else "projectKey": name}
    found = scopes.find(client, facts.url, ref)
    if isinstance(found, Gone):
        raise NotFoundError(found.advice)
    return {"projectId": found.project}


def _of_query(client: JiraClient, ref: WorkRef) -> Access:
    query = jql.normalised(ref.key)
    if not client.is_cloud:
        client.search_by_offset(query, ("id",), 0, 1, strict=True)
        return Access(ref, can_read=True, can_comment=False)
    answers = client.parse([query]).get("queries")
    first = answers[0] if isinstance(answers, list) and answers and isinstance(answers[0], dict) else {}
    errors = "; ".join(str(error) for error in first.get("errors") or [])
    return Access(ref, can_read=not errors, can_comment=False, missing=errors)
