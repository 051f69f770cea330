"""Numbers that are to stay where they are: `keep: at_least` and `keep: at_most`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.cli.sheet_words import thresholds
from syncer.cli.text import brief_sentence, number_line
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.evidence import outcome_of
from syncer.domain.okr import Keep, KeyResult
from syncer.domain.pace import MeasuredStatus, expected_value, movement_words
from syncer.domain.render import Section, render
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
