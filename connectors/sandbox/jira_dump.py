"""Records to JSON and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.jira_comments import CommentBook
from connectors.sandbox.jira_issues import IssueBook
from connectors.sandbox.jira_records import Account, Comment, Issue, Project

_MOMENTS = frozenset({"created", "updated", "resolved", "category_changed"})
_PEOPLE = frozenset({"author", "update_author", "assignee", "lead"})
_TUPLES = frozenset({"labels", "versions"})


def plain(value: Any) -> Any:  # noqa: ANN401  records in, JSON out
    """A record, or a list of them, as JSON; moments become ISO 8601."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: part.isoformat() if isinstance(part, datetime) else part
            for name, part in asdict(value).items()
        }
    return value


def issues_out(book: IssueBook) -> dict[str, Any]:
    """All issues, every key they ever had, and the counters."""
    issues = plain(list(book.by_id.values()))
    return {"all": issues, "keys": dict(book.keys), "numbers": dict(book.numbers), "last_id": book.last_id}


def issues_in(raw: Mapping[str, Any]) -> IssueBook:
    """The book that `issues_out` wrote."""
    book = IssueBook(numbers=dict(raw["numbers"]), last_id=raw["last_id"])
    for item in raw["all"]:
        book.put(Issue(**_revived(item)))
    book.keys = dict(raw["keys"])
    return book


def projects_in(raw: Iterable[Mapping[str, Any]]) -> dict[str, Project]:
    """Projects by key, from a list of what `plain` wrote."""
    return {item["key"]: Project(**_revived(item)) for item in raw}


def comments_out(book: CommentBook) -> dict[str, Any]:
    """All comments and their counter."""
    return {"all": plain(list(book)), "last_id": book.last_id}


def comments_in(raw: Mapping[str, Any]) -> CommentBook:
    """The book that `comments_out` wrote."""
    book = CommentBook(last_id=raw["last_id"])
    for item in raw["all"]:
        book.put(Comment(**_revived(item)))
    return book


def _revived(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _part(name, value) for name, value in raw.items()}


def _part(name: str, value: Any) -> Any:  # noqa: ANN401  JSON in, fields out
    if value is not None and name in _MOMENTS:
        return datetime.fromisoformat(value)
    if value is not None and name in _PEOPLE:
        return Account(**value)
    return tuple(value) if name in _TUPLES else value
