"""Random histories of an Asana workspace end with the true counts, and no partial read changes one.

Projects of any size, the portfolios that hold them and tasks with subtasks are edited and read by each of the
probes, with our clock up to 5 minutes off, events that get lost, a search that finds a change up to 12 hours
late, and reads that fail at any request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest

from connectors.credentials import REFUSED
from connectors.sandbox.asana_access import is_hidden
from connectors.sandbox.asana_fields import Record as Task
from connectors.sandbox.server import Request, Response, StandIn, Wire
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Outcome, Snapshot, WorkRef
from syncer.errors import SyncerError
from tests.connectors.asana import desk as asana
from tests.machines.people import Counts
from tests.machines.reads import TROUBLES, counts
from tests.machines.wire import in_memory

Hosts = dict[str, StandIn]
Record = Callable[[str, object], None]
Read = Mapping[str, Outcome]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with in_memory() as found:
        yield found


@dataclass(slots=True)
class History:
    """One life of a workspace and of the service that reads it; `shown` is what people see."""

    desk: asana.Desk
    random: Random
    projects: Sequence[str]
    refs: Sequence[WorkRef]
    state: ConnectorState = field(default_factory=ConnectorState)
    shown: dict[str, Counts] = field(default_factory=dict)
    _denied: bool = False

    def play(self) -> None:
        self._keep(self._fetched())
        for _ in range(self.random.randint(1, 8)):
            self._step()
        self.desk.clock.pass_by(hours=13)
        self._keep(self._fetched(fresh=True))
        self._check()
        self.desk.clock.pass_by(minutes=self.random.randint(1, 600))
        self._keep(self._fetched())
        self._check()

    def _step(self) -> None:
        for _ in range(self.random.choice((0, 1, 2, 5))):
            self.random.choice(self._acts())()
            self.desk.clock.pass_by(seconds=self.random.choice((1, 59, 1000)))
        self.desk.clock.pass_by(minutes=self.random.choice((1, 15, 60, 600, 1500)))
        self.random.choice((self._read, self._read_in_trouble))()
        self.desk.clock.pass_by(seconds=1)

    def _read(self) -> None:
        self._keep(self._fetched())

    def _read_in_trouble(self) -> None:
        """What a troubled read still says is what an untroubled one says at the same moment."""
        changed, whole = self._fetched()[0], self._fetched(fresh=True)[0]
        self.desk.stand_in.fault = self._trouble()
        try:
            outcomes, state = self._fetched()
        except SyncerError:
            return
        finally:
            self.desk.stand_in.fault = None
            REFUSED.forget()
        for gid, outcome in outcomes.items():
            if isinstance(outcome, Snapshot):
                assert counts(outcome) in {counts(changed[gid]), counts(whole[gid])}
            elif isinstance(outcome, Gone):
                assert isinstance(whole[gid], Gone) or self._denied
        self._keep((outcomes, state))

    def _trouble(self) -> Callable[[int, Request], Response | Wire | None]:
        left, lasting = self.random.randrange(12), self.random.random() < 0.6
        answer = self.random.choice(list(TROUBLES.values()))
        # Asana itself says that the project is not there, also where it is asked for directly.
        self._denied = isinstance(answer, Response) and answer.status in {403, 404}

        def fault(number: int, request: Request) -> Response | Wire | None:
            nonlocal left
            del number, request
            left -= 1
            return answer if left == -1 or (left < 0 and lasting) else None

        return fault

    def _fetched(self, *, fresh: bool = False) -> tuple[Read, ConnectorState]:
        with closing(self.desk.another()) as connector:
            fetched = connector.fetch(self.refs, ConnectorState() if fresh else self.state)
        return {outcome.ref.key: outcome for outcome in fetched.outcomes}, fetched.state

    def _keep(self, read: tuple[Read, ConnectorState]) -> None:
        outcomes, state = read
        self.state = ConnectorState(state.connection, {**self.state.items, **state.items})
        self.shown |= {gid: now for gid, outcome in outcomes.items() if (now := counts(outcome)) is not None}

    def _check(self) -> None:
        for ref in self.refs:
            if (tasks := self._tasks_of(ref)) is not None:
                assert self.shown[ref.key] == _counted(tasks), ref

    def _tasks_of(self, ref: WorkRef) -> Mapping[str, Task] | None:
        """What is to be counted under a linked item, None for one that cannot be read any more."""
        site = self.desk.site
        if ref.kind == "project":
            return self._tasks_in({ref.key}) if self._is_shown(ref.key) else None
        if ref.kind == "portfolio":
            return self._tasks_in({gid for gid in self._held(ref.key, set()) if self._is_shown(gid)})
        task = site.tables["task"].get(ref.key)
        if task is None or is_hidden(site, "task", task):
            return None
        return {task["gid"]: task for task in site.members("subtasks", ref.key, "task")}

    def _is_shown(self, project: str) -> bool:
        return project in self.desk.site.tables["project"] and project not in self.desk.site.hidden

    def _tasks_in(self, projects: Iterable[str]) -> Mapping[str, Task]:
        return {task["gid"]: task for project in projects for task in self.desk.site.tasks(project)}

    def _held(self, portfolio: str, seen: set[str]) -> set[str]:
        """The projects in a portfolio and in those in it, which may hold it in turn."""
        site, held = self.desk.site, set[str]()
        seen.add(portfolio)
        for gid in site.group("portfolio_items", portfolio):
            if gid in site.tables["project"]:
                held.add(gid)
            elif gid not in seen:
                held |= self._held(gid, seen)
        return held

    def _acts(self) -> Sequence[Callable[[], None]]:
        edits = (self._add, self._change, self._change, self._move, self._delete)
        return (*edits, *edits, self._hide, self._reveal, self._lose, self._share, self._part, self._hold)

    def _project(self) -> str:
        return self.random.choice(self.projects)

    def _task(self) -> str | None:
        gids = sorted(self.desk.site.tables["task"])
        return self.random.choice(gids) if gids else None

    def _add(self) -> None:
        kind = self.random.choice(("default_task", "approval"))
        self.desk.site.add_task(self._project(), "a task", resource_subtype=kind)

    def _change(self) -> None:
        if not (task := self._task()):
            return
        if self.desk.site.record("task", task)["resource_subtype"] == "approval":
            self.desk.site.approve(task, self.random.choice(("pending", "approved", "rejected")))
        else:
            self.desk.site.complete(task, self.random.random() < 0.6)

    def _move(self) -> None:
        if task := self._task():
            self.desk.site.move(task, self._project())

    def _delete(self) -> None:
        if task := self._task():
            self.desk.site.delete_task(task)

    def _share(self) -> None:
        if task := self._task():
            self.desk.site.add_to_project(task, self._project())

    def _part(self) -> None:
        """A task of a linked task, where one is linked."""
        linked = [ref.key for ref in self.refs if ref.kind == "task" and self._tasks_of(ref) is not None]
        if linked:
            self.desk.site.add_task(None, "a part", parent=self.random.choice(linked))

    def _hold(self) -> None:
        """A project comes into a portfolio or leaves it."""
        portfolio = self.random.choice(sorted(self.desk.site.tables["portfolio"]))
        items = self.desk.site.group("portfolio_items", portfolio)
        if (project := self._project()) in items:
            del items[project]
        elif project in self.desk.site.tables["project"]:
            items[project] = None

    def _hide(self) -> None:
        self.desk.site.hide_project(self._project())

    def _reveal(self) -> None:
        self.desk.site.hidden.clear()

    def _lose(self) -> None:
        self.desk.site.lost_events += 1


def _counted(tasks: Mapping[str, Task]) -> Counts:
    count: Counter[str] = Counter()
    for task in tasks.values():
        rejected = task["approval_status"] == "rejected"
        count["cancelled" if rejected else "done" if task["completed"] else "open"] += 1
    return count["done"], count["open"], count["cancelled"]


def linked(random: Random, desk: asana.Desk, projects: Sequence[str]) -> list[WorkRef]:
    """Projects, two portfolios of which one is in the other and perhaps the other way round, and tasks."""
    site = desk.site
    inner = site.add_portfolio("Inner", random.sample(projects, k=random.randint(0, len(projects))))
    outer = site.add_portfolio("Outer", [inner, *random.sample(projects, k=random.randint(0, 2))])
    if random.random() < 0.3:
        site.group("portfolio_items", inner)[outer] = None
    homes = [random.choice([None, *projects]) for _ in range(2)]
    tasks = [site.add_task(home, "linked", resource_subtype="milestone") for home in homes]
    refs = [
        *(WorkRef("asana", "project", gid) for gid in projects),
        *(WorkRef("asana", "portfolio", gid) for gid in (inner, outer)),
        *(WorkRef("asana", "task", gid) for gid in tasks),
    ]
    return random.sample(refs, k=random.randint(1, len(refs)))


def play(seed: int, hosts: Hosts) -> None:
    random, desk = Random(seed), asana.Desk()
    off = timedelta(seconds=random.uniform(-300, 300))
    desk.site.now = lambda: desk.clock.now() + off
    desk.site.paid, desk.site.service_account = random.choice(((0, 0), (1, 0), (0, 1)))  # type: ignore[assignment]
    desk.site.search_lag = random.choice((0.0, 60.0, 600.0, random.uniform(0, 43_200)))
    desk.site.moves_touch_modified = random.random() < 0.5
    projects = [desk.site.add_project(f"Project {number}") for number in range(random.randint(2, 7))]
    history = History(desk, random, projects, linked(random, desk, projects))
    for _ in range(random.randint(0, 30)):
        history._add()
    hosts[urlsplit(desk.stand_in.url).netloc] = desk.stand_in
    try:
        history.play()
    except BaseException as error:
        error.add_note(f"seed {seed}, search {desk.site.search_lag} s late, {desk.clock.at}")
        raise
    finally:
        desk.connector.close()
        desk.stand_in.stop()
        hosts.clear()


@pytest.mark.parametrize("block", range(2))
def test_histories_of_an_asana_workspace(block: int, hosts: Hosts, record_property: Record) -> None:
    for seed in range(block * 10, block * 10 + 10):
        play(seed, hosts)
    record_property("histories", 10)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_histories_of_an_asana_workspace(
    block: int, hosts: Hosts, record_property: Record
) -> None:
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        play(seed, hosts)
    record_property("histories", 100)
