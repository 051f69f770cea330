"""The service as a process beside real trackers: stopped and killed at bad moments, and with company."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any

import pytest

from connectors.sandbox.server import Request, Wire
from tests.cli.world import World, writes

ROOT = Path(__file__).parents[2]
LONG = 60
SLOW = 0.04
"""Seconds that each answer takes, so that a sync takes a few seconds."""


@dataclass
class Trap:
    """A fault for all three trackers that is called with the n-th POST that creates something."""

    at: int
    sprung: Event = field(default_factory=Event)
    spring: Any = None
    seen: int = 0
    lock: Lock = field(default_factory=Lock)

    def set(self, acme: World) -> Trap:
        """Makes the trackers slow and lays itself in their way."""
        for stand_in in acme.story.stand_ins:
            stand_in.latency, stand_in.fault = SLOW, self
        return self

    def __call__(self, _: int, request: Request) -> Wire | None:
        if request.method != "POST" or not request.path.endswith(("/comment", "/tasks", "/stories")):
            return None
        with self.lock:
            self.seen += 1
            if self.seen != self.at:
                return None
        outcome: Wire | None = self.spring() if self.spring else None
        self.sprung.set()
        return outcome


@contextmanager
def serving(acme: World) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "syncer", "--log-format", "json", "-c", str(acme.folder), "serve"]
    environment = {**os.environ, "SYNCER_WEB__PORT": "0"}  # noqa: TID251  a child needs its PATH
    with subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """The service's next log line of that event."""
    assert process.stderr is not None
    for line in process.stderr:
        found: dict[str, Any] = json.loads(line)
        if found["event"] == event:
            return found
    pytest.fail(f"the service never said {event!r}")


def stopped(process: subprocess.Popen[str]) -> None:
    """Stops it and expects a quiet end in time."""
    began = monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG) == 0
    assert monotonic() - began < 10


def all_stand_once(acme: World) -> None:
    assert set(acme.comments().values()) == {1}
    assert len(acme.comments()) == 13
    assert acme.rows("SELECT COUNT(*) FROM outbox") == [(0,)]
    assert acme.rows("SELECT COUNT(*) FROM dues WHERE finished_at IS NULL") == [(0,)]


@pytest.mark.parametrize("posts", [1, 8, 17])
def test_a_sync_that_is_told_to_stop_leaves_every_comment_once(acme: World, posts: int) -> None:
    trap = Trap(posts).set(acme)
    with serving(acme) as process:
        assert trap.sprung.wait(LONG)
        stopped(process)
        assert process.stderr is not None
        log = process.stderr.read()
    assert [token for token in acme.story.secrets().values() if token in log] == []

    with serving(acme) as process:
        said(process, "serving")
        if acme.rows("SELECT 1 FROM dues WHERE finished_at IS NULL"):
            assert said(process, "sync closed")["outcome"] == "done"
        stopped(process)

    all_stand_once(acme)


@pytest.mark.parametrize("arrives", [True, False], ids=["the write arrives", "the write is lost"])
@pytest.mark.parametrize("posts", [1, 6, 7, 17])
def test_a_service_that_is_killed_writes_nothing_twice(acme: World, posts: int, arrives: bool) -> None:
    trap = Trap(posts).set(acme)
    with serving(acme) as process:

        def kill() -> Wire | None:
            process.kill()
            process.wait(LONG)
            return None if arrives else Wire.REFUSE

        trap.spring = kill
        assert trap.sprung.wait(LONG)
        assert process.wait(LONG) == -signal.SIGKILL
    assert len(acme.comments()) < 13 or (arrives and posts == 17)
    (lease,) = acme.rows("SELECT until FROM leases")
    assert lease != (None,)
    # Two minutes until the dead run's lease is out are too long for a test.
    acme.change("UPDATE leases SET until = '2020-01-01 00:00:00.000000'")

    with serving(acme) as process:
        closed = said(process, "sync closed")
        stopped(process)

    assert closed["outcome"] == "done"
    all_stand_once(acme)


def test_a_second_start_has_nothing_to_write(acme: World) -> None:
    with serving(acme) as process:
        assert said(process, "sync closed")["outcome"] == "done"
        stopped(process)
    all_stand_once(acme)
    acme.calm()
    acme.change("UPDATE schedules SET next_at = '2020-01-01 00:00:00.000000' WHERE kind = 'sync'")

    with serving(acme) as process:
        closed = said(process, "sync closed")
        stopped(process)

    assert closed["outcome"] == "done"
    assert closed["missed"] > 0
    assert writes(*acme.story.stand_ins) == []


def test_a_resync_beside_the_service_waits_and_never_overlaps(acme: World) -> None:
    trap = Trap(1).set(acme)
    with serving(acme) as process:
        assert trap.sprung.wait(LONG)
        ran = acme.run("resync")
        assert acme.run("resync").code == 0
        stopped(process)

    assert ran.code == 0
    assert ran.err == "acme: waiting for the sync that is running\n"
    assert "comments: none written" in ran.out
    runs = acme.rows("SELECT started_at, closed_at, trigger, outcome FROM sync_runs ORDER BY seq")
    assert [run[2:] for run in runs] == [("schedule", "done"), ("manual", "done"), ("manual", "done")]
    assert all(before[1] <= after[0] for before, after in pairwise(runs))
    created = Counter(
        (request.headers["host"], request.path)
        for request in writes(*acme.story.stand_ins)
        if not request.path.endswith("/tasks")
    )
    assert set(created.values()) == {1}
    assert len(created) == 13
    all_stand_once(acme)


def test_who_does_not_want_to_wait_is_told(acme: World) -> None:
    trap = Trap(1).set(acme)
    with serving(acme) as process:
        assert trap.sprung.wait(LONG)
        ran = acme.run("resync", "--no-wait")
        stopped(process)

    assert ran.code == 7
    assert ran.err.startswith("acme: workspace acme is being synced by another run")
