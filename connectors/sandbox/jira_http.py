"""What the two Jira applications share: routing, signing in, refusing, and the shape of errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from connectors.sandbox.jira_records import Account, Issue
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.jira_view import View
from connectors.sandbox.server import Request, Response

BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class Refusal(Exception):  # noqa: N818  it is an answer, not a fault
    """An answer other than 2xx, raised from wherever the request turns out to be refused."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status}: {response.body.decode()}")
        self.response = response


def refusal(status: int, *messages: str, errors: Mapping[str, str] | None = None, **headers: str) -> Refusal:
    """Jira's own error body: `errorMessages` and per-field `errors`."""
    body = {"errorMessages": list(messages), "errors": dict(errors or {})}
    return Refusal(Response.of(status, body, **headers))


@dataclass(frozen=True)
class Call:
    """One request on its way through: who asks (None = nobody), the parts of its path, how to write."""

    site: JiraSite
    request: Request
    caller: Account | None
    parts: Mapping[str, str]
    view: View

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; a 400 when it is anything else."""
        try:
            sent = self.request.json
        except ValueError:
            raise refusal(
                400, "There was an error parsing JSON. Check that your request body is valid."
            ) from None
        if not isinstance(sent, dict):
            raise refusal(400, BAD_PAYLOAD)
        return sent

    @property
    def known(self) -> Account:
        """The caller; a 401 when nobody signed in."""
        if self.caller is None:
            message = "Client must be authenticated to access this resource."
            raise Refusal(Response.of(401, {"message": message, "status-code": 401}))
        return self.caller

    def issue(self) -> Issue:
        """The issue named in the path; a 404 when it is gone, hidden, or nobody signed in."""
        found = self.site.find(self.parts["issue"]) if self.caller else None
        if found is None:
            message = NO_ISSUE if self.view.cloud else "Issue Does Not Exist"
            raise refusal(404, message)
        return found

    def number(self, name: str, default: int) -> int:
        """A whole number from the query; a 400 for text."""
        text = self.request.one(name, str(default))
        if not text.lstrip("-").isdigit():
            raise refusal(400, f"The value '{text}' of '{name}' is not a number.")
        return int(text)


Handler = Callable[[Call], Response]
Routes = Sequence[tuple[str, re.Pattern[str], Handler]]


def route(method: str, path: str, handler: Handler) -> tuple[str, re.Pattern[str], Handler]:
    """A route; `{name}` in the path stands for one segment."""
    return method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), handler


def dispatch(routes: Routes, site: JiraSite, request: Request, caller: Account | None, base: str) -> Response:
    """Answer with the first route that fits; 405 for a known path with another method, 404 for the rest."""
    other_method = False
    for method, pattern, handler in routes:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            parts = match.groupdict()
            view = View(site, base, parts.get("version", "2"))
            return handler(Call(site, request, caller, parts, view))
        other_method = other_method or bool(match)
    if other_method:
        return Response.of(405, {"message": "HTTP 405 Method Not Allowed", "status-code": 405})
    return Response.of(404, {"message": "null for uri: " + request.path, "status-code": 404})


def dated(site: JiraSite, answer: Response) -> Response:
    """The answer with the moment it was given, by the clock of the site's server."""
    moment = site.now().astimezone(UTC)
    return replace(answer, headers={"Date": format_datetime(moment, usegmt=True), **answer.headers})


def check_captcha(site: JiraSite, base: str) -> None:
    """Deny every sign-in while a CAPTCHA is due: the token is not even looked at."""
    if site.captcha:
        raise refusal(
            403,
            "Login denied: a CAPTCHA challenge must be answered in the browser first.",
            X_Seraph_LoginReason="AUTHENTICATION_DENIED",
            X_Authentication_Denied_Reason=f"CAPTCHA_CHALLENGE; login-url={base}/login.jsp",
        )


def has_search_types(sent: Mapping[str, Any]) -> bool:
    """Whether `jql` is a text and `fields` a list of texts, where they were sent at all."""
    fields = sent.get("fields") or []
    texts = [sent.get("jql") or "", *(fields if isinstance(fields, list) else [None])]
    return all(isinstance(text, str) for text in texts)


def wanted_fields(text: object, default: str) -> tuple[str, ...]:
    """Field names from a comma list, a JSON list, or several query parameters."""
    if not text:
        return (default,)
    items = text if isinstance(text, list) else [text]
    return tuple(name.strip() for item in items for name in str(item).split(",") if name.strip())
