"""A cycle looked back at, from the store alone: also one that is long over, or has left the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from syncer.domain.closing import standing_closings
from syncer.domain.declared import FormerWay, departed, former_ways
from syncer.domain.flagged import Flag, flagged
from syncer.domain.okr import Cycle, Placed, Workspace
from syncer.domain.rollup import Known, Rollup, roll_up
from syncer.engine.knowledge import Before, load_before, stored
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
    today = workspace.day(now)
    with store.read() as work:
        declared = work.declared_cycles(workspace.id)
        gone = departed(declared, workspace)
        begun = [one for one in workspace.cycles if one.start <= today]
        named = [one for one in (*gone, *workspace.cycles) if one.id in cycles]
        about = replace(workspace, cycles=tuple(named if cycles else begun))
        before = load_before(about, work)
        history, snoozes = work.signal_history(workspace.id), work.snoozes(workspace.id)
    placed, known = list(about.key_results()), stored(about, before)
    ends = {_name(one): _goes_on(one, (*workspace.cycles, *gone)) for one in placed}
    return LookBack(
        workspace=about,
        rollups=tuple(
            roll_up(about, one, _of_its_cycle(one, known, about, before, ends), now) for one in placed
        ),
        flags=tuple(
            flag
            for one in placed
            for flag in flagged([one], history, snoozes, about)
            if (end := ends[_name(one)]) is None or flag.opened_on < end
        ),
        former={one.key_result.id: former_ways(declared, one, about) for one in placed},
        departed=gone,
        confidential=workspace.confidential | about.confidential,
    )


def _name(placed: Placed) -> tuple[str, str]:
    return placed.cycle.id, placed.key_result.id


def _goes_on(placed: Placed, cycles: Iterable[Cycle]) -> date | None:
    """The first day of the next cycle that has a key result of this id: what is said from then on is its."""
    return min(
        (
            cycle.start
            for cycle in cycles
            if cycle.start > placed.cycle.start
            and any(one.id == placed.key_result.id for goal in cycle.objectives for one in goal.key_results)
        ),
        default=None,
    )


def _of_its_cycle(
    placed: Placed,
    known: Known,
    about: Workspace,
    before: Before,
    ends: Mapping[tuple[str, str], date | None],
) -> Known:
    end, alone = ends[_name(placed)], replace(about, cycles=(placed.cycle,))
    check_ins = tuple(
        one
        for one in known.check_ins
        if one.key_result_id != placed.key_result.id or end is None or one.on < end
    )
    return replace(known, check_ins=check_ins, closings=standing_closings(before.closings, alone))
