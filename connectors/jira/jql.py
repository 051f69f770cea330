"""A query of the workspace file: brought into one form, or refused with the reason, before it is sent."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_PIECE: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([()])|(\s+)|([^\s"'()]+)|(.)""", re.DOTALL
)
_LONGEST: Final = 10_000


class QueryError(ValueError):
    """The query cannot be wrapped in one of ours; the text is a sentence."""


def normalised(text: str) -> str:
    """One line, single spaces, without ORDER BY: what is left says which issues are meant.

    Raises QueryError where brackets or quotes are left open, for inside a larger query they would mean
    something else, and where nothing restricts it.
    """
    if len(text) > _LONGEST:
        raise QueryError(f"the query is longer than {_LONGEST:,} characters")
    pieces, depth = [], 0
    for quoted, bracket, space, word, stray in _PIECE.findall(text.strip()):
        if stray:
            raise QueryError(f"the query has a quotation mark that is never closed: {stray}")
        depth += {"(": 1, ")": -1}.get(bracket, 0)
        if depth < 0:
            raise QueryError("the query closes a bracket that it never opened")
        if word and word.casefold() == "order" and depth == 0:
            break
        pieces.append(" " if space else quoted or bracket or word)
    if depth:
        raise QueryError("the query opens a bracket that it never closes")
    found = "".join(pieces).strip()
    if not found:
        raise QueryError("the query restricts nothing; name at least a project or a label")
    return found


def digest(query: str) -> str:
    """The immutable id of what a query selects, as long as it is written the same."""
    return f"jql-{hashlib.sha256(query.encode()).hexdigest()[:20]}"
