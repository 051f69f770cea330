"""Long bad weather, and our own edits coming back to us: the end is the same, and the tracker is spared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest
from sqlalchemy import select

from connectors.sandbox.server import Request, Response, Wire
from syncer.domain.comment import Comment, Paragraph, Text
from syncer.domain.render import Section, render
from syncer.engine.report import SyncReport
from syncer.store import schema
from tests.faults.test_failures import ACTED, FAILURES
from tests.faults.yard import KINDS, QUARTER_OF_A_DAY, Kind, State, Yard, connected, is_creation, is_write

Record = Callable[[str, object], None]
SHARE = 0.3
WEATHER = FAILURES


@dataclass
class Life:
    """So many syncs, a quarter of an hour apart, with people at work; `faults` None: in good weather."""

    yard: Yard
    syncs: int
    seed: int
    faults: Random | None = None
    requests: int = 0
    created: int = 0

    def play(self) -> State:
        people = Random(self.seed)
        self.yard.check_in(36)
        for _ in range(self.syncs):
            if people.random() < 0.1:
                self.yard.tracker.work(people.randrange(self.yard.items))
            if people.random() < 0.02:
                self.yard.check_in(round(people.uniform(34, 52)))
            self._sync()
            self.yard.clock.pass_by(timedelta(minutes=15))
        # What a comment says of immaterial things depends on when it was written; so all are written anew.
        self.yard.check_in(60)
        self.yard.settle()
        assert self.yard.doubles() == 0
        return self.yard.state()

    def _sync(self) -> None:
        self.yard.mend()
        self.yard.outlive()
        self.yard.tracker.server.fault = self._fault
        before = self._watermarks()
        report = self.yard.sync()
        self._check_watermarks(before, report)

    def _fault(self, number: int, request: Request) -> Response | Wire | None:
        del number
        self.requests += 1
        bad = self.faults is not None and self.faults.random() < SHARE
        answer = self.faults.choice(list(WEATHER.values())) if self.faults and bad else None
        self.created += is_creation(request) and (answer is None or answer in ACTED)
        return answer

    def _watermarks(self) -> dict[str, list[datetime]]:
        """How far each item is known to be read, by its id."""
        with connected(self.yard.address) as connection:
            rows = connection.execute(
                select(schema.connector_states.c.item_id, schema.connector_states.c.state)
            ).all()
        return {item: _moments(state) for item, state in rows}

    def _check_watermarks(self, before: dict[str, list[datetime]], report: SyncReport) -> None:
        """None is later than the run that recorded it, nor moved for what this sync could not read."""
        after = self._watermarks()
        with connected(self.yard.address) as connection:
            recorded = connection.execute(select(schema.sync_runs.c.recorded_at)).scalars().all()
        newest = max((moment for moment in recorded if moment), default=None)
        for moment in (moment for moments in after.values() for moment in moments):
            assert newest is not None
            assert moment <= newest
        unread = {name for one in report.troubles for name in (one.link.item_id, one.link.ref.key)}
        for item in after.keys() & unread:
            was = before.get(item, [])
            assert all(was and moment <= max(was) for moment in after[item]), (item, was, after[item])


def _moments(state: str) -> list[datetime]:
    fields = json.loads(state) if state.startswith("{") else {}
    return [datetime.fromisoformat(fields[name]) for name in ("at", "since") if fields.get(name)]


def weather(kind: Kind, address: str, syncs: int, seed: int, record: Record) -> None:
    with Yard(kind, address) as yard:
        fine = Life(yard, syncs, seed)
        right = fine.play()
    with Yard(kind, address) as yard:
        bad = Life(yard, syncs, seed, Random(seed + 1))
        assert bad.play() == right
    assert bad.requests <= 2 * fine.requests, (bad.requests, fine.requests)
    assert bad.created == fine.created
    record(f"faults: syncs with {SHARE:.0%} of their calls failing, ending as undisturbed ones", syncs)
    record("faults: requests of theirs", bad.requests)
    record("faults: requests of the undisturbed ones", fine.requests)


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_of_bad_weather(kind: Kind, file_database: str, record_property: Record) -> None:
    weather(kind, file_database, 40, 7, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_syncs_in_bad_weather(kind: Kind, database: str, record_property: Record) -> None:
    weather(kind, database, 1000, 11, record_property)


@dataclass
class Echoes:
    """Our edits in one cycle, what was written when the tracker told of them, and what is owed yet."""

    edits: int
    further: list[str]
    owed: int


def echoes(yard: Yard, cycles: int) -> Iterator[Echoes]:
    """The number moves again and again, our comments are edited, the tracker tells of each edit at once."""
    yard.check_in(36)
    yard.sync()
    server = yard.tracker.server
    for cycle in range(cycles):
        yard.clock.pass_by(QUARTER_OF_A_DAY)
        yard.outlive()
        yard.check_in(45 if cycle % 2 else 36.5)
        before = len(server.requests)
        yard.sync()
        ours = [one for one in server.requests[before:] if is_write(one)]
        before = len(server.requests)
        for _ in ours:
            yard.clock.pass_by(timedelta(seconds=5))
            yard.woken()
        further = [f"{one.method} {one.path}" for one in server.requests[before:] if is_write(one)]
        yield Echoes(len(ours), further, len(yard.owes()))


@pytest.mark.parametrize("cycles", [34, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_our_own_edits_coming_back_write_nothing_further(
    kind: Kind, cycles: int, file_database: str, record_property: Record
) -> None:
    """Such a word makes the workspace due. In what is due nothing is written, and no interval forbids it."""
    edits = 0
    with Yard(kind, file_database, min_interval=timedelta(0)) as yard:
        for echo in echoes(yard, cycles):
            assert (echo.further, echo.owed) == ([], 0)
            edits += echo.edits
    assert edits >= cycles * 3 / 2, "every second sync at least has news for both items"
    record_property("faults: own edits that came back, without one write further", edits)


@pytest.mark.parametrize("kind", KINDS)
def test_edits_that_called_for_the_next_edit_would_be_seen(
    kind: Kind, file_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sync has other words to say, and thinks that they matter: the loop that is looked for above."""
    syncs = count()

    def restless(workspace: str, item_id: str, sections: Sequence[Section]) -> Comment:
        quiet = render(workspace, item_id, sections)
        return replace(quiet, blocks=(Paragraph((Text(f"sync {next(syncs)}"),)), *quiet.blocks))

    monkeypatch.setattr("syncer.engine.judge.render", restless)
    monkeypatch.setattr("syncer.engine.publish.is_material", lambda *_: True)
    with Yard(kind, file_database, min_interval=timedelta(0)) as yard:
        for echo in echoes(yard, 2):
            assert echo.further != []
            assert echo.owed == 2
