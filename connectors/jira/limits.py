"""What Jira takes: Cloud's bursts, and how far each kind of its refusals reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectors.limits import Breadth, Lane, Limits, budget_of

_QUOTAS: Final = frozenset({"jira-quota-global-based", "jira-quota-tenant-based"})


def breadth(headers: Mapping[str, str]) -> Breadth:
    """What a 429 with these headers is about; an unknown or missing reason counts as a burst.

    Source: `RateLimit-Reason`, Rate limiting, Jira Cloud platform documentation. Data Center gives no reason,
    but tells of the bucket of our user, which everything we send draws from.
    """
    reason = headers.get("RateLimit-Reason", "").strip().casefold()
    if reason in _QUOTAS or budget_of(headers):
        return Breadth.EVERYTHING
    return Breadth.ITEM if reason == "jira-per-issue-on-write" else Breadth.ENDPOINT


LIMITS: Final = Limits(
    lanes=(
        Lane(80, 1, method="GET|POST", each_endpoint=True),
        Lane(40, 1, method="PUT|DELETE", each_endpoint=True),
    ),
    per_token=False,
    breadth=breadth,
    item=r"/rest/api/[23]/issue/([^/]+)/",
)
"""Four fifths of Jira Cloud's bursts (100 and 50 a second), which it counts by site, endpoint and method.

Data Center has no such figure; what it says on its answers counts there.
"""
