"""What a vendor allows, as values: who counts which requests together, and how wide a refusal reaches."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

MINUTE = 60.0
_LOW = 0.2


class Breadth(Enum):
    """What has to wait after an answer that asks us to slow down."""

    EVERYTHING = "all that is sent with this token"
    ENDPOINT = "requests of this kind"
    ITEM = "writes to this item"


@dataclass(frozen=True, slots=True)
class Growth:
    """A limit the vendor does not publish, found by trying.

    Each minute in which it was reached and nothing was refused raises it: twofold until the first refusal
    where `doubles`, else by a tenth. Each refusal halves it. It stays between `floor` and `ceiling`.
    """

    floor: int
    ceiling: int
    doubles: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that are counted together: at most `most` in any `window` seconds.

    Of a window of a minute or more at most half is used up within a third of it, so that nobody waits for
    nearly all of it. `method` and `path` are regular expressions for the whole method and the whole path
    below the base URL; a request is counted in every lane it fits. With `each_endpoint` the requests of each
    Rule are counted apart.
    """

    most: int
    window: float
    method: str = ".*"
    path: str = ".*"
    each_endpoint: bool = False
    growth: Growth | None = None


def _everything(_: Mapping[str, str]) -> Breadth:
    return Breadth.EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a vendor takes. Lanes are ordered from narrow to wide: a refusal slows the first that can.

    `reads_at_once` and `writes_at_once` bound the requests under way (0: no bound). With `per_token` each
    token is counted apart, else all that goes to one base URL together. `breadth` reads the headers of a 429.
    The first group of `item`, a regular expression for the beginning of the path, is the item written to.
    """

    lanes: tuple[Lane, ...] = ()
    reads_at_once: int = 0
    writes_at_once: int = 0
    per_token: bool = True
    breadth: Callable[[Mapping[str, str]], Breadth] = _everything
    item: str = ""


UNLIMITED = Limits()


@dataclass(frozen=True, slots=True)
class Budget:
    """What an answer says about the bucket of our token: `spacing` seconds bring one more request."""

    limit: float
    remaining: float
    spacing: float

    @property
    def is_low(self) -> bool:
        """Whether less than a fifth is left, so that no more than what flows in should be used."""
        return self.remaining <= self.limit * _LOW


def budget_of(headers: Mapping[str, str]) -> Budget | None:
    """The bucket that Jira Data Center tells of on every answer; None where a figure is missing or odd.

    Source: Adjusting your code for rate limiting, Atlassian Support (Data Center 8.6 and later).
    """
    limit, remaining, interval, fill = (
        _figure(headers.get(f"X-RateLimit-{name}"))
        for name in ("Limit", "Remaining", "Interval-Seconds", "FillRate")
    )
    if limit is None or remaining is None or not interval or not fill:
        return None
    return Budget(limit, remaining, min(interval / fill, MINUTE))


def _figure(text: str | None) -> float | None:
    try:
        figure = float(text or "")
    except ValueError:
        return None
    return figure if math.isfinite(figure) and figure >= 0 else None
