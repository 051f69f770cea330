"""The issues of one site: found by id, key and former key, listed by parent, and seen late by the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from connectors.sandbox.jira_records import Issue


@dataclass
class IssueBook:
    """Issues as they truly are, and what the search index has not seen yet; it checks no permission.

    `keys` holds every key an issue ever had, so that the key from before a move keeps working.
    """

    by_id: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last_id: int = 10_000
    _children: dict[str, set[str]] = field(default_factory=dict)
    _late: dict[str, list[tuple[datetime, Issue | None]]] = field(default_factory=dict)

    def get(self, name: str) -> Issue:
        """The issue with that id, key or former key, in any case; KeyError when there is none."""
        return self.by_id[name if name in self.by_id else self.keys[name.upper()]]

    def next_id(self) -> str:
        """An id that was never used."""
        self.last_id += 1
        return str(self.last_id)

    def next_key(self, project: str) -> str:
        """A key that was never used in the project."""
        self.numbers[project] = self.numbers.get(project, 0) + 1
        return f"{project}-{self.numbers[project]}"

    def children_of(self, parent: str) -> set[str]:
        """The ids of the direct children of the issue with that id."""
        return self._children.get(parent, set())

    def put(self, issue: Issue) -> None:
        """Keep an issue, new or changed."""
        old = self.by_id.get(issue.id)
        if old and old.parent:
            self._children[old.parent].discard(issue.id)
        if issue.parent:
            self._children.setdefault(issue.parent, set()).add(issue.id)
        self.by_id[issue.id] = issue
        self.keys[issue.key] = issue.id

    def remove(self, issue: Issue) -> None:
        """Forget an issue with all its keys; its children must have left it before."""
        del self.by_id[issue.id]
        self.keys = {key: name for key, name in self.keys.items() if name != issue.id}
        self._children.pop(issue.id, None)
        if issue.parent:
            self._children[issue.parent].discard(issue.id)

    def mark_late(self, name: str, now: datetime) -> None:
        """Remember how the issue with that id stood before a change that the index will see late."""
        self._late.setdefault(name, []).append((now, self.by_id.get(name)))

    def late(self) -> set[str]:
        """The ids of the issues whose latest change the index may not have seen."""
        return set(self._late)

    def indexed(self, name: str, horizon: datetime) -> Issue | None:
        """The issue with that id as it stood at `horizon`, the moment up to which the index has read."""
        for at, before in self._late.get(name, ()):
            if at > horizon:
                return before
        self._late.pop(name, None)
        return self.by_id.get(name)
