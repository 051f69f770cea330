"""Searching a site: which issues a JQL query finds, in which order, and which values make it refuse.

Jira refuses a whole query for one issue it cannot show (`An issue with key 'X' does not exist for field
'parent'.`); on Data Center `validateQuery=false` lets it ignore that value instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from connectors.sandbox.jira_dates import instant
from connectors.sandbox.jira_jql import (
    CURRENT_USER,
    EMPTY,
    All,
    JqlError,
    Node,
    Not,
    Query,
    Some,
    Term,
    parse,
)
from connectors.sandbox.jira_records import EPIC_LINK, TYPE_NAMED, Issue
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.jira_terms import SELF, Values, known_values, values_of

Test = Callable[[Issue], bool]

_DATES = {
    "updated": "updated",
    "updateddate": "updated",
    "created": "created",
    "createddate": "created",
    "resolved": "resolved",
    "resolutiondate": "resolved",
    "statuscategorychangeddate": "category_changed",
    "due": "due",
    "duedate": "due",
}
_EPIC_LINK = frozenset({"epic link", f"cf[{EPIC_LINK.removeprefix('customfield_')}]"})
_MAX_ORDER = 7


@dataclass(frozen=True)
class Asked:
    """One search: `strict` refuses unknown values; `reconcile` are ids to be read past the index's lag."""

    jql: str
    strict: bool = True
    bounded: bool = False
    reconcile: frozenset[str] = frozenset()


