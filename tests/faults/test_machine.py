"""Anything may happen in any order; in the end an item has one comment of ours at most, and the right one."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import ClassVar
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.faults.points import BEFORE_COMMIT, POINTS, child, killed_at
from tests.faults.test_failures import FAILURES
from tests.faults.yard import KINDS, Kind, Yard, is_write

Record = Callable[[str, object], None]
ITEMS = 2
STOPS = tuple(point for point in POINTS if point not in {"after confirm", *BEFORE_COMMIT})
"""Where a worker can be stopped for long: after that one lies the window that no fencing closes, and who is
stopped before a commit holds the locks of its transaction, so that nobody else gets on until it does."""

items = st.integers(0, ITEMS - 1)


@dataclass
class Count:
    examples: int = 0
    steps: int = 0


class Machine(RuleBasedStateMachine):
    """`kind`, `address` and `count` are set by the subclass that runs."""

    kind: ClassVar[Kind]
    address: ClassVar[str]
    count: ClassVar[Count]

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.yard = self.open.enter_context(Yard(self.kind, self.address, ITEMS))
        self.touched: set[int] = set()
        self.deleted: set[int] = set()
        self.edited: set[int] = set()
        self.gone: set[int] = set()
        self.values: dict[date, int] = {}
        self.latest = self.yard.clock.now()
        self.count.examples += 1

    def teardown(self) -> None:
        try:
            self._end()
        finally:
            self.open.close()

    @initialize(value=st.integers(30, 55))
    def number(self, value: int) -> None:
        self.check_in_today(value)

    def check_in_today(self, value: int) -> None:
        self.yard.check_in(value)
        self.values[self.today()] = value

    def today(self) -> date:
        return self.yard.clock.now().astimezone(self.yard.workspace.zone).date()

    @rule(item=items)
    def work(self, item: int) -> None:
        if item not in self.gone:
            self.yard.tracker.work(item)

    @rule(item=items, number=st.integers(0, 99))
    def rename(self, item: int, number: int) -> None:
        if item not in self.gone:
            self.yard.tracker.rename(item, f"Name {number}")

    @rule(value=st.integers(30, 55))
    def check_in(self, value: int) -> None:
        self.check_in_today(value)

    @rule(item=items)
    def hide(self, item: int) -> None:
        if item not in self.gone:
            self.yard.tracker.hide(item)

    @rule(item=items)
    def archive(self, item: int) -> None:
        if item not in self.gone:
            self.yard.tracker.archive(item)

    @rule(item=items)
    def move(self, item: int) -> None:
        if item not in self.gone:
            self.yard.tracker.move(item)

    @rule(item=items, luck=st.integers(0, 4))
    def delete_for_good(self, item: int, luck: int) -> None:
        """Now and then, and never both: there is to be something left to look at."""
        if luck == 0 and not self.gone:
            self.yard.tracker.delete(item)
            self.gone.add(item)

    @rule()
    def reveal(self) -> None:
        self.yard.tracker.reveal()

    @rule(item=items)
    def a_person_deletes(self, item: int) -> None:
        """A last word says that it can be deleted: who does it has opted out of nothing."""
        if self._stands(item):
            if not self._is_last_word(item):
                self.touched.add(item)
                self.edited.discard(item)
                if self._is_known(item):
                    self.deleted.add(item)
            self.yard.tracker.delete_comment(item)

    @rule(item=items)
    def a_person_edits(self, item: int) -> None:
        """In Asana nobody but its author edits a comment: what was not noted yet has its marker still."""
        if self._stands(item) and (self._is_noted(item) or self.kind != "asana"):
            self.touched.add(item)
            if self._is_known(item):
                self.edited.add(item)
            self.yard.tracker.edit_comment(item)

    @rule()
    def the_number_becomes_confidential_or_public(self) -> None:
        self.yard.confidential = not self.yard.confidential
        # What is confidential is taken back even from a comment that a person has edited, and a removal that
        # is cut off takes what it finds gone for its own doing: only a deletion that was noticed stays known.
        self.edited.clear()
        standing = {row[0]: row[1] for row in self.yard.state().receipts}
        ids = self.yard.tracker.item_id
        self.deleted = {item for item in self.deleted if standing.get(ids(item)) == "opted_out"}

    @rule(item=items)
    def a_link_is_silenced_or_speaks_again(self, item: int) -> None:
        self.yard.silent ^= {item}

    @rule(room=st.sampled_from((1, 50)))
    def the_limit_is_changed(self, room: int) -> None:
        self.yard.room = room

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.yard.clock.pass_by(timedelta(hours=hours))

    @rule(days=st.integers(5, 12))
    def weeks_pass(self, days: int) -> None:
        """So that there is an answer to give, and a number to grow stale; not beyond the end of the cycle."""
        if self.today() < date(2026, 12, 1):
            self.yard.clock.pass_by(timedelta(days=days))

    @rule(minutes=st.integers(1, 300))
    def the_clock_is_set_back(self, minutes: int) -> None:
        self.latest = max(self.latest, self.yard.clock.now())
        self.yard.clock.pass_by(-timedelta(minutes=minutes))

    @rule()
    def sync(self) -> None:
        self._ready()
        self.yard.sync()

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 2))
    def sync_and_be_killed(self, point: str, nth: int) -> None:
        self._ready()
        killed_at(self.yard, point, nth)

    @rule(seed=st.integers(0, 999))
    def sync_in_bad_weather(self, seed: int) -> None:
        random = Random(seed)
        weather = list(FAILURES.values())
        self._ready()
        self.yard.tracker.server.fault = lambda *_: random.choice(weather) if random.random() < 0.3 else None
        self.yard.sync()
        self.yard.mend()

    @rule(point=st.sampled_from(STOPS))
    def two_workers(self, point: str) -> None:
        """One is stopped for longer than its lease; another syncs; the first goes on."""
        self._ready()
        with child(self.yard, point, 1, signal.SIGSTOP) as pid:
            _, status = os.waitpid(pid, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                self.yard.outlive()
                self.yard.sync()
                os.kill(pid, signal.SIGCONT)
                os.waitpid(pid, 0)

    @invariant()
    def at_most_one(self) -> None:
        self.count.steps += 1
        assert self.yard.doubles() == 0

    def _ready(self) -> None:
        self.yard.mend()
        self.yard.outlive()

    def _stands(self, item: int) -> bool:
        return bool(list(self.yard.tracker.comments().values())[item])

    def _is_noted(self, item: int) -> bool:
        """Whether the store knows where a comment stands on the item."""
        receipts = {row[0]: row[1] for row in self.yard.state().receipts}
        return receipts.get(self.yard.tracker.item_id(item), "withdrawn") not in {"withdrawn", "partial"}

    def _is_known(self, item: int) -> bool:
        """Whether the comment is one that the store knows and wants, with nothing on its way to it."""
        if self.yard.confidential:
            return False
        state = self.yard.state()
        known = {row[0]: row[1] for row in state.receipts}
        flying = {row[0] for row in state.owed if row[2]}
        item_id = self.yard.tracker.item_id(item)
        return item_id not in flying and known.get(item_id) == "standing"

    def _is_last_word(self, item: int) -> bool:
        """Whether the comment is one that the store knows to say that it can be deleted."""
        texts = {row[0]: row[3] for row in self.yard.state().receipts}
        said = texts.get(self.yard.tracker.item_id(item)) or ""
        return self._is_known(item) and "can be deleted" in said

    def _end(self) -> None:
        """Once all is well again, everything owed stands, and a further sync has nothing to write."""
        self.yard.room = 50
        self.yard.tracker.reveal()
        if self.yard.confidential:
            self.yard.clock.at = max(self.latest, self.yard.clock.now())
            self.yard.settle()
            for item, bodies in enumerate(self.yard.tracker.comments().values()):
                # A last word of before says nothing of any number.
                silent = all("nothing here is kept up to date" in body for body in bodies)
                assert item in self.touched or silent, "nothing is said of what is confidential"
            self.yard.confidential = False
            self.yard.settle()
        if self.yard.silent:
            self.yard.clock.at = max(self.latest, self.yard.clock.now())
            self._settle()
            for item in self.yard.silent - self.touched:
                for body in list(self.yard.tracker.comments().values())[item]:
                    assert "nothing here is kept up to date" in body
            self.yard.silent.clear()
            self.yard.settle()
        # What was checked in by a clock that was ahead is of a day to come until the right one is there.
        self.yard.clock.at = max(self.latest, self.yard.clock.now())
        self._settle()
        assert self.yard.doubles() == 0
        # What a write that was cut off may have left on an item that is gone is asked for for good: nobody
        # can tell it from one that is hidden.
        assert self.yard.owes() <= {self.yard.tracker.item_id(item) for item in self.gone}
        self._check_text()
        before = len(self.yard.tracker.server.requests)
        self._ready()
        self.yard.sync()
        assert [one.path for one in self.yard.tracker.server.requests[before:] if is_write(one)] == []

    def _settle(self) -> None:
        """Clean syncs, and one as at night where an item is not known yet.

        It was archived or hidden when it was first looked for, and moved: its key is tried again at night.
        Until then nothing is called retired.
        """
        self.yard.settle()
        if any(item_id is None for _, _, item_id in self.yard.state().links):
            self.yard.settle(fresh=True)

    def _check_text(self) -> None:
        """What no person touched says how things are; what one touched is as they left it."""
        written = {row[0]: row for row in self.yard.state().receipts}
        for item, bodies in enumerate(self.yard.tracker.comments().values()):
            if item in self.gone:
                assert bodies == (), "what is deleted stays deleted"
                continue
            _, standing, _, text = written[self.yard.tracker.item_id(item)]
            if item not in self.touched:
                assert standing == "standing"
                assert len(bodies) == 1
                assert _figures(text) <= _figures(bodies[0]), (text, bodies[0])
                self._check_words(text)
                said, there = _work_in(text), self.yard.tracker.progress(item)
                # Less than five points of work are no reason to write.
                assert abs(said[0] / said[1] - there[0] / there[1]) < 0.05, (said, there)
            elif item in self.deleted:
                assert bodies == (), "who deleted it is not bothered again"
            elif item in self.edited:
                assert [body.count("Ana says otherwise") for body in bodies] == [1], (
                    "what a person wrote stays"
                )
            elif standing == "opted_out":
                assert bodies == ()

    def _check_words(self, text: str) -> None:
        """The newest value, the word for it, and the answer, each worked out from the check-ins alone."""
        newest = max(self.values)
        value = self.values[newest]
        assert f"Number: {value} %" in text
        said_on = _check_in_of(text)
        # The same value on a later day is no reason to write.
        assert said_on <= newest
        assert f": {_word(value, newest, self.today())} (check-in of " in text, (text, self.values)
        assert _answer(value, said_on, self.values) in text, (text, self.values)


START, TARGET, BEGIN, END = 34, 52, date(2026, 10, 1), date(2026, 12, 31)
"""The number of the yard and its quarter."""

OLD = timedelta(days=10)
"""A check-in is due every week, with three days of grace."""


def _word(value: int, on: date, today: date) -> str:
    """The status of a value on a day; thresholds as by default."""
    if min(today, END) - on > OLD:
        return "stale"
    share = Fraction(value - START, TARGET - START)
    gap = Fraction((min(on, END) - BEGIN).days + 1, (END - BEGIN).days + 1) - share
    if share >= 1:
        return "achieved"
    return "on track" if gap <= Fraction(1, 10) else "behind" if gap <= Fraction(1, 4) else "off track"


def _answer(value: int, on: date, values: Mapping[date, int]) -> str:
    """What the number did in the three weeks up to a check-in, as far as older check-ins tell."""
    since = max(BEGIN, on - timedelta(days=21))
    then = max((day for day in (BEGIN, *values) if day <= since), default=BEGIN)
    if since - then > OLD:
        return "Is it moving the number? Cannot tell yet: too few check-ins."
    change = value - values.get(then, START)
    points = "point" if abs(change) == 1 else "points"
    did = {
        1: f"rose by {change} {points}",
        0: "did not move (+0 points)",
        -1: f"went the wrong way: it fell by {-change} {points}",
    }[(change > 0) - (change < 0)]
    return f"etween {_day(since)} and {_day(on)} the number {did}"


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def _check_in_of(text: str) -> date:
    found = re.search(r"\(check-in of (\d+ \w+ \d+)", text)
    assert found, text
    return datetime.strptime(found[1], "%d %b %Y").replace(tzinfo=UTC).date()


def _work_in(text: str) -> tuple[int, int]:
    found = re.search(r"This work: (\d+) of (\d+) done", text)
    assert found, text
    return int(found[1]), int(found[2])


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\b\d+\b", text))


def run(kind: Kind, address: str, examples: int, steps: int, record: Record) -> None:
    """Every tracker on every database has histories of its own, the same in every run."""
    count = Count()
    here = type("Here", (Machine,), {"kind": kind, "address": address, "count": count})
    where = f"{kind} {address.partition(':')[0]}"
    run_state_machine_as_test(
        seed(crc32(where.encode()))(here),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            # A history takes a second: making a failing one smaller would take the night.
            phases=(Phase.generate,),
            suppress_health_check=tuple(HealthCheck),
        ),
    )
    record("faults: histories of the state machine", count.examples)
    record("faults: steps of theirs", count.steps)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens(kind: Kind, file_database: str, record_property: Record) -> None:
    run(kind, file_database, 8, 25, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens_at_length(kind: Kind, database: str, record_property: Record) -> None:
    run(kind, database, 320, 50, record_property)
