"""Random histories of a Jira site end with the true counts, and no partial read ever lowers one.

Each history is drawn from one seed: edits, deletions, moves between epics and projects, rights that come and
go, archived projects, an account and a site in any time zone, our clock up to 5 minutes off and set anew now
and then, a search index up to 12 hours late, reads that fail at any request, reads of some items only, and
edits in the middle of a read. `pytest -m slow tests/machines` plays 10,000 of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Request, StandIn
from syncer.domain.work import Gone, Outcome, Snapshot, Unread
from syncer.errors import SyncerError
from tests.machines.people import People, at_work
from tests.machines.reads import Reader, Watched, counts, in_trouble
from tests.machines.wire import in_memory, served

STEPS = 12
BLOCK = 100
SURE = timedelta(minutes=10)
"""An index that is no later than this misleads no incremental read for good."""

Hosts = dict[str, StandIn]
Record = Callable[[str, object], None]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with in_memory() as found:
        yield found


@dataclass(slots=True)
class History:
    """One life of a site and of the service that reads it.

    `flickered`: something was hidden for one request of a read and shown for the next, so that it counts as
    there and its change was not seen; the next reconcile sees it.
    """

    people: People
    reader: Reader
    random: Random
    flickered: bool = False

    def play(self) -> None:
        self.reader.read()
        for _ in range(self.random.randint(1, STEPS)):
            self._step()
        self._end()

    def _step(self) -> None:
        for _ in range(self.random.choice((0, 1, 1, 2, 5))):
            self.people.edit()
            self.people.clock.pass_by(seconds=self.random.choice((0, 1, 59, 1000)))
        self.people.clock.pass_by(minutes=self.random.choice((0, 1, 2, 5, 9, 15, 15, 60, 600, 1500)))
        if self.random.random() < 0.2:
            self.reader.off = self.random.uniform(-300, 300)
        acts = (self._read, self._read_some, self._read_in_trouble, self._read_among_edits, self._reconcile)
        self.random.choices(acts, (5, 2, 4, 2, 1))[0]()
        # An edit in the very second of a read carries the time stamp of what the read has seen.
        self.people.clock.pass_by(seconds=1)

    def _read(self) -> None:
        outcomes = self.reader.read()
        people = self.people
        lag, now = people.site.index_lag, people.clock.moment
        sure = lag <= SURE and now >= people.edited_at + lag and people.site.deployment == "cloud"
        if sure and not people.recategorised and not self.flickered:
            for outcome in outcomes.values():
                # The connector takes many at once for a lost right, and leaves it to the reconcile.
                if not (isinstance(outcome, Unread) and "Jira no longer shows" in outcome.why):
                    self._check_truth(outcome)

    def _reconcile(self) -> None:
        self.reader.read(fresh=True)
        self.people.recategorised = self.flickered = False

    def _read_some(self) -> None:
        refs = self.reader.refs
        self.reader.read(self.random.sample(refs, k=self.random.randint(1, len(refs))))

    def _read_among_edits(self) -> None:
        def during(request: Request) -> None:
            del request
            self.people.clock.pass_by(seconds=self.random.choice((0, 1, 5)))
            if self.random.random() < 0.5:
                hidden = self.people.hidden()
                self.people.edit()
                self.flickered = self.flickered or not hidden <= self.people.hidden()

        try:
            self.reader.read(during=during)
        except SyncerError:
            return

    def _read_in_trouble(self) -> None:
        """What a troubled read still says is what an untroubled one says at the same moment."""
        reader, shown = self.reader, dict(self.reader.shown)
        changed, whole = reader.twin().read(), reader.twin().read(fresh=True)
        fresh = self.random.random() < 0.3
        with in_trouble(reader.watched, self.people.site, self.random) as (what, during):
            try:
                outcomes = reader.read(fresh=fresh, during=during)
            except SyncerError:
                assert reader.shown == shown
                return
        for key, outcome in outcomes.items():
            if isinstance(outcome, Snapshot):
                right = (counts(changed[key]), counts(whole[key]))
                assert counts(outcome) in right, f"{what}: {key} was {shown.get(key)}, is {right}"
            else:
                assert reader.shown.get(key) == shown.get(key)
            # A project and a version are read directly: a 404 or 403 there is Jira's own word about them.
            told = outcome.ref.kind != "epic" and what.startswith(("404", "403"))
            if isinstance(outcome, Gone) and not told:
                assert isinstance(changed[key], Gone) or isinstance(whole[key], Gone), f"{what}: {outcome}"

    def _end(self) -> None:
        self.people.clock.moment = max(
            self.people.clock.moment, self.people.edited_at + self.people.site.index_lag
        )
        self.people.clock.pass_by(seconds=self.random.randint(1, 7200))
        self._check_all(fresh=True)
        self._check_all()
        missing = any(self.people.truth(ref) is None for ref in self.reader.refs if ref.kind == "epic")
        searches = sum(ref.kind != "epic" for ref in self.reader.refs)
        assert self.reader.cost <= 2 + missing + 4 * searches, [
            one.path for one in self.reader.server.requests[-self.reader.cost :]
        ]
        self.people.clock.pass_by(minutes=self.random.randint(1, 1000))
        self._check_all()

    def _check_all(self, *, fresh: bool = False) -> None:
        for outcome in self.reader.read(fresh=fresh).values():
            self._check_truth(outcome)

    def _check_truth(self, outcome: Outcome) -> None:
        truth = self.people.truth(outcome.ref)
        assert isinstance(outcome, Gone) == (truth is None), f"{truth} is true, not {outcome}"
        assert counts(outcome) == truth, f"{truth} is true, not {outcome}"


def play(seed: int, deployment: Deployment, hosts: Hosts | None, *, searches: bool = False) -> None:
    """One history, over HTTP where there are no hosts in memory."""
    random = Random(seed)
    people = at_work(random, deployment, searches=searches)
    watched = Watched(
        JiraCloud(people.site) if deployment == "cloud" else JiraDataCenter(people.site), people.clock
    )
    with served(StandIn(watched), hosts) as server:
        reader = Reader(people, server, watched, tuple(people.linked), off=random.uniform(-300, 300))
        try:
            History(people, reader, random).play()
        except BaseException as error:
            error.add_note(f"seed {seed}, index {people.site.index_lag} late, {people.clock.moment}")
            raise


def play_block(
    block: int,
    size: int,
    deployment: Deployment,
    hosts: Hosts | None,
    record: Record,
    *,
    searches: bool = False,
) -> None:
    for seed in range(block * size, (block + 1) * size):
        play(seed, deployment, hosts, searches=searches)
    record("histories", size)


@pytest.mark.parametrize("block", range(4))
def test_histories_of_a_cloud_site(block: int, hosts: Hosts, record_property: Record) -> None:
    play_block(block, 15, "cloud", hosts, record_property)


@pytest.mark.parametrize("block", range(2))
def test_histories_of_a_data_center(block: int, hosts: Hosts, record_property: Record) -> None:
    play_block(block, 10, "datacenter", hosts, record_property)


@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_histories_over_http(deployment: Deployment, record_property: Record) -> None:
    play_block(1_000_000, 3, deployment, None, record_property)


@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_histories_of_projects_versions_and_queries(
    deployment: Deployment, hosts: Hosts, record_property: Record
) -> None:
    play_block(0, 15, deployment, hosts, record_property, searches=True)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_two_thousand_histories_of_projects_versions_and_queries(
    block: int, deployment: Deployment, hosts: Hosts, record_property: Record
) -> None:
    play_block(100 + block, BLOCK, deployment, hosts, record_property, searches=True)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_histories(block: int, hosts: Hosts, record_property: Record) -> None:
    play_block(100 + block, BLOCK, "cloud", hosts, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_histories_of_a_data_center(block: int, hosts: Hosts, record_property: Record) -> None:
    play_block(100 + block, BLOCK, "datacenter", hosts, record_property)
