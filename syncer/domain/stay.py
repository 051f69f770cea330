"""Bets that stood under a key result for a part of its cycle only: moved there, moved away, removed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, pairwise

from syncer.domain.declared import DeclaredCycle
from syncer.domain.okr import Cycle, Initiative, KeyResult, Objective, Placed, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A bet under a key result of its cycle that came from another one, or is not there any more.

    `initiative` is as the file had it there at last. `came_on` is the day on which it came, `left_at` the
    moment (UTC) since which the file has it there no more, `left_on` the day of that. `taken_to` is the key
    result it went to, None where it went out of the file; `later` are the ids of all that had it since.
    """

    initiative: Initiative
    came_on: date | None = None
    left_at: datetime | None = None
    left_on: date | None = None
    taken_to: KeyResult | None = None
    later: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Removed:
    """A key result, without its bets, that its cycle has no more since the day `until`."""

    placed: Placed
    until: date


_Home = tuple[KeyResult, Initiative]
"""The key result that a bet stands under, and how it is declared there."""


def removed(
    declared: Iterable[DeclaredCycle], cycle: Cycle, file: Workspace, now: datetime
) -> tuple[Removed, ...]:
    """The key results that the cycle does not have any more, as they were at last.

    What was gone before the cycle began, or never held over a day, was never one of it.
    """
    last: dict[str, Removed] = {}
    for version, following in pairwise(_versions(declared, cycle, file, now)):
        for goal, one in _key_results(version.cycle):
            bare = Placed(cycle=cycle, objective=goal, key_result=replace(one, initiatives=()))
            last[one.id] = Removed(bare, file.day(following.at))
    present = {one.id for _, one in _key_results(cycle)}
    return tuple(one for id_, one in last.items() if id_ not in present and one.until > cycle.start)


def stays(
    declared: Iterable[DeclaredCycle], placed: Placed, file: Workspace, now: datetime
) -> tuple[Stay, ...]:
    """The bets that stood under the key result for a part of its cycle only, in the order of their coming.

    What never held over a day is left out, and what was changed before the cycle began. A bet that is back
    where it was at first has been there all the time.
    """
    versions = _versions(declared, placed.cycle, file, now)
    homes = [(version.at, _homes(version.cycle)) for version in versions]
    elsewhere = {id_: home for cycle in file.cycles for id_, home in _homes(cycle).items()}
    here = placed.key_result.id
    ids = dict.fromkeys(id_ for _, bets in homes for id_, (one, _) in bets.items() if one.id == here)
    found = (
        _stay([(at, bets.get(id_)) for at, bets in homes], elsewhere.get(id_), placed, file) for id_ in ids
    )
    return tuple(one for one in found if one is not None)


def _stay(
    where: Sequence[tuple[datetime, _Home | None]], elsewhere: _Home | None, placed: Placed, file: Workspace
) -> Stay | None:
    """Where a bet stood in each version of the cycle, and `elsewhere` in the file of now."""
    begun, here = placed.cycle.start, placed.key_result.id
    under = [index for index, (_, home) in enumerate(where) if home is not None and home[0].id == here]
    first, last = under[0], under[-1]
    day = file.day(where[first][0])
    came_on = day if day > begun and any(home for _, home in where[:first]) else None
    _, at_last = where[last]
    assert at_last is not None  # noqa: S101  it stood there
    since = where[last + 1 :]
    if not since:
        return Stay(initiative=at_last[1], came_on=came_on) if came_on else None
    left_at, following = since[0]
    if file.day(left_at) <= begun:
        return None
    to = following or elsewhere
    return Stay(
        initiative=at_last[1],
        came_on=came_on,
        left_at=left_at,
        left_on=file.day(left_at),
        taken_to=to[0] if to else None,
        later=frozenset(home[0].id for home in (*(home for _, home in since), elsewhere) if home),
    )


def _versions(
    declared: Iterable[DeclaredCycle], cycle: Cycle, file: Workspace, now: datetime
) -> list[DeclaredCycle]:
    """What was said of the cycle at the end of each day on which that changed, and what is said now."""
    known = [*(one for one in declared if one.cycle.id == cycle.id), DeclaredCycle(cycle, now)]
    return [list(same)[-1] for _, same in groupby(known, key=lambda one: file.day(one.at))]


def _key_results(cycle: Cycle) -> Iterator[tuple[Objective, KeyResult]]:
    return ((goal, one) for goal in cycle.objectives for one in goal.key_results)


def _homes(cycle: Cycle) -> dict[str, _Home]:
    return {bet.id: (one, bet) for _, one in _key_results(cycle) for bet in one.initiatives}
