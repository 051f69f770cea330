"""Reading what is under the epics: a few wide searches, each read to its end or not used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.answers import answer_of
from connectors.jira import epics, records
from connectors.jira.client import JiraClient
from connectors.jira.facts import SiteFacts
from connectors.jira.records import CHILD_FIELDS, Child, Epic, UnreadableError
from syncer.errors import SkippableError, TemporaryError

MAX_REFUSALS: Final = 24
"""Refused searches per chunk of epics before the rest of the chunk is left unread."""

Family = tuple[Child, ...]


def of_epics(client: JiraClient, facts: SiteFacts, parents: Sequence[Epic]) -> dict[str, Family | str]:
    """The children by epic id, a sentence where they cannot be read."""
    if not facts.is_cloud and facts.fields.epic_link is None:
        return {
            epic.id: "this Jira has no Epic Link field, so nothing is under its epics" for epic in parents
        }
    return _Search(client, facts).run(parents)


class _Search:
    """One chunk of epics; remembers how often Jira refused."""

    def __init__(self, client: JiraClient, facts: SiteFacts) -> None:
        self._client = client
        self._facts = facts
        self._refused = 0

    def run(self, parents: Sequence[Epic]) -> dict[str, Family | str]:
        if not parents:
            return {}
        try:
            return self._sorted_in(parents, self._found(parents))
        except SkippableError as error:
            epics.raise_if_whole(error)
            return self._without_culprits(parents, error)

    def _without_culprits(self, parents: Sequence[Epic], error: SkippableError) -> dict[str, Family | str]:
        """One dead id fails a whole query: leave out whom Jira names, else look for it by halves."""
        self._refused += 1
        named = _named(error, {self._operand(epic): epic for epic in parents})
        if named:
            unread = {epic.id: f"Jira refuses to search below it: {error.sentence}" for epic in named}
            return unread | self.run([epic for epic in parents if epic.id not in unread])
        if len(parents) == 1 or self._refused >= MAX_REFUSALS:
            return {epic.id: error.sentence for epic in parents}
        middle = len(parents) // 2
        return self.run(parents[:middle]) | self.run(parents[middle:])

    def _found(self, parents: Sequence[Epic]) -> list[Any]:
        fields = (*CHILD_FIELDS, *self._facts.fields.estimates)
        operands = [self._operand(epic) for epic in parents]
        if self._facts.is_cloud:
            return list(_by_token(self._client, f"parent in ({', '.join(operands)}) ORDER BY id", fields))
        link = self._facts.fields.epic_link or ""
        number = link.removeprefix("customfield_")
        jql = f"cf[{number}] in ({epics.quoted(operands)}) ORDER BY id"
        return epics.by_offset(self._client, jql, (*fields, link))

    def _operand(self, epic: Epic) -> str:
        return epic.id if self._facts.is_cloud else epic.key

    def _sorted_in(self, parents: Sequence[Epic], found: Sequence[Any]) -> dict[str, Family | str]:
        ids = {self._operand(epic): epic.id for epic in parents}
        families: dict[str, dict[str, Child]] = {epic.id: {} for epic in parents}
        unread: dict[str, str] = {}
        for raw in found:
            try:
                child = records.child(raw, self._facts.fields, cloud=self._facts.is_cloud)
            except UnreadableError as error:
                unread.update(dict.fromkeys(self._concerned(raw, ids), str(error)))
            else:
                # A child that was moved elsewhere since the index last looked is no longer of these epics.
                if child.parent in ids:
                    families[ids[child.parent]][child.id] = child
        return {epic: tuple(family.values()) for epic, family in families.items()} | unread

    def _concerned(self, raw: object, ids: Mapping[str, str]) -> list[str]:
        try:
            parent = records.parent_of(raw, self._facts.fields, cloud=self._facts.is_cloud)
        except UnreadableError:
            return list(ids.values())
        return [ids[parent]] if parent in ids else []


def _by_token(client: JiraClient, jql: str, fields: Sequence[str]) -> Iterator[Any]:
    """Every issue of a search on Cloud. A short page is no end; only `isLast` or a missing token is."""
    token, seen = None, set[str]()
    for _ in range(epics.MAX_PAGES):
        page = client.search(jql, fields, token)
        yield from epics.issues_of(page)
        token = page.get("nextPageToken")
        if page.get("isLast") is True or (not token and page.get("isLast") is None):
            return
        if not isinstance(token, str) or not token:
            raise TemporaryError("Jira announced another page and did not say where it is")
        if token in seen:
            raise TemporaryError("Jira repeated a page token, so its answer has no end")
        seen.add(token)
    raise TemporaryError(f"Jira's answer has more than {epics.MAX_PAGES} pages")


def _named(error: SkippableError, operands: Mapping[str, Epic]) -> list[Epic]:
    answer = answer_of(error)
    words = set(re.findall(r"[\w-]+", " ".join(answer.messages))) if answer else set()
    return [epic for operand, epic in operands.items() if operand in words]
