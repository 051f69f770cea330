"""A tracker over HTTP, a workspace linked to it, and a database: what the faults are let loose on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from tempfile import TemporaryFile
from typing import Any, Literal, Protocol, Self, TextIO

from sqlalchemy import create_engine, select, text, update
from sqlalchemy.engine import Engine as DatabaseEngine

from connectors.asana.client import AsanaClient
from connectors.asana.connector import AsanaConnector
from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire
from connectors.credentials import REFUSED
from connectors.jira.connector import JiraConnector
from connectors.jira.publishing import LOUD
from connectors.jira.settings import JiraSettings
from connectors.pacing import SHARED
from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.jira_records import Account
from connectors.sandbox.jira_site import BOT, Deployment, JiraSite
from connectors.sandbox.server import Request, StandIn
from connectors.testing.desk import unleased
from connectors.transport import Transport
from syncer.domain.link import Link
from syncer.domain.notification import Event, Subscription
from syncer.domain.okr import Initiative, KeyResult, PublishPolicy, WhenRetired, Workspace
from syncer.domain.sync import Due, Trigger
from syncer.domain.work import Health, WorkRef
from syncer.engine.checkins import check_in
from syncer.engine.report import SyncReport
from syncer.engine.sync import Engine, Wish, plan_sync, run_sync
from syncer.engine.tick import SYNC, tick
from syncer.ports import Confirm, Connector, Context, Notifier, SecretReference, Store
from syncer.service.due import run_due
from syncer.store import schema
from syncer.store.sql_store import SqlStore, open_store
from tests.domain import build

Kind = Literal["cloud", "datacenter", "asana"]
KINDS: tuple[Kind, ...] = ("cloud", "datacenter", "asana")
ANA = Account("5b10a2844c20165700ede21g", "Ana Ruiz", "ana@acme.example")
ANA_IN_ASANA = "1200000000000042"
QUARTER_OF_A_DAY = timedelta(hours=7)
"""Longer than the least time between two edits of a comment."""

Comments = dict[str, tuple[str, ...]]
"""Item -> the bodies of the comments on it that our account wrote."""


@dataclass
class Clock:
    """Everybody's clock; it moves when it is told to."""

    at: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@dataclass
class Steady:
    """The clock of a tracker: it goes with everybody's, and never back."""

    clock: Clock
    latest: datetime | None = None

    def now(self) -> datetime:
        now = self.clock.now()
        self.latest = max(self.latest or now, now)
        return self.latest


class Vault:
    def __init__(self, token: str) -> None:
        self.token = token

    def resolve(self, ref: SecretReference) -> str:
        del ref
        return self.token


class Tracker(Protocol):
    """One of the three trackers with items `0`, `1`, …, each with pieces of work to do."""

    server: StandIn

    def ref(self, item: int) -> WorkRef: ...

    def work(self, item: int) -> None:
        """Finishes one piece of an item's work, or adds one where nothing is open."""

    def progress(self, item: int) -> tuple[int, int]:
        """How many pieces of an item's work are done, and how many there are."""

    def rename(self, item: int, name: str) -> None: ...

    def hide(self, item: int) -> None: ...

    def archive(self, item: int) -> None:
        """Archives what the item is in, or the item."""

    def move(self, item: int) -> None:
        """Takes an item to another place, with another key where a key says the place; its id stays."""

    def delete(self, item: int) -> None:
        """Deletes an item for good, with what stands on it."""

    def reveal(self) -> None:
        """What is hidden is seen again, and what is archived is back."""

    def comments(self) -> Comments: ...

    def item_id(self, item: int) -> str: ...

    def delete_comment(self, item: int) -> None:
        """A person deletes our comment, where there is one."""

    def edit_comment(self, item: int) -> None:
        """A person rewrites our comment, where there is one."""

    def connect(self, context: Context) -> Connector: ...


PIECES = 6


