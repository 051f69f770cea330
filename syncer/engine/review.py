"""Cycles looked back at, from the store alone: also one that is long over, or has left the file."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from syncer.domain.declared import DeclaredCycle, FormerWay, departed, former_ways
from syncer.domain.evidence import Evidence, evidence_of
from syncer.domain.flagged import Flag, flagged
from syncer.domain.link import Link
from syncer.domain.okr import Cycle, Initiative, Placed, Workspace
from syncer.domain.rollup import Known, Rollup, roll_up
from syncer.domain.signals.finding import SignalSpan
from syncer.domain.snooze import Snooze
from syncer.domain.stay import Stay, removed, stays
from syncer.engine.knowledge import Before, as_declared, as_of, load_before, stored
from syncer.engine.view import shown
from syncer.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReview:
    """One cycle looked back at: both layers of its key results, what was flagged, how they were set before.

    The rollups have every key result and bet that the cycle ever had; a bet that left is as it was on that
    day. `former`, `stays` (of the bets that came or left on the way) and `removed` (the day on which it was)
    are by id of the key result. `confidential` are the ids of what is so now, or was when it left the file.
    """

    cycle: Cycle
    rollups: tuple[Rollup, ...]
    flags: tuple[Flag, ...]
    former: Mapping[str, tuple[FormerWay, ...]]
    stays: Mapping[str, tuple[Stay, ...]]
    removed: Mapping[str, date]
    confidential: frozenset[str]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every bet against its number."""
        return tuple(
            one for rollup in self.rollups for one in evidence_of(rollup, self.stays[rollup.key_result.id])
        )

    @property
    def present(self) -> tuple[Rollup, ...]:
        """What the cycle has at last: its key results, with the bets that are there."""
        gone = {
            (id_, stay.initiative.id) for id_, stays_ in self.stays.items() for stay in stays_ if stay.left_on
        }
        there = tuple(one for one in self.rollups if one.key_result.id not in self.removed)
        return _without(there, gone)

    def public(self, named: frozenset[str] = frozenset()) -> CycleReview:
        """The review of what may be shown: confidential key results only when asked for by name.

        A bet that one of them took over is as confidential as they are, also where it stood before.
        """
        hidden = self.confidential - named
        taken = {
            (id_, s.initiative.id) for id_, found in self.stays.items() for s in found if s.later & hidden
        }
        rollups = _without(shown(self.rollups, named, self.confidential), taken)
        ids = {one.key_result.id for one in rollups}
        flags = tuple(
            one
            for one in self.flags
            if one.signal.key_result_id in ids
            and (one.signal.key_result_id, one.signal.initiative_id) not in taken
        )
        return replace(self, rollups=rollups, flags=flags)


def _without(rollups: Iterable[Rollup], bets: Container[tuple[str, str]]) -> tuple[Rollup, ...]:
    """The rollups without some of their bets, by ids of key result and initiative."""
    return tuple(
        replace(one, work=tuple(w for w in one.work if (one.key_result.id, w.initiative.id) not in bets))
        for one in rollups
    )


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
            file=workspace,
            cycles=(*workspace.cycles, *gone),
            before=load_before(about, work),
            links=work.links(workspace.id),
            signals=work.signal_history(workspace.id),
            snoozes=work.snoozes(workspace.id),
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
    file: Workspace
    cycles: Sequence[Cycle]
    before: Before
    links: Sequence[Link]
    signals: Sequence[SignalSpan]
    snoozes: Sequence[Snooze]


def _review(alone: Workspace, past: _Past, now: datetime) -> CycleReview:
    """The one cycle that the workspace has."""
    (cycle,) = alone.cycles
    gone = removed(past.declared, cycle, past.file, now)
    placed = [*alone.key_results(), *(one.placed for one in gone)]
    ends = {one.key_result.id: end for one in placed if (end := _goes_on(one, past.cycles))}
    stays_of = {one.key_result.id: stays(past.declared, one, past.file, now) for one in placed}
    closed = {one.placed.key_result.id for one in gone if one.placed.key_result.confidential}
    return CycleReview(
        cycle=cycle,
        rollups=tuple(_rollup(alone, one, stays_of[one.key_result.id], past, ends, now) for one in placed),
        flags=tuple(
            flag
            for one in placed
            for flag in flagged(one, past.signals, past.snoozes, alone)
            if (end := ends.get(one.key_result.id)) is None or flag.opened_on < end
        ),
        former={one.key_result.id: former_ways(past.declared, one, alone) for one in placed},
        stays=stays_of,
        removed={one.placed.key_result.id: one.until for one in gone},
        confidential=past.file.confidential | alone.confidential | closed,
    )


def _rollup(
    alone: Workspace,
    placed: Placed,
    found: Sequence[Stay],
    past: _Past,
    ends: Mapping[str, date],
    now: datetime,
) -> Rollup:
    """The key result with the bets that it has, and then those that left, each as it was then."""

    def rolled(bets: tuple[Initiative, ...], at: datetime) -> Rollup:
        one = replace(placed, key_result=replace(placed.key_result, initiatives=bets))
        goal = replace(one.objective, key_results=(one.key_result,))
        only = replace(alone, cycles=(replace(one.cycle, objectives=(goal,)),))
        links = as_declared(tuple(only.links()), past.links)
        known = _until(stored(only, replace(past.before, links=links)), ends)
        return roll_up(alone, one, known if at == now else as_of(known, at), at)

    left = [line for stay in found if stay.left_at for line in rolled((stay.initiative,), stay.left_at).work]
    rollup = rolled(placed.key_result.initiatives, now)
    return replace(rollup, work=(*rollup.work, *left))


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
