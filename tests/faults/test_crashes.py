"""A sync that is killed at any point leaves nothing twice and nothing lost.

Child processes are really killed, the tracker is really asked over HTTP. After each kill two clean syncs
must lead where they lead when nobody was killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pytest

from tests.faults.points import ON_THE_WIRE, POINTS, killed_at, sync_with_points
from tests.faults.yard import KINDS, SCENES, Kind, State, Yard, is_write, play_up_to

Record = Callable[[str, object], None]
Place = tuple[str, int, int]
"""The scene, how many items there are, and at the how manieth time at a point the kill comes."""

EVERYWHERE = (*POINTS, *ON_THE_WIRE)
SEEDS = 20


@cache
def undisturbed(kind: Kind, address: str, scene: str, items: int) -> tuple[State, Mapping[str, int]]:
    """Where a sync that nobody kills leads, and how often it is at each point."""
    met = Counter[str]()
    with Yard(kind, address, items) as yard:
        play_up_to(yard, scene)
        before = len(yard.tracker.server.requests)
        sync_with_points(yard, lambda point: met.update([point]))
        writes = sum(map(is_write, yard.tracker.server.requests[before:]))
        yard.settle()
        return yard.state(), {**met, **dict.fromkeys(ON_THE_WIRE, writes)}


def places(kind: Kind, address: str, point: str) -> list[Place]:
    """Wherever a sync is at that point."""
    return [
        (scene, items, nth)
        for items in (1, 2)
        for scene in SCENES
        for nth in range(1, undisturbed(kind, address, scene, items)[1].get(point, 0) + 1)
    ]


def chosen(places: list[Place], seeds: int, first: int) -> list[Place]:
    """So many of them, spread over all, beginning with another one each time."""
    spread = max(1, len(places) // seeds)
    return [places[(first + seed * spread) % len(places)] for seed in range(seeds)]


def trial(kind: Kind, address: str, point: str, place: Place) -> None:
    """Raises AssertionError where the kill left a trace."""
    scene, items, nth = place
    right, _ = undisturbed(kind, address, scene, items)
    with Yard(kind, address, items) as yard:
        play_up_to(yard, scene)
        where = f"{kind}, {scene} scene with {items} items, killed at {point} ({nth})"
        assert killed_at(yard, point, nth), where
        yard.settle()
        assert yard.doubles() == 0, where
        assert yard.state() == right, where
        before = len(yard.tracker.server.requests)
        yard.sync()
        assert not any(map(is_write, yard.tracker.server.requests[before:])), where


def play(kind: Kind, address: str, points: Sequence[str], seeds: int, record: Record) -> None:
    """So many kills at each of the points."""
    for number, point in enumerate(points):
        for place in chosen(places(kind, address, point), seeds, number):
            trial(kind, address, point, place)
    kills = seeds * len(points)
    record("faults: syncs killed at a point, ending as undisturbed ones, without a comment twice", kills)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kill_leaves_anything_twice_or_lost(
    kind: Kind, durable_database: str, record_property: Record
) -> None:
    """Every second point on the one database, the others on the other one."""
    play(kind, durable_database, EVERYWHERE[durable_database.startswith("sqlite") :: 2], 1, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_kill_leaves_anything_twice_or_lost_at_length(
    kind: Kind, durable_database: str, record_property: Record
) -> None:
    play(kind, durable_database, EVERYWHERE, SEEDS, record_property)
