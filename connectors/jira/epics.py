"""Reading the linked issues themselves: in bulk, then the few that are missing one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.jira import records
from connectors.jira.client import JiraClient, Json
from connectors.jira.facts import SiteFacts
from connectors.jira.records import EPIC_FIELDS, Epic, UnreadableError
from syncer.errors import (
    FatalError,
    ForbiddenError,
    NotFoundError,
    SkippableError,
    TemporaryError,
)

DIRECT_READS: Final = 5
"""Missing issues asked for one by one in one fetch; a lost permission shall not cost a request an issue."""

MAX_PAGES: Final = 1000
_PAGE: Final = 1000


def wanted_fields(facts: SiteFacts) -> tuple[str, ...]:
    """What is read of a linked issue."""
    start = (facts.fields.start,) if facts.fields.start else ()
    return (*EPIC_FIELDS, *start, *facts.fields.epic_marks)


def in_bulk(client: JiraClient, facts: SiteFacts, names: Sequence[str]) -> dict[str, Epic | str]:
    """Epics by the id or key asked for; a sentence where one cannot be read, nothing where it is missing."""
    try:
        raw, troubles = (_cloud if facts.is_cloud else _datacenter)(client, facts, names)
    except SkippableError as error:
        raise_if_whole(error)
        return dict.fromkeys(names, error.sentence)
    by_name: dict[str, Epic | str] = dict(troubles)
    for issue in raw:
        found = _parsed(issue, facts)
        by_name.update(dict.fromkeys(_names(issue), found))
    return {name: by_name[name.upper()] for name in names if name.upper() in by_name}


def raise_if_whole(error: SkippableError) -> None:
    """A 403 or 404 on an address that exists on every Jira concerns the connection, not an item."""
    if isinstance(error, (NotFoundError, ForbiddenError)):
        raise whole(error) from error


def whole(error: SkippableError) -> FatalError:
    """The refusal of an address that exists on every Jira, as what it is for the connection."""
    if isinstance(error, NotFoundError):
        return FatalError(
            "There is no Jira at this address (404)", hint="Check url, its path included, and deployment."
        )
    return FatalError(error.sentence, hint="Give the token's account access to Jira.")


def directly(client: JiraClient, facts: SiteFacts, name: str) -> Epic | str:
    """One issue past the search index. Raises NotFoundError, ForbiddenError and what stops a connection."""
    try:
        return _parsed(client.issue(name, wanted_fields(facts)), facts)
    except (NotFoundError, ForbiddenError):
        raise
    except SkippableError as error:
        return error.sentence


def issues_of(page: Json) -> list[Any]:
    """The issues of a page. Raises TemporaryError where the page is not whole."""
    issues = page.get("issues")
    if not isinstance(issues, list):
        raise TemporaryError("Jira sent a page without a list of issues")
    if page.get("warnings"):
        raise TemporaryError("Jira warns that its answer is partial, so it is not used")
    return issues


def by_offset(client: JiraClient, jql: str, fields: Sequence[str]) -> list[Any]:
    """Every issue of a search on Data Center. Raises TemporaryError where pages end before the total.

    Newer versions let a search be read up to a `maxResultWindow` only: SkippableError beyond it.
    """
    found: list[Any] = []
    size = _PAGE
    for _ in range(MAX_PAGES):
        page = client.search_by_offset(jql, fields, len(found), size)
        issues, total = issues_of(page), page.get("total")
        found.extend(issues)
        if not isinstance(total, int) or isinstance(total, bool):
            raise TemporaryError("Jira sent a page without a total")
        if len(found) >= total:
            return found
        size = _next_size(page, len(found))
        if not issues:
            raise TemporaryError(f"Jira announced {total} issues and sent {len(found)}")
    raise TemporaryError(f"Jira's answer has more than {MAX_PAGES} pages")


def _next_size(page: Json, found: int) -> int:
    window = page.get("maxResultWindow")
    size = min(_PAGE, window - found) if isinstance(window, int) else _PAGE
    if size <= 0:
        raise SkippableError(f"Jira shows no more than {window} issues of one search")
    return size


def _cloud(client: JiraClient, facts: SiteFacts, names: Sequence[str]) -> tuple[list[Any], Mapping[str, str]]:
    page = client.bulk_fetch(names, wanted_fields(facts))
    errors = page.get("issueErrors") or []
    troubles = {
        str(error.get("id")).upper(): f"Jira could not read it just now: {error.get('errorMessage')}"
        for error in errors
        if isinstance(error, dict)
    }
    return issues_of(page), troubles


def _datacenter(
    client: JiraClient, facts: SiteFacts, names: Sequence[str]
) -> tuple[list[Any], Mapping[str, str]]:
    ids, keys = [n for n in names if n.isdigit()], [n for n in names if not n.isdigit()]
    terms = [f"id in ({', '.join(ids)})"] if ids else []
    terms += [f"key in ({quoted(keys)})"] if keys else []
    return by_offset(client, f"{' OR '.join(terms)} ORDER BY id", wanted_fields(facts)), {}


def quoted(keys: Iterable[str]) -> str:
    """Issue keys for JQL: a project key may be one of its reserved words."""
    return ", ".join(f'"{key}"' for key in keys)


def _parsed(issue: object, facts: SiteFacts) -> Epic | str:
    try:
        return records.epic(issue, facts.fields)
    except UnreadableError as error:
        return str(error)


def _names(issue: object) -> list[str]:
    if not isinstance(issue, dict):
        return []
    return [str(issue[name]).upper() for name in ("id", "key") if issue.get(name)]
