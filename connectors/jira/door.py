"""The way into a site: which address takes the token, and what is tried once when it is refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from requests import Session

from connectors.answers import document
from connectors.jira.settings import Deployment, JiraSettings
from connectors.jira.wire import CaptchaError, wire
from connectors.transport import Transport
from syncer.errors import CredentialsError, SkippableError
from syncer.ports import Context

GATEWAY: Final = "https://api.atlassian.com"
"""Where tokens with scopes are taken; the site itself answers 401 to them (CLOUD-12617)."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address with one token; `name` is a digest of both."""

    base: str
    token: str
    transport: Transport
    name: str


_GATEWAYS: Final[dict[str, str]] = {}
"""Where the gateway takes a token that its site refused, empty where it does not; for the whole process, so
that a token with scopes costs one failed login and not one in each sync."""


class Door:
    """Knows the way in use; safe to share between threads. `sleep` replaces waiting in tests."""

    def __init__(
        self, settings: JiraSettings, context: Context, sleep: Callable[[float], None] | None = None
    ) -> None:
        self._settings = settings
        self._context = context
        self._sleep = sleep
        self._lock = threading.Lock()
        self._reread = False
        self._ways: list[Way] = []
        first = self._made(settings.url, context.secrets.resolve(settings.token))
        self._ways.append(first)
        if known := _GATEWAYS.get(first.name):
            self._ways.append(self._made(known, first.token))

    @property
    def site(self) -> Way:
        """The way as it is configured."""
        return self._ways[0]

    @property
    def way(self) -> Way:
        """The way in use."""
        return self._ways[-1]

    @property
    def requests(self) -> int:
        """How many requests have left."""
        return sum(way.transport.requests for way in self._ways)

    @property
    def writes(self) -> int:
        """How many of them could change something."""
        return sum(way.transport.writes for way in self._ways)

    def close(self) -> None:
        """Frees the sockets."""
        for way in self._ways:
            way.transport.close()

    def refused(self, way: Way, error: CredentialsError, deployment: Deployment) -> None:
        """Finds another way after a refusal, or raises the error again.

        The transport sees to it that what was refused is not sent again: failed logins add up to a CAPTCHA.
        """
        if isinstance(error, CaptchaError):
            raise error
        with self._lock:
            if way is not self._ways[-1]:
                return
            other = self._with_fresh_secret(way) or self._through_the_gateway(way, deployment)
            if other is None:
                raise error
            self._ways.append(other)

    def _with_fresh_secret(self, way: Way) -> Way | None:
        if self._reread:
            return None
        self._reread = True
        token = self._context.secrets.resolve(self._settings.token)
        return None if token == way.token else self._made(self._settings.url, token)

    def _through_the_gateway(self, way: Way, deployment: Deployment) -> Way | None:
        gateway = self._settings.gateway or (GATEWAY if _is_atlassian(self._settings.url) else None)
        if deployment != "cloud" or gateway is None or "/ex/jira/" in way.base or way.name in _GATEWAYS:
            return None
        cloud_id = self._cloud_id()
        base = f"{gateway}/ex/jira/{cloud_id}" if cloud_id else ""
        _GATEWAYS[way.name] = base
        return self._made(base, way.token) if base else None

    def _cloud_id(self) -> str | None:
        session = Session()
        self.site.transport.mount(session)
        try:
            found = document(session.get(f"{self._settings.url}/_edge/tenant_info")).get("cloudId")
        except SkippableError:
            return None  # a site without a cloud id; what is only temporary is no answer and goes up
        return found if isinstance(found, str) and found.replace("-", "").isalnum() else None

    def _made(self, base: str, token: str) -> Way:
        way = wire(self._settings, token, base=base, confirm=self._context.confirm)
        transport = Transport(way, sleep=self._sleep) if self._sleep else Transport(way)
        text = "\n".join((base, self._settings.email or "", token))
        return Way(base, token, transport, hashlib.sha256(text.encode()).hexdigest())


def _is_atlassian(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(".atlassian.net")
