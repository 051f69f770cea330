"""A small Asana client for the stand-in's tests: real HTTP, nothing of the connectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.server import StandIn


class Ticking:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def on(self, **span: float) -> None:
        self.at += timedelta(**span)


class Client:
    """Sends what it is told to and gives back the whole answer."""

    def __init__(self, stand_in: StandIn, site: AsanaSite, clock: Ticking, session: requests.Session) -> None:
        self.url = f"{stand_in.url}/api/1.0"
        self.stand_in = stand_in
        self.site = site
        self.clock = clock
        self.session = session

    def send(self, method: str, path: str, document: Any = None, **query: Any) -> requests.Response:
        address = self.url + path
        return self.session.request(
            method, address, json=document, params=query, headers=self.headers, timeout=5
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.site.token}"}

    def get(self, path: str, **query: Any) -> Any:
        answer = self.send("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def write(self, method: str, path: str, expected: int = 200, **fields: Any) -> Any:
        answer = self.send(method, path, {"data": fields})
        assert answer.status_code == expected, answer.text
        return answer.json()["data"]

    def refused(self, method: str, path: str, document: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.send(method, path, document, **query)
        return answer.status_code, answer.json()["errors"][0]["message"]


ANA = "1200000000000042"


@contextmanager
def serving() -> Iterator[Client]:
    """An empty workspace with one person in it, on loopback; the clock is `client.clock`."""
    clock = Ticking()
    site = AsanaSite(clock)
    site.add_user(ANA, "Ana Ruiz", "ana@acme.example")
    with StandIn(AsanaApi(site)) as stand_in, requests.Session() as session:
        yield Client(stand_in, site, clock, session)
