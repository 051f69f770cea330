"""Looking at comments that nothing is owed to: whether they still stand as ours, and alone.

A comment is otherwise looked at only when there is news for it. So a person's wish would be known late, and a
second comment, which a worker can leave that wakes up long after it lost its lease, would stand for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from syncer.domain.sync import Placement, Receipt, Standing, Wrote
from syncer.engine.courier import Courier, Delivered, RefusedError
from syncer.engine.receipts import count
from syncer.errors import ForeignCommentError, SkippableError, SyncerError


class Verify(Enum):
    """What is looked for doubles besides: in the nightly read what is RECENT, by hand EVERYTHING."""

    NOTHING = "nothing"
    RECENT = "recent"
    EVERYTHING = "everything"


RECENT = timedelta(days=2)
"""A second comment comes from a write that was cut off; so long after one it would have been seen."""


def verified(
    courier: Courier, standing: Sequence[Receipt], verify: Verify, now: datetime
) -> Iterator[Delivered]:
    """What was found otherwise than the receipts say, noted or mended; nothing where all is well.

    Raises RefusedError where the tracker refuses the whole connection, and errors of the store as they are.
    """
    try:
        seen = courier.connector.verify(standing)
    except SyncerError as error:
        raise RefusedError(error) from error
    for receipt in standing:
        found = seen.get(receipt.item_id)
        try:
            if found is Standing.OPTED_OUT:
                yield _elsewhere(courier, receipt)
            elif found is Standing.EDITED and receipt.standing is not found:
                courier.note(replace(receipt, standing=found))
                yield Delivered(receipt.removal, found)
            elif verify is Verify.EVERYTHING or (verify is Verify.RECENT and _is_recent(receipt, now)):
                yield from _alone(courier, receipt)
        except SkippableError as error:
            yield Delivered(receipt.removal, None, why=error.sentence, hint=error.hint, code=error.code)


def _elsewhere(courier: Courier, receipt: Receipt) -> Delivered:
    """Another one of ours, of which a restored backup knows nothing, or else an opt-out."""
    try:
        other = next((at for at in courier.found(receipt.removal) if at.comment_id), None)
    except ForeignCommentError:
        other = None  # what another account wrote is none of ours
    standing = Standing.PARTIAL if other else Standing.OPTED_OUT
    courier.note(replace(receipt, placement=other or receipt.placement, standing=standing))
    return Delivered(receipt.removal, standing)


def _alone(courier: Courier, receipt: Receipt) -> Iterator[Delivered]:
    publication, written = receipt.removal, list[Wrote]()
    courier.remove(publication, _beside(receipt, courier.found(publication)), written)
    if writes := count(written):
        yield Delivered(publication, Standing.STANDING, Wrote.REMOVED, writes)


def _beside(receipt: Receipt, found: Sequence[Placement]) -> Sequence[Placement]:
    """The others; none where the known one is not among them: nobody can say then which is the second."""
    others = [one for one in found if one.comment_id != receipt.placement.comment_id]
    return others if len(others) < len(found) else ()


def _is_recent(receipt: Receipt, now: datetime) -> bool:
    return receipt.published_at is None or now - receipt.published_at < RECENT