def search(site: JiraSite, asked: Asked) -> list[str]:
    """The ids of the visible issues a query finds, in its order; JqlError when it is refused."""
    query = parse(asked.jql)
    if asked.bounded and query.where is None:
        raise JqlError(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    found = list(_found(site, query, asked))
    for name, descending in reversed(_order(query)):
        found.sort(key=_sort_key(site, name), reverse=descending)
    return [issue.id for issue in found]


def _found(site: JiraSite, query: Query, asked: Asked) -> Iterable[Issue]:
    search_terms = _Terms(site, strict=asked.strict)
    test = search_terms.test(query.where) if query.where else _always
    ids = search_terms.candidates(query.where) if query.where else None
    wanted = (issue.id for issue in site.issues()) if ids is None else ids
    for name in {*wanted, *site.unindexed()}:
        truth = site.find(name)
        shown = truth if name in asked.reconcile else site.indexed(name)
        if truth and shown and not site.projects[truth.project].archived and test(shown):
            yield shown


def _always(_: Issue) -> bool:
    return True


def _order(query: Query) -> Sequence[tuple[str, bool]]:
    if len(query.order) > _MAX_ORDER:
        raise JqlError(f"The maximum number of fields in ORDER BY is {_MAX_ORDER}.")
    return (*query.order, ("id", not query.order))


def _sort_key(site: JiraSite, name: str) -> Callable[[Issue], tuple[bool, object]]:
    if name in _DATES:
        attribute = _DATES[name]
        return lambda issue: (getattr(issue, attribute) is None, getattr(issue, attribute) or "")
    if name == "id":
        return lambda issue: (False, int(issue.id))
    if name in SELF:
        return lambda issue: (False, (issue.project, issue.number))
    if name == "status":
        return lambda issue: (False, site.statuses[issue.status].name)
    if name in {"summary", "project"}:
        return lambda issue: (False, getattr(issue, name))
    raise JqlError(f"Not able to sort using field '{name}'.")


class _Terms:
    """Turns terms into tests and, where it can, into the few ids that may pass them."""

    def __init__(self, site: JiraSite, *, strict: bool) -> None:
        self._site = site
        self._strict = strict

    def candidates(self, node: Node) -> set[str] | None:
        """The ids outside of which nothing passes; None where every issue must be asked."""
        if isinstance(node, All):
            known = [ids for ids in map(self.candidates, node.parts) if ids is not None]
            return min(known, key=len) if known else None
        if isinstance(node, Some):
            parts = [self.candidates(part) for part in node.parts]
            return None if None in parts else set().union(*(ids for ids in parts if ids))
        if isinstance(node, Term) and node.operator in {"=", "in"} and EMPTY not in node.values:
            if node.field in SELF:
                return self._resolved(node)
            if self._is_parent(node.field):
                return set().union(*(self._site.children_of(issue) for issue in self._resolved(node)))
        return None

    def test(self, node: Node) -> Test:
        """The test a part of the query is; every refused value is found before anything is searched."""
        if isinstance(node, Not):
            inner = self.test(node.part)
            return lambda issue: not inner(issue)
        if isinstance(node, Term):
            return self._term(node)
        tests = _collected(node.parts, self.test)
        if isinstance(node, All):
            return lambda issue: all(test(issue) for test in tests)
        return lambda issue: any(test(issue) for test in tests)

    def _term(self, term: Term) -> Test:
        if term.field in _DATES:
            return self._date(term)
        if term.field == "resolution":
            term = replace(term, values=tuple(map(_unresolved, term.values)))
        if term.field == "summary":
            words = term.values[0].lower().split()
            return lambda issue: all(word in issue.summary.lower() for word in words)
        if term.operator in {"<", ">", "<=", ">=", "~", "!~"}:
            raise JqlError(f"The operator '{term.operator}' is not supported by the '{term.field}' field.")
        values = (
            self._parent(term.field) if self._is_parent(term.field) else values_of(self._site, term.field)
        )
        wanted = self._wanted(term)
        if EMPTY in term.values:
            return _emptiness(term, values)
        if term.operator in {"!=", "not in"}:
            return lambda issue: bool(values(issue)) and not wanted.intersection(values(issue))
        return lambda issue: not wanted.isdisjoint(values(issue))

    def _is_parent(self, name: str) -> bool:
        return name == "parent" or (self._site.deployment == "datacenter" and name in _EPIC_LINK)

    def _wanted(self, term: Term) -> frozenset[str]:
        if term.field in SELF or self._is_parent(term.field):
            return frozenset(self._resolved(term))
        texts = {self._site.bot.id if value == CURRENT_USER else value for value in term.values}
        known = known_values(self._site, term.field)
        for text in sorted(texts - {EMPTY}):
            if known is not None and text.lower() not in known and self._strict:
                raise JqlError(f"The value '{text}' does not exist for the field '{term.field}'.")
        return frozenset(text.lower() for text in texts)

    def _resolved(self, term: Term) -> set[str]:
        found, dead = set(), []
        for value in term.values:
            issue = self._site.find(value)
            if issue:
                found.add(issue.id)
            elif value != EMPTY:
                dead.append(_dead(term.field, value))
        if dead and self._strict:
            raise JqlError(*dead)
        return found

    def _parent(self, name: str) -> Values:
        if self._site.deployment == "cloud":
            return lambda issue: (issue.parent,) if issue.parent else ()
        sub_tasks = name == "parent"
        return lambda issue: (
            (issue.parent,) if issue.parent and (TYPE_NAMED[issue.type].level < 0) == sub_tasks else ()
        )

    def _date(self, term: Term) -> Test:
        attribute = _DATES[term.field]
        if term.operator in {"is", "is not"} or term.values[0] == EMPTY:
            absent = term.operator in {"is", "="}
            return lambda issue: (getattr(issue, attribute) is None) == absent
        compare = _COMPARE.get(term.operator)
        if compare is None:
            raise JqlError(f"The operator '{term.operator}' is not supported by the '{term.field}' field.")
        limit = instant(term.values[0], self._site.now(), self._site.bot.zone, term.field)
        bound = limit.date().isoformat() if attribute == "due" else limit

        def test(issue: Issue) -> bool:
            value = getattr(issue, attribute)
            return value is not None and compare(value, bound)

        return test


_COMPARE: dict[str, Callable[..., bool]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _collected(parts: Iterable[Node], make: Callable[[Node], Test]) -> list[Test]:
    tests: list[Test] = []
    refused: list[str] = []
    for part in parts:
        try:
            tests.append(make(part))
        except JqlError as error:
            refused.extend(error.messages)
    if refused:
        raise JqlError(*dict.fromkeys(refused))
    return tests


def _emptiness(term: Term, values: Values) -> Test:
    absent = term.operator in {"is", "=", "in"}
    return lambda issue: (not values(issue)) == absent


def _unresolved(value: str) -> str:
    return EMPTY if value.lower() == "unresolved" else value


def _dead(name: str, value: str) -> str:
    if name in _EPIC_LINK:
        return f"No issues have a parent epic with key or name '{value}'"
    if value.isdigit():
        return f"A value with ID '{value}' does not exist for the field '{name}'."
    return f"An issue with key '{value}' does not exist for field '{name}'."
