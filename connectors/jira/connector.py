"""The connector of kind `jira`: what the entry point names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from connectors.jira.client import JiraClient
from connectors.jira.epics import whole
from connectors.jira.facts import SiteFacts, learn
from connectors.jira.publishing import Publisher
from connectors.jira.reading import HIDDEN, Reading, parts
from connectors.jira.settings import JiraSettings
from connectors.jira.wire import wire
from connectors.transport import Transport
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement
from syncer.domain.work import WorkRef
from syncer.errors import SkippableError
from syncer.ports import Context, Fetched, Identity, Plugin

AT_ONCE = 4
"""Requests of one connection under way at the same time."""


class JiraConnector:
    """One connection to one Jira site; see syncer.ports.Connector.

    `sleep` replaces the waiting between attempts in tests.
    """

    def __init__(
        self, settings: JiraSettings, context: Context, *, sleep: Callable[[float], None] | None = None
    ) -> None:
        token = context.secrets.resolve(settings.token)
        way = wire(settings, token, may_write=context.may_write)
        self._settings = settings
        self._context = context
        self._transport = Transport(way, sleep=sleep) if sleep else Transport(way)
        self._client = JiraClient(settings, token, self._transport)
        self._publisher = Publisher(self._client, settings.comment_visibility)
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="jira")

    @property
    def requests(self) -> int:
        """How many requests have left."""
        return self._transport.requests

    @property
    def writes(self) -> int:
        """How many of them could change something."""
        return self._transport.writes

    def check(self) -> Identity:
        """Who the token is. Raises CredentialsError when Jira does not know it."""
        try:
            me = self._client.myself()
        except SkippableError as error:
            raise whole(error) from error
        kind = "Jira Cloud" if self._client.is_cloud else "Jira Data Center"
        return Identity(str(me.get("displayName") or self._client.account), kind, self._settings.url)

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        """Reads all refs: bulk reads of 100 issues, then searches for what is under them."""
        facts, kept = self._facts(state)
        hidden = frozenset(name for name, part in state.items.items() if part == HIDDEN)
        reading = Reading(
            client=self._client,
            facts=facts,
            status_map=self._context.status_map,
            taken_at=self._context.clock.now(),
            pool=self._pool,
            hidden=hidden,
        )
        outcomes = reading.outcomes(refs)
        return Fetched(outcomes, ConnectorState(kept, parts(refs, outcomes, hidden)))

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> Placement | None:  # noqa: ARG002
        """Looks through the comments of the issue, newest first."""
        return self._publisher.find(item_id, marker)

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Writes, edits or removes our comment."""
        return self._publisher.deliver(publication, placement)

    def close(self) -> None:
        """Waits for what is under way and frees the sockets."""
        self._pool.shutdown()
        self._transport.close()

    def _facts(self, state: ConnectorState) -> tuple[SiteFacts, str]:
        try:
            return learn(self._client, self._settings, state.connection, self._context.clock.now().date())
        except SkippableError as error:
            raise whole(error) from error


plugin = Plugin(kind="jira", settings=JiraSettings, connect=JiraConnector)
