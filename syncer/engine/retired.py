"""What becomes of the comments on items that no link of the file points at any more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.okr import WhenRetired, Workspace
from syncer.domain.render import render_last_word
from syncer.domain.sync import Receipt, Standing
from syncer.engine.publish import leaks

_OURS = frozenset({Standing.STANDING, Standing.PARTIAL, Standing.RESUMED})


def last_words(
    workspace: Workspace, links: Sequence[Link], receipts: Sequence[Receipt]
) -> tuple[Publication, ...]:
    """One publication for each comment that stands where the file wants none any more.

    `links` are the file's, with what this sync has read. While one of a connection has no item id yet, it may
    be the very item under another key, so nothing of that connection is called retired. What people deleted
    or edited is left alone, and what is confidential is taken back elsewhere.
    """
    linked = {(link.carrier.connection, link.carrier.item_id) for link in links}
    return tuple(
        _last_word(workspace, receipt)
        for receipt in receipts
        if receipt.standing in _OURS
        and receipt.ref.connection in workspace.connection_kinds
        and (receipt.ref.connection, receipt.item_id) not in linked
        and (receipt.ref.connection, None) not in linked
        and not leaks(receipt.facts, workspace.confidential)
    )


def _last_word(workspace: Workspace, receipt: Receipt) -> Publication:
    says_so = (
        workspace.publish.when_retired is WhenRetired.SAY_SO and receipt.standing is not Standing.PARTIAL
    )
    return Publication(
        workspace=workspace.id,
        ref=receipt.ref,
        item_id=receipt.item_id,
        comment=render_last_word(workspace.id, receipt.item_id) if says_so else None,
    )
