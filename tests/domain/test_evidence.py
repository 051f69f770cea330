"""What a cycle can teach of each bet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from syncer.domain.checkin import CheckIn
from syncer.domain.evidence import Evidence, Verdict, Why, evidence_of, in_order, outcome_of
from syncer.domain.okr import Bet
from syncer.domain.pace import MeasuredStatus, Reading
from syncer.domain.render import Section, render
from syncer.domain.rollup import Known, Rollup, Work, roll_up
from syncer.domain.signals.finding import measured_fact
from syncer.domain.work import Snapshot, WorkStatus
from tests.domain.build import (
    check_in,
    day,
    initiative,
    key_result,
    link,
    noon,
    placed,
    rollup_of,
    snapshot,
    weekly,
    workspace,
)

SHIPPED = "2026-11-02"
FLAT = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.6, 36.8, 37.0)
RISING = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.6, 40.0, 44.0)


def done(on: str = SHIPPED) -> Snapshot:
    return snapshot(on, buckets=(14, 0, 0), status=WorkStatus.DONE, done_on=day(on))


def of(rollup: Rollup, name: str = "new-flow") -> Evidence:
    return next(one for one in evidence_of(rollup) if one.initiative.id == name)


def test_a_bet_that_finished_and_moved_nothing() -> None:
    bet = initiative(bet=Bet(move=8, why="half of the drop-off is in step 3"))
    one = of(rollup_of(key_result(bet), on="2026-11-20", check_ins=FLAT, work={"new-flow": [done()]}))

    assert (one.verdict, one.why) == (Verdict.DID_NOT_MOVE, Why.FIGURES)
    assert (one.shipped_on, one.settles_on) == (date(2026, 11, 2), date(2026, 11, 16))
    assert one.at_start is not None
    assert (one.at_start.value, one.at_start.on) == (36.6, date(2026, 11, 2))
    assert one.at_ship is not None
    assert one.settled is not None
    assert (one.at_ship.value, one.settled.value, one.expected) == (36.6, 37.0, 8)
    assert one.movement is not None
    assert round(one.movement, 6) == 0.4


def test_a_number_that_moved_after_the_only_bet_shipped() -> None:
    one = of(rollup_of(on="2026-11-20", check_ins=RISING, work={"new-flow": [done()]}))
    assert (one.verdict, one.why, one.overlapping) == (Verdict.MOVED, Why.FIGURES, ())


def test_two_bets_at_the_same_time_leave_open_which_one_it_was() -> None:
    both = key_result(initiative(), initiative("emails", title="Emails"))
    work = {"new-flow": [done()], "emails": [done("2026-11-09")]}
    one = of(rollup_of(both, on="2026-11-20", check_ins=RISING, work=work))
    assert (one.verdict, one.why, one.overlapping) == (Verdict.CANNOT_TELL, Why.OVERLAPPING, ("Emails",))


def test_where_nothing_moved_none_of_several_did_it() -> None:
    both = key_result(initiative(), initiative("emails", title="Emails"))
    work = {"new-flow": [done()], "emails": [done(SHIPPED)]}
    rollup = rollup_of(both, on="2026-11-20", check_ins=FLAT, work=work)
    assert {one.verdict for one in evidence_of(rollup)} == {Verdict.DID_NOT_MOVE}


def test_a_number_that_still_has_time_is_not_judged() -> None:
    one = of(rollup_of(on="2026-11-10", check_ins=FLAT, work={"new-flow": [done()]}))
    assert (one.verdict, one.why, one.movement) == (Verdict.CANNOT_TELL, Why.SETTLING, None)


def test_a_number_that_nobody_read_is_not_judged() -> None:
    one = of(rollup_of(on="2026-12-01", check_ins=FLAT[:3], work={"new-flow": [done()]}))
    assert (one.verdict, one.why) == (Verdict.CANNOT_TELL, Why.NO_READING)


def test_open_and_dropped_work_never_shipped() -> None:
    under_way = rollup_of(on="2026-12-20", check_ins=FLAT, work={"new-flow": [snapshot(SHIPPED)]})
    dropped = rollup_of(
        on="2026-12-20", check_ins=FLAT, work={"new-flow": [snapshot(SHIPPED, status=WorkStatus.DROPPED)]}
    )
    assert (of(under_way).verdict, of(under_way).why) == (Verdict.NEVER_SHIPPED, Why.OPEN)
    assert (of(dropped).verdict, of(dropped).why) == (Verdict.NEVER_SHIPPED, Why.DROPPED)


def test_work_that_was_not_read_cannot_be_told() -> None:
    one = of(
        rollup_of(
            on="2026-12-20", check_ins=FLAT, work={"new-flow": [snapshot(SHIPPED)]}, unread=["new-flow"]
        )
    )
    assert (one.verdict, one.why) == (Verdict.CANNOT_TELL, Why.UNREAD)


def test_open_work_whose_links_rest_after_the_cycle_never_shipped() -> None:
    last = snapshot("2026-12-31")
    rollup = rollup_of(on="2027-01-07", check_ins=FLAT, work={"new-flow": [last]}, unread=["new-flow"])
    assert (of(rollup).verdict, of(rollup).why) == (Verdict.NEVER_SHIPPED, Why.OPEN)


def test_a_bet_done_before_the_cycle_is_judged_from_its_first_day() -> None:
    one = of(rollup_of(on="2026-11-20", check_ins=FLAT, work={"new-flow": [done("2026-09-10")]}))
    assert (one.shipped_on, one.verdict) == (date(2026, 9, 10), Verdict.MOVED)
    assert (one.at_ship, one.settles_on) == (Reading(date(2026, 10, 1), 34.0), date(2026, 10, 15))


def test_what_changed_nothing_is_told_first_and_what_never_shipped_last() -> None:
    four = key_result(*(initiative(name) for name in ("open", "flat")))
    work = {"open": [snapshot(SHIPPED)], "flat": [done()]}
    rollup = rollup_of(four, on="2026-11-20", check_ins=FLAT, work=work)
    assert [one.initiative.id for one in in_order(evidence_of(rollup))] == ["flat", "open"]


def test_the_score_is_the_share_of_the_way_and_stays_between_0_and_1() -> None:
    assert outcome_of(rollup_of(on="2026-11-20", check_ins=FLAT)).score == 0.17
    assert outcome_of(rollup_of(on="2026-11-20", check_ins=weekly("2026-11-02", 60))).score == 1.0
    assert outcome_of(rollup_of(on="2026-11-20", check_ins=weekly("2026-11-02", 30))).score == 0.0
    assert outcome_of(rollup_of(on="2026-11-20")).score is None


@pytest.mark.parametrize(
    ("value", "score", "of_the_way"), [(51.95, 0.99, "99 %"), (52.0, 1.0, "100 %"), (34.05, 0.01, "1 %")]
)
def test_nothing_is_reached_by_rounding(value: float, score: float, of_the_way: str) -> None:
    rollup = rollup_of(on="2026-12-28", check_ins=[check_in("2026-12-28", value)])

    assert outcome_of(rollup).score == score
    comment = render("acme", "10042", [Section(rollup, rollup.work[0])]).plain
    assert f", {of_the_way} of the way; 97 % expected by 28 Dec 2026: " in comment
    if score < 1:
        assert "100 %" not in measured_fact(rollup).shown


def test_the_number_at_the_start_is_that_of_the_day_the_bet_was_first_known() -> None:
    begun = snapshot("2026-10-12", buckets=(2, 12, 0))
    one = of(rollup_of(on="2026-11-20", check_ins=RISING, work={"new-flow": [begun, done()]}))

    assert one.at_start is not None
    assert (one.at_start.value, one.at_start.on) == (35.0, date(2026, 10, 12))


@pytest.mark.parametrize(
    ("zone", "read_at", "verdict"),
    [
        ("Asia/Tokyo", "2026-12-30T23:00:00+00:00", Verdict.NEVER_SHIPPED),
        ("America/Los_Angeles", "2026-12-31T01:00:00+00:00", Verdict.CANNOT_TELL),
    ],
)
def test_read_to_the_end_means_the_end_where_the_workspace_is(
    zone: str, read_at: str, verdict: Verdict
) -> None:
    one = placed(key_result(initiative(link=link(read_at=datetime.fromisoformat(read_at)))))
    of_its_zone = replace(workspace(one.key_result), zone=ZoneInfo(zone))
    (bet,) = one.key_result.initiatives
    known = Known(check_ins=tuple(FLAT), work={bet.id: Work(link=bet.link, snapshots=(snapshot(SHIPPED),))})
    assert of(roll_up(of_its_zone, one, known, noon("2027-01-10"))).verdict is verdict


LATE = "2026-12-26"
TO_THE_END = (*weekly("2026-10-08", 34.5, *[36.0] * 11), check_in("2026-12-31", 36.2))


@pytest.mark.parametrize(
    ("after", "verdict", "why"),
    [
        ((), Verdict.CANNOT_TELL, Why.NO_READING),
        ((check_in("2027-01-08", 36.3),), Verdict.DID_NOT_MOVE, Why.FIGURES),
        ((check_in("2027-01-08", 41.0),), Verdict.MOVED, Why.FIGURES),
    ],
)
def test_a_bet_that_shipped_late_is_judged_by_what_was_read_after_the_cycle(
    after: tuple[CheckIn, ...], verdict: Verdict, why: Why
) -> None:
    rollup = rollup_of(on="2027-02-01", check_ins=(*TO_THE_END, *after), work={"new-flow": [done(LATE)]})

    assert (of(rollup).verdict, of(rollup).why) == (verdict, why)
    assert outcome_of(rollup).last == Reading(date(2026, 12, 31), 36.2)
    assert (outcome_of(rollup).score, rollup.status) == (0.12, MeasuredStatus.OFF_TRACK)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (
            [snapshot("2026-10-05", buckets=(3, 17, 0)), snapshot("2026-11-09", buckets=(20, 4, 0))],
            "cannot_tell",
        ),
        ([snapshot("2026-10-05", buckets=(3, 17, 0)), snapshot("2026-11-01", buckets=(20, 4, 0))], "moved"),
        ([snapshot("2026-10-05", buckets=(3, 17, 0)), snapshot("2026-11-09", buckets=(3, 19, 0))], "moved"),
    ],
)
def test_work_that_was_finished_in_its_time_overlaps_though_it_did_not_ship(
    told: list[Snapshot], verdict: str
) -> None:
    two = key_result(initiative(), initiative("mail", title="Emails"))
    one = of(rollup_of(two, on="2026-11-20", check_ins=RISING, work={"new-flow": [done()], "mail": told}))

    assert (one.verdict, one.overlapping) == (verdict, ("Emails",) if verdict == "cannot_tell" else ())


def test_what_shipped_after_the_cycle_is_too_late_to_be_judged() -> None:
    one = of(rollup_of(on="2027-03-15", check_ins=TO_THE_END, work={"new-flow": [done("2027-01-05")]}))

    assert (one.verdict, one.why, one.shipped_on) == (Verdict.CANNOT_TELL, Why.TOO_LATE, date(2027, 1, 5))


def test_a_movement_that_did_not_last_is_told_with_where_the_number_went() -> None:
    gone_back = weekly("2026-11-02", 36.0, 38.0, 39.0, 37.0, 36.0)
    one = of(rollup_of(on="2026-11-30", check_ins=gone_back, work={"new-flow": [done()]}))

    assert (one.verdict, one.movement) == (Verdict.MOVED, 3.0)
    assert one.fell_back == Reading(date(2026, 11, 30), 36.0)
    lasting = of(rollup_of(on="2026-11-30", check_ins=gone_back[:3], work={"new-flow": [done()]}))
    assert lasting.fell_back is None