class Jira:
    """A Jira of either deployment with an epic an item."""

    def __init__(self, clock: Steady, deployment: Deployment, items: int) -> None:
        self.site = JiraSite(clock.now, deployment=deployment)
        self.server = StandIn(JiraCloud(self.site) if deployment == "cloud" else JiraDataCenter(self.site))
        self.site.add_project("ONB", "Onboarding")
        self.site.add_project("WEB", "Website")
        self.keys = [self.site.add_issue("ONB", "Epic", f"Epic {number}") for number in range(items)]
        for key in self.keys:
            for number in range(PIECES):
                self.site.add_issue("ONB", "Story", f"Story {number}", parent=key)
        self.ids = [self.site.issue(key).id for key in self.keys]
        self.gone: set[int] = set()

    def ref(self, item: int) -> WorkRef:
        return WorkRef("tracker", "epic", self.keys[item])

    def work(self, item: int) -> None:
        key = self.keys[item]
        below = [self.site.issue(one) for one in sorted(self.site.children_of(self.site.issue(key).id))]
        waiting = [one.key for one in below if self.site.statuses[one.status].category != "done"]
        if waiting:
            self.site.set_status(waiting[0], "Done", "Done")
        else:
            self.site.add_issue(self.site.issue(key).project, "Story", "One more", parent=key)

    def progress(self, item: int) -> tuple[int, int]:
        below = [self.site.issue(one) for one in self.site.children_of(self.site.issue(self.keys[item]).id)]
        return sum(self.site.statuses[one.status].category == "done" for one in below), len(below)

    def rename(self, item: int, name: str) -> None:
        self.site.rename(self.keys[item], name)

    def hide(self, item: int) -> None:
        self.site.hide(self.keys[item])

    def archive(self, item: int) -> None:
        self.site.archive_project(self.site.issue(self.keys[item]).project)

    def move(self, item: int) -> None:
        here = self.site.issue(self.keys[item]).project
        self.site.move(self.keys[item], "WEB" if here == "ONB" else "ONB")

    def delete(self, item: int) -> None:
        self.site.delete(self.keys[item])
        self.gone.add(item)

    def reveal(self) -> None:
        for project in ("ONB", "WEB"):
            self.site.archive_project(project, archived=False)
        for item, key in enumerate(self.keys):
            if item not in self.gone:
                self.site.reveal(key)

    def comments(self) -> Comments:
        return {
            key: ()
            if item in self.gone
            else tuple(str(one.body) for one in self.site.comments(key) if one.author == BOT)
            for item, key in enumerate(self.keys)
        }

    def item_id(self, item: int) -> str:
        return self.ids[item]

    def _ours(self, item: int) -> list[str]:
        return [one.id for one in self.site.comments(self.keys[item]) if one.author == BOT]

    def delete_comment(self, item: int) -> None:
        for comment in self._ours(item):
            self.site.delete_comment(self.keys[item], comment)

    def edit_comment(self, item: int) -> None:
        for comment in self._ours(item):
            self.site.edit_comment(self.keys[item], comment, ANA, "Ana says otherwise")

    def connect(self, context: Context) -> Connector:
        settings = {
            "kind": "jira",
            "url": self.server.url,
            "token": {"env": "TOKEN"},
            "deployment": self.site.deployment,
            **({"email": self.site.email} if self.site.deployment == "cloud" else {}),
        }
        return JiraConnector(JiraSettings.parse(settings), context, sleep=_not_at_all)


