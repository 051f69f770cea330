"""The comments of one site: an ordered book per issue, with ids that are never used twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.sandbox.jira_records import Account, Comment


@dataclass
class CommentBook:
    """Comments by id and by issue; it neither checks permissions nor touches issues."""

    last_id: int = 10_000
    by_id: dict[str, Comment] = field(default_factory=dict)
    by_issue: dict[str, list[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Comment]:
        return iter(self.by_id.values())

    def of(self, issue: str) -> list[Comment]:
        """The comments of the issue with that id, oldest first."""
        return [self.by_id[comment] for comment in self.by_issue.get(issue, ())]

    def put(self, comment: Comment) -> None:
        """Keep a comment, new or changed."""
        if comment.id not in self.by_id:
            self.by_issue.setdefault(comment.issue, []).append(comment.id)
        self.by_id[comment.id] = comment

    def add(
        self,
        issue: str,
        author: Account,
        body: Any,  # noqa: ANN401  an ADF document or wiki markup
        now: datetime,
        *,
        properties: Mapping[str, Any] | None = None,
        visibility: Mapping[str, str] | None = None,
    ) -> Comment:
        """Write a new comment and return it."""
        self.last_id += 1
        made = Comment(
            str(self.last_id), issue, author, author, body, now, now, dict(properties or {}), visibility
        )
        self.put(made)
        return made

    def set_property(self, comment: str, key: str, value: Any) -> bool:  # noqa: ANN401  JSON
        """Set one comment property; True when it is new. The comment's `updated` stays as it is."""
        found = self.by_id[comment]
        self.put(replace(found, properties={**found.properties, key: value}))
        return key not in found.properties

    def remove_property(self, comment: str, key: str) -> None:
        """Take one comment property away; the comment's `updated` stays as it is."""
        found = self.by_id[comment]
        self.put(replace(found, properties={k: v for k, v in found.properties.items() if k != key}))

    def remove(self, comment: str) -> None:
        """Delete one comment."""
        gone = self.by_id.pop(comment)
        self.by_issue[gone.issue].remove(comment)

    def remove_issue(self, issue: str) -> None:
        """Delete every comment of one issue."""
        for comment in self.by_issue.pop(issue, []):
            del self.by_id[comment]
