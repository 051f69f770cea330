"""Records to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.jira_records import Account, Comment, Issue

_MOMENTS = frozenset({"created", "updated", "resolved", "category_changed"})
_PEOPLE = frozenset({"author", "update_author", "assignee"})


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


def issue_from(raw: Mapping[str, Any]) -> Issue:
    """The issue that `plain` wrote."""
    return Issue(**{**_revived(raw), "labels": tuple(raw["labels"])})


def comment_from(raw: Mapping[str, Any]) -> Comment:
    """The comment that `plain` wrote."""
    return Comment(**_revived(raw))


def _revived(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _part(name, value) for name, value in raw.items()}


def _part(name: str, value: Any) -> Any:  # noqa: ANN401  JSON in, fields out
    if value is not None and name in _MOMENTS:
        return datetime.fromisoformat(value)
    if value is not None and name in _PEOPLE:
        return Account(**value)
    return value