class Asana:
    """An Asana workspace with a project an item."""

    def __init__(self, clock: Steady, items: int) -> None:
        self.site = AsanaSite(clock.now)
        self.site.add_user(ANA_IN_ASANA, "Ana Ruiz", "ana@acme.example")
        self.server = StandIn(AsanaApi(self.site))
        self.projects = [self.site.add_project(f"Project {number}") for number in range(items)]
        self.gone: set[int] = set()
        for project in self.projects:
            for number in range(PIECES):
                self.site.add_task(project, f"Task {number}", by=ANA_IN_ASANA)

    def ref(self, item: int) -> WorkRef:
        return WorkRef("tracker", "project", self.projects[item])

    def work(self, item: int) -> None:
        project = self.projects[item]
        ours = {task["gid"] for task in self._rollups(project)}
        waiting = [t["gid"] for t in self.site.tasks(project) if not t["completed"] and t["gid"] not in ours]
        if waiting:
            self.site.complete(waiting[0], by=ANA_IN_ASANA)
        else:
            self.site.add_task(project, "One more", by=ANA_IN_ASANA)

    def progress(self, item: int) -> tuple[int, int]:
        project = self.projects[item]
        ours = {task["gid"] for task in self._rollups(project)}
        work = [task for task in self.site.tasks(project) if task["gid"] not in ours]
        return sum(bool(task["completed"]) for task in work), len(work)

    def rename(self, item: int, name: str) -> None:
        self.site.rename_project(self.projects[item], name)

    def hide(self, item: int) -> None:
        self.site.hide_project(self.projects[item])

    def archive(self, item: int) -> None:
        self.site.archive_project(self.projects[item])

    def move(self, item: int) -> None:
        """Into one more portfolio: a project has no key that says where it is."""
        self.site.add_portfolio("Elsewhere", [self.projects[item]])

    def delete(self, item: int) -> None:
        self.site.delete_project(self.projects[item])
        self.gone.add(item)

    def reveal(self) -> None:
        self.site.hidden.clear()
        for item, project in enumerate(self.projects):
            if item not in self.gone and self.site.project(project)["archived"]:
                self.site.archive_project(project, archived=False)

    def _rollups(self, project: str) -> list[Any]:
        return [task for task in self.site.tasks(project) if task["created_by"] == self.site.bot.gid]

    def gids_of(self, item: int) -> set[str]:
        """The project with everything of ours on it."""
        project = self.projects[item]
        return {project, *(one["gid"] for one in (*self._rollups(project), *self._stories(project)))}

    def empty_task(self, item: int) -> None:
        """A person deletes our comment and leaves the task that it stood on."""
        for story in self._stories(self.projects[item]):
            self.site.delete_story(story["gid"], by=ANA_IN_ASANA)

    def _stories(self, project: str) -> list[Any]:
        stories = [one for task in self._rollups(project) for one in self.site.comments(task["gid"])]
        return [one for one in stories if one["author"] == self.site.bot.gid]

    def comments(self) -> Comments:
        """A second rollup task counts as a second comment."""
        return {
            project: ()
            if item in self.gone
            else tuple(
                [str(one["html_text"]) for one in self._stories(project)]
                + ["a second task" for _ in self._rollups(project)[1:]]
            )
            for item, project in enumerate(self.projects)
        }

    def item_id(self, item: int) -> str:
        return self.projects[item]

    def delete_comment(self, item: int) -> None:
        for task in self._rollups(self.projects[item]):
            self.site.delete_task(task["gid"], by=ANA_IN_ASANA)

    def edit_comment(self, item: int) -> None:
        for story in self._stories(self.projects[item]):
            self.site.edit_story_as(ANA_IN_ASANA, story["gid"], "Ana says otherwise")

    def connect(self, context: Context) -> Connector:
        settings = AsanaSettings.model_validate(
            {
                "kind": "asana",
                "url": self.server.url,
                "workspace_gid": self.site.workspace["gid"],
                "token": {"env": "TOKEN"},
            }
        )

        def dial(token: str) -> AsanaClient:
            way = wire(settings, token, confirm=context.confirm)
            return AsanaClient(settings.base_url, token, Transport(way, sleep=_not_at_all))

        return AsanaConnector(settings, context, dial)


def tracker_of(kind: Kind, clock: Steady, items: int) -> Tracker:
    return Asana(clock, items) if kind == "asana" else Jira(clock, kind, items)


def _not_at_all(seconds: float) -> None:
    del seconds


@dataclass(frozen=True)
class State:
    """What is to be the same however often a sync was cut off: what stands where, and what is known."""

    comments: Comments
    receipts: tuple[tuple[Any, ...], ...]
    owed: tuple[tuple[Any, ...], ...]
    known: tuple[tuple[Any, ...], ...]
    signals: tuple[tuple[Any, ...], ...]
    links: tuple[tuple[Any, ...], ...]
    numbers: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Inline:
    """A dispatcher that works off what it is handed at once."""

    dispatch: Callable[[Due], None]


WrapStore = Callable[[SqlStore], Store]
WrapConnector = Callable[[Connector], Connector]
WrapNotifier = Callable[[Notifier], Notifier]

READER = Subscription(to="a file", on=frozenset({Event.SIGNAL_OPENED, Event.SIGNAL_CLOSED}))


