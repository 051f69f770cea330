"""What becomes of comments that the file wants no longer: no link points there, or none may speak. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.okr import WhenRetired, Workspace
from syncer.domain.render import render_last_word
from syncer.domain.sync import Receipt, Standing
from syncer.domain.work import LinkState, WorkRef
from syncer.engine.publish import leaks
from syncer.engine.pull import speaks

_OURS = frozenset({Standing.STANDING, Standing.PARTIAL})


def last_words(
    workspace: Workspace, links: Sequence[Link], receipts: Sequence[Receipt], rest: Collection[str]
) -> tuple[Publication, ...]:
    """One publication for each comment that stands where the file wants none any more.

    `links` are the file's, with what this sync has read; `rest` are the key results that nothing is read of.
    While an item of a connection is not known yet, it may be the very one under another key, so nothing of
    that connection is called retired. What people deleted or edited is left alone, resumed or not, and what
    is confidential is taken back elsewhere.
    """
    kept = [ref for link in links for ref in _kept(workspace, link, rest)]
    items, awaited = {ref.item for ref in kept}, {ref.connection for ref in kept if ref.item is None}
    named = {ref for link in links if link.key_result_id in rest for ref in (link.ref, link.carrier)}
    silent = {ref.item for link in links if _is_silenced(link, rest) for ref in (link.ref, link.carrier)}
    return tuple(
        _last_word(workspace, receipt, silent=receipt.item in silent)
        for receipt in receipts
        if receipt.standing in _OURS
        and receipt.ref.connection in workspace.connection_kinds
        and receipt.ref.connection not in workspace.silent
        and receipt.item not in items
        and receipt.ref.connection not in awaited
        and receipt.ref not in named
        and not leaks(receipt.facts, workspace.confidential)
    )


def _kept(workspace: Workspace, link: Link, rest: Collection[str]) -> Iterator[WorkRef]:
    """The addresses of the items whose comment a link keeps; one whose item is None waits to be known.

    What rests is not read, and what is silent asks for no other item: neither can wait.
    """
    asks = speaks(workspace, link, rest)
    for ref, waits in ((link.comment_on, asks), (None if link.comment_on and asks else link.ref, True)):
        if ref is None or (ref.item_id and _is_silenced(link, rest)):
            continue
        if ref.item_id or (waits and link.key_result_id not in rest):
            yield ref


def _is_silenced(link: Link, rest: Collection[str]) -> bool:
    """Whether the file silences a link whose item can be written on now."""
    writable = link.comment_on is not None or link.state is LinkState.ACTIVE
    return not link.publish and link.key_result_id not in rest and writable


def _last_word(workspace: Workspace, receipt: Receipt, *, silent: bool) -> Publication:
    begun = receipt.standing is Standing.PARTIAL and receipt.placement.comment_id is None
    says_so = workspace.publish.when_retired is WhenRetired.SAY_SO and not begun
    return Publication(
        workspace=workspace.id,
        ref=receipt.ref,
        item_id=receipt.item_id,
        comment=render_last_word(workspace.id, receipt.item_id, silent=silent) if says_so else None,
    )
