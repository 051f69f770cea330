"""What the workspace file said of cycles, and since when: it may say something else now, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.okr import Cycle, KeyResult, Workspace


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


def latest(declared: Iterable[DeclaredCycle]) -> dict[str, Cycle]:
    """The last word about each cycle, by id, in the order in which they were first heard of."""
    return {one.cycle.id: one.cycle for one in declared}


def departed(declared: Iterable[DeclaredCycle], workspace: Workspace) -> tuple[Cycle, ...]:
    """The cycles that have left the file, as they were at last."""
    present = {cycle.id for cycle in workspace.cycles}
    return tuple(cycle for id_, cycle in latest(declared).items() if id_ not in present)


def former_ways(
    declared: Iterable[DeclaredCycle], key_result: KeyResult, workspace: Workspace
) -> tuple[FormerWay, ...]:
    """Each other way that the key result was to go, oldest first; what never held over a day is left out."""
    known = list(_versions(declared, key_result.id))
    days = [at.astimezone(workspace.zone).date() for _, at in known]
    ends = [*days[1:], None]
    ways = [FormerWay(one, end) for (one, _), end in zip(known, ends, strict=True) if end is not None]
    held = [way for way, day in zip(ways, days, strict=False) if way.until > day]
    return tuple(way for way in held if _way(way.key_result) != _way(key_result))


def _versions(declared: Iterable[DeclaredCycle], key_result_id: str) -> Iterator[tuple[KeyResult, datetime]]:
    last: KeyResult | None = None
    for version in declared:
        for objective in version.cycle.objectives:
            for one in objective.key_results:
                if one.id == key_result_id and (last is None or _way(one) != _way(last)):
                    last = one
                    yield one, version.at


def _way(key_result: KeyResult) -> tuple[object, ...]:
    return key_result.start, key_result.target, key_result.keep, key_result.unit
