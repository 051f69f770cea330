"""Links of kind project, version and jql: everything a search finds, by counts.

A fetch costs one read of the project or version, and on Cloud the two searches of `changes` (the first time,
and once a day, a page per 100 issues); on Data Center a page per 1,000 issues each time. A version that holds
nothing costs one read of its project more: an archived project hides its issues and still shows its versions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from connectors.jira import absent, children, epics, jql, mapping, records, search
from connectors.jira.changes import Changes, Group, TooMuchError
from connectors.jira.children import Family
from connectors.jira.client import JiraClient, Json, account_of
from connectors.jira.reading import Reading, Result, name_of
from connectors.jira.records import UnreadableError
from connectors.jira.state import Part
from syncer.domain.work import Gone, LinkState, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import ForbiddenError, NotFoundError, SkippableError

KINDS: Final = frozenset({"project", "version", "jql"})

_PROJECT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]+")
_VERSION: Final = re.compile(r"(?P<project>[A-Za-z][A-Za-z0-9_]*):(?P<name>\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a link of these kinds stands for; `query` finds its issues. `status` None: by counts."""

    id: str
    key: str
    name: str
    url: str
    query: str
    project: str = ""
    status: WorkStatus | None = None
    state: LinkState = LinkState.ACTIVE
    owner: str | None = None
    owner_name: str | None = None
    start: date | None = None
    due: date | None = None
    done_on: date | None = None


def read(reading: Reading, ref: WorkRef) -> Result:
    """One link of these kinds; whatever concerns it alone is its outcome."""
    part = reading.fit(name_of(ref))
    before = reading.parts.get(name_of(ref)) or Part(based_on=reading.learned.facts.based_on)
    try:
        found = _found(reading, ref, before.project, part)
    except ForbiddenError as error:
        return Result(replace(absent.forbidden(error), ref=ref), before.unread())
    except SkippableError as error:
        return Result(Unread(ref, error.sentence), before.unread())
    except (UnreadableError, jql.QueryError) as error:
        return Result(Unread(ref, str(error)), before.unread())
    if isinstance(found, Gone):
        return Result(replace(found, ref=ref), replace(before.unread(), gone=found.state.value))
    scope, family = found
    if isinstance(family, str):
        return Result(Unread(ref, family), None)
    # On Data Center all of it is read each time, so there is nothing to build upon.
    kin = family if reading.learned.facts.is_cloud else {}
    kept = Part(based_on=reading.learned.facts.based_on, project=scope.project, kin=kin)
    outcome = _outcome(reading, ref, scope, family)
    return Result(outcome, kept, partial(mapping.past, outcome, family, reading.words, None), family)


def _found(
    reading: Reading, ref: WorkRef, project: str, part: Part | None
) -> tuple[Scope, Family | str] | Gone:
    scope = find(reading.client, reading.learned.facts.url, ref, project)
    if isinstance(scope, Gone):
        return scope
    family = _family(reading, scope, part or reading.fit(scope.id))
    hidden = _hidden_with(reading.client, scope.project) if ref.kind == "version" and not family else None
    return hidden or (scope, family)


def find(client: JiraClient, site: str, ref: WorkRef, project: str = "") -> Scope | Gone:
    """What a link stands for, asked now; `project` is the id of its project if that is known.

    Raises SkippableError, UnreadableError and QueryError with a sentence.
    """
    if ref.kind == "project":
        return _project(client, site, ref)
    return _version(client, site, ref, project) if ref.kind == "version" else _query(site, ref)


def _project(client: JiraClient, site: str, ref: WorkRef) -> Scope | Gone:
    name = name_of(ref)
    if not _PROJECT.fullmatch(name):
        raise UnreadableError(f"'{name}' is no project key; write one like ONB, or the project's id")
    try:
        raw = client.project(name)
    except NotFoundError:
        return absent.gone(LinkState.NOT_VISIBLE, absent.NOT_VISIBLE.format(what="project"))
    identity, key = _identity(raw, "project"), raw.get("key")
    if not isinstance(key, str):
        raise UnreadableError(f"Jira sent project {name} without a key")
    lead = raw.get("lead")
    return absent.of_project(raw, f"Project {records.label(key)}") or Scope(
        id=identity,
        key=records.label(key),
        name=_text(raw, "name") or records.label(key),
        url=f"{site}/browse/{quote(key)}",
        query=f"project = {identity}",
        project=identity,
        owner=account_of(lead) or None,
        owner_name=_text(lead, "displayName") or None,
    )


def _version(client: JiraClient, site: str, ref: WorkRef, project: str) -> Scope | Gone:
    try:
        raw = client.version(ref.item_id) if ref.item_id else _by_name(client, ref.key.strip())
    except NotFoundError:
        return _without_version(client, project)
    identity, released = _identity(raw, "version"), raw.get("released") is True
    due = _day(raw, "releaseDate")
    return Scope(
        id=identity,
        key=_text(raw, "name") or identity,
        name=_text(raw, "name") or identity,
        url=f"{site}/projects/{raw.get('projectId', '')}/versions/{identity}",
        query=f"fixVersion = {identity}",
        project=str(raw.get("projectId") or ""),
        status=WorkStatus.DONE if released else None,
        state=LinkState.ARCHIVED if raw.get("archived") is True else LinkState.ACTIVE,
        start=_day(raw, "startDate"),
        due=due,
        done_on=due if released else None,
    )


