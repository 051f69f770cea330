"""What people report, entered twice or while the clock goes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from syncer.domain.pace import Numbers
from syncer.engine.checkins import check_in
from syncer.engine.values import read_values
from syncer.errors import SkippableError
from tests.domain import build
from tests.engine.desk import Desk


def held(desk: Desk) -> float | None:
    placed = next(desk.workspace.key_results())
    with desk.store.read() as work:
        entries = work.check_ins("acme")
    latest = Numbers.of(placed.key_result, placed.cycle, entries, placed.settles_on).latest
    return latest.value if latest else None


def test_of_two_at_one_time_the_later_wins(desk: Desk) -> None:
    for value in (37.0, 41.0, 36.0):
        check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=value)

    assert held(desk) == 36.0
    with desk.store.read() as work:
        entered = [one.at for one in work.check_ins("acme")]
    assert entered == [build.noon("2026-11-02") + timedelta(microseconds=n) for n in range(3)]


def test_a_value_counts_until_late_work_had_its_time_and_changes_no_status(desk: Desk) -> None:
    desk.check_in(37.0)
    desk.clock.moment = build.noon("2027-01-14")

    desk.check_in(41.0)

    assert held(desk) == 37.0
    desk.clock.pass_(days=1)
    with pytest.raises(SkippableError) as refused:
        desk.check_in(42.0)
    assert str(refused.value) == ("2027-01-15 is outside 2026-Q4; give a day from 2026-10-01 to 2027-01-14")


def test_a_correction_wins_though_the_clock_went_back(desk: Desk) -> None:
    check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=37.0)
    desk.clock.pass_(hours=-3)

    check_in(desk.workspace, desk.store, desk.clock, key_result="activation", value=36.0)

    assert held(desk) == 36.0


def test_a_file_is_read_until_late_work_had_its_time(desk: Desk) -> None:
    class Sheet:
        name = "numbers.csv"

        def values(self) -> dict[date, float]:
            return {build.day(day): 40.0 for day in ("2026-12-31", "2027-01-14", "2027-01-15")}

    read = read_values(desk.workspace, {"activation": Sheet()}, {}, [], build.noon("2027-02-01"))

    assert [one.on.isoformat() for one in read.entries] == ["2026-12-31", "2027-01-14"]
