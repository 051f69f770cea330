"""What the suite stands on: reading as the engine does, and words to publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from connectors.buckets import Bucket
from connectors.testing.desk import WORKSPACE, Ability, Desk, Fate, Fault, unleased
from syncer.domain.comment import Comment, Heading, Paragraph, Publication, Style, Text, marker
from syncer.domain.sync import ConnectorState, Delivery, Placement, Standing
from syncer.domain.work import Outcome, Progress, Snapshot, WorkRef
from syncer.errors import FatalError, SyncerError, TemporaryError
from syncer.ports import Confirm, Connector

LONGEST_LABEL = 1000
"""Characters that a name may have once it has left a connector."""

MOST_STEPS = 6
"""A comment stands after so many steps, or never will."""


def needs(desk: Desk, *asked: Ability | Fault | Fate) -> None:
    """Skips the test, with the desk's reason, where the tracker has no such thing."""
    for one in asked:
        if one in desk.cannot:
            pytest.skip(f"cannot {one}: {desk.cannot[one]}")


@contextmanager
def connected(desk: Desk, *, confirm: Confirm | None = unleased) -> Iterator[Connector]:
    """A connector for as long as the block lasts."""
    connector = desk.connect(confirm=confirm)
    try:
        yield connector
    finally:
        connector.close()


@dataclass(slots=True)
class Ledger:
    """Reads the same items again and again and keeps the state between the reads, as the store does."""

    desk: Desk
    items: tuple[WorkRef, ...]
    state: ConnectorState = field(default_factory=ConnectorState)
    cost: int = 0

    def read(self, *some: WorkRef) -> dict[WorkRef, Outcome]:
        """One sync's fetch of all items, or of some, by a connector of its own.

        `cost` is how many requests it took; it also takes a second.
        """
        asked = tuple(ref for ref in self.items if ref in some) if some else self.items
        with connected(self.desk, confirm=None) as connector:
            before = connector.requests
            fetched = connector.fetch(asked, self.state)
            self.cost = connector.requests - before
        # Edits in the very instant of a read would carry the same time stamp as what the read has seen.
        self.desk.pass_time(timedelta(seconds=1))
        self.state = ConnectorState(fetched.state.connection, {**self.state.items, **fetched.state.items})
        outcomes = {outcome.ref: outcome for outcome in fetched.outcomes}
        assert outcomes.keys() == set(asked), "every ref asked for has an outcome, and no other has"
        self.items = tuple(_known(ref, outcomes.get(ref)) for ref in self.items)
        return outcomes

    def read_in_full(self) -> dict[WorkRef, Outcome]:
        """What somebody who knows nothing yet would read now; this ledger learns nothing from it."""
        return Ledger(self.desk, self.items).read()

    def copy(self) -> Ledger:
        """A ledger that has seen the same so far."""
        return replace(self)


def _known(ref: WorkRef, outcome: Outcome | None) -> WorkRef:
    return replace(ref, item_id=outcome.item_id) if isinstance(outcome, Snapshot) else ref


def stocked(desk: Desk, name: str, *, done: int = 0, open_: int = 0, cancelled: int = 0) -> WorkRef:
    """An item with so many children in each bucket."""
    item = desk.add_item(name)
    for bucket, count in ((Bucket.DONE, done), (Bucket.OPEN, open_), (Bucket.CANCELLED, cancelled)):
        for number in range(count):
            desk.add_child(item, f"{bucket} {number}", bucket)
    return item


def seen(outcome: Outcome) -> Snapshot:
    """The outcome of an item that can be read."""
    assert isinstance(outcome, Snapshot), f"not read: {outcome}"
    return outcome


def buckets(progress: Progress) -> tuple[int, int, int]:
    """Done, open and cancelled, whatever is known of points."""
    return progress.done, progress.open, progress.cancelled


def one(desk: Desk, item: WorkRef) -> Snapshot:
    """What a full read says about one item."""
    return seen(Ledger(desk, (item,)).read()[item])


def check_sentence(text: str, secret: str) -> None:
    """A sentence for people: there is one, it is of bearable length, and it holds no secret."""
    assert len(text.strip()) > 10, f"no sentence: {text!r}"
    assert len(text) < 2000, "a sentence is no page"
    assert secret not in text, "the secret is in a sentence"
    assert is_storable(text), f"a database refuses this: {text!r}"


def check_error(error: SyncerError, secret: str) -> None:
    """An error that stops a connection: of the right branch, with a sentence, and no secret behind it."""
    assert isinstance(error, FatalError | TemporaryError), f"{error!r} does not stop the connection"
    check_sentence(error.sentence, secret)
    cause: BaseException | None = error
    while cause is not None:
        assert secret not in f"{cause!r} {cause} {getattr(cause, 'hint', '')}", "the secret is in an error"
        cause = cause.__cause__ or cause.__context__


def is_storable(text: str) -> bool:
    """Whether every database takes it: UTF-8 without NUL."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def owed(item: WorkRef, item_id: str, *lines: str) -> Publication:
    """A comment owed to an item; without a line it is to be taken away."""
    mark = marker(WORKSPACE, item_id)
    last = Paragraph((Text(mark, Style.CODE),))
    said = tuple(Paragraph((Text("Number: 37 %", Style.STRONG), Text(f" {line}"))) for line in lines)
    comment = Comment((Heading((Text("OKR rollup"),)), *said, last), mark) if lines else None
    return Publication(
        workspace=WORKSPACE, ref=replace(item, item_id=item_id), item_id=item_id, comment=comment
    )


def deliver(
    connector: Connector, publication: Publication, at: Placement | None = None
) -> Sequence[Delivery]:
    """Steps until it stands as wanted, or does not; every step is at most one write."""
    steps: list[Delivery] = []
    while not steps or steps[-1].standing is Standing.PARTIAL:
        assert len(steps) < MOST_STEPS, f"no end after {steps}"
        writes = connector.writes
        steps.append(connector.publish(publication, steps[-1].placement if steps else at))
        assert connector.writes - writes <= 1, "one step takes at most one write"
    return steps