def _by_name(client: JiraClient, key: str) -> Json:
    if key.isdigit():
        return client.version(key)
    match = _VERSION.fullmatch(key)
    if match is None:
        raise UnreadableError(f"'{key}' names no version; write PROJECT:Version name, or the version's id")
    named = [one for one in client.versions(match["project"]) if isinstance(one, dict)]
    for same in (str, str.casefold):
        for one in named:
            if same(str(one.get("name"))) == same(match["name"]):
                return one
    known = ", ".join(records.label(str(one.get("name"))) for one in named[-5:]) or "none at all"
    raise UnreadableError(
        f"Project {match['project']} has no version '{match['name']}'; the newest are: {known}"
    )


def _without_version(client: JiraClient, project: str) -> Gone:
    """A version cannot be hidden: where its project is readable, it was deleted or merged into another."""
    if not project:
        return absent.gone(LinkState.NOT_VISIBLE, absent.NOT_VISIBLE.format(what="version"))
    return _hidden_with(client, project) or absent.gone(
        LinkState.GONE, "The version was deleted or merged into another one; change the link."
    )


def _hidden_with(client: JiraClient, project: str) -> Gone | None:
    """What became of a version by what became of its project, None where that is in use."""
    try:
        return absent.of_project(client.project(project), "Its project")
    except (NotFoundError, ForbiddenError):
        return absent.gone(LinkState.NOT_VISIBLE, absent.NOT_VISIBLE.format(what="version"))


def _query(site: str, ref: WorkRef) -> Scope:
    query = jql.normalised(ref.key)
    return Scope(
        id=jql.digest(query),
        key=records.label(query),
        name=records.label(query),
        url=f"{site}/issues/?jql={quote(query)}",
        query=query,
    )


def _family(reading: Reading, scope: Scope, part: Part | None) -> Family | str:
    facts = reading.learned.facts
    members = f"({scope.query})"
    if part is not None and facts.is_cloud:
        group = Group(members=members, watched=members, parts={scope.id: part}, scope=scope.id)
        look = Changes(client=reading.client, facts=facts, words=reading.words, now=reading.server_now)
        try:
            return look.on_cloud(group).families[scope.id]
        except TooMuchError:
            pass
        except SkippableError as error:
            epics.raise_if_whole(error)
            raise
    return _all(reading, members)


def _all(reading: Reading, members: str) -> Family:
    facts, family = reading.learned.facts, {}
    try:
        found = search.all_of(reading.client, members, children.fields(facts), strict=True)
    except SkippableError as error:
        epics.raise_if_whole(error)
        raise
    by_key: dict[str, str] = {}
    for raw in found:
        child = records.child(raw, facts.fields, cloud=facts.is_cloud)
        by_key[child.key] = child.id
        family[child.id] = reading.words.kin(child, counts=not child.subtask, parent=True)
    if facts.is_cloud:
        return family
    # Data Center names parents by key; what is kept knows ids alone.
    return {name: replace(kin, parent=by_key.get(kin.parent or "")) for name, kin in family.items()}


def _outcome(reading: Reading, ref: WorkRef, scope: Scope, family: Family) -> Snapshot:
    facts, words = reading.learned.facts, reading.words
    counts = mapping.progress(family, words, with_points=bool(facts.fields.estimates))
    by_counts = mapping.by_counts(
        counts, family.values(), words, done_when_empty="done_when_empty" in ref.options
    )
    return Snapshot(
        ref=replace(ref, item_id=scope.id),
        item_id=scope.id,
        key=scope.key,
        name=scope.name,
        url=scope.url,
        status=scope.status or by_counts,
        progress=counts,
        own_status=scope.status is not None,
        state=scope.state,
        owner=scope.owner,
        owner_name=scope.owner_name,
        start=scope.start,
        due=scope.due,
        done_on=scope.done_on,
        notes=(*mapping.doubts(family, words), *facts.notes),
        taken_at=reading.taken_at,
    )


def _identity(raw: Json, what: str) -> str:
    identity = raw.get("id")
    if not isinstance(identity, str) or not re.fullmatch(r"[0-9]{1,19}", identity):
        raise UnreadableError(f"Jira sent a {what} without a readable id")
    return identity


def _text(raw: object, name: str) -> str:
    value: Any = raw.get(name) if isinstance(raw, Mapping) else None
    return records.label(value) if isinstance(value, str) else ""


def _day(raw: Json, name: str) -> date | None:
    value = raw.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnreadableError(f"Jira sent a version without a readable '{name}'") from None