class Letterbox:
    """A notifier whose messages outlive the process that sent them: one after the other in a file."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def send(self, title: str, body: str) -> None:
        self._file.write(json.dumps([title, body]) + "\n")
        self._file.flush()

    def check(self) -> str:
        return "a file"

    @property
    def messages(self) -> list[str]:
        """What was sent, the oldest first."""
        self._file.seek(0)
        return ["\n".join(json.loads(line)) for line in self._file]


@dataclass
class Yard:
    """`address` is a database that was set up; what was in it is deleted."""

    kind: Kind
    address: str
    items: int = 2
    clock: Clock = field(default_factory=Clock)
    confidential: bool = False
    retired: bool = False
    when_retired: WhenRetired = WhenRetired.SAY_SO
    silent: set[int] = field(default_factory=set)
    min_interval: timedelta = timedelta(hours=6)
    room: int = 50

    def __post_init__(self) -> None:
        self.tracker = tracker_of(self.kind, Steady(self.clock), self.items)
        emptied(self.address)

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self.letters = Letterbox(self._open.enter_context(TemporaryFile("a+", encoding="utf-8")))
        self.tracker.server.start()
        self._open.callback(self.tracker.server.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self.mend()

    @property
    def workspace(self) -> Workspace:
        """One number, a bet an item; the second bet is what is retired, the number what is confidential.

        On the items that are `silent` nothing is to be published.
        """
        bets = [self._bet(item) for item in range(self.items) if not (self.retired and item == 1)]
        number: KeyResult = build.key_result(*bets, confidential=self.confidential)
        kind = "asana" if self.kind == "asana" else "jira"
        policy = PublishPolicy(
            min_interval=self.min_interval,
            max_writes_per_sync=self.room,
            when_retired=self.when_retired,
        )
        return build.workspace(number, connection_kinds={"tracker": kind}, notify=(READER,), publish=policy)

    def _bet(self, item: int) -> Initiative:
        name = f"bet-{item}"
        ref, speaks = self.tracker.ref(item), item not in self.silent
        link = Link(initiative_id=name, key_result_id="activation", ref=ref, publish=speaks)
        return Initiative(id=name, title=f"Bet {item}", owner="ben", link=link)

    def check_in(self, value: float, health: Health = Health.UNKNOWN) -> None:
        with self.opened() as store:
            check_in(
                self.workspace,
                store,
                self.clock,
                key_result="activation",
                value=value,
                health=health,
                author="Ana",
            )

    def sync(
        self,
        *,
        store: WrapStore = lambda it: it,
        connector: WrapConnector = lambda it: it,
        notifier: WrapNotifier = lambda it: it,
        fresh: bool = False,
    ) -> SyncReport:
        """One sync in this process, as a service that was started anew would make it."""
        with self.opened() as opened:
            engine = self._engine(store(opened), connector)
            wish = Wish(trigger=Trigger.SCHEDULE if fresh else Trigger.MANUAL, fresh=fresh)
            return run_sync(replace(engine, notifiers={READER.to: notifier(self.letters)}), wish)

    def woken(self) -> None:
        """The tracker says that something changed: the workspace is due, and what is due is worked off."""
        due = Due(workspace="acme", kind=SYNC, slot=self.clock.now())
        with self.opened() as opened:
            with opened.write() as work:
                work.add_due(due)
            report = run_due(lambda _: self._engine(opened, lambda it: it), opened, due)
        assert report is not None

    def ticked(self) -> None:
        """The service looks what is due now, and works that off."""
        with self.opened() as opened:

            def dispatch(due: Due) -> None:
                run_due(lambda _: self._engine(opened, lambda it: it), opened, due)

            tick([self.workspace], opened, self.clock, Inline(dispatch))

    def owes(self) -> set[str]:
        """The ids of the items on which a sync would write now."""
        with self.opened() as opened:
            planned = plan_sync(self._engine(opened, lambda it: it), Wish()).planned
        return {one.publication.item_id for one in planned}

    def _engine(self, store: Store, connector: WrapConnector) -> Engine:
        return Engine(
            workspace=self.workspace,
            store=store,
            clock=self.clock,
            connect=lambda name, confirm: connector(self.tracker.connect(self._context(name, confirm))),
        )

    def _context(self, name: str, confirm: Confirm | None = unleased) -> Context:
        token = "asana-sandbox-token" if self.kind == "asana" else "sandbox-token"
        return Context(
            workspace="acme",
            connection=name,
            confirm=confirm,
            secrets=Vault(token),
            clock=self.clock,
            status_map={},
        )

    @contextmanager
    def opened(self) -> Iterator[SqlStore]:
        store = _store_at(self.address)
        try:
            yield store
        finally:
            store.close()

    def mend(self) -> None:
        """Everything works, and the process remembers no refusal; a back-off is over."""
        self.tracker.server.fault = None
        REFUSED.forget()
        SHARED.forget()
        LOUD.forget()

    def outlive(self) -> None:
        """The lease of whoever was killed runs out, and no connection is in back-off any more."""
        with connected(self.address) as connection:
            connection.execute(update(schema.leases).values(until=None))
            connection.execute(update(schema.connection_health).values(not_before=None))

    def settle(self, *, fresh: bool = False) -> None:
        """Twice a clean sync, each when everything that waits may go; `fresh` ones are as those at night."""
        self.mend()
        for _ in range(2):
            self.clock.pass_by(QUARTER_OF_A_DAY)
            self.outlive()
            self.sync(fresh=fresh)

    def state(self) -> State:
        with connected(self.address) as connection:

            def rows(*columns: Any) -> tuple[tuple[Any, ...], ...]:
                found = connection.execute(select(*columns)).all()
                return tuple(sorted((tuple(row) for row in found), key=repr))

            newest = rows(schema.snapshots.c.item_id, schema.snapshots.c.id, schema.snapshots.c.said)
            # Where the tracker listens is another port each time.
            here = self.tracker.server.url
            known = {item: said.replace(here, "") for item, _, said in sorted(newest, key=lambda row: row[1])}
            receipts, outbox, signals = schema.receipts.c, schema.outbox.c, schema.signals.c
            return State(
                comments=self.tracker.comments(),
                receipts=rows(receipts.item_id, receipts.standing, receipts.digest, receipts.text),
                owed=rows(outbox.item_id, outbox.comment, outbox.in_flight),
                known=tuple(sorted(known.items())),
                # One that only said that the work could not be read has come and gone.
                signals=tuple(one for one in rows(signals.signal_id, signals.closed_at) if one[1] is None),
                links=rows(schema.links.c.initiative_id, schema.links.c.state, schema.links.c.item_id),
                numbers=rows(schema.check_ins.c.on_day, schema.check_ins.c.value),
            )

    def doubles(self) -> int:
        """How many comments of ours stand beside another one of ours."""
        return sum(max(0, len(bodies) - 1) for bodies in self.tracker.comments().values())


@cache
def _store_at(address: str) -> SqlStore:
    """Without a connection while nobody uses it; kept for the statements it has compiled."""
    return open_store(address)


@cache
def _engine_at(address: str) -> DatabaseEngine:
    """As above, past the program."""
    return create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1))


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A transaction past the program."""
    engine = _engine_at(address)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


