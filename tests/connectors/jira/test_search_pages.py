"""Pages of Data Center that shift while they are read are no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from connectors.jira.client import JiraClient
from connectors.jira.search import by_offset
from syncer.errors import TemporaryError


class Shifting:
    """Serves three issues a page; the result is another one for each page, as people work meanwhile."""

    def __init__(self, *results: Sequence[str]) -> None:
        self._results = iter(results)

    def search_by_offset(
        self, jql: str, fields: Sequence[str], start: int, size: int, *, strict: bool
    ) -> dict[str, Any]:
        result = next(self._results)
        return {"issues": [{"id": one} for one in result[start : start + 3]], "total": len(result)}


def read(*results: Sequence[str]) -> list[str]:
    found = by_offset(cast("JiraClient", Shifting(*results)), "key = ONB-1", ("status",))
    return [issue["id"] for issue in found]


def test_pages_that_belong_together_are_one_answer() -> None:
    assert read("abcde", "abcde") == list("abcde")


def test_an_issue_that_leaves_between_two_pages_hides_no_other() -> None:
    with pytest.raises(TemporaryError, match="changed from 5 to 4 issues while it was read"):
        read("abcde", "bcde")


def test_an_issue_that_joins_between_two_pages_counts_nothing_twice() -> None:
    with pytest.raises(TemporaryError, match="changed from 5 to 6 issues while it was read"):
        read("abcde", "xabcde")


def test_one_that_leaves_while_another_joins_is_seen_by_what_comes_twice() -> None:
    with pytest.raises(TemporaryError, match="sent an issue twice"):
        read("abcde", "xabcd")
