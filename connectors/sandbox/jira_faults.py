"""Answers a Jira gives when it is not itself, to be returned from the fault of a `StandIn`."""

from __future__ import annotations

from connectors.sandbox.server import Response

REASONS = (
    "jira-quota-global-based",
    "jira-quota-tenant-based",
    "jira-burst-based",
    "jira-per-issue-on-write",
    "jira-cost-based",
)
"""What Cloud names in `RateLimit-Reason`; the last one is undocumented."""


def throttled(
    reason: str = "jira-burst-based", *, retry_after: str | None = "7", reset: str | None = None
) -> Response:
    """Cloud's 429: `retry_after` in seconds or an HTTP date, `reset` in ISO 8601; None leaves one out."""
    headers = {"RateLimit-Reason": reason, "X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    if reset is not None:
        headers["X-RateLimit-Reset"] = reset
    answer = Response.of(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}})
    return Response(429, answer.body, {**answer.headers, **headers})


def bucket_empty(retry_after: int = 2) -> Response:
    """Data Center's 429: no token is left in the caller's bucket."""
    headers = {
        "X-RateLimit-Limit": "1000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Interval-Seconds": "1",
        "X-RateLimit-FillRate": "1000",
        "retry-after": str(retry_after),
    }
    answer = Response.of(429, {"message": "Rate limit exceeded."})
    return Response(429, answer.body, {**answer.headers, **headers})


def page(status: int = 200, title: str = "Log in - Jira") -> Response:
    """An HTML page where JSON was asked for: a login form or a maintenance notice."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body></body></html>"
    return Response(status, body.encode(), {"Content-Type": "text/html;charset=UTF-8"})
