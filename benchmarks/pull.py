"""`python -m benchmarks.pull`: what a pull of 200 epics with 10,000 children costs behind 50 ms of latency.

Three rows in one run, against the same stand-in for Jira Cloud: a full pull, a second sync after 20 changes,
and a naive loop with the `jira` library (each epic, then its children page by page).
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jira import JIRA

from config.fields import SecretRef
from connectors.jira.connector import plugin
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.server import StandIn
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot, WorkRef
from syncer.ports import Connector, Context

EMAIL, TOKEN = "okr-bot@example.test", "benchmark-token"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class FixedSecret:
    """The one token there is."""

    def resolve(self, ref: object) -> str:  # noqa: ARG002  there is only one
        """Whatever is asked for."""
        return TOKEN


@dataclass(frozen=True)
class Cost:
    """What one pull took."""

    what: str
    requests: int
    received: int
    wall: float
    cpu: float

    def row(self) -> str:
        """A line of the table."""
        return (
            f"{self.what:<34}{self.requests:>9}{self.received / 1e6:>10.2f}{self.wall:>9.2f}{self.cpu:>9.2f}"
        )


HEAD = f"{'':<34}{'requests':>9}{'MB':>10}{'wall s':>9}{'CPU s':>9}"


def main() -> None:
    """Runs the three rows and prints them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--epics", type=int, default=200)
    parser.add_argument("--children", type=int, default=10_000, help="of all epics together")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--changes", type=int, default=20)
    given = parser.parse_args()
    site, epics, children = stocked(given.epics, given.children)
    with StandIn(JiraCloud(site), latency=given.latency) as stand_in:
        print(f"{given.epics} epics, {given.children} children, {given.latency * 1000:.0f} ms latency")
        print(HEAD)
        ours = Ours(stand_in, epics)
        full = measured(stand_in, "full pull", ours.pull)
        print(full.row())
        for key in random.Random(7).sample(children, given.changes):
            site.set_status(key, "Done", resolution="Done")
        second = measured(stand_in, f"second sync, {given.changes} changes", ours.pull)
        print(second.row())
        naive = measured(stand_in, "naive loop with the jira library", lambda: naive_pull(stand_in, epics))
        print(naive.row())
        wall, requests = full.wall / naive.wall, full.requests / naive.requests
        print(f"full pull / naive loop: wall {wall:.2f}, requests {requests:.2f}")
        if ours.done_after - ours.done_before != given.changes:
            sys.exit(f"counted {ours.done_after - ours.done_before} changes instead of {given.changes}")


def stocked(epics: int, children: int) -> tuple[JiraSite, list[str], list[str]]:
    """A site with open children spread evenly over its epics, all of them untouched for a day."""
    now = SystemClock().now
    site = JiraSite(lambda: now() - timedelta(days=1), token=TOKEN, email=EMAIL)
    site.add_project("BEN", "Benchmark")
    keys = [site.add_issue("BEN", "Epic", f"Epic {n}") for n in range(epics)]
    stories = [site.add_issue("BEN", "Story", f"Story {n}", parent=keys[n % epics]) for n in range(children)]
    site.now = now
    return site, keys, stories


class Ours:
    """Our connector, keeping its state between pulls as a sync does."""

    def __init__(self, stand_in: StandIn, epics: list[str]) -> None:
        settings = plugin.settings(
            kind="jira",
            url=stand_in.url,
            deployment="cloud",
            email=EMAIL,
            token=SecretRef(env="BENCHMARK_TOKEN"),
        )
        context = Context(
            workspace="bench",
            connection="jira",
            may_write=False,
            secrets=FixedSecret(),
            clock=SystemClock(),
        )
        self._connect: Callable[[], Connector] = lambda: plugin.connect(settings, context)
        self._refs = tuple(WorkRef("jira", "epic", key) for key in epics)
        self._state = ConnectorState()
        self.done_before = self.done_after = 0

    def pull(self) -> None:
        """One fetch of all epics over a fresh connection."""
        connector = self._connect()
        fetched = connector.fetch(self._refs, self._state)
        connector.close()
        snapshots = [outcome for outcome in fetched.outcomes if isinstance(outcome, Snapshot)]
        if len(snapshots) != len(self._refs):
            sys.exit(f"read {len(snapshots)} of {len(self._refs)} epics")
        self._state = fetched.state
        self._refs = tuple(WorkRef("jira", "epic", s.key, s.item_id) for s in snapshots)
        self.done_before, self.done_after = self.done_after, sum(s.progress.done for s in snapshots)


def naive_pull(stand_in: StandIn, epics: list[str]) -> int:
    """What a script does: each epic, then its children, page after page."""
    jira = JIRA(stand_in.url, basic_auth=(EMAIL, TOKEN), options={"rest_api_version": "3"}, max_retries=0)
    done = 0
    for key in epics:
        jira.issue(key, fields="summary,status,assignee,duedate")
        children = jira.search_issues(f"parent = {key}", fields="status,parent", maxResults=0)
        done += sum(1 for child in children if child.fields.status.statusCategory.key == "done")
    return done


def measured(stand_in: StandIn, what: str, pull: Callable[[], object]) -> Cost:
    """Runs it once; the CPU seconds are of this whole process, the stand-in's share included."""
    before, received = len(stand_in.requests), stand_in.bytes_sent
    cpu, wall = _cpu(), time.perf_counter()
    pull()
    return Cost(
        what,
        len(stand_in.requests) - before,
        stand_in.bytes_sent - received,
        time.perf_counter() - wall,
        _cpu() - cpu,
    )


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
