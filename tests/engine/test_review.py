"""Looking back at a cycle: what is read of its items later does not change what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from syncer.domain.evidence import Verdict, evidence_of
from syncer.domain.okr import KeyResult
from syncer.domain.work import WorkStatus
from syncer.engine.review import look_back
from tests.domain import build
from tests.engine.desk import Desk


def verdicts(desk: Desk, cycle: str) -> list[Verdict]:
    back = look_back(desk.workspace, desk.store, desk.clock, {cycle})
    return [one.verdict for rollup in back.rollups for one in evidence_of(rollup)]


def go_on(desk: Desk, number: KeyResult, day: str) -> None:
    """The next quarter takes the place of the former one in the file."""
    desk.clock.moment = build.noon(day)
    cycle = build.cycle(number, start="2027-01-01", end="2027-03-31")
    desk.configure(cycles=(replace(cycle, id="2027-Q1"),))
    desk.sync()


def test_work_that_ships_in_the_next_cycle_never_shipped_in_this_one(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.moment = build.noon("2027-01-13")
    desk.sync()
    before = verdicts(desk, "2026-Q4")
    link = build.link("again", ref=build.ref("ONB-12"), key_result_id="next")
    go_on(desk, build.key_result(build.initiative("again", link=link), id="next"), "2027-01-20")
    desk.clock.moment = build.noon("2027-02-12")
    desk.tracker.change("10042", status=WorkStatus.DONE, done_on=date(2027, 2, 10))
    desk.sync()

    assert verdicts(desk, "2026-Q4") == before == [Verdict.NEVER_SHIPPED]


def test_another_cycle_with_the_same_number_is_no_changed_target(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    go_on(desk, build.key_result(start=50.0, target=60.0), "2027-01-05")

    assert look_back(desk.workspace, desk.store, desk.clock).former == {"activation": ()}
