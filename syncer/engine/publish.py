"""From comments owed to comments standing: what to put in the outbox (pure), and one delivery at a time.

The order makes a crash harmless: the intent is committed before the call; what was never acknowledged is
looked up by its marker before anything is created; the lease is checked right before each write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ParamSpec, TypeVar

from syncer.domain.comment import Facts, Publication, is_material
from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import Delivery, OutboxRow, Placement, Receipt, Standing, Wrote
from syncer.domain.work import Item
from syncer.engine.receipts import loudest, may_stand, receipt_after, was_gone
from syncer.errors import NotFoundError, SkippableError, SyncerError, TemporaryError
from syncer.ports import Clock, Connector, Lease, Store

Confidential = Collection[str]
"""Ids of the key results nothing may be published of."""


@dataclass(frozen=True, slots=True)
class OutboxPlan:
    """What the outbox shall look like: rows to put, and items whose row has become needless."""

    put: tuple[OutboxRow, ...]
    drop: tuple[Item, ...]


def leaks(facts: Facts, confidential: Confidential) -> bool:
    """Whether what was published rests on a key result that is confidential now."""
    return any(section.key_result_id in confidential for section in facts)


def leaks_unanswered(row: OutboxRow, confidential: Confidential) -> bool:
    """Whether a write that was cut off may have published what is confidential now."""
    return not row.unanswered.isdisjoint(confidential)


def plan_publish(
    owed: Sequence[Publication],
    receipts: Sequence[Receipt],
    outbox: Sequence[OutboxRow],
    policy: PublishPolicy,
    confidential: Confidential,
    now: datetime,
) -> OutboxPlan:
    """Compares what is owed with what stands there and with what is already on its way, at `now` (UTC).

    What stands there of a confidential key result is taken back, whatever became of its link since.
    """
    latest = now + policy.min_interval
    standing = {receipt.item: receipt for receipt in receipts}
    waiting = {row.publication.item: row for row in outbox}
    wanted = {publication.item: publication for publication in owed}
    wanted.update(_taken_back(wanted, standing, waiting, confidential))
    put: list[OutboxRow] = []
    drop: list[Item] = [item for item, row in waiting.items() if item not in wanted and not row.in_flight]
    for item, publication in wanted.items():
        row, receipt = waiting.get(item), standing.get(item)
        new = _row_for(publication, receipt, confidential, _earliest(receipt, policy, latest))
        removing = row is not None and row.publication.comment is None
        settled = _is_settled(receipt) and not (removing and _is_edited(receipt))
        if row is not None and row.in_flight and not settled:
            # A write was cut off and may have arrived: whatever is owed now, the item has to be looked at. A
            # removal is brought to its end first, or what it took away looks like a person's opt-out.
            kept = row.publication if removing else publication
            new = OutboxRow(publication=kept, in_flight=True, unanswered=_unanswered(row, kept))
        if new is None and row is not None:
            drop.append(item)
        elif new is not None and not _is_waiting(new, row, latest):
            put.append(new)
    return OutboxPlan(tuple(put), tuple(drop))


def _taken_back(
    wanted: Mapping[Item, Publication],
    standing: Mapping[Item, Receipt],
    waiting: Mapping[Item, OutboxRow],
    confidential: Confidential,
) -> Iterator[tuple[Item, Publication]]:
    """Removals nobody else asks for: of items that left the file, rest, or were edited by a human."""
    for item, receipt in standing.items():
        edited = receipt.standing is Standing.EDITED
        if leaks(receipt.facts, confidential) and (edited or item not in wanted):
            yield item, receipt.removal
    for item, row in waiting.items():
        removing = row.publication.comment is None
        may_stand = leaks(row.publication.facts, confidential) or leaks_unanswered(row, confidential)
        if item not in wanted and row.in_flight and (removing or may_stand):
            yield item, replace(row.publication, comment=None, facts=())


def _unanswered(row: OutboxRow, publication: Publication) -> frozenset[str]:
    """What a write that was cut off may have published, and what is to be written now says nothing of."""
    sent = row.unanswered | {section.key_result_id for section in row.publication.facts}
    return sent - {section.key_result_id for section in publication.facts}


def _row_for(
    publication: Publication, receipt: Receipt | None, confidential: Confidential, earliest: datetime | None
) -> OutboxRow | None:
    """What is owed to an item, `earliest` (UTC) where it is an edit, or a comment after one was withdrawn."""
    standing = receipt.standing if receipt else Standing.WITHDRAWN
    if receipt is not None and standing is not Standing.OPTED_OUT and leaks(receipt.facts, confidential):
        return OutboxRow(publication=publication)
    if receipt is None or standing is Standing.WITHDRAWN:
        return OutboxRow(publication=publication, not_before=earliest) if publication.comment else None
    if _is_settled(receipt):
        return None
    if publication.comment is None or standing in {Standing.PARTIAL, Standing.RESUMED}:
        return OutboxRow(publication=publication)
    if not _has_news(publication, receipt):
        return None
    return OutboxRow(publication=publication, not_before=earliest)


def _has_news(publication: Publication, receipt: Receipt) -> bool:
    same_audience = _seen_by(receipt.facts) == _seen_by(publication.facts)
    says_the_same = receipt.digest == publication.digest and same_audience
    return not says_the_same and is_material(receipt.facts, publication.facts)


def _earliest(receipt: Receipt | None, policy: PublishPolicy, latest: datetime) -> datetime | None:
    """When the interval since the last write is over; a clock that was ahead then holds up no longer."""
    if receipt is None or receipt.published_at is None:
        return None
    return min(receipt.published_at + policy.min_interval, latest)


def _seen_by(facts: Facts) -> frozenset[str]:
    return frozenset(section.audience for section in facts)


def _is_waiting(new: OutboxRow, row: OutboxRow | None, latest: datetime) -> bool:
    """Whether the same is waiting already, perhaps until later because the tracker refused it for now."""
    if row is None or (row.in_flight, row.unanswered) != (new.in_flight, new.unanswered):
        return False
    if row.not_before is not None and row.not_before > latest:
        return False
    return row.publication == new.publication and (row.not_before is not None or new.not_before is None)


def _is_settled(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.standing in {Standing.OPTED_OUT, Standing.EDITED}


def _is_edited(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.standing is Standing.EDITED


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one row: `wrote` in the tracker, or why not (`why`); `standing` None while unknown."""

    publication: Publication
    standing: Standing | None
    wrote: Wrote = Wrote.NOTHING
    writes: int = 0
    why: str = ""
    hint: str = ""
    code: str = ""


