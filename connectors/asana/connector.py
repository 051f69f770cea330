"""Asana as a tracker: projects are read, one comment on a task of ours is kept on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from connectors.answers import answer_of
from connectors.asana import mapping
from connectors.asana.client import AsanaClient
from connectors.asana.publishing import Publisher
from connectors.asana.records import Project, StatusUpdate, User
from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire
from connectors.transport import Transport
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement
from syncer.domain.work import Gone, LinkState, Outcome, Unread, WorkRef
from syncer.errors import (
    FatalError,
    ForbiddenError,
    NotFoundError,
    SkippableError,
    SyncerError,
    TemporaryError,
)
from syncer.ports import Context, Fetched, Identity, Plugin

PARALLEL: Final = 4
"""Projects read at a time; Asana allows 50 requests in flight (developers.asana.com/docs/rate-limits)."""

FAILURES_IN_A_ROW: Final = 3
"""So many items in a row that fail on Asana's side are taken for a failure of the connection."""


class AsanaConnector:
    """One connection; see syncer.ports.Connector. It keeps no state: every fetch reads in full."""

    def __init__(self, settings: AsanaSettings, context: Context, client: AsanaClient) -> None:
        self._settings = settings
        self._context = context
        self._client = client
        self._user: User | None = None

    @property
    def requests(self) -> int:
        """How many requests have left."""
        return self._client.transport.requests

    @property
    def writes(self) -> int:
        """How many of them could change something in Asana."""
        return self._client.transport.writes

    def check(self) -> Identity:
        """Asks who the token is, and that it is in the workspace. Raises CredentialsError, FatalError."""
        user = self._user = self._asked()
        gid = self._settings.workspace_gid
        if gid not in user.workspaces:
            raise FatalError(
                f"{user.name}, whose token this is, is not in the Asana workspace {gid}",
                hint="Correct workspace_gid, or invite that account into the workspace.",
            )
        return Identity(user.name, "Asana", self._settings.url)

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:  # noqa: ARG002 - no state is kept
        """Reads all refs, four at a time, each once; an outcome for every ref, in order."""
        if not any(ref.kind == "project" for ref in refs):
            return Fetched(tuple(_not_read_yet(ref) for ref in refs))
        me, once = self._me(), tuple(dict.fromkeys(refs))
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="asana") as pool:
            try:
                answers = pool.map(lambda ref: self._outcome(ref, me), once)
                outcomes = dict(zip(once, _believed(once, answers), strict=True))
            finally:
                pool.shutdown(cancel_futures=True)
        return Fetched(tuple(outcomes[ref] for ref in refs))

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> Placement | None:
        """Looks through the tasks of the project, and then through the stories of the one that is ours."""
        del ref
        return self._publisher().find(item_id, marker)

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Takes one step: the task, then the comment on it; or the comment away, then the task."""
        if self._settings.write_to == "off":
            raise SkippableError(
                "This connection does not write (write_to: off)",
                hint="Set write_to: task on the connection to have rollups published.",
            )
        if publication.ref.kind != "project":
            raise SkippableError(f"Nothing can be published on an Asana {publication.ref.kind} yet")
        return self._publisher().step(publication, placement)

    def close(self) -> None:
        """Frees its sockets."""
        self._client.transport.close()

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

    def _publisher(self) -> Publisher:
        return Publisher(self._client, self._me().gid)

    def _outcome(self, ref: WorkRef, me: User) -> Outcome | TemporaryError:
        gid = ref.item_id or ref.key
        if ref.kind != "project":
            return _not_read_yet(ref)
        try:
            return self._read(ref, gid, me)
        except (NotFoundError, ForbiddenError) as error:
            return _gone(ref, gid, me, error)
        except SkippableError as error:
            return Unread(ref, _told(error))
        except TemporaryError as error:
            answer = answer_of(error)
            if answer is None or answer.status == 429:
                raise
            return error

    def _read(self, ref: WorkRef, gid: str, me: User) -> Outcome:
        if not (gid.isascii() and gid.isdecimal()):
            raise SkippableError(f"{gid!r} is not a gid: copy the digits of the project's address in Asana")
        project = self._client.project(gid)
        tasks = self._client.tasks(gid)
        update = self._foreign_update(project, me)
        reading = mapping.Reading(ref, project, tasks, update, self._context.clock.now())
        return mapping.snapshot(reading, self._context.status_map)

    def _foreign_update(self, project: Project, me: User) -> StatusUpdate | None:
        if project.status is None or me.gid not in project.status.by:
            return project.status
        foreign = [update for update in self._client.updates(project.gid) if me.gid not in update.by]
        return max(foreign, key=lambda update: update.created_at, default=None)


def _believed(refs: Sequence[WorkRef], answers: Iterable[Outcome | TemporaryError]) -> Iterator[Outcome]:
    """The outcomes; a failed one is unread, unless three failed in a row or nothing could be read."""
    in_a_row = failed = 0
    for ref, answer in zip(refs, answers, strict=True):
        if not isinstance(answer, TemporaryError):
            in_a_row = 0
            yield answer
            continue
        in_a_row, failed = in_a_row + 1, failed + 1
        if in_a_row == FAILURES_IN_A_ROW or failed == len(refs):
            raise answer
        yield Unread(ref, _told(answer))


def _told(error: SyncerError) -> str:
    return f"{error.sentence.rstrip('.')}. {error.hint}" if error.hint else error.sentence


def _not_read_yet(ref: WorkRef) -> Unread:
    return Unread(ref, f"Asana {ref.kind} links are not read yet; link the project instead")


def _gone(ref: WorkRef, gid: str, me: User, error: SkippableError) -> Gone:
    if isinstance(error, ForbiddenError):
        advice = (
            f"{me.name} may not see project {gid} in Asana. "
            "Share the project with that account, or take the link out of the workspace file."
        )
        return Gone(ref, LinkState.FORBIDDEN, advice)
    advice = (
        f"Asana has no project {gid}, or never showed it to {me.name}: it was deleted, or the gid is wrong. "
        "Restore it, correct the gid, or take the link out of the workspace file."
    )
    return Gone(ref, LinkState.GONE, advice)


def connect(settings: AsanaSettings, context: Context) -> AsanaConnector:
    """Opens a connection; nothing is sent yet. Raises FatalError when the token cannot be found."""
    token = context.secrets.resolve(settings.token)
    transport = Transport(wire(settings, token, may_write=context.may_write))
    return AsanaConnector(settings, context, AsanaClient(settings.base_url, token, transport))


plugin = Plugin(kind="asana", settings=AsanaSettings, connect=connect)
