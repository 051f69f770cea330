"""The past of items that are newly linked, so that the signals can speak in the first week. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from syncer.domain.link import Link
from syncer.domain.okr import Workspace
from syncer.domain.work import Snapshot, WorkRef
from syncer.ports import Past

Item = tuple[str, str]


def backfilled(
    workspace: Workspace,
    links: Sequence[Link],
    known: Mapping[Item, Sequence[Snapshot]],
    past: Mapping[WorkRef, Past],
) -> dict[Item, tuple[Snapshot, ...]]:
    """By item that nothing is known of: how it was when its cycle began, and what it became since."""
    starts = _starts(workspace)
    found: dict[Item, tuple[Snapshot, ...]] = {}
    for link in links:
        item = (link.ref.connection, link.item_id or "")
        if item in known or link.ref not in past or link.initiative_id not in starts:
            continue
        history = _since(past[link.ref](), starts[link.initiative_id])
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
