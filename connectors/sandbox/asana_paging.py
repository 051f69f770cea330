"""Listings of the Asana stand-in: `limit`, `offset` and `next_page`.

The offset is a position in the listing as it is at that time, and only good for the address and query it was
given for. Without `limit` a long listing is refused (developers.asana.com/docs/pagination).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from connectors.sandbox.asana_answers import bad_request
from connectors.sandbox.asana_fields import Record
from connectors.sandbox.asana_state import AsanaState
from connectors.sandbox.server import Request

UNPAGED_MOST = 1000
TOO_LARGE = (
    "The result is too large. You should use pagination (may require specifying a workspace)! "
    "See https://developers.asana.com/docs/pagination for more information."
)
TRUNCATED = "The result was truncated: the set is too large to be listed to its end."
EXPIRED = "offset: Your pagination token has expired."


def page(
    site: AsanaState, request: Request, rows: Sequence[Record], show: Callable[[Record], Record]
) -> Record:
    """One page of `rows` as the body of an answer; 400 for a bad limit and an offset that is no good."""
    limit = limit_of(request)
    if limit is None:
        if len(rows) > UNPAGED_MOST:
            raise bad_request(TOO_LARGE)
        return {"data": [show(row) for row in rows], "next_page": None}
    start = _start(site, request)
    end = start + limit
    if site.listing_wall is not None and min(end, len(rows)) > site.listing_wall:
        raise bad_request(TRUNCATED)
    following = _next(site, request, end) if end < len(rows) else None
    return {"data": [show(row) for row in rows[start:end]], "next_page": following}


def limit_of(request: Request) -> int | None:
    """The wanted page size, None when none was named; 400 outside 1..100."""
    text = request.one("limit")
    if not text:
        if request.one("offset"):
            raise bad_request("limit: Missing input: an offset is only taken together with a limit")
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise bad_request(f"limit: Must be between 1 and 100, not {text}")
    return int(text)


def _listing(site: AsanaState, request: Request) -> str:
    kept = sorted((name, values) for name, values in request.query.items() if name not in {"limit", "offset"})
    whole = f"{site.offset_epoch} {request.path} {kept}"
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _start(site: AsanaState, request: Request) -> int:
    offset = request.one("offset")
    if not offset:
        return 0
    listing, _, position = offset.partition("-")
    if listing != _listing(site, request) or not position.isdecimal():
        raise bad_request(EXPIRED)
    return int(position)


def _next(site: AsanaState, request: Request, position: int) -> Record:
    offset = f"{_listing(site, request)}-{position}"
    query = urlencode({**{name: values[0] for name, values in request.query.items()}, "offset": offset})
    path = f"{request.path.removeprefix('/api/1.0')}?{query}"
    uri = f"http://{request.headers.get('host', 'app.asana.com')}/api/1.0{path}"
    return {"offset": offset, "path": path, "uri": uri}
