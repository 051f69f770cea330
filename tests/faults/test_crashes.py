"""A sync that is killed at any point leaves nothing twice and nothing lost.

Child processes are really killed, the tracker is really asked over HTTP. After each kill two clean syncs
must lead where they lead when nobody was killed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.faults.points import ON_THE_WIRE, POINTS, killed_at
from tests.faults.yard import KINDS, SCENES, Kind, State, Yard, is_write, play_up_to

Record = Callable[[str, object], None]
EVERYWHERE = (*POINTS, *ON_THE_WIRE)
SEEDS = 24


def scene_of(seed: int) -> tuple[str, int, int]:
    """What a seed stands for: the scene, how many items, and at the how manieth time the kill comes."""
    return SCENES[seed % len(SCENES)], 1 + seed // len(SCENES) % 3, 1 + seed // (3 * len(SCENES)) % 2


@cache
def undisturbed(kind: Kind, address: str, scene: str, items: int) -> State:
    with Yard(kind, address, items) as yard:
        play_up_to(yard, scene)
        yard.sync()
        yard.settle()
        return yard.state()


def trial(kind: Kind, address: str, point: str, seed: int) -> bool:
    """Whether somebody was killed; raises AssertionError where that left a trace."""
    scene, items, nth = scene_of(seed)
    right = undisturbed(kind, address, scene, items)
    with Yard(kind, address, items) as yard:
        play_up_to(yard, scene)
        killed = killed_at(yard, point, nth)
        yard.settle()
        where = f"{kind}, {scene} scene with {items} items, killed at {point} ({nth})"
        assert yard.doubles() == 0, where
        assert yard.state() == right, where
        before = len(yard.tracker.server.requests)
        yard.sync()
        assert not any(map(is_write, yard.tracker.server.requests[before:])), where
    return killed


def play(kind: Kind, address: str, seeds: int, record: Record) -> dict[str, int]:
    """So many seeds a point; every point begins with another one, so that few seeds meet every scene.

    How often each point was reached.
    """
    reached = {
        point: sum(trial(kind, address, point, number + seed) for seed in range(seeds))
        for number, point in enumerate(EVERYWHERE)
    }
    record("faults: syncs with a point to be killed at, all ending as undisturbed ones", seeds * len(reached))
    record("faults: of them killed at it", sum(reached.values()))
    return reached


@pytest.mark.parametrize("kind", KINDS)
def test_no_kill_leaves_anything_twice_or_lost(kind: Kind, database: str, record_property: Record) -> None:
    reached = play(kind, database, 1, record_property)
    assert sum(reached.values()) > len(reached) // 3, "hardly a point was reached"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_kill_leaves_anything_twice_or_lost_at_length(
    kind: Kind, database: str, record_property: Record
) -> None:
    reached = play(kind, database, SEEDS, record_property)
    assert [point for point, times in reached.items() if not times] == [], "every point has to be reached"
