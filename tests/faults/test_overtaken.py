"""A run that is overtaken, whatever it was asking for, writes nothing more, and nothing is lost by it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import update

from connectors.sandbox.server import Request
from syncer.errors import LeaseLostError
from syncer.store import schema
from tests.faults.points import child
from tests.faults.test_failures import undisturbed
from tests.faults.yard import KINDS, SCENES, Kind, Yard, connected, is_write, play_up_to

Record = Callable[[str, object], None]
SHORT = ("changed", "confidential")
LONG = [pytest.param(scene, marks=pytest.mark.slow) for scene in SCENES if scene not in SHORT]


def overtaken(kind: Kind, address: str, scene: str, nth: int) -> None:
    """Another run takes the workspace while the n-th call of this one is under way."""
    right, _ = undisturbed(kind, address, scene)
    with Yard(kind, address) as yard:
        play_up_to(yard, scene)
        server = yard.tracker.server
        before = len(server.requests)

        def take(number: int, request: Request) -> None:
            del request
            if number - before == nth:
                with connected(address) as connection:
                    leases = schema.leases
                    connection.execute(update(leases).values(token=leases.c.token + 1))

        server.fault = take
        with suppress(LeaseLostError):  # but for the last call of all there is something left to lose it at
            yard.sync()
        where = f"{kind}, {scene}: overtaken at call {nth}"
        sent = server.requests[before:]
        assert len(sent) >= nth, where
        assert not any(is_write(request) for request in sent[nth:]), f"{where}: written all the same"
        yard.outlive()
        yard.settle()
        assert yard.doubles() == 0, where
        assert yard.state() == right, where


def play(kind: Kind, address: str, scene: str, record: Record) -> None:
    _, calls = undisturbed(kind, address, scene)
    for nth in range(1, calls + 1):
        overtaken(kind, address, scene, nth)
    record("faults: syncs overtaken at a call, none of which wrote anything more", calls)


@pytest.mark.parametrize("scene", [*SHORT, *LONG])
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_overtaken_at_any_call_writes_nothing_more(
    kind: Kind, scene: str, file_database: str, record_property: Record
) -> None:
    play(kind, file_database, scene, record_property)


def left_by_a_zombie(kind: Kind, address: str, nth: int) -> int | None:
    """How many comments it left twice, None where the point was not reached. The next tick mends them.

    It is stopped after it made sure of its lease, for longer than that lasts; another run syncs; it goes on.
    """
    right, _ = undisturbed(kind, address, "first")
    with Yard(kind, address) as yard:
        play_up_to(yard, "first")
        with child(yard, "after confirm", nth, signal.SIGSTOP) as pid:
            _, status = os.waitpid(pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                return None
            yard.outlive()
            yard.sync()
            os.kill(pid, signal.SIGCONT)
            os.waitpid(pid, 0)
        left = yard.doubles()
        yard.ticked()
        assert yard.doubles() == 0
        yard.settle()
        assert yard.state() == right
        return left


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_in_the_window_that_is_left_is_mended_at_the_next_tick(
    kind: Kind, database: str, record_property: Record
) -> None:
    nth, left = 1, list[int]()
    while (doubles := left_by_a_zombie(kind, database, nth)) is not None:
        left.append(doubles)
        nth += 1
    assert sum(left) > 0, "the window is there; where it is not, docs/lifecycle.md is to say so"
    record_property("faults: comments that zombies left twice, all gone after the next tick", sum(left))
