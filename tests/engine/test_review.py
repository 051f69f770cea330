"""Looking back at a cycle: what is read of its items later does not change what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from syncer.domain.closing import ClosedAs
from syncer.domain.evidence import Verdict, evidence_of
from syncer.domain.okr import KeyResult
from syncer.domain.work import WorkStatus
from syncer.engine.closing import close
from syncer.engine.review import CycleReview, look_back
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

    (cycle,) = look_back(desk.workspace, desk.store, desk.clock).cycles
    assert cycle.former == {"activation": ()}


def test_an_id_that_goes_on_leaves_the_former_cycle_as_it_was(desk: Desk) -> None:
    """Values, closings and signals of the next quarter are the next quarter's."""
    desk.epic()
    desk.check_in(40, on="2026-11-02")
    desk.clock.moment = build.noon("2026-12-30")
    desk.check_in(40)
    desk.sync()
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.MISSED)
    before = looked(desk, "2026-Q4")
    go_on(desk, build.key_result(), "2027-01-03")
    assert looked(desk, "2027-Q1")[1] is None, "it begins unclosed"
    desk.clock.moment = build.noon("2027-01-08")
    desk.check_in(52)
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.ACHIEVED)
    desk.sync()

    assert looked(desk, "2026-Q4") == before
    value, word, _ = looked(desk, "2027-Q1")
    assert (value, word) == (52, ClosedAs.ACHIEVED)


def looked(desk: Desk, cycle: str) -> tuple[float | None, ClosedAs | None, list[str]]:
    """The value a cycle came to, what it was closed as, and what was flagged in it."""
    (back,) = look_back(desk.workspace, desk.store, desk.clock, {cycle}).cycles
    (rollup,) = back.rollups
    value = rollup.latest.value if rollup.latest else None
    return value, rollup.closing.word if rollup.closing else None, [one.signal.id for one in back.flags]


def test_cycles_that_share_ids_say_together_what_each_says_alone(desk: Desk) -> None:
    """The bet of the former cycle is done and its target was changed; the next one has other work."""
    desk.epic(status=WorkStatus.DONE, done_on=date(2026, 11, 1))
    desk.epic("ONB-99", "10099", status=WorkStatus.PLANNED)
    desk.check_in(36)
    desk.sync()
    desk.clock.moment = build.noon("2026-11-20")
    desk.configure(cycles=(build.cycle(build.key_result(target=45.0)),))
    desk.sync()
    again = build.initiative("new-flow", link=build.link("new-flow", "ONB-99"))
    go_on(desk, build.key_result(again, start=45.0, target=60.0), "2027-01-05")

    def back(*cycles: str) -> tuple[CycleReview, ...]:
        return look_back(desk.workspace, desk.store, desk.clock, cycles).cycles

    former, following = back("2026-Q4", "2027-Q1")

    assert (former, following) == (*back("2026-Q4"), *back("2027-Q1"))
    (line,) = former.rollups[0].work
    assert line.link is not None
    assert (line.link.ref.key, line.status) == ("ONB-12", WorkStatus.DONE)
    assert [way.key_result.target for way in former.former["activation"]] == [52.0]
    assert following.former["activation"] == ()


def test_what_left_the_file_in_confidence_is_kept_back_from_its_own_cycle_alone(desk: Desk) -> None:
    desk.epic()
    desk.configure(cycles=(build.cycle(build.key_result(confidential=True)),))
    desk.sync()
    go_on(desk, build.key_result(), "2027-01-05")

    back = look_back(desk.workspace, desk.store, desk.clock, {"2026-Q4", "2027-Q1"})

    assert [len(one.rollups) for one in back.cycles] == [1, 1]
    assert [len(one.rollups) for one in back.public().cycles] == [0, 1]
    assert [len(one.rollups) for one in back.public(frozenset({"activation"})).cycles] == [1, 1]
