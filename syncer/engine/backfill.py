"""The past of items that are newly linked, so that the signals can speak in the first week. Pure.

Of an item that nobody read for longer than a week, because its link was taken out and comes back or because
no sync ran, the time since its last read is drawn as well: what it became meanwhile did not happen on the day
it is read. There the store knows how the item stood, and what dates cannot tell stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from syncer.domain.link import Link
from syncer.domain.okr import Workspace
from syncer.domain.work import Item, Snapshot, WorkRef, WorkStatus

GAP = timedelta(days=7)

_UNDATED = frozenset({WorkStatus.ON_HOLD, WorkStatus.DROPPED})
"""No date says since when: of work that stands so now, none tells how it stood before."""


def last_reads(links: Iterable[Link]) -> dict[Item, datetime]:
    """When each item was last read, for whichever link."""
    found: dict[Item, datetime] = {}
    for link in links:
        if (item := link.ref.item) and link.read_at:
            found[item] = max(link.read_at, found.get(item, link.read_at))
    return found


def is_known(item: Item, read_at: Mapping[Item, datetime], now: datetime) -> bool:
    """Whether the history of an item that has one reaches up to now, so that no past is wanted."""
    return now - read_at.get(item, now) <= GAP


def backfilled(
    workspace: Workspace,
    links: Sequence[Link],
    known: Mapping[Item, Sequence[Snapshot]],
    read_at: Mapping[Item, datetime],
    seen: Mapping[WorkRef, Snapshot],
    past: Mapping[WorkRef, tuple[Snapshot, ...]],
) -> dict[Item, tuple[Snapshot, ...]]:
    """By item: how it was when its cycle began and became since; of a known one, since it was last read.

    `seen` is what was read just now; of a known item that says the same as at its last read nothing is added.
    """
    starts = _starts(workspace)
    found: dict[Item, tuple[Snapshot, ...]] = {}
    for link in links:
        now = seen.get(link.ref)
        if now is None or link.ref not in past or link.initiative_id not in starts:
            continue
        item = now.item
        if stored := known.get(item):
            history = _between(past[link.ref], stored[-1], read_at.get(item), now)
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


def _between(
    history: Sequence[Snapshot], stored: Snapshot, read_at: datetime | None, now: Snapshot
) -> tuple[Snapshot, ...]:
    """What stood right after the last read by the work that belongs to the item now, and what came then."""
    if read_at is None or stored.says_the_same_as(now):
        return ()
    known_until = max(read_at, stored.taken_at)
    before = [one for one in history if one.taken_at <= known_until][-1:]
    after = [one for one in history if one.taken_at > known_until]
    drawn = (
        *(_as_stored(replace(one, taken_at=known_until + timedelta(seconds=1)), stored) for one in before),
        *(one if _is_told(one, stored, now) else _as_stored(one, stored) for one in after),
    )
    return tuple(_new(drawn, stored))


def _is_told(drawn: Snapshot, stored: Snapshot, now: Snapshot) -> bool:
    """Whether dates tell the drawn status: that the work was done, or that what was planned was begun."""
    if drawn.status is WorkStatus.IN_PROGRESS:
        return stored.status is WorkStatus.PLANNED and now.status not in _UNDATED
    return drawn.status is WorkStatus.DONE


def _as_stored(drawn: Snapshot, stored: Snapshot) -> Snapshot:
    return replace(drawn, status=stored.status, done_on=stored.done_on)


def _new(drawn: Iterable[Snapshot], last: Snapshot) -> Iterator[Snapshot]:
    """Without what repeats the snapshot before it."""
    for one in drawn:
        if (one.status, one.progress, one.done_on) != (last.status, last.progress, last.done_on):
            yield one
            last = one
