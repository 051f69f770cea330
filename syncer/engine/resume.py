"""Taking up again the comments that people deleted or edited, because somebody says so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from syncer.domain.sync import Placement, Receipt, Standing
from syncer.domain.work import Item
from syncer.engine.lease import hold
from syncer.ports import Store

LEFT_ALONE = frozenset({Standing.OPTED_OUT, Standing.EDITED})
"""What the syncs do not touch until it is resumed."""


def resume(store: Store, workspace: str, items: Collection[Item]) -> tuple[Receipt, ...]:
    """Lets the next sync write on these items again. Returns the receipts it changed, as they were.

    A deleted comment will be written anew, an edited one written over. Raises BusyError while a sync of the
    workspace runs: it might still store what it found before.
    """
    with hold(store, workspace) as holding, store.write(holding.lease) as work:
        left = tuple(
            receipt
            for receipt in work.receipts(workspace)
            if receipt.standing in LEFT_ALONE and receipt.item in items
        )
        for receipt in left:
            work.save_receipt(_taken_up(receipt))
    return left


def _taken_up(receipt: Receipt) -> Receipt:
    if receipt.standing is Standing.EDITED:
        return replace(receipt, standing=Standing.RESUMED)
    # What was deleted says nothing any more: facts that are kept would make equal facts look published.
    return Receipt(
        workspace=receipt.workspace,
        ref=receipt.ref,
        item_id=receipt.item_id,
        placement=Placement(),
        standing=Standing.WITHDRAWN,
    )
