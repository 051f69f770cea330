"""From comments owed to what has to be in the outbox: what stands is compared with what is owed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncer.domain.comment import Facts, Publication, is_material
from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import OutboxRow, Receipt, Standing
from syncer.domain.work import Item

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


def is_exposed(row: OutboxRow, receipt: Receipt | None, confidential: Confidential) -> bool:
    """Whether what stands there, or what a write that was cut off may have left, is confidential now."""
    return leaks_unanswered(row, confidential) or (receipt is not None and leaks(receipt.facts, confidential))


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
        new = _row_for(publication, receipt, confidential, _earliest(receipt, row, policy, latest))
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
    """Removals nobody else asks for: of items that left the file, rest, or were edited by a human.

    A task of ours that has no comment, or none any more, is not left behind either.
    """
    for item, receipt in standing.items():
        edited = receipt.standing is Standing.EDITED
        row = waiting.get(item)
        may_stand = row is not None and row.in_flight and row.publication.comment is not None
        begun = receipt.standing is Standing.PARTIAL and receipt.placement.comment_id is None
        bare = begun and not may_stand
        leaking = leaks(receipt.facts, confidential)
        if (leaking and edited) or ((leaking or bare) and item not in wanted):
            yield item, receipt.removal
    for item, row in waiting.items():
        removing = row.publication.comment is None
        leaking = leaks(row.publication.facts, confidential) or leaks_unanswered(row, confidential)
        if item not in wanted and row.in_flight and (removing or leaking):
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
    if publication.comment is None or standing is Standing.RESUMED:
        return OutboxRow(publication=publication)
    if standing is Standing.PARTIAL or _has_news(publication, receipt):
        return OutboxRow(publication=publication, not_before=earliest)
    return None


def _has_news(publication: Publication, receipt: Receipt) -> bool:
    same_audience = _seen_by(receipt.facts) == _seen_by(publication.facts)
    says_the_same = receipt.digest == publication.digest and same_audience
    return not says_the_same and is_material(receipt.facts, publication.facts)


def _earliest(
    receipt: Receipt | None, row: OutboxRow | None, policy: PublishPolicy, latest: datetime
) -> datetime | None:
    """When the interval since the last write is over; a clock that was ahead then holds up no longer.

    What waits already waits on: newer news begins no other interval.
    """
    if receipt is None or receipt.published_at is None:
        return None
    over = min(receipt.published_at + policy.min_interval, latest)
    return min(over, row.not_before) if row is not None and row.not_before else over


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
