"""A site with a clock that stands, and a client that talks to it over HTTP with `requests`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.jira_records import Account
from connectors.sandbox.jira_site import Deployment, JiraSite
from connectors.sandbox.server import StandIn

ANA = Account("5b10a2844c20165700ede21g", "Ana Ruiz", "ana@acme.example")


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    moment: datetime = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass
class Desk:
    """A site, its clock, its server, and the ways to ask it."""

    site: JiraSite
    clock: Clock
    server: StandIn
    headers: dict[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        options.setdefault("auth", self.auth)
        return requests.request(method, self.server.url + path, headers=headers, timeout=5, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: object, **options: Any) -> requests.Response:
        return self.ask("POST", path, json=body, **options)

    def put(self, path: str, body: object, **options: Any) -> requests.Response:
        return self.ask("PUT", path, json=body, **options)

    def search(self, jql: str, **more: Any) -> requests.Response:
        path = "/rest/api/3/search/jql" if self.site.deployment == "cloud" else "/rest/api/2/search"
        return self.post(path, {"jql": jql, **more})

    def keys(self, jql: str, **more: Any) -> list[str]:
        answer = self.search(jql, fields=["key"], **more)
        assert answer.status_code == 200, answer.text
        return [issue["key"] for issue in answer.json()["issues"]]


def planned(deployment: Deployment) -> tuple[JiraSite, Clock]:
    """Epic ONB-1 with three children, an empty epic ONB-5, and an empty project WEB."""
    clock = Clock()
    site = JiraSite(clock, deployment=deployment)
    site.add_project("ONB", "Onboarding")
    site.add_project("WEB", "Website")
    epic = site.add_issue("ONB", "Epic", "Rebuild the flow", assignee=ANA, due="2026-11-30", points=8)
    for name in ("First step", "Second step", "Third step"):
        site.add_issue("ONB", "Story", name, parent=epic)
    site.add_issue("ONB", "Epic", "Send the e-mails")
    return site, clock


@contextmanager
def cloud_desk() -> Iterator[Desk]:
    """Jira Cloud, signed in."""
    site, clock = planned("cloud")
    with StandIn(JiraCloud(site)) as server:
        yield Desk(site, clock, server, auth=(site.email, site.token))


@contextmanager
def datacenter_desk() -> Iterator[Desk]:
    """Jira Data Center, signed in."""
    site, clock = planned("datacenter")
    with StandIn(JiraDataCenter(site)) as server:
        yield Desk(site, clock, server, headers={"Authorization": f"Bearer {site.token}"})


def problem(answer: requests.Response) -> str:
    """The one sentence of a refusal."""
    body = answer.json()
    sentences = [*body["errorMessages"], *body["errors"].values()]
    assert len(sentences) == 1, body
    return str(sentences[0])


def document(*texts: str) -> dict[str, Any]:
    """An ADF document with a paragraph per text."""
    return {
        "version": 1,
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in texts],
    }
