"""What people report, entered twice or while the clock goes back."""

from __future__ import annotations

from datetime import timedelta

from syncer.domain.pace import Numbers
from syncer.engine.checkins import check_in
from tests.domain import build
from tests.engine.desk import Desk


def held(desk: Desk) -> float | None:
    placed = next(desk.workspace.key_results())
    with desk.store.read() as work:
        entries = work.check_ins("acme")
    latest = Numbers.of(placed.key_result, placed.cycle, entries, build.END).latest
    return latest.value if latest else None


def test_of_two_at_one_time_the_later_wins(desk: Desk) -> None:
    for value in (37.0, 41.0, 36.0):
        check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=value)

    assert held(desk) == 36.0
    with desk.store.read() as work:
        entered = [one.at for one in work.check_ins("acme")]
    assert entered == [build.noon("2026-11-02") + timedelta(microseconds=n) for n in range(3)]


def test_a_correction_wins_though_the_clock_went_back(desk: Desk) -> None:
    check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=37.0)
    desk.clock.pass_(hours=-3)

    check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=36.0)

    assert held(desk) == 36.0
