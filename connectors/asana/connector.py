"""Asana as a tracker: projects, portfolios and tasks are read, one comment is kept on each that takes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final, TypeVar

from connectors.answers import as_unknown_as
from connectors.asana.client import AsanaClient
from connectors.asana.discovery import access, discover
from connectors.asana.goals import value_of
from connectors.asana.publishing import ProjectComments, Publisher, TaskComments
from connectors.asana.reading import Setting, fetch
from connectors.asana.records import User
from connectors.asana.settings import AsanaSettings
from connectors.asana.state import rules_of
from connectors.asana.wire import wire
from connectors.credentials import REFUSED
from connectors.transport import Transport
from syncer.domain.comment import Publication, marker
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing
from syncer.domain.work import WorkRef
from syncer.errors import CredentialsError, FatalError, NotFoundError, SkippableError
from syncer.ports import Access, Context, Fetched, Found, Identity, Plugin

VENDOR: Final = "Asana"

Dial = Callable[[str], AsanaClient]
T = TypeVar("T")


class AsanaConnector:
    """One connection; see syncer.ports.Connector. `dial` makes a client for a token."""

    def __init__(self, settings: AsanaSettings, context: Context, dial: Dial) -> None:
        self._settings = settings
        self._context = context
        self._dial = dial
        self._token = context.secrets.resolve(settings.token)
        self._client = dial(self._token)
        self._clients = [self._client]
        self._user: User | None = None

    @property
    def requests(self) -> int:
        """How many requests have left."""
        return sum(client.transport.requests for client in self._clients)

    @property
    def writes(self) -> int:
        """How many of them could change something in Asana."""
        return sum(client.transport.writes for client in self._clients)

    def check(self) -> Identity:
        """Asks who the token is, and that it is in the workspace. Raises CredentialsError, FatalError."""
        user = self._user = self._signed_in(self._asked)
        gid = self._settings.workspace_gid
        if gid not in user.workspaces:
            raise FatalError(
                f"{user.name}, whose token this is, is not in the Asana workspace {gid}",
                hint="Correct workspace_gid, or invite that account into the workspace.",
            )
        return Identity(user.name, VENDOR, self._settings.url, clock_skew=self._clock_skew())

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        """Reads what may have changed since the state was left; an outcome for every ref, in order."""
        return self._signed_in(lambda: fetch(self._setting(), refs, state))

    def read_value(self, ref: WorkRef, unit: str) -> float:
        """The current value of a goal in Asana; see syncer.ports.NumberReader. One request."""
        return self._signed_in(lambda: value_of(self._client, ref, unit))

    def discover(self) -> tuple[Found, ...]:
        """Projects and the user's own portfolios that are not archived, the last changed projects first."""
        return self._signed_in(lambda: discover(self._client, self._settings.workspace_gid))

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        """What the token may do with each linked item, one or two requests each."""
        return self._signed_in(lambda: tuple(access(self._client, ref) for ref in refs))

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        """Looks for what is ours: in the project a task and its comments, on a task the comment itself."""
        return self._signed_in(lambda: self._publisher(ref).find(item_id, marker))

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """One request a comment; what cannot be read now is left out."""
        found: dict[str, Standing] = {}
        for receipt in receipts:
            with suppress(SkippableError):
                found[receipt.item_id] = self._signed_in(partial(self._verified, receipt))
        return found

    def _verified(self, receipt: Receipt) -> Standing:
        mark = marker(receipt.workspace, receipt.item_id)
        return self._publisher(receipt.ref).verify(receipt.item_id, mark, receipt.placement)

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Takes one step: on a project the task, then the comment on it; on a task the comment itself."""
        if self._settings.write_to == "off":
            raise SkippableError(
                "This connection does not write (write_to: off)",
                hint="Set write_to: task on the connection to have rollups published.",
            )
        if publication.ref.kind not in self._settings.comment_kinds:
            raise SkippableError(
                f"Asana has no comments on a {publication.ref.kind}",
                hint="Link one of its projects where a comment shall stand.",
            )
        return self._signed_in(lambda: self._publisher(publication.ref).step(publication, placement))

    def close(self) -> None:
        """Frees its sockets."""
        for client in self._clients:
            client.transport.close()

    def _setting(self) -> Setting:
        return Setting(
            client=self._client,
            workspace=self._settings.workspace_gid,
            rules=rules_of(self._token, self._context.status_map),
            status_map=self._context.status_map,
            now=self._context.clock.now(),
            who=self._me,
        )

    def _signed_in(self, work: Callable[[], T]) -> T:
        """Does the work; where Asana refuses the token, with the one that stands in its place by then.

        A refused token is not sent again by this process.
        """
        if REFUSED.was_refused(self._settings.base_url, self._token):
            self._renew(_not_again())
        try:
            return work()
        except CredentialsError as error:
            REFUSED.refuse(self._settings.base_url, self._token)
            with as_unknown_as(error):
                self._renew(error)
                return self._with_the_new_token(work)

    def _with_the_new_token(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except CredentialsError:
            REFUSED.refuse(self._settings.base_url, self._token)
            raise

    def _renew(self, error: CredentialsError) -> None:
        token = self._context.secrets.resolve(self._settings.token)
        if REFUSED.was_refused(self._settings.base_url, token):
            raise error
        self._token, self._user = token, None
        self._client = self._dial(token)
        self._clients.append(self._client)

    def _me(self) -> User:
        if self._user is None:
            self._user = self._asked()
        return self._user

    def _asked(self) -> User:
        try:
            return self._client.me()
        except NotFoundError as error:
            raise FatalError("There is no Asana at this address (404)", hint="Check url.") from error
        except SkippableError as error:
            raise FatalError(error.sentence, hint=error.hint) from error

    def _publisher(self, ref: WorkRef) -> Publisher:
        if ref.kind == "task":
            return TaskComments(self._client, self._me().gid)
        completed = self._settings.rollup_task == "completed"
        return ProjectComments(self._client, self._me().gid, completed)

    def _clock_skew(self) -> float | None:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            there = parsedate_to_datetime(self._client.clock)
            return (there - self._context.clock.now()).total_seconds()
        return None


def _not_again() -> CredentialsError:
    return CredentialsError(
        "Asana has already refused this token, so it was not sent again",
        hint="Put a new token where the workspace file points; if the app was allowed again instead, "
        "restart the service.",
    )


def connect(settings: AsanaSettings, context: Context) -> AsanaConnector:
    """Opens a connection; nothing is sent yet. Raises FatalError when the token cannot be found."""

    def dial(token: str) -> AsanaClient:
        transport = Transport(wire(settings, token, confirm=context.confirm))
        return AsanaClient(settings.base_url, token, transport)

    return AsanaConnector(settings, context, dial)


plugin = Plugin(kind="asana", settings=AsanaSettings, connect=connect)
