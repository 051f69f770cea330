"""A run that is overtaken, whatever it was asking for, writes nothing more, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import update

from connectors.sandbox.server import Request
from syncer.errors import LeaseLostError
from syncer.store import schema
from tests.faults.test_failures import undisturbed
from tests.faults.yard import KINDS, SCENES, Kind, Yard, connected, is_write, play_up_to

Record = Callable[[str, object], None]


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


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_overtaken_at_any_call_writes_nothing_more(
    kind: Kind, scene: str, file_database: str, record_property: Record
) -> None:
    play(kind, file_database, scene, record_property)
