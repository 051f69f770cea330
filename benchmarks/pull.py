"""`python -m benchmarks.pull`: what reading linked work costs behind 50 ms of latency.

Five scenarios: 200 epics with 10,000 children and 500 with 5,000, on Jira Cloud and on Jira Data Center, and
500 Asana projects with 50 tasks each. Each prints a full pull, a quiet second one, a third one after 20
changes, and the naive loop of the vendor's own library in the same run against the same stand-in.
A missed bar ends it with exit code 1.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asana
from jira import JIRA

from config.fields import SecretRef
from connectors.asana.connector import plugin as asana_plugin
from connectors.jira.connector import plugin as jira_plugin
from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.server import Application, StandIn
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot, WorkRef
from syncer.ports import Context, Plugin

EMAIL, TOKEN = "okr-bot@example.test", "benchmark-token"
CHANGES = 20
JIRA_BARS: Mapping[int, Mapping[str, float]] = {
    200: {
        "full pull, requests": 104,
        "full pull, CPU seconds": 1.0,
        "full pull / naive loop, wall": 1 / 6,
        f"after {CHANGES} changes, requests": 4,
    },
    500: {"quiet pull, requests": 2},
}
"""What a pull may cost, by the number of epics."""


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
class Scenario:
    """A stocked stand-in; `finish` closes one child, `naive` is the loop of the vendor's library."""

    name: str
    application: Application
    plugin: Plugin
    settings: Mapping[str, Any]
    refs: tuple[WorkRef, ...]
    children: Sequence[str]
    finish: Callable[[str], object]
    naive: Callable[[str], object]
    bars: Mapping[str, float]


@dataclass(frozen=True)
class Cost:
    """What one pull took; CPU seconds are this process's without those the stand-in made its answers in."""

    requests: int
    received: int
    wall: float
    cpu: float

    def row(self, what: str) -> str:
        """A line of the table."""
        return f"  {what:<34}{self.requests:>9}{self.received / 1e6:>10.2f}{self.wall:>9.2f}{self.cpu:>9.2f}"


