"""Asana's answers taken apart: one object, or every row of a listing.

Pages: developers.asana.com/docs/pagination. An offset is good for a while only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from connectors.answers import Answer, RefusedError, answer_of
from connectors.asana.row import Row
from syncer.errors import SkippableError, TemporaryError

PAGE: Final = 100

T = TypeVar("T")
Query = dict[str, Any]
Body = dict[str, Any]


def asking(fields: Sequence[str]) -> Query:
    """The query for these fields; fresh each time, for the library writes into the one it is given."""
    return {"opt_fields": ",".join(fields)}


class _ExpiredError(Exception):
    """The place in a listing is no longer known to Asana."""


def all_pages(
    ask: Callable[[Query], Body],
    what: str,
    fields: Sequence[str],
    read: Callable[[Row], T],
    enough: Callable[[Sequence[T]], bool] = lambda _: False,
) -> list[T]:
    """Every row of a listing, in order. A place that expired under way costs one fresh start.

    `enough` is asked after each page whether the rest may stay unread.
    """
    for _ in range(2):
        try:
            return _pages(ask, what, fields, read, enough)
        except _ExpiredError:
            continue
    raise odd(f"Asana's listing of {what} expired twice while it was read")


def _pages(
    ask: Callable[[Query], Body],
    what: str,
    fields: Sequence[str],
    read: Callable[[Row], T],
    enough: Callable[[Sequence[T]], bool],
) -> list[T]:
    found: list[T] = []
    offset, seen = "", {""}
    while True:
        query = asking(fields) | {"limit": PAGE} | ({"offset": offset} if offset else {})
        try:
            body = ask(query)
        except SkippableError as error:
            if offset and _says_expired(error):
                raise _ExpiredError from error
            raise
        rows = rows_of(what, body)
        found += map(read, rows)
        offset = _next_offset(what, body, len(rows))
        if not offset or enough(found):
            return found
        if offset in seen:
            raise odd(f"Asana pointed to the same page of {what} twice, so it was not read to its end")
        seen.add(offset)


def _says_expired(error: SkippableError) -> bool:
    answer = answer_of(error)
    texts = " ".join(answer.messages).lower() if answer and answer.status == 400 else ""
    return "offset" in texts or "pagination token" in texts


def _next_offset(what: str, body: Body, rows: int) -> str:
    following = body.get("next_page")
    if following is None and ("next_page" in body or rows < PAGE):
        return ""
    offset = following.get("offset") if isinstance(following, dict) else None
    if not isinstance(offset, str) or not offset:
        raise odd(f"Asana did not say how the list of {what} goes on, so it was not read to its end")
    return offset


def rows_of(what: str, body: Body) -> list[Row]:
    """The rows of a listing. Raises TemporaryError when the answer has none, not even an empty list."""
    rows = body.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise odd(f"Asana answered without {what}")
    return [Row(f"a row of {what}", row) for row in rows]


def odd(sentence: str) -> TemporaryError:
    """An answer that came and cannot be used: what was asked for is concerned, not the connection."""
    error = TemporaryError(sentence, hint="The next sync tries again.")
    error.__cause__ = RefusedError(Answer(200))
    return error


def row_of(what: str, body: Body) -> Row:
    """The one object of an answer. Raises TemporaryError when there is none."""
    fields = body.get("data")
    if not isinstance(fields, dict):
        raise odd(f"Asana answered without {what}")
    return Row(what, fields)
