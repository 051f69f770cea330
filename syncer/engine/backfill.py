"""The past of items that are newly linked, so that the signals can speak in the first week. Pure.

An item that nobody read for longer than a week, because its link was taken out and comes back or because no
sync ran, is new again from its last read on: what it became meanwhile did not happen on the day it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from syncer.domain.link import Link
from syncer.domain.okr import Workspace
from syncer.domain.work import Snapshot, WorkRef
from syncer.engine.publish import Item

GAP = timedelta(days=7)


def last_reads(links: Iterable[Link]) -> dict[Item, datetime]:
    """When each item was last read, for whichever link."""
    found: dict[Item, datetime] = {}
    for link in links:
        if link.item_id and link.read_at:
            item = (link.ref.connection, link.item_id)
            found[item] = max(link.read_at, found.get(item, link.read_at))
    return found


def is_known(
    item: Item, known: Mapping[Item, object], read_at: Mapping[Item, datetime], now: datetime
) -> bool:
    """Whether an item's history reaches up to now, so that no past is wanted."""
    return item in known and now - read_at.get(item, now) <= GAP


def backfilled(
    workspace: Workspace,
    links: Sequence[Link],
    known: Mapping[Item, Sequence[Snapshot]],
    read_at: Mapping[Item, datetime],
    past: Mapping[WorkRef, tuple[Snapshot, ...]],
) -> dict[Item, tuple[Snapshot, ...]]:
    """By item: how it was when its cycle began and became since; of a known one, since it was last read."""
    starts = _starts(workspace)
    found: dict[Item, tuple[Snapshot, ...]] = {}
    for link in links:
        item = (link.ref.connection, link.item_id or "")
        if link.ref not in past or link.initiative_id not in starts:
            continue
        if item in known:
            history = _between(past[link.ref], read_at[item]) if item in read_at else ()
        else:
            history = _since(past[link.ref], starts[link.initiative_id])
        if len(history) > len(found.get(item, ())):
            found[item] = tuple(replace(one, ref=link.ref) for one in history)
    return found


def _starts(workspace: Workspace) -> dict[str, datetime]:
    return {
        initiative.id: datetime.combine(placed.cycle.start, time(), tzinfo=workspace.zone)
        for placed in workspace.key_results()
        for initiative in placed.key_result.initiatives
    }


def _since(history: Sequence[Snapshot], start: datetime) -> tuple[Snapshot, ...]:
    before = [one for one in history if one.taken_at <= start]
    return (*before[-1:], *(one for one in history if one.taken_at > start))


def _between(history: Sequence[Snapshot], last_read: datetime) -> tuple[Snapshot, ...]:
    """What stood right after the last read by the work that belongs to the item now, and what came then."""
    before = [one for one in history if one.taken_at <= last_read][-1:]
    after = [one for one in history if one.taken_at > last_read]
    return (*(replace(one, taken_at=last_read + timedelta(seconds=1)) for one in before), *after)
