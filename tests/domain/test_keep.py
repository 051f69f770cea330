"""Numbers that are to stay where they are: `keep: at_least` and `keep: at_most`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.cli.review_words import bets, evidence_lines
from syncer.cli.sheet_words import thresholds
from syncer.cli.text import brief_sentence, number_line
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.evidence import Verdict, Why, evidence_of, in_order, outcome_of
from syncer.domain.next_cycle import Decision, proposals, propose
from syncer.domain.okr import Keep, KeyResult
from syncer.domain.pace import MeasuredStatus, expected_value, movement_words
from syncer.domain.render import Section, is_it_moving, render
from syncer.domain.rollup import Rollup
from syncer.domain.signals import movement_without_work, watermelon, work_without_movement
from syncer.domain.work import Health, WorkStatus
from tests.domain.build import (
    check_in,
    cycle,
    day,
    fact,
    fired,
    initiative,
    key_result,
    noon,
    rollup_of,
    rules,
    snapshot,
    weekly,
)

ON = "2026-11-16"


def kept(keep: Keep = Keep.AT_LEAST, target: float = 99.9) -> KeyResult:
    return key_result(initiative(), keep=keep, start=target, target=target, rules=rules(min_move=0.5))


@pytest.mark.parametrize(
    ("keep", "value", "status"),
    [
        (Keep.AT_LEAST, 99.9, MeasuredStatus.ON_TRACK),
        (Keep.AT_LEAST, 100.0, MeasuredStatus.ON_TRACK),
        (Keep.AT_LEAST, 99.6, MeasuredStatus.BEHIND),
        (Keep.AT_LEAST, 99.4, MeasuredStatus.OFF_TRACK),
        (Keep.AT_MOST, 99.9, MeasuredStatus.ON_TRACK),
        (Keep.AT_MOST, 12.0, MeasuredStatus.ON_TRACK),
        (Keep.AT_MOST, 100.2, MeasuredStatus.BEHIND),
        (Keep.AT_MOST, 100.4, MeasuredStatus.OFF_TRACK),
    ],
)
def test_the_status_is_that_of_the_value(keep: Keep, value: float, status: MeasuredStatus) -> None:
    rollup = rollup_of(kept(keep), on=ON, check_ins=[check_in(ON, value)])

    assert (rollup.status, rollup.share) == (status, None)


@given(st.sampled_from(Keep), st.floats(0, 200), st.dates(day("2026-10-01"), day("2026-12-31")))
def test_no_day_of_the_cycle_changes_the_status(keep: Keep, value: float, on: object) -> None:
    assert isinstance(on, type(day(ON)))
    one, last = (
        rollup_of(kept(keep), on=when, check_ins=[check_in("2026-10-01", value)])
        for when in (on, day("2026-12-31"))
    )

    assert one.status is last.status
    assert one.expected_value == 99.9


def test_it_should_be_at_its_target_on_every_day() -> None:
    number = kept()

    assert expected_value(number, cycle(number), day("2026-09-01")) == 99.9


def test_its_start_is_no_reading() -> None:
    rollup = rollup_of(kept(), on="2026-10-06", check_ins=[check_in("2026-10-06", 99.0)])

    assert rollup.numbers.movement(day("2026-10-01"), day("2026-10-06")) is None


@pytest.mark.parametrize(("keep", "movement"), [(Keep.AT_LEAST, 0.5), (Keep.AT_MOST, -0.5)])
def test_movement_counts_towards_the_good_side(keep: Keep, movement: float) -> None:
    rollup = rollup_of(kept(keep), on=ON, check_ins=[check_in("2026-11-02", 99.0), check_in(ON, 99.5)])

    assert rollup.numbers.movement(day("2026-11-02"), day(ON)) == pytest.approx(movement)
    assert movement_words(rollup.key_result, movement) in {
        "rose by 0.5 points",
        "went the wrong way: it rose by 0.5 points",
    }


def test_green_words_over_a_missed_bound_are_a_watermelon() -> None:
    rollup = rollup_of(kept(), on=ON, check_ins=[check_in(ON, 99.1, Health.ON_TRACK)])

    signal = fired(watermelon.detect(rollup, None))

    assert fact(signal, "measured") == "off track: keep at least 99.9 %, missed by 0.8 points"
    assert [(one.what, one.value, one.where) for one in signal.thresholds] == [
        ("keep", "at least 99.9 %", "key_results[].target"),
        ("off track from", "0.5 % missed", "key_results[].min_move"),
    ]


@pytest.mark.parametrize(("value", "score"), [(99.95, 1.0), (99.7, 0.0)])
def test_it_is_kept_or_it_is_not(value: float, score: float) -> None:
    said = Closing(key_result_id="activation", at=noon(ON), word=ClosedAs.ACHIEVED, value=value)
    rollup = replace(rollup_of(kept(), on=ON, check_ins=[check_in(ON, value)]), closing=said)

    assert outcome_of(rollup).score == score
    assert (watermelon.detect(rollup, None) is None) is (score == 1.0)
    assert outcome_of(rollup_of(kept(), on=ON)).score is None


def test_work_that_does_not_bring_it_back_is_asked_about() -> None:
    told = [snapshot("2026-10-05", buckets=(1, 9, 0)), snapshot("2026-11-10", buckets=(4, 6, 0))]
    rollup = rollup_of(
        kept(), on=ON, check_ins=weekly("2026-10-19", 99.0, 99.1, 99.0, 99.1, 99.0), work={"new-flow": told}
    )

    signal = fired(work_without_movement.detect(rollup, None))

    assert "did not move" in signal.headline


def test_nobody_asks_what_moves_a_number_that_is_to_stay() -> None:
    told = {"new-flow": [snapshot("2026-10-05", status=WorkStatus.PLANNED, buckets=(0, 3, 0))]}
    rollup = rollup_of(
        kept(), on=ON, check_ins=weekly("2026-10-19", 97.0, 98.0, 99.0, 100.0, 100.0), work=told
    )

    assert movement_without_work.detect(rollup, None) is None


def test_the_sheet_and_the_comment_say_what_is_kept() -> None:
    rollup = rollup_of(kept(), on=ON, check_ins=[check_in(ON, 99.1)])
    comment = render("acme", "10042", [Section(rollup, rollup.work[0])]).plain

    assert "(keep at least 99.9 %)" in comment
    assert "Number: 99.1 %, to be kept at least 99.9 %: off track (check-in of 16 Nov 2026" in comment
    assert number_line(rollup).endswith("99.1 % · keep at least 99.9 % · off track · check-in of 16 Nov 2026")
    assert thresholds(rollup.key_result).startswith("keep at least 99.9 %, off track from 0.5 points missed")
    assert "at 99.1 %, keep at least 99.9 % (off track)" in brief_sentence(rollup, ())


SHIPPED = [snapshot("2026-10-19", buckets=(9, 0, 0), status=WorkStatus.DONE, done_on=day("2026-10-19"))]


def told(*values: float, first: str = "2026-10-12") -> Rollup:
    return rollup_of(kept(), on="2026-11-20", check_ins=weekly(first, *values), work={"new-flow": SHIPPED})


@pytest.mark.parametrize(
    ("values", "verdict", "decision"),
    [
        ((99.95, 99.95, 99.95, 99.95, 99.95, 99.95), Verdict.KEPT, Decision.STOP),
        ((99.0, 99.0, 99.9, 99.9, 99.9, 99.9), Verdict.KEPT, Decision.STOP),
        ((99.0, 99.0, 99.2, 99.6, 99.6, 99.6), Verdict.MOVED, Decision.STOP),
        ((99.0, 99.0, 99.2, 99.4, 99.4, 99.4), Verdict.DID_NOT_MOVE, Decision.CHANGE),
        ((99.95, 99.95, 99.5, 99.0, 99.0, 99.0), Verdict.DID_NOT_MOVE, Decision.CHANGE),
    ],
    ids=["held", "came back", "moved towards it", "moved too little", "broke"],
)
def test_a_bet_on_it_did_what_it_was_to_do_where_it_holds_its_bound(
    values: tuple[float, ...], verdict: Verdict, decision: Decision
) -> None:
    rollup = told(*values)
    (one,) = evidence_of(rollup)

    assert (one.verdict, one.why) == (verdict, Why.FIGURES)
    assert [p.decision for p in proposals([rollup])["activation"].proposals] == [decision]


def test_it_is_kept_also_where_nobody_read_it_before_the_bet_shipped() -> None:
    (one,) = evidence_of(told(99.95, 99.95, 99.95, first="2026-10-26"))

    assert (one.verdict, one.movement) == (Verdict.KEPT, None)


def test_a_bound_that_broke_later_did_not_last() -> None:
    (one,) = evidence_of(told(99.95, 99.95, 99.95, 99.95, 99.95, 99.1))

    assert one.verdict is Verdict.KEPT
    assert one.fell_back is not None
    assert (one.fell_back.value, one.fell_back.on) == (99.1, day("2026-11-16"))
    assert "it did not last (99.1 % on 16 Nov 2026)" in list(evidence_lines(one))
    assert propose(one).decision is Decision.CHANGE


def test_the_review_tells_it_as_kept_and_after_what_moved_nothing() -> None:
    number = key_result(
        initiative(),
        initiative("emails"),
        keep=Keep.AT_LEAST,
        start=99.9,
        target=99.9,
        rules=rules(min_move=0.5),
    )
    late = [snapshot("2026-11-02", status=WorkStatus.DONE, done_on=day("2026-11-02"))]
    broke = rollup_of(
        number,
        on="2026-11-20",
        check_ins=weekly("2026-10-12", 99.95, 99.95, 99.95, 99.95, 99.0, 99.0),
        work={"new-flow": SHIPPED, "emails": late},
    )

    lost, fine = bets(in_order(evidence_of(broke)))

    assert (lost.heading, fine.heading) == (
        "Finished, and the number did not move",
        "Finished, and the number was kept",
    )
    (entry,) = fine.entries
    assert entry.lines[2:4] == (
        "after 14 days the number held its bound, at least 99.9 % (99.95 % on 2 Nov 2026)",
        "it did not last (99 % on 16 Nov 2026)",
    )


def test_the_brief_and_the_comment_say_that_it_is_kept() -> None:
    rollup = told(99.95, 99.95, 99.95, 99.95, 99.95, 99.95)
    early = rollup_of(
        kept(),
        on="2026-10-27",
        check_ins=weekly("2026-10-12", 99.95, 99.95, 99.95),
        work={"new-flow": SHIPPED},
    )

    assert brief_sentence(rollup, ()).endswith("; the number is kept.")
    assert is_it_moving(rollup, rollup.work[0]) == (
        "The number is kept: 99.95 % on 16 Nov 2026; it shipped on 19 Oct 2026."
    )
    assert is_it_moving(early, early.work[0]) == (
        "Too early to tell, it has until 2 Nov 2026: the number holds its bound so far,"
        " 99.95 % on 26 Oct 2026; it shipped on 19 Oct 2026."
    )


def test_the_brief_of_a_broken_bound_does_not_say_that_it_is_kept() -> None:
    assert (
        "kept" not in brief_sentence(told(99.95, 99.95, 99.0, 99.0, 99.0, 99.0), ()).partition("bets done")[2]
    )
