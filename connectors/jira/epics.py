"""Reading the linked issues themselves: in bulk, then the few that are missing one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.jira import records, search
from connectors.jira.client import JiraClient
from connectors.jira.facts import SiteFacts
from connectors.jira.records import EPIC_FIELDS, Epic, UnreadableError
from syncer.errors import (
    FatalError,
    ForbiddenError,
    NotFoundError,
    SkippableError,
)

DIRECT_READS: Final = 5
"""Missing issues asked for one by one in one fetch; a lost permission shall not cost a request an issue."""


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


def _cloud(client: JiraClient, facts: SiteFacts, names: Sequence[str]) -> tuple[list[Any], Mapping[str, str]]:
    page = client.bulk_fetch(names, wanted_fields(facts))
    errors = page.get("issueErrors") or []
    troubles = {
        str(error.get("id")).upper(): f"Jira could not read it just now: {error.get('errorMessage')}"
        for error in errors
        if isinstance(error, dict)
    }
    return search.issues_of(page), troubles


def _datacenter(
    client: JiraClient, facts: SiteFacts, names: Sequence[str]
) -> tuple[list[Any], Mapping[str, str]]:
    ids, keys = [n for n in names if n.isdigit()], [n for n in names if not n.isdigit()]
    terms = [f"id in ({', '.join(ids)})"] if ids else []
    terms += [f"key in ({search.quoted(keys)})"] if keys else []
    return search.by_offset(client, f"{' OR '.join(terms)} ORDER BY id", wanted_fields(facts)), {}


def _parsed(issue: object, facts: SiteFacts) -> Epic | str:
    try:
        return records.epic(issue, facts.fields)
    except UnreadableError as error:
        return str(error)


def _names(issue: object) -> list[str]:
    if not isinstance(issue, dict):
        return []
    return [str(issue[name]).upper() for name in ("id", "key") if issue.get(name)]
