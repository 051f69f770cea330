"""A cycle looked back at, from the store alone: also one that is long over, or has left the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from syncer.domain.declared import FormerWay, departed, former_ways
from syncer.domain.flagged import Flag, flagged
from syncer.domain.okr import Cycle, Workspace
from syncer.domain.rollup import Rollup, roll_up
from syncer.engine.knowledge import load_before, stored
from syncer.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """Both layers of every key result of some cycles, what was flagged, and how its way was set before.

    `workspace` has these cycles and no others. `departed` are those that the file does not have any more.
    `confidential` are the ids of what is so now, or was when it left the file.
    """

    workspace: Workspace
    rollups: tuple[Rollup, ...]
    flags: tuple[Flag, ...]
    former: Mapping[str, tuple[FormerWay, ...]]
    departed: tuple[Cycle, ...]
    confidential: frozenset[str]


def look_back(
    workspace: Workspace, store: Store, clock: Clock, cycles: Collection[str] = frozenset()
) -> LookBack:
    """The cycles named by id, or else those of the file that have begun; unknown ids find nothing."""
    now = clock.now()
    today = now.astimezone(workspace.zone).date()
    with store.read() as work:
        declared = work.declared_cycles(workspace.id)
        gone = departed(declared, workspace)
        begun = [one for one in workspace.cycles if one.start <= today]
        named = [one for one in (*gone, *workspace.cycles) if one.id in cycles]
        about = replace(workspace, cycles=tuple(named if cycles else begun))
        known = stored(about, load_before(about, work))
        history, snoozes = work.signal_history(workspace.id), work.snoozes(workspace.id)
    placed = list(about.key_results())
    return LookBack(
        workspace=about,
        rollups=tuple(roll_up(about, one, known, now) for one in placed),
        flags=flagged(placed, history, snoozes, about),
        former={one.key_result.id: former_ways(declared, one, about) for one in placed},
        departed=gone,
        confidential=workspace.confidential | about.confidential,
    )
