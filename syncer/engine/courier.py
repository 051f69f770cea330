"""One delivery at a time: from a row of the outbox to a comment that stands as it is owed.

The order makes a crash harmless: the intent is committed before the call; what was never acknowledged is
looked up by its marker before anything is created; the connector asks for the lease before each write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from syncer.domain.comment import Facts, Publication
from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import Delivery, OutboxRow, Placement, Receipt, Standing, Wrote
from syncer.engine.publish import Confidential, is_exposed
from syncer.engine.receipts import count, is_missing, loudest, may_stand, receipt_after, was_gone
from syncer.errors import (
    ForeignCommentError,
    LeaseLostError,
    NotFoundError,
    SkippableError,
    StoreError,
    SyncerError,
)
from syncer.ports import Clock, Connector, Lease, Store


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
    """The tracker, not the store, refused: the connection is done for this sync. `error` says why.

    `writes` is how many of the delivery had arrived before.
    """

    def __init__(self, error: SyncerError, writes: int = 0) -> None:
        super().__init__(error.sentence)
        self.error = error
        self.writes = writes


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers rows over one connection, whose connector was given the `confirm` of the same lease."""

    store: Store
    lease: Lease
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
        written: list[Wrote] = []
        try:
            return self._delivered(row, receipt, written, create=create, room=room)
        except RefusedError as refusal:
            raise RefusedError(refusal.error, count(written)) from refusal

    def _delivered(
        self, row: OutboxRow, receipt: Receipt | None, written: list[Wrote], *, create: bool, room: int | None
    ) -> Delivered:
        publication = row.publication
        try:
            placement, doubles = self._placements(publication, receipt)
            self.remove(publication, doubles, written)
        except self._gone_with_its_item(row, receipt):
            return self._closed_unsaid(row, receipt, written)
        except SkippableError as error:
            return self._put_off(row, error, written)  # what was unknown stays unknown
        except RefusedError as refusal:
            if not refusal.error.outcome_unknown:
                self._save(row)
            raise
        if not create and publication.comment and (placement is None or placement.comment_id is None):
            # Nothing arrived, so nothing leaks; the row stays in flight and is looked for again.
            self._save(replace(row, in_flight=True, unanswered=frozenset()))
            return Delivered(publication, None, writes=count(written))
        if placement is None and (publication.comment is None or publication.is_last_word):
            self._settle(publication, receipt, Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING))
            return Delivered(publication, Standing.WITHDRAWN, writes=count(written))
        return self._steps(row, receipt, placement, written, room)

    def remove(self, publication: Publication, doubles: Sequence[Placement], written: list[Wrote]) -> None:
        """Takes second comments of ours away, and adds what it wrote to `written`, also where it fails.

        Raises SkippableError where the tracker refuses these alone, RefusedError where it refuses the
        connection, and errors of the store as they are.
        """
        withdrawal = replace(publication, comment=None, facts=())
        for placement in doubles:
            at: Placement | None = placement
            for _ in range(_MAX_STEPS):
                delivery = _asked(self.connector.publish, withdrawal, at)
                written.append(delivery.wrote)
                at = delivery.placement
                if delivery.standing is not Standing.PARTIAL:
                    break

    def _steps(
        self,
        row: OutboxRow,
        receipt: Receipt | None,
        placement: Placement | None,
        written: list[Wrote],
        room: int | None,
    ) -> Delivered:
        resumed = receipt is not None and receipt.standing is Standing.RESUMED
        publication, first, since = replace(row.publication, over_edits=resumed), placement, len(written)
        standing, repeated = Standing.PARTIAL, False
        for _ in range(_MAX_STEPS):
            if room is not None and count(written) >= room:
                self._save(row)
                break
            try:
                delivery = self._step(publication, placement)
            except self._gone_with_its_item(row, receipt):
                return self._closed_unsaid(row, receipt, written)
            except SkippableError as error:
                # What was cut off before may stand there, and nothing but this row knows of it.
                in_doubt = row.in_flight or repeated or error.outcome_unknown
                return self._put_off(replace(row, in_flight=in_doubt), error, written)
            except SyncerError as error:
                repeated = self._once_more(row, error, repeated=repeated)
                continue
            written.append(delivery.wrote)
            if not (repeated or row.in_flight) and was_gone(first, delivery, written[since:]):
                delivery = replace(delivery, standing=Standing.OPTED_OUT)
            # What is found gone after a write that was cut off was that write's doing.
            ours = publication.comment is None and (repeated or row.in_flight)
            told = replace(delivery, wrote=Wrote.REMOVED if ours else loudest(written[since:]))
            self._settle(publication, receipt, told, may_stand(row, receipt))
            placement, standing = delivery.placement, delivery.standing
            if standing is not Standing.PARTIAL:
                break
        return Delivered(publication, standing, loudest(written[since:]), count(written))

    def _step(self, publication: Publication, placement: Placement | None) -> Delivery:
        """One step. Where the comment that was known is gone, it is about another one of ours, if one stands.

        A restored backup knows nothing of what was written since.
        """
        delivery = self.connector.publish(publication, placement)
        if is_missing(placement, delivery):
            other = self._another(publication)
            if other is not None:
                return self.connector.publish(publication, other)
        return delivery

    def _another(self, publication: Publication) -> Placement | None:
        try:
            found = self.connector.find_published(publication.ref, publication.item_id, publication.marker)
        except ForeignCommentError:
            return None  # what another account wrote is none of ours
        return next((at for at in found if at.comment_id), None)

    def _once_more(self, row: OutboxRow, error: SyncerError, *, repeated: bool) -> bool:
        """True where what is to be gone may be asked for again; raises RefusedError where nothing may."""
        if isinstance(error, _OURS):
            raise error
        if error.outcome_unknown and row.publication.comment is None and not repeated:
            return True
        if not (repeated or error.outcome_unknown):
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

    def _put_off(self, row: OutboxRow, error: SkippableError, written: Sequence[Wrote]) -> Delivered:
        self._save(replace(row, not_before=self.clock.now() + self.policy.min_interval))
        return Delivered(
            row.publication,
            None,
            loudest(written),
            count(written),
            why=error.sentence,
            hint=error.hint,
            code=error.code,
        )

    def _gone_with_its_item(self, row: OutboxRow, receipt: Receipt | None) -> tuple[type[NotFoundError], ...]:
        """What nobody asks for any more has nowhere to go once its item is gone, and nobody reads that item.

        What leaks is asked for until it is known to be gone: Jira does not tell deleted from hidden.
        """
        needless = row.publication.is_last_word or row.publication.comment is None
        leaking = receipt is None or is_exposed(row, receipt, self.confidential)
        return (NotFoundError,) if needless and not leaking else ()

    def _closed_unsaid(self, row: OutboxRow, receipt: Receipt | None, written: Sequence[Wrote]) -> Delivered:
        """Nothing more is written, and nobody opted out. What may be said is kept: the item may come back."""
        assert receipt is not None  # noqa: S101  without one nothing is closed
        publication = row.publication
        with self.store.write(self.lease) as work:
            work.save_receipt(replace(receipt, standing=Standing.WITHDRAWN, facts=may_stand(row, receipt)))
            work.drop_outbox(publication.workspace, publication.ref.connection, publication.item_id)
        return Delivered(publication, Standing.WITHDRAWN, loudest(written), count(written))

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
    except (SkippableError, *_OURS):
        raise
    except SyncerError as error:
        raise RefusedError(error) from error


_OURS = (StoreError, LeaseLostError)
"""What stopped a write on our side; the tracker refused nothing."""

_MAX_STEPS = 4
"""A task and a comment on it are two writes; twice that is a connector that goes in circles."""