def main() -> None:
    """Plays the scenarios and prints their rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pull", description=__doc__)
    parser.add_argument("--only", choices=("cloud", "datacenter", "asana"), help="one tracker")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    given = parser.parse_args()
    missed: list[str] = []
    print(f"{'':<36}{'requests':>9}{'MB':>10}{'wall s':>9}{'CPU s':>9}")
    for tracker, stock in SCENARIOS:
        if given.only in {None, tracker}:
            missed += play(stock(), given.latency)
    if missed:
        sys.exit("\n".join(("bars missed:", *missed)))


def play(scenario: Scenario, latency: float) -> list[str]:
    """One scenario: our three pulls, then the naive loop, then how they compare; returns the bars missed."""
    with StandIn(scenario.application, latency=latency) as stand_in:
        print(f"{scenario.name}, {latency * 1000:.0f} ms latency")
        ours = Ours(scenario, stand_in)
        full = measured(stand_in, ours.pull)
        print(full.row("full pull"))
        quiet = measured(stand_in, ours.pull)
        print(quiet.row("quiet pull"))
        before = ours.done
        for child in random.Random(7).sample(list(scenario.children), CHANGES):
            scenario.finish(child)
        third = measured(stand_in, ours.pull)
        print(third.row(f"after {CHANGES} changes"))
        if ours.done - before != CHANGES:
            sys.exit(f"counted {ours.done - before} changes instead of {CHANGES}")
        naive = measured(stand_in, lambda: scenario.naive(stand_in.url))
        print(naive.row("naive loop of the library"))
        wall, requests = full.wall / naive.wall, full.requests / naive.requests
        print(f"  full pull / naive loop: wall {wall:.2f}, requests {requests:.2f}")
    reached = {
        "full pull, requests": full.requests,
        "full pull, CPU seconds": full.cpu,
        "full pull / naive loop, wall": wall,
        "quiet pull, requests": quiet.requests,
        f"after {CHANGES} changes, requests": third.requests,
    }
    return list(judged(scenario, reached))


def judged(scenario: Scenario, reached: Mapping[str, float]) -> Iterator[str]:
    """Prints every bar of the scenario beside the figure reached; yields those that were missed."""
    for what, bar in scenario.bars.items():
        met = reached[what] <= bar
        print(f"  bar: {what} {reached[what]:.4g}, at most {bar:.4g}: {'met' if met else 'MISSED'}")
        if not met:
            yield f"{scenario.name}: {what} {reached[what]:.4g} is more than {bar:.4g}"


class Ours:
    """Our connector, keeping its state between pulls as a sync does."""

    def __init__(self, scenario: Scenario, stand_in: StandIn) -> None:
        token = SecretRef(env="BENCHMARK_TOKEN")
        self._settings = scenario.plugin.settings(url=stand_in.url, token=token, **scenario.settings)
        self._plugin = scenario.plugin
        self._refs = scenario.refs
        self._state = ConnectorState()
        self.done = 0

    def pull(self) -> None:
        """One fetch of all links over a fresh connection."""
        connector = self._plugin.connect(self._settings, _context())
        fetched = connector.fetch(self._refs, self._state)
        connector.close()
        snapshots = [outcome for outcome in fetched.outcomes if isinstance(outcome, Snapshot)]
        if len(snapshots) != len(self._refs):
            sys.exit(f"read {len(snapshots)} of {len(self._refs)} links")
        kept = {**self._state.items, **fetched.state.items}
        self._state = ConnectorState(fetched.state.connection, kept)
        self._refs = tuple(WorkRef(s.ref.connection, s.ref.kind, s.ref.key, s.item_id) for s in snapshots)
        self.done = sum(snapshot.progress.done for snapshot in snapshots)


def _context() -> Context:
    return Context(
        workspace="bench", connection="bench", confirm=None, secrets=FixedSecret(), clock=SystemClock()
    )


def measured(stand_in: StandIn, pull: Callable[[], object]) -> Cost:
    """Runs it once."""
    before, received, answering = len(stand_in.requests), stand_in.bytes_sent, stand_in.cpu
    cpu, wall = _cpu(), time.perf_counter()
    pull()
    return Cost(
        len(stand_in.requests) - before,
        stand_in.bytes_sent - received,
        time.perf_counter() - wall,
        _cpu() - cpu - (stand_in.cpu - answering),
    )


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _yesterday() -> datetime:
    """Work that was last touched a day ago: nothing of it is news to the first changed-since question."""
    return SystemClock().now() - timedelta(days=1)


def jira(deployment: str, epics: int, children: int) -> Scenario:
    """Epics with open children spread evenly over them."""
    cloud = deployment == "cloud"
    site = JiraSite(_yesterday, deployment=deployment, token=TOKEN, email=EMAIL)  # type: ignore[arg-type]
    site.add_project("BEN", "Benchmark")
    keys = [site.add_issue("BEN", "Epic", f"Epic {n}") for n in range(epics)]
    stories = [site.add_issue("BEN", "Story", f"Story {n}", parent=keys[n % epics]) for n in range(children)]
    site.now = SystemClock().now
    return Scenario(
        name=f"Jira {'Cloud' if cloud else 'Data Center'}, {epics} epics, {children:,} children",
        application=JiraCloud(site) if cloud else JiraDataCenter(site),
        plugin=jira_plugin,
        settings={"kind": "jira", "deployment": deployment, **({"email": EMAIL} if cloud else {})},
        refs=tuple(WorkRef("bench", "epic", key) for key in keys),
        children=stories,
        finish=lambda key: site.set_status(key, "Done", resolution="Done"),
        naive=lambda url: naive_jira(url, keys, cloud=cloud),
        bars=JIRA_BARS[epics],
    )


def naive_jira(url: str, epics: Sequence[str], *, cloud: bool) -> int:
    """What a script does: each epic, then its children, page after page."""
    auth: dict[str, Any] = {"basic_auth": (EMAIL, TOKEN)} if cloud else {"token_auth": TOKEN}
    client = JIRA(url, options={"rest_api_version": "3" if cloud else "2"}, max_retries=0, **auth)
    done = 0
    for key in epics:
        client.issue(key, fields="summary,status,assignee,duedate")
        query = f"parent = {key}" if cloud else f'"Epic Link" = {key}'
        children = client.search_issues(query, fields="status", maxResults=0)
        done += sum(1 for child in children if child.fields.status.statusCategory.key == "done")
    return done


def asana_projects(projects: int, tasks: int) -> Scenario:
    """Projects with open tasks, on a plan that has search."""
    site = AsanaSite(_yesterday, token=TOKEN)
    site.paid = True
    gids = [site.add_project(f"Project {n}") for n in range(projects)]
    children = [site.add_task(gid, f"Task {n}") for gid in gids for n in range(tasks)]
    site.now = SystemClock().now
    return Scenario(
        name=f"Asana, {projects} projects with {tasks} tasks each",
        application=AsanaApi(site),
        plugin=asana_plugin,
        settings={"kind": "asana", "workspace_gid": str(site.workspace["gid"]), "plan": "paid"},
        refs=tuple(WorkRef("bench", "project", gid) for gid in gids),
        children=children,
        finish=site.complete,
        naive=lambda url: naive_asana(url, gids),
        bars={f"after {CHANGES} changes, requests": 26},
    )


def naive_asana(url: str, projects: Sequence[str]) -> int:
    """What a script does: each project, then its counts."""
    configuration = asana.Configuration()
    configuration.host, configuration.access_token = f"{url}/api/1.0", TOKEN
    api = asana.ProjectsApi(asana.ApiClient(configuration))
    done = 0
    for gid in projects:
        api.get_project(gid, {"opt_fields": "name,completed,due_on,owner.name,current_status_update"})
        counts = api.get_task_counts_for_project(gid, {"opt_fields": "num_tasks,num_completed_tasks"})
        done += int(counts["num_completed_tasks"])
    return done


SCENARIOS: tuple[tuple[str, Callable[[], Scenario]], ...] = (
    ("cloud", lambda: jira("cloud", 200, 10_000)),
    ("cloud", lambda: jira("cloud", 500, 5_000)),
    ("datacenter", lambda: jira("datacenter", 200, 10_000)),
    ("datacenter", lambda: jira("datacenter", 500, 5_000)),
    ("asana", lambda: asana_projects(500, 50)),
)


if __name__ == "__main__":
    main()