class RefusedError(Exception):
    """The tracker, not the store, refused: the connection is done for this sync. `error` says why."""

    def __init__(self, error: SyncerError) -> None:
        super().__init__(error.sentence)
        self.error = error


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers rows over one connection under one lease; `confirm` raises LeaseLostError when it is lost."""

    store: Store
    lease: Lease
    confirm: Callable[[], None]
    clock: Clock
    connector: Connector
    policy: PublishPolicy
    confidential: Confidential

    def deliver(
        self, row: OutboxRow, receipt: Receipt | None, *, create: bool = True, room: int | None = None
    ) -> Delivered:
        """Brings one comment to stand as wanted; without `create` only where one stands.

        After `room` writes it stops where it is, as `partial`, and the row stays: None is no limit. Taking
        second comments of ours away counts and is not limited.
        A refusal for this item alone is reported and tried again after the interval. RefusedError is raised
        where the tracker refuses the whole connection; errors of the store go up as they are and end the
        run. The row stays in flight while nobody knows whether a write arrived, so that the next sync looks
        before it writes.
        """
        self._save(replace(row, in_flight=True))
        try:
            placement, doubles = self._placements(row.publication, receipt)
            removed = self.remove(row.publication, doubles)
        except SkippableError as error:
            return self._put_off(row, error)  # what was unknown stays unknown
        except RefusedError as refusal:
            if not _may_have_arrived(refusal.error):
                self._save(row)
            raise
        if not create and row.publication.comment and (placement is None or placement.comment_id is None):
            # Nothing arrived, so nothing leaks; the row stays in flight and is looked for again.
            self._save(replace(row, in_flight=True, unanswered=frozenset()))
            return Delivered(row.publication, None, writes=removed)
        after = self._steps(row, receipt, placement, None if room is None else room - removed)
        return replace(after, writes=after.writes + removed)

    def remove(self, publication: Publication, doubles: Sequence[Placement]) -> int:
        """Takes second comments of ours away, and says how many writes that took.

        Raises SkippableError where the tracker refuses these alone, RefusedError where it refuses the
        connection, and errors of the store as they are.
        """
        withdrawal, writes = replace(publication, comment=None, facts=()), 0
        for placement in doubles:
            at: Placement | None = placement
            for _ in range(_MAX_STEPS):
                self.confirm()
                delivery = _asked(self.connector.publish, withdrawal, at)
                writes += delivery.wrote is not Wrote.NOTHING
                at = delivery.placement
                if delivery.standing is not Standing.PARTIAL:
                    break
        return writes

    def _steps(
        self, row: OutboxRow, receipt: Receipt | None, placement: Placement | None, room: int | None
    ) -> Delivered:
        resumed = receipt is not None and receipt.standing is Standing.RESUMED
        publication, written = replace(row.publication, over_edits=resumed), list[Wrote]()
        first = placement
        if placement is None and (publication.comment is None or publication.is_last_word):
            self._settle(publication, receipt, Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING))
            return Delivered(publication, Standing.WITHDRAWN)
        standing, repeated = Standing.PARTIAL, False
        for _ in range(_MAX_STEPS):
            if room is not None and _count(written) >= room:
                self._save(row)
                break
            self.confirm()
            try:
                delivery = self.connector.publish(publication, placement)
            except self._gone_with_its_item(publication, receipt):
                return self._closed_unsaid(publication, receipt)
            except SkippableError as error:
                # What was cut off before may stand there, and nothing but this row knows of it.
                return self._put_off(replace(row, in_flight=row.in_flight or repeated), error)
            except SyncerError as error:
                repeated = self._once_more(row, error, repeated=repeated)
                continue
            written.append(delivery.wrote)
            if not (repeated or row.in_flight) and was_gone(first, delivery, written):
                delivery = replace(delivery, standing=Standing.OPTED_OUT)
            self._settle(publication, receipt, delivery, may_stand(row, receipt))
            placement, standing = delivery.placement, delivery.standing
            if standing is not Standing.PARTIAL:
                break
        return Delivered(publication, standing, loudest(written), _count(written))

    def _once_more(self, row: OutboxRow, error: SyncerError, *, repeated: bool) -> bool:
        """True where what is to be gone may be asked for again; raises RefusedError where nothing may."""
        if _may_have_arrived(error) and row.publication.comment is None and not repeated:
            return True
        if not (repeated or _may_have_arrived(error)):
            self._save(row)
        raise RefusedError(error) from error

    def _placements(
        self, publication: Publication, receipt: Receipt | None
    ) -> tuple[Placement | None, tuple[Placement, ...]]:
        """What is known to stand there, and what of ours beside it; without an id the tracker is asked."""
        known = receipt.placement if receipt and receipt.standing is not Standing.WITHDRAWN else None
        if receipt is not None and receipt.is_last_word and self._is_gone(receipt):
            known = None  # whoever took it away was told that it can go, and has opted out of nothing
        if known is not None and known.comment_id is not None:
            return known, ()
        found = self.found(publication)
        return (found[0], found[1:]) if found else (known, ())

    def _is_gone(self, receipt: Receipt) -> bool:
        seen = _asked(self.connector.verify, (receipt,))
        return seen.get(receipt.item_id) is Standing.OPTED_OUT

    def found(self, publication: Publication) -> tuple[Placement, ...]:
        """What of ours the tracker finds on the item, the one to keep first. Raises as `remove` does."""
        return _asked(self.connector.find_published, publication.ref, publication.item_id, publication.marker)

    def note(self, receipt: Receipt) -> None:
        """Keeps what was found out about a comment."""
        with self.store.write(self.lease) as work:
            work.save_receipt(receipt)

    def _put_off(self, row: OutboxRow, error: SkippableError) -> Delivered:
        self._save(replace(row, not_before=self.clock.now() + self.policy.min_interval))
        return Delivered(row.publication, None, why=error.sentence, hint=error.hint, code=error.code)

    def _gone_with_its_item(
        self, publication: Publication, receipt: Receipt | None
    ) -> tuple[type[NotFoundError], ...]:
        """What nobody asks for any more has nowhere to go once its item is gone, and nobody reads that item.

        What leaks is asked for until it is known to be gone: Jira does not tell deleted from hidden.
        """
        needless = publication.is_last_word or publication.comment is None
        leaking = receipt is None or leaks(receipt.facts, self.confidential)
        return (NotFoundError,) if needless and not leaking else ()

    def _closed_unsaid(self, publication: Publication, receipt: Receipt | None) -> Delivered:
        """Nothing more is written, and nobody opted out. What was said is kept: the item may come back."""
        assert receipt is not None  # noqa: S101  without one nothing is closed
        with self.store.write(self.lease) as work:
            work.save_receipt(replace(receipt, standing=Standing.WITHDRAWN))
            work.drop_outbox(publication.workspace, publication.ref.connection, publication.item_id)
        return Delivered(publication, Standing.WITHDRAWN)

    def _settle(
        self, publication: Publication, before: Receipt | None, delivery: Delivery, in_doubt: Facts = ()
    ) -> None:
        receipt = receipt_after(publication, before, delivery, self.clock.now())
        if delivery.standing is Standing.EDITED:
            receipt = replace(receipt, facts=in_doubt)
        with self.store.write(self.lease) as work:
            work.save_receipt(receipt)
            if delivery.standing is not Standing.PARTIAL:
                work.drop_outbox(publication.workspace, publication.ref.connection, publication.item_id)

    def _save(self, row: OutboxRow) -> None:
        with self.store.write(self.lease) as work:
            work.put_outbox(row)


P = ParamSpec("P")
T = TypeVar("T")


def _asked(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """One call of the tracker: what it refuses is told apart from what the store does."""
    try:
        return call(*args, **kwargs)
    except SkippableError:
        raise
    except SyncerError as error:
        raise RefusedError(error) from error


def _count(written: Sequence[Wrote]) -> int:
    return sum(1 for wrote in written if wrote is not Wrote.NOTHING)


def _may_have_arrived(error: SyncerError) -> bool:
    return isinstance(error, TemporaryError) and error.outcome_unknown


_MAX_STEPS = 4
"""A task and a comment on it are two writes; twice that is a connector that goes in circles."""
