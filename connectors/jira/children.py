"""Reading all that is under linked issues: a few wide searches, each read to its end or not used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.answers import answer_of
from connectors.jira import epics, mapping, records, search
from connectors.jira.client import JiraClient
from connectors.jira.facts import SiteFacts
from connectors.jira.records import CHILD_FIELDS, ENDED, Child, Epic, UnreadableError
from connectors.jira.state import Kin
from syncer.errors import SkippableError

MAX_REFUSALS: Final = 24
"""Refused searches per chunk of epics before the rest of the chunk is left unread."""

Family = Mapping[str, Kin]


def fields(facts: SiteFacts) -> tuple[str, ...]:
    """What is read of an issue that is counted: no word of its own and nobody's name."""
    link = (facts.fields.epic_link,) if facts.fields.epic_link and not facts.is_cloud else ()
    return (*CHILD_FIELDS, ENDED[facts.is_cloud], *dict.fromkeys(facts.fields.estimates), *link)


def of_epics(
    client: JiraClient, facts: SiteFacts, words: mapping.Words, parents: Sequence[Epic]
) -> dict[str, Family | str]:
    """The families by epic id, a sentence where they cannot be read."""
    found: dict[str, Family | str] = {}
    for same in by_search(facts, parents):
        if not facts.is_cloud and facts.fields.epic_link is None and mapping.is_above_story(same[0]):
            why = "this Jira has no Epic Link field, so nothing is under its epics"
            found.update({epic.id: why for epic in same})
        else:
            found.update(_Search(client, facts, words).run(same))
    return found


def by_search(facts: SiteFacts, parents: Sequence[Epic]) -> list[list[Epic]]:
    """The issues in groups that one search covers: on Data Center sub-tasks hang on another field."""
    if facts.is_cloud:
        return [list(parents)] if parents else []
    groups = [[epic for epic in parents if mapping.is_above_story(epic) is kind] for kind in (True, False)]
    return [group for group in groups if group]


def operand(facts: SiteFacts, epic: Epic) -> str:
    """What a search calls a linked issue, and its children call their parent."""
    return epic.id if facts.is_cloud else epic.key


def under(facts: SiteFacts, parents: Sequence[Epic]) -> str:
    """JQL for the children of a group; Epic Link knows keys alone, and its name can be translated."""
    operands = [operand(facts, epic) for epic in parents]
    if facts.is_cloud:
        return f"parent in ({', '.join(operands)})"
    if not mapping.is_above_story(parents[0]):
        return f"parent in ({search.quoted(operands)})"
    number = (facts.fields.epic_link or "").removeprefix("customfield_")
    return f"cf[{number}] in ({search.quoted(operands)})"


def kin_of(words: mapping.Words, child: Child, above: Epic) -> Kin | None:
    """What is kept of an issue under a linked one; None for the linked issue itself.

    Sub-tasks are part of their issue and count only where that issue is what is linked.
    """
    if child.id == above.id:
        return None
    return words.kin(child, counts=child.subtask is not mapping.is_above_story(above))


class _Search:
    """One group of epics; remembers how often Jira refused."""

    def __init__(self, client: JiraClient, facts: SiteFacts, words: mapping.Words) -> None:
        self._client = client
        self._facts = facts
        self._words = words
        self._refused = 0
        self._wide = False

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
        self._wide = self._wide or answer_of(error) is None
        named = _named(error, {operand(self._facts, epic): epic for epic in parents})
        if named:
            unread = {epic.id: f"Jira refuses to search below it: {error.sentence}" for epic in named}
            return unread | self.run([epic for epic in parents if epic.id not in unread])
        if len(parents) == 1 or self._refused >= MAX_REFUSALS:
            return {epic.id: error.sentence for epic in parents}
        middle = len(parents) // 2
        return self.run(parents[:middle]) | self.run(parents[middle:])

    def _found(self, parents: Sequence[Epic]) -> Iterable[Any]:
        jql = under(self._facts, parents)
        return search.all_of(self._client, jql, fields(self._facts), wide=self._wide)

    def _sorted_in(self, parents: Sequence[Epic], found: Iterable[Any]) -> dict[str, Family | str]:
        above = {operand(self._facts, epic): epic for epic in parents}
        families: dict[str, dict[str, Kin]] = {epic.id: {} for epic in parents}
        unread: dict[str, str] = {}
        for raw in found:
            try:
                child = records.child(raw, self._facts.fields, cloud=self._facts.is_cloud)
            except UnreadableError as error:
                unread.update(dict.fromkeys(concerned(self._facts, raw, above), str(error)))
                continue
            # A child that was moved elsewhere since the index last looked is no longer of these epics.
            epic = above.get(child.parent or "")
            kin = kin_of(self._words, child, epic) if epic else None
            if epic and kin:
                families[epic.id][child.id] = kin
        return {**families, **unread}


def concerned(facts: SiteFacts, raw: object, above: Mapping[str, Epic]) -> list[str]:
    """The ids of the linked issues that an unreadable child may belong to."""
    try:
        parent = records.parent_of(raw, facts.fields, cloud=facts.is_cloud)
    except UnreadableError:
        parent = None
    if parent is None:
        return [epic.id for epic in above.values()]
    return [above[parent].id] if parent in above else []


def _named(error: SkippableError, operands: Mapping[str, Epic]) -> list[Epic]:
    answer = answer_of(error)
    words = set(re.findall(r"[\w-]+", " ".join(answer.messages))) if answer else set()
    return [epic for name, epic in operands.items() if name in words]
