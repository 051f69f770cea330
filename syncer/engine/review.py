"""Cycles looked back at, from the store alone: also one that is long over, or has left the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncer.domain.declared import DeclaredCycle, FormerWay, departed, former_ways
from syncer.domain.flagged import Flag, flagged
from syncer.domain.okr import Cycle, Placed, Workspace
from syncer.domain.rollup import Known, Rollup, roll_up
from syncer.domain.signals.finding import SignalSpan
from syncer.domain.snooze import Snooze
from syncer.engine.knowledge import Before, load_before, stored
from syncer.engine.view import shown
from syncer.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReview:
    """One cycle looked back at: both layers of its key results, what was flagged, how they were set before.

    `former` is by id of the key result. `confidential` are the ids of what is so now, or was in this cycle
    when it left the file.
    """

    cycle: Cycle
    rollups: tuple[Rollup, ...]
    flags: tuple[Flag, ...]
    former: Mapping[str, tuple[FormerWay, ...]]
    confidential: frozenset[str]

    def public(self, named: frozenset[str] = frozenset()) -> CycleReview:
        """The review of what may be shown: confidential key results only when asked for by name."""
        rollups = shown(self.rollups, named, self.confidential)
        ids = {one.key_result.id for one in rollups}
        flags = tuple(one for one in self.flags if one.signal.key_result_id in ids)
        return replace(self, rollups=rollups, flags=flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """Some cycles, each by itself: an id may stand in several of them, for other work and another way.

    `workspace` has these cycles and no others. `departed` are those that the file does not have any more.
    """

    workspace: Workspace
    cycles: tuple[CycleReview, ...]
    departed: tuple[Cycle, ...]

    @property
    def rollups(self) -> tuple[Rollup, ...]:
        """Every key result, cycle by cycle."""
        return tuple(rollup for cycle in self.cycles for rollup in cycle.rollups)

    @property
    def confidential(self) -> frozenset[str]:
        """Ids of the key results in it that are shown only to who names them."""
        return frozenset(
            rollup.key_result.id
            for cycle in self.cycles
            for rollup in cycle.rollups
            if rollup.key_result.id in cycle.confidential
        )

    def public(self, named: frozenset[str] = frozenset()) -> LookBack:
        """The same of what may be shown: confidential key results only when asked for by name."""
        return replace(self, cycles=tuple(one.public(named) for one in self.cycles))


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
        past = _Past(
            declared=declared,
            cycles=(*workspace.cycles, *gone),
            before=load_before(about, work),
            signals=work.signal_history(workspace.id),
            snoozes=work.snoozes(workspace.id),
            confidential=workspace.confidential,
        )
    return LookBack(
        workspace=about,
        cycles=tuple(_review(replace(about, cycles=(one,)), past, now) for one in about.cycles),
        departed=gone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What the store has of all cycles; `cycles` are those of the file and those that left it."""

    declared: Sequence[DeclaredCycle]
    cycles: Sequence[Cycle]
    before: Before
    signals: Sequence[SignalSpan]
    snoozes: Sequence[Snooze]
    confidential: frozenset[str]


def _review(alone: Workspace, past: _Past, now: datetime) -> CycleReview:
    """The one cycle that the workspace has."""
    placed = list(alone.key_results())
    ends = {one.key_result.id: end for one in placed if (end := _goes_on(one, past.cycles))}
    known = _until(stored(alone, past.before), ends)
    return CycleReview(
        cycle=alone.cycles[0],
        rollups=tuple(roll_up(alone, one, known, now) for one in placed),
        flags=tuple(
            flag
            for one in placed
            for flag in flagged(one, past.signals, past.snoozes, alone)
            if (end := ends.get(one.key_result.id)) is None or flag.opened_on < end
        ),
        former={one.key_result.id: former_ways(past.declared, one, alone) for one in placed},
        confidential=past.confidential | alone.confidential,
    )


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


def _until(known: Known, ends: Mapping[str, date]) -> Known:
    check_ins = (
        one for one in known.check_ins if (end := ends.get(one.key_result_id)) is None or one.on < end
    )
    return replace(known, check_ins=tuple(check_ins))
