"""A connector on a stand-in for Asana, with people who work there."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from connectors.asana.client import AsanaClient
from connectors.asana.connector import AsanaConnector
from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire
from connectors.credentials import REFUSED
from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.server import Fault, Request, Response, StandIn
from connectors.testing.desk import unleased
from connectors.transport import Transport
from syncer.domain.comment import Comment, Paragraph, Publication, Style, Text, marker
from syncer.domain.sync import ConnectorState, Delivery, Placement, Standing
from syncer.domain.work import Gone, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from syncer.ports import Confirm, Context, SecretReference
from tests.connectors import specs

UNDESCRIBED = frozenset({
    "", "gid", "current_status_update.status_type", "current_status_update.created_at",
    "current_status_update.created_by.gid", "current_status_update.author.gid",
    "created_by.gid", "author.gid", "workspaces.gid", "owner.name", "projects.gid", "resource_type",
})  # fmt: skip
"""Fields that Asana gives and its document does not list."""
ANA = "1200000000000042"
TOKEN = "asana-sandbox-token"


@dataclass
class FixedClock:
    """Stands still until it is told to move."""

    at: datetime = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class OneSecret:
    """Knows a token, at first the stand-in's."""

    token: str = TOKEN

    def resolve(self, ref: SecretReference) -> str:
        del ref
        return self.token


@dataclass
class Desk:
    """`slept` is what the transport would have waited; `fault` is asked before each answer."""

    fault: Fault | None = None
    confirm: Confirm | None = unleased
    write_to: str = "task"
    rollup_task: str = "open"
    status_map: Mapping[str, WorkStatus] = field(default_factory=dict)
    timeout: tuple[float, float] = (5, 30)

    def __post_init__(self) -> None:
        self.clock = FixedClock()
        self.secret = OneSecret()
        self.site = AsanaSite(self.clock.now)
        self.site.add_user(ANA, "Ana Ruiz", "ana@acme.example")
        self.stand_in = StandIn(AsanaApi(self.site), fault=self.fault)
        self.slept: list[float] = []
        self.connector = self.another()

    def another(self) -> AsanaConnector:
        """A second connector of the same connection, as after a restart."""
        settings = AsanaSettings.model_validate(
            {
                "kind": "asana",
                "url": self.stand_in.url,
                "workspace_gid": self.site.workspace["gid"],
                "token": {"env": "ASANA_TOKEN"},
                "write_to": self.write_to,
                "rollup_task": self.rollup_task,
            }
        )
        context = Context(
            workspace="acme",
            connection="asana",
            confirm=self.confirm,
            secrets=self.secret,
            clock=self.clock,
            status_map=self.status_map,
        )

        def dial(token: str) -> AsanaClient:
            way = wire(settings, token, confirm=context.confirm)
            transport = Transport(replace(way, timeout=self.timeout), sleep=self.slept.append)
            return AsanaClient(settings.base_url, token, transport)

        return AsanaConnector(settings, context, dial)

    def __enter__(self) -> Self:
        self.stand_in.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connector.close()
        REFUSED.forget()
        self.stand_in.stop()
        if kind is None:
            check_described(map(described, self.requests))

    @property
    def requests(self) -> list[Request]:
        """Everything that arrived, in order."""
        return self.stand_in.requests

    def fetch(self, *projects: str) -> tuple[Outcome, ...]:
        """The outcomes for these projects."""
        return self.connector.fetch([project_ref(gid) for gid in projects], ConnectorState()).outcomes

    def read(self, project: str) -> Snapshot:
        """What is said about a project that can be read."""
        (outcome,) = self.fetch(project)
        assert isinstance(outcome, Snapshot), outcome
        return outcome

    def gone(self, project: str) -> Gone:
        """How a project went away."""
        (outcome,) = self.fetch(project)
        assert isinstance(outcome, Gone), outcome
        return outcome

    def unread(self, project: str) -> str:
        """Why a project could not be read."""
        (outcome,) = self.fetch(project)
        assert isinstance(outcome, Unread), outcome
        return outcome.why

    def step(self, project: str, text: str | None, placement: Placement | None = None) -> Delivery:
        """One step of publishing this text, or of taking it away."""
        return self.connector.publish(publication(project, text), placement)

    def published(self, project: str, text: str = "37 %") -> Placement:
        """Publishes a text to the end."""
        delivery = self.step(project, text)
        while delivery.standing is Standing.PARTIAL:
            delivery = self.step(project, text, delivery.placement)
        assert delivery.standing is Standing.STANDING
        return delivery.placement

    def rollups(self, project: str) -> list[str]:
        """The gids of the rollup tasks in a project."""
        return [task["gid"] for task in self.site.tasks(project) if task["name"] == "OKR rollup"]

    def comment(self, placement: Placement) -> str:
        """The text of the one comment on the rollup task."""
        assert placement.container_id
        (comment,) = self.site.comments(placement.container_id)
        return str(comment["text"])


def project_ref(gid: str) -> WorkRef:
    """A link to a project."""
    return WorkRef("asana", "project", gid)


def publication(project: str, text: str | None) -> Publication:
    """A comment owed to a project; None takes it away."""
    mark = marker("acme", project)
    runs = (Text(text or "", Style.STRONG),)
    comment = Comment((Paragraph(runs), Paragraph((Text(mark, Style.CODE),))), mark)
    return Publication(
        workspace="acme", ref=project_ref(project), item_id=project, comment=comment if text else None
    )


def check_described(requests: Iterable[Request]) -> None:
    """Raises where a request is not one that Asana's document allows; nothing where it is not at hand."""
    with warnings.catch_warnings():
        # The document uses what OpenAPI has deprecated (allowEmptyValue).
        warnings.simplefilter("ignore", DeprecationWarning)
        specs.check_all("asana.json", requests, base="https://app.asana.com/api/1.0")


def described(request: Request) -> Request:
    """The request as the document of the API can judge it: its path below the server, its known fields."""
    query = dict(request.query)
    asked = query.pop("opt_fields", [""])[0].split(",")
    if known := [field for field in asked if field not in UNDESCRIBED]:
        query["opt_fields"] = [",".join(known)]
    return replace(request, path=request.path.removeprefix("/api/1.0"), query=query)


def answer(status: int, **fields: object) -> Response:
    """An answer of this status."""
    return Response.of(status, fields)


def add_tasks(desk: Desk, project: str, done: int = 0, open_: int = 0, cancelled: int = 0) -> None:
    """Fills a project; what the tasks are called and say is nobody else's business."""
    for number in range(done + open_):
        desk.site.add_task(project, f"secret plan {number}", completed=number < done, notes="secret notes")
    for number in range(cancelled):
        desk.site.add_task(project, f"ask {number}", resource_subtype="approval", approval_status="rejected")
