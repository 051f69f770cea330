"""A Jira stand-in over HTTP, our connector in front of it; Cloud requests are held against the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.jira.connector import JiraConnector
from connectors.jira.settings import JiraSettings
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.jira_records import Account
from connectors.sandbox.jira_site import Deployment, JiraSite
from connectors.sandbox.server import Fault, Request, Response, StandIn
from connectors.testing.desk import unleased
from syncer.domain.comment import Bullets, Comment, Heading, Paragraph, Publication, Style, Text, marker
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from syncer.ports import Confirm, Context, SecretReference
from tests.connectors import specs

ANA = Account("5b10a2844c20165700ede21g", "Ana Ruiz", "ana@acme.example")
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Vault:
    """Holds one token."""

    def resolve(self, ref: SecretReference) -> str:
        assert ref.env == "JIRA_TOKEN"
        return "sandbox-token"


@dataclass
class Clock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Desk:
    """A site, its server, and a connector that does not wait."""

    site: JiraSite
    server: StandIn
    clock: Clock
    options: Mapping[str, Any]
    slept: list[float] = field(default_factory=list)
    made: list[JiraConnector] = field(default_factory=list)

    def connect(
        self,
        *,
        confirm: Confirm | None = unleased,
        status_map: Mapping[str, WorkStatus] | None = None,
        **options: Any,
    ) -> JiraConnector:
        settings = {"kind": "jira", "url": self.server.url, "token": {"env": "JIRA_TOKEN"}, **self.options}
        context = Context(
            workspace="acme",
            connection="jira",
            confirm=confirm,
            secrets=Vault(),
            clock=self.clock,
            status_map=status_map or {},
        )
        made = JiraConnector(JiraSettings.parse({**settings, **options}), context, sleep=self.slept.append)
        self.made.append(made)
        return made

    def read(self, *keys: str, **options: Any) -> tuple[Outcome, ...]:
        return self.connect(**options).fetch([ref(key) for key in keys], ConnectorState()).outcomes

    def one(self, key: str, **options: Any) -> Snapshot:
        (outcome,) = self.read(key, **options)
        assert isinstance(outcome, Snapshot), outcome
        return outcome

    def unread(self, key: str, **options: Any) -> str:
        (outcome,) = self.read(key, **options)
        assert isinstance(outcome, Unread), outcome
        return outcome.why

    def gone(self, key: str, **options: Any) -> Gone:
        (outcome,) = self.read(key, **options)
        assert isinstance(outcome, Gone), outcome
        return outcome

    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.server.requests]

    def writes(self) -> list[Request]:
        return [request for request in self.server.writes if "/comment" in request.path]

    def id_of(self, key: str) -> str:
        return self.site.issue(key).id


@contextmanager
def desk(deployment: Deployment = "cloud", *, fault: Fault | None = None) -> Iterator[Desk]:
    """Epic ONB-1 with one child in each bucket, an empty epic ONB-5, an empty project WEB."""
    clock = Clock()
    site = JiraSite(clock.now, deployment=deployment)
    site.add_project("ONB", "Onboarding")
    site.add_project("WEB", "Website")
    epic = site.add_issue(
        "ONB", "Epic", "Rebuild the flow", assignee=ANA, due="2026-11-30", start="2026-10-01"
    )
    site.add_issue("ONB", "Story", "First", parent=epic, status="Done", resolution="Done", points=3)
    site.add_issue("ONB", "Story", "Second", parent=epic, status="In Progress", points=5)
    site.add_issue("ONB", "Bug", "Third", parent=epic, status="Done", resolution="Won't Do")
    site.add_issue("ONB", "Epic", "Send the e-mails")
    application = JiraCloud(site) if deployment == "cloud" else JiraDataCenter(site)
    options = {"email": "okr-bot@acme.example"} if deployment == "cloud" else {}
    with StandIn(application, fault=fault) as server:
        made = Desk(site, server, clock, options)
        try:
            yield made
        finally:
            for connector in made.made:
                connector.close()
    if deployment == "cloud":
        specs.check_all("jira-cloud-v3.json", server.requests, base="https://your-domain.atlassian.net")


def ref(key: str, item_id: str | None = None, kind: str = "epic") -> WorkRef:
    return WorkRef("jira", kind, key, item_id)


def comment(item_id: str, *lines: str) -> Comment:
    blocks = (
        Heading((Text("OKR rollup"),)),
        Paragraph((Text("Number: 37 %", Style.STRONG), Text(" "), Text("off track", Style.BAD))),
        Bullets(tuple((Text(line),) for line in lines)),
        Paragraph((Text("Kept up to date by okr-syncer.", Style.EMPHASIS),)),
    )
    return Comment(blocks, marker("acme", item_id))


def publication(item_id: str, *lines: str, withdrawn: bool = False) -> Publication:
    said = None if withdrawn else comment(item_id, *lines or ("Emails",))
    return Publication(workspace="acme", ref=ref("ONB-1", item_id), item_id=item_id, comment=said)


def on(method: str, ending: str, *answers: Any) -> Fault:
    """Answers the first requests of that kind, one answer each; None lets one pass."""
    left = list(answers)

    def fault(_number: int, request: Request) -> Any:
        if request.method == method and request.path.endswith(ending) and left:
            return left.pop(0)
        return None

    return fault


def page(issues: Sequence[Any], **more: Any) -> Response:
    return Response.of(200, {"issues": list(issues), **more}, X_AAccountId="712020:0b0t")
