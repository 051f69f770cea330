"""Reading a search to its end, or not at all: what is partial is a failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from connectors.jira.client import IDS_AT_ONCE, JiraClient, Json
from syncer.errors import SkippableError, TemporaryError

MAX_PAGES: Final = 1000
MOST: Final = 20_000
"""Issues of one search; more cannot be the work of a few linked items."""

PAGE: Final = 1000
"""The most Data Center sends at once, `jira.search.views.default.max`."""


def issues_of(page: Json) -> list[Any]:
    """The issues of a page. Raises TemporaryError where the page is not whole."""
    issues = page.get("issues")
    if not isinstance(issues, list):
        raise TemporaryError("Jira sent a page without a list of issues")
    if page.get("warnings"):
        raise TemporaryError("Jira warns that its answer is partial, so it is not used")
    return issues


def by_token(client: JiraClient, jql: str, fields: Sequence[str]) -> Iterator[Any]:
    """Every issue of a search on Cloud. A short page is no end; only `isLast` or a missing token is."""
    token, seen = None, set[str]()
    for _ in range(MAX_PAGES):
        page = client.search(jql, fields, token)
        yield from issues_of(page)
        token = page.get("nextPageToken")
        if page.get("isLast") is True or (not token and page.get("isLast") is None):
            return
        if not isinstance(token, str) or not token:
            raise TemporaryError("Jira announced another page and did not say where it is")
        if token in seen:
            raise TemporaryError("Jira repeated a page token, so its answer has no end")
        seen.add(token)
    raise TemporaryError(f"Jira's answer has more than {MAX_PAGES} pages")


def all_of(
    client: JiraClient, jql: str, fields: Sequence[str], *, wide: bool = False, strict: bool = False
) -> list[Any]:
    """Every issue of a search, on either deployment. Raises SkippableError where there are too many.

    Cloud refuses a query that names what is not there; Data Center does where it is to be `strict`.

    On Cloud a page holds 100: past 10,000 issues, or at once when it is known to be `wide`, the ids alone are
    counted first.
    """
    if not client.is_cloud:
        return by_offset(client, f"{jql} ORDER BY id", fields, strict=strict)
    if wide:
        ids(client, jql)
    found: list[Any] = []
    for issue in by_token(client, f"{jql} ORDER BY id", fields):
        found.append(issue)
        if len(found) == 2 * IDS_AT_ONCE and not wide:
            ids(client, jql)
    return found


def ids(client: JiraClient, jql: str) -> set[str]:
    """The id of every issue of a search on Cloud, 5,000 a page."""
    found: set[str] = set()
    for issue in by_token(client, f"{jql} ORDER BY id", ("id",)):
        name = issue.get("id") if isinstance(issue, dict) else None
        if not isinstance(name, str):
            raise TemporaryError("Jira sent an issue without an id in a list of ids")
        found.add(name)
        if len(found) > MOST:
            raise too_many()
    return found


def too_many() -> SkippableError:
    """The refusal to read a search that has no reasonable end."""
    return SkippableError(
        f"more than {MOST:,} issues belong to it; link something smaller, or a narrower query"
    )


def by_offset(client: JiraClient, jql: str, fields: Sequence[str], *, strict: bool = False) -> list[Any]:
    """Every issue of a search on Data Center. Raises TemporaryError where pages do not make one whole.

    An issue that leaves or joins the result between two pages shifts the later ones: one would be missing
    although the sum is right, so the total has to stay, and every issue to come once.

    Newer versions let a search be read up to a `maxResultWindow` only: SkippableError beyond it.
    """
    found: list[Any] = []
    announced: int | None = None
    size = PAGE
    for _ in range(MAX_PAGES):
        page = client.search_by_offset(jql, fields, len(found), size, strict=strict)
        issues, total = issues_of(page), total_of(page)
        if total > MOST:
            raise too_many()
        if announced not in {None, total}:
            raise TemporaryError(
                f"Jira's result changed from {announced} to {total} issues while it was read"
            )
        announced = total
        found.extend(issues)
        if len(found) >= total:
            return _once_each(found)
        size = _next_size(page, len(found))
        if not issues:
            raise TemporaryError(f"Jira announced {total} issues and sent {len(found)}")
    raise TemporaryError(f"Jira's answer has more than {MAX_PAGES} pages")


def _once_each(found: list[Any]) -> list[Any]:
    ids = [issue.get("id") for issue in found if isinstance(issue, dict)]
    if len(set(map(str, ids))) != len(ids):
        raise TemporaryError("Jira sent an issue twice: its result changed while it was read")
    return found


def total_of(page: Json) -> int:
    """How many issues a search on Data Center finds in all."""
    total = page.get("total")
    if not isinstance(total, int) or isinstance(total, bool):
        raise TemporaryError("Jira sent a page without a total")
    return total


def _next_size(page: Json, found: int) -> int:
    window = page.get("maxResultWindow")
    size = min(PAGE, window - found) if isinstance(window, int) else PAGE
    if size <= 0:
        raise SkippableError(f"Jira shows no more than {window} issues of one search")
    return size


def quoted(keys: Iterable[str]) -> str:
    """Issue keys for JQL: a project key may be one of its reserved words."""
    return ", ".join(f'"{key}"' for key in keys)
