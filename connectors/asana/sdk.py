"""Asana's own library with this product's transport under it.

The library's transport repeats requests on its own, has no time-out and hides what failed, so it is replaced:
everything leaves through connectors.transport. Its threads and log handlers are removed, its page iterators
(which lose their place) are not used. This is the one module that imports it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, local
from typing import Any, Final

import asana
import requests

from connectors.transport import Transport

_LOGGERS: Final = ("asana", "urllib3")
_SETUP: Final = Lock()


class Library:
    """The parts of the API in use. A call takes `full_payload=True` and answers with the whole body."""

    def __init__(self, base_url: str, token: str, transport: Transport) -> None:
        self._rest = _Rest(transport)
        api = _api_client(base_url, token, self._rest)
        self.users: Any = asana.UsersApi(api)
        self.projects: Any = asana.ProjectsApi(api)
        self.tasks: Any = asana.TasksApi(api)
        self.stories: Any = asana.StoriesApi(api)
        self.updates: Any = asana.StatusUpdatesApi(api)
        self.portfolios: Any = asana.PortfoliosApi(api)
        self.goals: Any = asana.GoalsApi(api)
        self.events: Any = asana.EventsApi(api)
        self.workspaces: Any = asana.WorkspacesApi(api)
        self.memberships: Any = asana.ProjectMembershipsApi(api)

    @property
    def date(self) -> str:
        """The `Date` header of the last answer, empty where there was none."""
        return self._rest.date


@dataclass(frozen=True)
class _Answer:
    """An answer in the shape the library reads."""

    status: int
    reason: str
    data: bytes
    headers: Mapping[str, str]

    def getheaders(self) -> Mapping[str, str]:
        return self.headers


class _Rest:
    """Stands where the library has its urllib3 client; one session a thread, one transport under all."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._sessions = local()
        self.date = ""

    def request(
        self,
        method: str,
        url: str,
        query_params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: object = None,
        **_: object,
    ) -> _Answer:
        response = self._session().request(method, url, params=query_params, headers=headers, json=body)
        self.date = response.headers.get("Date", "")
        # Escaped, because the library turns every no-break space it finds into a space.
        return _Answer(
            response.status_code, response.reason, json.dumps(response.json()).encode(), response.headers
        )

    def GET(self, url: str, **rest: Any) -> _Answer:  # noqa: N802, ANN401 - the library's names
        return self.request("GET", url, **rest)

    def POST(self, url: str, **rest: Any) -> _Answer:  # noqa: N802, ANN401
        return self.request("POST", url, **rest)

    def PUT(self, url: str, **rest: Any) -> _Answer:  # noqa: N802, ANN401
        return self.request("PUT", url, **rest)

    def DELETE(self, url: str, **rest: Any) -> _Answer:  # noqa: N802, ANN401
        return self.request("DELETE", url, **rest)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = self._sessions.session = requests.Session()
            # Without an auth of its own a session lets ~/.netrc overwrite the Authorization header.
            session.auth = _keep
            self._transport.mount(session)
        return session


def _keep(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _api_client(base_url: str, token: str, rest: _Rest) -> Any:  # noqa: ANN401 - the library has no types
    with _SETUP:
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        before = [(logger, logger.level, [*logger.handlers]) for logger in loggers]
        configuration = asana.Configuration()
        api = asana.ApiClient(configuration)
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
    configuration.host = base_url
    configuration.access_token = token
    api.pool.close()
    api.pool.join()
    del api.pool
    api.rest_client = rest
    api.default_headers = {"User-Agent": "okr-syncer"}
    return api
