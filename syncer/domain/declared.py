"""What the workspace file said of cycles, and since when: it may say something else now, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise

from syncer.domain.okr import Cycle, KeyResult, Placed, Workspace


@dataclass(frozen=True, slots=True)
class DeclaredCycle:
    """A cycle as the file had it from the moment `at` (UTC) on."""

    cycle: Cycle
    at: datetime


@dataclass(frozen=True, slots=True)
class FormerWay:
    """A key result as it was to go before the file was changed on the day `until`."""

    key_result: KeyResult
    until: date


def _latest(declared: Iterable[DeclaredCycle]) -> dict[str, Cycle]:
    """The last word about each cycle, by id, in the order in which they were first heard of."""
    return {one.cycle.id: one.cycle for one in declared}


def departed(declared: Iterable[DeclaredCycle], workspace: Workspace) -> tuple[Cycle, ...]:
    """The cycles that have left the file, as they were at last."""
    present = {cycle.id for cycle in workspace.cycles}
    return tuple(cycle for id_, cycle in _latest(declared).items() if id_ not in present)


@dataclass(frozen=True, slots=True)
class Move:
    """An initiative that the file has under another key result than before; both by id."""

    initiative_id: str
    before: str
    now: str


def moves(declared: Sequence[DeclaredCycle], workspace: Workspace) -> tuple[Move, ...]:
    """The initiatives that the file has under another key result than it had before.

    A cycle of the file is held against its own last word, and against those that have left the file only
    where that does not know the initiative.
    """
    last = _latest(declared)
    before = {
        **_homes(departed(declared, workspace)),
        **_homes(last[cycle.id] for cycle in workspace.cycles if cycle.id in last),
    }
    now = _homes(workspace.cycles)
    return tuple(
        Move(id_, before[id_], home) for id_, home in now.items() if id_ in before and before[id_] != home
    )


def _homes(cycles: Iterable[Cycle]) -> dict[str, str]:
    return {
        initiative.id: key_result.id
        for cycle in cycles
        for objective in cycle.objectives
        for key_result in objective.key_results
        for initiative in key_result.initiatives
    }


def former_ways(
    declared: Iterable[DeclaredCycle], placed: Placed, workspace: Workspace
) -> tuple[FormerWay, ...]:
    """Each other way that the key result was to go in its cycle, oldest first.

    What never held over a day is left out.
    """
    known = [
        (one, workspace.day(version.at))
        for version in declared
        if version.cycle.id == placed.cycle.id
        for objective in version.cycle.objectives
        for one in objective.key_results
        if one.id == placed.key_result.id
    ]
    changed = [next(same) for _, same in groupby(known, key=lambda entry: _way(entry[0]))]
    return tuple(
        FormerWay(one, end)
        for (one, day), (_, end) in pairwise(changed)
        if end > day and _way(one) != _way(placed.key_result)
    )


def _way(key_result: KeyResult) -> tuple[object, ...]:
    return key_result.start, key_result.target, key_result.keep, key_result.unit
