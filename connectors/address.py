"""Where a request may go: below one base URL, and nowhere that merely looks like it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from syncer.errors import FatalError

_PORTS: Final = {"http": 80, "https": 443}
_ODD: Final = re.compile(r"[\\\s\x00-\x20\x7f]")


def path_below(base_url: str, url: str) -> str:
    """The URL's path below the base URL, with its leading slash; raises FatalError when it is elsewhere.

    Whatever two parsers could read in two ways is refused: user names, backslashes, blanks, empty or dotted
    segments, however they are escaped.
    """
    base = urlsplit(base_url)
    try:
        parts = urlsplit(url)
        elsewhere = _server(parts) != _server(base)
    except ValueError:
        raise _stopped("an address that cannot be read", base) from None
    if elsewhere or "@" in parts.netloc or _ODD.search(url):
        raise _stopped(parts.hostname or "an address without a host", base)
    root = base.path.rstrip("/")
    if not parts.path.startswith(f"{root}/") or _wanders(parts.path):
        raise _stopped(f"{parts.hostname}{parts.path}", base)
    return parts.path.removeprefix(root)


def _server(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _wanders(path: str) -> bool:
    segments = unquote(unquote(path)).replace("\\", "/").split("/")[1:]
    return any(segment in {".", ".."} for segment in segments) or "" in segments[:-1]


def _stopped(where: str, base: SplitResult) -> FatalError:
    return FatalError(
        f"A request to {where} was stopped: this connection talks to {base.hostname}{base.path.rstrip('/')}"
    )
