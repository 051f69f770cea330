"""The connector of kind `jira`: what the entry point names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from connectors.jira import discovering, mapping, outcomes
from connectors.jira.client import JiraClient
from connectors.jira.door import Door
from connectors.jira.epics import whole
from connectors.jira.facts import Learned, learn
from connectors.jira.outcomes import texts
from connectors.jira.publishing import Publisher
from connectors.jira.reading import Reading, Result
from connectors.jira.settings import JiraSettings
from connectors.jira.state import decoded
from connectors.shared import shared_by
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing
from syncer.domain.work import WorkRef
from syncer.errors import SkippableError
from syncer.ports import Access, Context, Fetched, Found, Identity, Plugin

AT_ONCE = 4
"""Requests of one connection under way at the same time."""


class JiraConnector:
    """One connection to one Jira site; see syncer.ports.Connector.

    `sleep` replaces the waiting between attempts in tests.
    """

    def __init__(
        self, settings: JiraSettings, context: Context, *, sleep: Callable[[float], None] | None = None
    ) -> None:
        self._settings = settings
        self._context = context
        self._door = Door(settings, context, sleep)
        self._client = JiraClient(settings, self._door, context.clock.now)
        self._publisher = Publisher(self._client, settings.url, settings.comment_visibility)
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="jira")

    @property
    def requests(self) -> int:
        """How many requests have left."""
        return self._door.requests

    @property
    def writes(self) -> int:
        """How many of them could change something."""
        return self._door.writes

    def check(self) -> Identity:
        """Who the token is. Raises CredentialsError when Jira does not know it."""
        try:
            me = self._client.myself()
        except SkippableError as error:
            raise whole(error) from error
        kind = "Jira Cloud" if self._client.is_cloud else "Jira Data Center"
        return Identity(
            str(me.get("displayName") or self._client.account),
            kind,
            self._settings.url,
            zone=str(me.get("timeZone") or ""),
            clock_skew=self._client.skew,
        )

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        """Reads all refs: where parts of the last fetch are kept, only what changed since."""
        learned = self._learned(state)
        reading = Reading(
            client=self._client,
            learned=learned,
            taken_at=self._context.clock.now(),
            pool=self._pool,
            parts={name: part for name, text in state.items.items() if (part := decoded(text))},
            skew=learned.skew,
        )
        results = outcomes.read(reading, refs)
        kept = learned.kept(self._client.skew)
        return Fetched(
            outcomes=tuple(result.outcome for result in results),
            state=ConnectorState(kept, texts(refs, results)),
            unmapped=learned.words.unmapped,
            past={ref: result.past for ref, result in zip(refs, results, strict=True) if result.past},
            shared=partial(_shared, refs, results),
        )

    def discover(self) -> tuple[Found, ...]:
        """Epics that are not done and projects, newest activity first."""
        return discovering.discover(self._client, self._learned(ConnectorState()).facts)

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        """Link by link: read, comment, and the missing right as Jira calls it."""
        facts = self._learned(ConnectorState()).facts
        return discovering.access(self._client, facts, refs)

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:  # noqa: ARG002
        """Looks through the comments of the issue."""
        return self._publisher.find(item_id, marker)

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """On Cloud one request for a thousand comments, on Data Center one each."""
        return self._publisher.verify(receipts)

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Writes, edits or removes our comment."""
        return self._publisher.deliver(publication, placement)

    def close(self) -> None:
        """Waits for what is under way and frees the sockets."""
        self._pool.shutdown()
        self._door.close()

    def _learned(self, state: ConnectorState) -> Learned:
        today = self._context.clock.now().date()
        try:
            return learn(self._client, self._settings, self._context.status_map, state.connection, today)
        except SkippableError as error:
            raise whole(error) from error


def _shared(refs: Sequence[WorkRef], results: Sequence[Result]) -> Mapping[tuple[WorkRef, ...], int]:
    return shared_by({ref: mapping.counted(result.family) for ref, result in zip(refs, results, strict=True)})


plugin = Plugin(kind="jira", settings=JiraSettings, connect=JiraConnector)
