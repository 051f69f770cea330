"""The service reading a site again and again, keeping what the store keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from connectors.credentials import REFUSED
from connectors.jira.connector import JiraConnector
from connectors.jira.settings import JiraSettings
from connectors.pacing import SHARED
from connectors.sandbox.jira_http import dated
from connectors.sandbox.jira_site import JiraSite, PageQuirk
from connectors.sandbox.server import Application, Request, Response, StandIn, Wire
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Outcome, Snapshot, WorkRef
from syncer.ports import Context, SecretReference
from tests.connectors.conformance.wire import ANSWERS
from tests.machines.people import Clock, Counts, People

TROUBLES = {str(fault): answer for fault, answer in ANSWERS.items() if answer is not Wire.HANG}
QUIRKS: tuple[PageQuirk, ...] = ("token repeated", "token omitted")
READS = ("/search", "/search/jql", "/issue/bulkfetch")

During = Callable[[Request], Response | Wire | None]


class Vault:
    def resolve(self, ref: SecretReference) -> str:
        del ref
        return "sandbox-token"


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """The service's own clock, so many seconds off the server's."""

    people: People
    off: float

    def now(self) -> datetime:
        return self.people.clock.moment + timedelta(seconds=self.off)


@dataclass(slots=True)
class Watched:
    """A site's application; `first_read` is the server's time when a fetch first got to see issues.

    `warns`: searches find half, and say with 200 that they are partial.
    """

    application: Application
    clock: Clock
    first_read: datetime | None = None
    warns: bool = False

    def respond(self, request: Request) -> Response:
        answer = self.application.respond(request)
        if self.first_read is None and answer.status < 300 and request.path.endswith(READS):
            self.first_read = self.clock.moment
        return _partial(answer) if self.warns and "/search" in request.path else answer


def _partial(answer: Response) -> Response:
    page = json.loads(answer.body)
    found = page.get("issues", [])
    half = {"issues": found[: len(found) // 2], "isLast": True, "warnings": [{"type": "PARTIAL"}]}
    return replace(answer, body=json.dumps({**page, **half}).encode())


def counts(outcome: Outcome) -> Counts | None:
    """Done, open, cancelled; None where nothing was read."""
    if not isinstance(outcome, Snapshot):
        return None
    return outcome.progress.done, outcome.progress.open, outcome.progress.cancelled


@dataclass(slots=True)
class Reader:
    """Reads linked epics. `off` is how many seconds the service's clock is ahead of the server's.

    `shown` is what people see: the counts of the last snapshot of each epic.
    """

    people: People
    server: StandIn
    watched: Watched
    refs: tuple[WorkRef, ...]
    off: float = 0.0
    state: ConnectorState = field(default_factory=ConnectorState)
    shown: dict[str, Counts] = field(default_factory=dict)
    cost: int = 0

    def read(
        self, some: Sequence[WorkRef] | None = None, *, fresh: bool = False, during: During | None = None
    ) -> Mapping[str, Outcome]:
        """One fetch, by key as it was linked; `fresh` as a reconcile does, from nothing that is kept.

        Raises what the connector raises, and then nothing is kept of it.
        """
        asked = self.refs if some is None else tuple(some)
        before = len(self.server.requests)
        with self._listening(during), self._connected() as connector:
            fetched = connector.fetch(asked, ConnectorState() if fresh else self.state)
        self.cost = len(self.server.requests) - before
        self._check_watermarks(fetched.state)
        # As in the engine: who reads some items only leaves the connection's own part as it was.
        connection = fetched.state.connection if some is None else self.state.connection
        self.state = ConnectorState(connection, {**self.state.items, **fetched.state.items})
        outcomes = {outcome.ref.key: outcome for outcome in fetched.outcomes}
        assert outcomes.keys() == {ref.key for ref in asked}
        self.shown |= {key: now for key, outcome in outcomes.items() if (now := counts(outcome)) is not None}
        self.refs = tuple(_known(ref, outcomes.get(ref.key)) for ref in self.refs)
        return outcomes

    def twin(self) -> Reader:
        """Somebody who has seen the same so far and reads on alone."""
        return replace(self, shown=dict(self.shown))

    @contextmanager
    def _connected(self) -> Iterator[JiraConnector]:
        site = self.people.site
        settings = {"kind": "jira", "url": self.server.url, "token": {"env": "JIRA_TOKEN"}}
        settings |= {"email": site.email} if site.deployment == "cloud" else {}
        context = Context(
            workspace="acme",
            connection="jira",
            confirm=None,
            secrets=Vault(),
            clock=SkewedClock(self.people, self.off),
            status_map={},
        )
        connector = JiraConnector(
            JiraSettings.parse({**settings, "deployment": site.deployment}), context, sleep=_not_at_all
        )
        try:
            yield connector
        finally:
            connector.close()

    @contextmanager
    def _listening(self, during: During | None) -> Iterator[None]:
        self.watched.first_read = None

        def fault(number: int, request: Request) -> Response | Wire | None:
            del number
            answer = during(request) if during else None
            return dated(self.people.site, answer) if isinstance(answer, Response) else answer

        self.server.fault = fault
        try:
            yield
        finally:
            self.server.fault = None

    def _check_watermarks(self, state: ConnectorState) -> None:
        first = self.watched.first_read
        for name, text in state.items.items():
            if text != self.state.items.get(name) and (at := json.loads(text)["at"]):
                assert first is not None, f"a watermark for {name} without a read"
                assert datetime.fromisoformat(at) <= first, (
                    f"the watermark {at} of {name} is ahead of what was read at {first}"
                )


@contextmanager
def in_trouble(watched: Watched, site: JiraSite, random: Random) -> Iterator[tuple[str, During]]:
    """What goes wrong in one fetch from its n-th request on, once or for as long as it lasts."""
    left, lasting = random.randrange(5), random.random() < 0.6
    quirk = random.choice(QUIRKS)
    trouble = random.choice([*TROUBLES, "quirk", "quirk", "warning"])

    def during(request: Request) -> Response | Wire | None:
        nonlocal left
        left -= 1
        if left >= 0 or (left < -1 and not lasting):
            site.page_quirk, watched.warns = None, False
            return None
        if trouble == "quirk":
            site.page_size, site.page_quirk = 2, quirk
        watched.warns = trouble == "warning"
        return TROUBLES.get(trouble)

    try:
        yield f"{trouble} after {left} requests, {'lasting' if lasting else 'once'}", during
    finally:
        site.page_size, site.page_quirk, watched.warns = None, None, False
        REFUSED.forget()
        SHARED.forget()


def _not_at_all(seconds: float) -> None:
    del seconds


def _known(ref: WorkRef, outcome: Outcome | None) -> WorkRef:
    return replace(ref, item_id=outcome.item_id) if isinstance(outcome, Snapshot) else ref
