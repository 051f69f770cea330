"""A small Asana client for the stand-in's tests: real HTTP, nothing of the connectors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connectors.sandbox.asana_site import AsanaSite


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

    def __init__(self, url: str, site: AsanaSite) -> None:
        self.url = f"{url}/api/1.0"
        self.site = site
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, document: Any = None, **query: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.site.token}"}
        return self.session.request(
            method, self.url + path, json=document, params=query, headers=headers, timeout=5
        )

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
