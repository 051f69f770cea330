"""Which requests may go to a Jira site, and what its refusals mean beyond their status."""

from __future__ import annotations

import base64
from typing import Final

from requests import Response

from connectors.jira.limits import LIMITS
from connectors.jira.settings import JiraSettings
from connectors.transport import Effect, Rule, Wire
from syncer.errors import CredentialsError, SyncerError
from syncer.ports import Confirm

_API: Final = r"/rest/api/[23]"
_ISSUE: Final = rf"{_API}/issue/[A-Za-z0-9_-]+"
_COMMENT: Final = rf"{_API}/issue/\d+/comment/\d+"

RULES: Final = (
    Rule("GET", rf"{_API}/(serverInfo|myself|mypermissions|field|status|issuetype)", Effect.READ),
    Rule("GET", rf"{_API}/project(/search|/[A-Za-z0-9_]+(/versions)?)?", Effect.READ),
    Rule("GET", rf"{_API}/version/\d+", Effect.READ),
    Rule("GET", r"/_edge/tenant_info", Effect.READ),
    Rule("POST", r"/rest/api/3/jql/parse", Effect.READ),
    Rule("GET", _ISSUE, Effect.READ),
    Rule("POST", r"/rest/api/3/issue/bulkfetch", Effect.READ),
    Rule("POST", r"/rest/api/3/search/jql", Effect.READ),
    Rule("POST", r"/rest/api/2/search", Effect.READ),
    Rule("GET", rf"{_ISSUE}/comment", Effect.READ),
    Rule("GET", _COMMENT, Effect.READ),
    Rule("PUT", _COMMENT, Effect.REPLACE),
    Rule("DELETE", _COMMENT, Effect.REMOVE),
    Rule("POST", rf"{_API}/comment/list", Effect.READ),
    Rule("GET", rf"{_API}/comment/\d+/properties/okr-syncer", Effect.READ),
    Rule("POST", rf"{_API}/issue/\d+/comment", Effect.CREATE),
)
"""Everything this connector ever sends."""


class CaptchaError(CredentialsError):
    """The token was not even looked at."""


def wire(settings: JiraSettings, token: str, *, base: str, confirm: Confirm | None) -> Wire:
    """How to talk to the site of these settings, or for it to Atlassian's gateway."""
    basic = base64.b64encode(f"{settings.email or ''}:{token}".encode()).decode()
    return Wire(
        vendor="Jira",
        base_url=base,
        rules=RULES,
        confirm=confirm,
        explain=_denied,
        admit=_denied,
        secrets=(token, basic),
        limits=LIMITS,
        ca_bundle=settings.ca_bundle,
        proxy=settings.proxy,
        client_cert=settings.client_cert,
    )


def _denied(response: Response) -> SyncerError | None:
    """Jira says in headers that it did not log us in, also with a 200 that holds nothing.

    Source: `X-Seraph-LoginReason`, Basic auth for REST APIs, Atlassian developer documentation (CAPTCHA).
    """
    reason = response.headers.get("X-Seraph-LoginReason", "")
    challenge = response.headers.get("X-Authentication-Denied-Reason", "")
    if "AUTHENTICATION_DENIED" in reason or "CAPTCHA" in challenge:
        return CaptchaError(
            "Jira wants a CAPTCHA solved before it looks at the token",
            hint="Log in to Jira once in a browser with the token's account, then run check.",
        )
    if "AUTHENTICATED_FAILED" in reason or response.status_code == 401:
        return CredentialsError(
            "Jira does not accept the token",
            hint="API tokens expire: make a new one, check that email and token belong together (one with "
            "scopes needs read:jira-work and read:jira-user), and run check.",
        )
    return None
