"""What the Asana stand-in says when it refuses.

The 404, 401 and 429 sentences are ones real Asana sends; where no real body is known the wording is ours and
the status is what the API documents (developers.asana.com/docs/errors).
"""

from __future__ import annotations

from connectors.sandbox.server import Response

HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors: "
    "https://developers.asana.com/docs/errors"
)
STALE_SYNC = (
    "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch the full "
    "dataset for this query now and use the new sync token for the next sync."
)


class RefusalError(Exception):
    """A request Asana answers with an error; `status` is the HTTP status, `extra` joins the body."""

    def __init__(
        self, status: int, message: str, extra: dict[str, str] | None = None, **headers: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra or {}
        self.headers = headers

    def response(self) -> Response:
        """The refusal as it goes over the wire."""
        body = {"errors": [{"message": self.message, "help": HELP}], **self.extra}
        return Response.of(self.status, body, **self.headers)


def bad_request(message: str) -> RefusalError:
    """400: the request itself is wrong."""
    return RefusalError(400, message)


def not_authorized() -> RefusalError:
    """401: no token, a wrong one, a revoked one, or an app the workspace has disabled."""
    return RefusalError(401, "Not Authorized")


def payment_required(what: str) -> RefusalError:
    """402: the plan does not include `what`."""
    return RefusalError(402, f"Payment Required: {what} is not available on this plan.")


def forbidden(what: str) -> RefusalError:
    """403: `what` exists and the token's user may not reach it."""
    return RefusalError(403, f"You do not have access to this {what}.")


def not_found(kind: str, gid: str) -> RefusalError:
    """404: `gid` was deleted or never was, which Asana does not tell apart."""
    return RefusalError(404, f"{kind}: Not a recognized ID: {gid}")


def no_route() -> RefusalError:
    """404: the API has no such path."""
    return RefusalError(404, "No matching route for request")


def too_many(retry_after: int) -> RefusalError:
    """429: wait `retry_after` seconds."""
    message = "You have made too many requests recently. Please, be chill."
    return RefusalError(429, message, Retry_After=str(retry_after))


def stale_sync(fresh: str) -> RefusalError:
    """412: `fresh` is the sync token to go on with."""
    return RefusalError(412, STALE_SYNC, {"sync": fresh})


def server_error(phrase: str = "6 sad squid snuggle softly") -> Response:
    """500 with the phrase Asana asks people to quote to its support; hand it out from a `Fault`."""
    return Response.of(500, {"errors": [{"message": "Server Error", "help": HELP, "phrase": phrase}]})


def balancer_page(status: int = 502) -> Response:
    """The HTML that a balancer in front of the API sends; hand it out from a `Fault`."""
    page = f"<html><body><h1>{status} Bad Gateway</h1></body></html>".encode()
    return Response(status, page, {"Content-Type": "text/html"})
