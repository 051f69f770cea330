"""People at work on a few items, drawn by seed, and what is true after each of their edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from connectors.buckets import Bucket
from connectors.testing.desk import Ability, Desk, Fault
from connectors.testing.ledger import Ledger, buckets, seen
from syncer.domain.work import Progress, WorkRef
from syncer.errors import TemporaryError


@dataclass(slots=True)
class Life:
    """People at work on a few items, and what is true after each of their edits."""

    desk: Desk
    random: Random
    items: tuple[WorkRef, ...]
    children: dict[WorkRef, dict[str, Bucket]] = field(default_factory=dict)

    def edit(self) -> None:
        """Somebody does something."""
        self.random.choice([self._add, self._add, self._put, self._move, self._delete, self._rename])()

    def truth(self, item: WorkRef) -> Progress:
        """What is to be counted under an item."""
        count = Counter(self.children[item].values())
        return Progress(done=count[Bucket.DONE], open=count[Bucket.OPEN], cancelled=count[Bucket.CANCELLED])

    def _bucket(self) -> Bucket:
        buckets = [Bucket.DONE, Bucket.OPEN, Bucket.CANCELLED]
        return self.random.choice(buckets[:2] if Ability.CANCEL_CHILD in self.desk.cannot else buckets)

    def _some(self) -> Iterator[tuple[WorkRef, str]]:
        there = [(item, child) for item in self.items for child in self.children[item]]
        return iter(self.random.sample(there, k=min(1, len(there))))

    def _add(self) -> None:
        item, bucket = self.random.choice(self.items), self._bucket()
        self.children[item][self.desk.add_child(item, "a child", bucket)] = bucket

    def _put(self) -> None:
        for item, child in self._some():
            self.children[item][child] = self._bucket()
            self.desk.put_child(item, child, self.children[item][child])

    def _move(self) -> None:
        to = self.random.choice(self.items)
        for item, child in self._some():
            if item != to and Ability.MOVE_CHILD not in self.desk.cannot:
                self.desk.move_child(item, child, to)
                self.children[to][child] = self.children[item].pop(child)

    def _delete(self) -> None:
        for item, child in self._some():
            if Ability.DELETE_CHILD not in self.desk.cannot:
                self.desk.delete_child(item, child)
                del self.children[item][child]

    def _rename(self) -> None:
        self.desk.rename(self.random.choice(self.items), f"Name {self.random.randrange(100)}")


def live_through(desk: Desk, random: Random, edits: int) -> None:
    """So many edits, with good and bad reads in between; what is counted is always what is true."""
    items = tuple(desk.add_item(f"Item {number}") for number in range(3))
    life = Life(desk, random, items, {item: {} for item in items})
    ledger = Ledger(desk, items)
    for _ in range(edits):
        life.edit()
        desk.pass_time(timedelta(minutes=random.choice([0, 0, 1, 15, 600])))
        if random.random() < 0.2:
            _read_badly(ledger, random)
        if random.random() < 0.4:
            outcomes = ledger.read()
            assert outcomes == ledger.read_in_full(), "a read of what changed says what a full read says"
            counted = {item: buckets(seen(outcomes[item]).progress) for item in items}
            assert counted == {item: buckets(life.truth(item)) for item in items}


def _read_badly(ledger: Ledger, random: Random) -> None:
    """Some items only, or with the tracker failing somewhere in between."""
    desk, some = ledger.desk, random.sample(ledger.items, k=random.randint(1, len(ledger.items)))
    if Fault.BROKEN not in desk.cannot and random.random() < 0.5:
        desk.fail(Fault.BROKEN, after=random.randrange(8))
    with suppress(TemporaryError):
        ledger.read(*some)
    desk.mend()