Backup = dict[str, list[dict[str, Any]]]
"""The rows of each table."""


def backup(address: str) -> Backup:
    """Every row, as a dump keeps it."""
    with connected(address) as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in schema.metadata.sorted_tables
        }


def restore(address: str, rows: Backup) -> None:
    """Everything as it was when the backup was taken, and nothing of what came after."""
    with connected(address) as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())  # ids go on where they were
        for table in schema.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])


def emptied(address: str) -> None:
    """Deletes every row."""
    with connected(address) as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in schema.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            for table in schema.metadata.sorted_tables:
                connection.execute(table.delete())


def is_creation(request: Request) -> bool:
    """Whether a request makes a comment, or a task for one."""
    return request.method == "POST" and request.path.endswith(("/comment", "/tasks", "/stories"))


def is_write(request: Request) -> bool:
    """Whether a request can change something."""
    return request.method not in {"GET", "HEAD"} and not request.path.endswith(READING_POSTS)


READING_POSTS = ("/search", "/search/jql", "/bulkfetch", "/approximate-count", "/comment/list")
SCENES = ("first", "changed", "confidential", "retired")


def play_up_to(yard: Yard, scene: str) -> None:
    """Brings a yard to right before the sync that a scene is about."""
    yard.check_in(36)
    if scene == "first":
        return
    yard.sync()
    yard.clock.pass_by(QUARTER_OF_A_DAY)
    for item in range(yard.items):
        yard.tracker.work(item)
    yard.check_in(41)
    yard.confidential = scene == "confidential"
    yard.retired = scene == "retired"
