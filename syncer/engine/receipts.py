"""What is known to stand on an item after a step of a delivery, and what may. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from syncer.domain.comment import Facts, Publication, SectionFacts
from syncer.domain.sync import Delivery, OutboxRow, Placement, Receipt, Standing, Wrote


def receipt_after(
    publication: Publication, before: Receipt | None, delivery: Delivery, now: datetime
) -> Receipt:
    """What stands there after a step; while it is not as wanted, what it said before is not forgotten."""
    fresh = Receipt(
        workspace=publication.workspace,
        ref=publication.ref,
        item_id=publication.item_id,
        placement=delivery.placement,
        standing=delivery.standing,
    )
    bare = publication.comment is None and delivery.placement.comment_id is None
    if delivery.standing is Standing.WITHDRAWN or (bare and delivery.standing is Standing.PARTIAL):
        # The comment is gone, and the task around it says nothing.
        was = before.published_at if before else None
        return replace(fresh, published_at=was if delivery.wrote is Wrote.NOTHING else now)
    if delivery.standing is not Standing.STANDING or publication.comment is None:
        return replace(before or fresh, placement=delivery.placement, standing=delivery.standing)
    return replace(
        fresh,
        digest=publication.digest,
        facts=publication.facts,
        text=publication.comment.plain,
        published_at=now,
    )


def may_stand(row: OutboxRow, before: Receipt | None) -> Facts:
    """What a comment may rest on that a person has edited: what it did before, and what was cut off."""
    known = before.facts if before else ()
    if not row.in_flight:
        return known
    sent = (*row.publication.facts, *(_unknown(id_) for id_ in sorted(row.unanswered)))
    told = {(one.key_result_id, one.initiative_id) for one in known}
    return (*known, *(one for one in sent if (one.key_result_id, one.initiative_id) not in told))


def _unknown(key_result_id: str) -> SectionFacts:
    """That something of a key result may stand there, and nothing of what."""
    return SectionFacts(
        key_result_id=key_result_id,
        initiative_id="",
        number_status="",
        value=None,
        min_move=0.0,
        work_status="",
        work_share=None,
    )


def was_gone(first: Placement | None, delivery: Delivery, written: Sequence[Wrote]) -> bool:
    """Whether a human took the comment away before we could: an opt-out, not a withdrawal of ours.

    The comment is what the first step is about; a task around it may still have been there to be removed.
    """
    known = first is not None and first.comment_id is not None
    return known and delivery.standing is Standing.WITHDRAWN and written[0] is Wrote.NOTHING


def is_missing(known: Placement | None, delivery: Delivery) -> bool:
    """Whether a step found the comment gone that was known to stand there."""
    gone = delivery.standing in {Standing.OPTED_OUT, Standing.WITHDRAWN, Standing.PARTIAL}
    return known is not None and known.comment_id is not None and gone and delivery.wrote is Wrote.NOTHING


def count(written: Sequence[Wrote]) -> int:
    """How many of the steps wrote."""
    return sum(1 for wrote in written if wrote is not Wrote.NOTHING)


def loudest(written: Sequence[Wrote]) -> Wrote:
    """What a row of steps is called as a whole."""
    order = (Wrote.CREATED, Wrote.REMOVED, Wrote.UPDATED)
    return next((wrote for wrote in order if wrote in written), Wrote.NOTHING)


def unanswered_receipts(outbox: Sequence[OutboxRow], receipts: Collection[Receipt]) -> Iterator[Receipt]:
    """Comments that a write which was cut off may have left where none was known, as if they stood."""
    known = {receipt.item for receipt in receipts if receipt.standing is not Standing.WITHDRAWN}
    for row in outbox:
        publication = row.publication
        if row.in_flight and publication.comment is not None and publication.item not in known:
            yield Receipt(
                workspace=publication.workspace,
                ref=publication.ref,
                item_id=publication.item_id,
                placement=Placement(),
                standing=Standing.STANDING,
                facts=publication.facts,
            )
