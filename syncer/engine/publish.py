"""From comments owed to comments standing: what to put in the outbox (pure), and one delivery at a time.

The order makes a crash harmless: the intent is committed before the call; what was never acknowledged is
looked up by its marker before anything is created; the lease is checked right before each write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncer.domain.comment import Publication, is_material
from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import Delivery, Placement, Receipt, Standing, Wrote
from syncer.errors import FatalError, SkippableError, SyncerError, TemporaryError
from syncer.ports import Clock, Connector, Lease, OutboxRow, Store

Item = tuple[str, str]
"""Connection and item id."""


@dataclass(frozen=True, slots=True)
class OutboxPlan:
    """What the outbox shall look like: rows to put, and items whose row has become needless."""

    put: tuple[OutboxRow, ...]
    drop: tuple[Item, ...]


def item_of(publication: Publication) -> Item:
    """Where a publication belongs."""
    return publication.ref.connection, publication.item_id


def plan_publish(
    owed: Sequence[Publication],
    receipts: Sequence[Receipt],
    outbox: Sequence[OutboxRow],
    policy: PublishPolicy,
) -> OutboxPlan:
    """Compares what is owed with what stands there and with what is already on its way."""
    standing = {(r.ref.connection, r.item_id): r for r in receipts}
    waiting = {item_of(row.publication): row for row in outbox}
    put: list[OutboxRow] = []
    drop: list[Item] = []
    for publication in owed:
        item = item_of(publication)
        row = waiting.get(item)
        wanted = _row_for(publication, standing.get(item), policy)
        if row is not None and row.in_flight and not _is_settled(standing.get(item)):
            # A write was cut off and may have arrived: whatever is owed now, the item has to be looked at.
            wanted = OutboxRow(publication=publication, in_flight=True)
        if wanted is None and row is not None:
            drop.append(item)
        elif wanted is not None and wanted != row:
            put.append(wanted)
    return OutboxPlan(tuple(put), tuple(drop))


def _row_for(publication: Publication, receipt: Receipt | None, policy: PublishPolicy) -> OutboxRow | None:
    if receipt is None or receipt.standing is Standing.WITHDRAWN:
        return OutboxRow(publication=publication) if publication.comment else None
    if receipt.standing in {Standing.OPTED_OUT, Standing.EDITED}:
        return None
    if publication.comment is None:
        return OutboxRow(publication=publication)
    if receipt.standing is Standing.PARTIAL:
        return OutboxRow(publication=publication)
    if receipt.digest == publication.digest or not is_material(receipt.facts, publication.facts):
        return None
    earliest = receipt.published_at + policy.min_interval if receipt.published_at else None
    return OutboxRow(publication=publication, not_before=earliest)


def _is_settled(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.standing in {Standing.OPTED_OUT, Standing.EDITED}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one row: `wrote` in the tracker, or why not (`why`); `standing` None while unknown."""

    publication: Publication
    standing: Standing | None
    wrote: Wrote = Wrote.NOTHING
    why: str = ""
    hint: str = ""
    code: str = ""


def ready(
    rows: Sequence[OutboxRow], readable: Mapping[Item, bool], now: datetime
) -> tuple[tuple[OutboxRow, ...], tuple[OutboxRow, ...]]:
    """Rows that may go out now, withdrawals first, and rows held back until later."""
    mine = [row for row in rows if readable.get(item_of(row.publication))]
    go = [row for row in mine if row.not_before is None or row.not_before <= now]
    held = [row for row in mine if row.not_before is not None and row.not_before > now]
    go.sort(key=lambda row: row.publication.comment is not None)
    return tuple(go), tuple(held)


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers rows over one connection under one lease; `confirm` raises LeaseLostError when it is lost."""

    store: Store
    lease: Lease
    confirm: Callable[[], None]
    clock: Clock
    connector: Connector
    policy: PublishPolicy

    def deliver(self, row: OutboxRow, receipt: Receipt | None) -> Delivered:
        """Brings one comment to stand as wanted.

        A refusal for this item alone is reported and tried again after the interval. FatalError and
        TemporaryError go up: they concern the whole connection. The row stays in flight while nobody knows
        whether a write arrived, so that the next sync looks before it writes.
        """
        publication = row.publication
        self._save(replace(row, in_flight=True))
        try:
            return self._steps(publication, receipt)
        except SkippableError as error:
            later = self.clock.now() + self.policy.min_interval
            self._save(replace(row, in_flight=False, not_before=later))
            return _failed(publication, error)
        except TemporaryError as error:
            if not error.outcome_unknown:
                self._save(replace(row, in_flight=row.in_flight))
            raise
        except FatalError:
            self._save(replace(row, in_flight=row.in_flight))
            raise

    def _steps(self, publication: Publication, receipt: Receipt | None) -> Delivered:
        placement = self._placement(publication, receipt)
        if placement is None and publication.comment is None:
            self._settle(publication, Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING))
            return Delivered(publication, Standing.WITHDRAWN)
        written: list[Wrote] = []
        for _ in range(_MAX_STEPS):
            self.confirm()
            delivery = self.connector.publish(publication, placement)
            written.append(delivery.wrote)
            self._settle(publication, delivery)
            placement = delivery.placement
            if delivery.standing is not Standing.PARTIAL:
                break
        return Delivered(publication, delivery.standing, _loudest(written))

    def _placement(self, publication: Publication, receipt: Receipt | None) -> Placement | None:
        """What is known to stand there; without a known comment id the tracker is asked first."""
        known = receipt.placement if receipt and receipt.standing is not Standing.WITHDRAWN else None
        if known is not None and known.comment_id is not None:
            return known
        found = self.connector.find_published(publication.ref, publication.item_id, publication.marker)
        return found or known

    def _settle(self, publication: Publication, delivery: Delivery) -> None:
        now = self.clock.now()
        complete = delivery.standing is Standing.STANDING
        receipt = Receipt(
            workspace=publication.workspace,
            ref=publication.ref,
            item_id=publication.item_id,
            placement=delivery.placement,
            standing=delivery.standing,
            digest=publication.digest if complete else "",
            facts=publication.facts if complete else (),
            text=publication.comment.plain if complete and publication.comment else "",
            published_at=now if complete else None,
        )
        with self.store.write(self.lease) as work:
            work.save_receipt(receipt)
            if delivery.standing is not Standing.PARTIAL:
                work.drop_outbox(publication.workspace, publication.ref.connection, publication.item_id)

    def _save(self, row: OutboxRow) -> None:
        with self.store.write(self.lease) as work:
            work.put_outbox(row)


_MAX_STEPS = 4
"""A task and a comment on it are two writes; twice that is a connector that goes in circles."""


def _failed(publication: Publication, error: SyncerError) -> Delivered:
    return Delivered(publication, None, Wrote.NOTHING, error.sentence, error.hint, error.code)


def _loudest(written: Sequence[Wrote]) -> Wrote:
    order = (Wrote.CREATED, Wrote.REMOVED, Wrote.UPDATED)
    return next((wrote for wrote in order if wrote in written), Wrote.NOTHING)
