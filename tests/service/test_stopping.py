"""The service as a process: what signals and a kill leave behind."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic
from typing import Any

import pytest

from syncer.domain.sync import RunOutcome, SyncRun
from syncer.store.sql_store import SqlStore
from tests.service.house import START, owed, store_in

ROOT = Path(__file__).parents[2]
LONG = 60


@dataclass
class Child:
    """A running service; `said` reads its log up to an event."""

    process: subprocess.Popen[str]

    def wait_for_fetch(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "fetching\n"

    def said(self, event: str) -> dict[str, Any]:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found: dict[str, Any] = json.loads(line)
            if found["event"] == event:
                return found
        pytest.fail(f"the service never said {event!r}")

    def stop(self, *signals: signal.Signals) -> tuple[int, float]:
        """Sends the signals; the exit code, and the seconds it took."""
        began = monotonic()
        for number in signals:
            self.process.send_signal(number)
        return self.process.wait(LONG), monotonic() - began


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in which one sync has been due since START."""
    store = store_in(tmp_path)
    with store.write() as work:
        work.set_next_slot("acme", "sync", START)
    yield store
    store.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Any]:
    begun: list[subprocess.Popen[str]] = []

    def start(fetch: float, grace: float = 8) -> Child:
        command = [sys.executable, "-m", "tests.service.child", str(tmp_path), str(fetch), str(grace)]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        begun.append(process)
        return Child(process)

    yield start
    for process in begun:
        with process:
            process.kill()


def last_run(store: SqlStore) -> SyncRun | None:
    with store.read() as work:
        return work.last_run("acme")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_sync_lets_it_finish(
    serving: Any, store: SqlStore, number: signal.Signals
) -> None:
    child = serving(fetch=0.5)
    child.wait_for_fetch()
    code, seconds = child.stop(number)
    assert code == 0
    assert seconds < 10
    assert child.said("stopped")["cut_off"] == 0
    assert owed(store) == ()
    assert not store.leased("acme")
    run = last_run(store)
    assert run is not None
    assert (run.outcome, run.slot) == (RunOutcome.DONE, START.isoformat())


def test_a_sync_that_takes_too_long_is_cut_off_and_stays_owed(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=LONG, grace=0.2)
    child.wait_for_fetch()
    code, seconds = child.stop(signal.SIGTERM)
    assert code == 0
    assert seconds < 10
    assert child.said("stopped")["cut_off"] == 1
    (due,) = owed(store)
    assert due.slot == START
    run = last_run(store)
    assert run is not None
    assert (run.recorded_at, run.closed_at) == (None, None)


@pytest.mark.slow
def test_what_is_cut_off_never_outlasts_ten_seconds(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=LONG, grace=LONG)
    child.wait_for_fetch()
    code, seconds = child.stop(signal.SIGTERM)
    assert code == 0
    assert 8 < seconds < 10
    assert len(owed(store)) == 1


def test_a_second_signal_ends_at_once(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=LONG)
    child.wait_for_fetch()
    child.process.send_signal(signal.SIGTERM)
    child.said("stopping")
    code, seconds = child.stop(signal.SIGINT)
    assert code == 128 + signal.SIGINT
    assert seconds < 2
    assert len(owed(store)) == 1


def test_after_a_kill_the_sync_is_made_up_once_the_lease_is_out(
    serving: Any, store: SqlStore, tmp_path: Path
) -> None:
    child = serving(fetch=LONG)
    child.wait_for_fetch()
    code, _ = child.stop(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert store.leased("acme")
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as database, database:
        database.execute("UPDATE leases SET until = '2026-01-01 00:00:00.000000'")
    child = serving(fetch=0)
    said = child.said("sync closed")
    assert (said["outcome"], said["slot"]) == ("done", START.isoformat())
    assert child.stop(signal.SIGTERM)[0] == 0
    assert owed(store) == ()
    run = last_run(store)
    assert run is not None
    assert run.slot == f"{START.isoformat()}#2"


def test_slots_missed_while_nothing_ran_are_said_and_not_made_up(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=0)
    said = child.said("sync closed")
    assert said["missed"] > 100
    assert child.stop(signal.SIGTERM)[0] == 0
    with store.read() as work:
        assert work.run_of_slot("acme", said["slot"]) == work.last_run("acme")
    assert owed(store) == ()


def test_the_service_answers_probes(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=0)
    port = child.said("serving")["port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=LONG) as answer:
        assert json.load(answer) == {"status": "ok", "version": "1.2.3"}
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=LONG) as answer:
        assert json.load(answer) == {"status": "ready", "database": True, "scheduler": True}
    assert child.stop(signal.SIGTERM)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_at_whatever_moment_the_signal_comes_nothing_is_lost_or_half_done(
    serving: Any, store: SqlStore, seed: int
) -> None:
    child = serving(fetch=0.02)
    child.said("serving")
    Event().wait(Random(seed).uniform(0, 0.15))
    code, seconds = child.stop(signal.SIGTERM)
    assert code == 0
    assert seconds < 10
    assert not store.leased("acme")
    with store.read() as work:
        run = work.last_run("acme")
        slot = work.next_slots("sync").get("acme")
    if run is None:
        assert slot == START or [due.slot for due in owed(store)] == [START]
    else:
        assert (run.outcome, owed(store)) == (RunOutcome.DONE, ())


def test_an_idle_service_stops_at_once(serving: Any, store: SqlStore) -> None:
    child = serving(fetch=0)
    child.said("sync closed")
    code, seconds = child.stop(signal.SIGTERM)
    assert code == 0
    assert seconds < 3
