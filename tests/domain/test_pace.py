from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import Checkpoints, Curve, KeyResult
from syncer.domain.pace import (
    MeasuredStatus,
    Numbers,
    Reading,
    expected_share,
    expected_value,
    measured_status,
    percent,
    share_of,
)
from tests.domain.build import END, START, check_in, cycle, day, key_result, noon, rules

FALLING = key_result(start=9.0, target=2.0, unit="h")
MIDDLE = "2026-11-15"


def numbers(*check_ins: CheckIn, of: KeyResult | None = None, until: str = "2026-12-31") -> Numbers:
    number = of or key_result()
    return Numbers.of(number, cycle(number), check_ins, day(until))


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.999, 0, "99 %"),
        (0.9999, 1, "99.9 %"),
        (1.0, 0, "100 %"),
        (1.004, 0, "100 %"),
        (1.2, 1, "120 %"),
        (0.001, 0, "1 %"),
        (0.0001, 1, "0.1 %"),
        (0.0, 0, "0 %"),
        (-0.001, 0, "0 %"),
        (-0.5, 1, "-50 %"),
        (1 / 6, 0, "17 %"),
        (1 / 6, 1, "16.7 %"),
        (20000.0, 1, "2000000 %"),
    ],
)
def test_a_share_is_the_whole_only_where_nothing_is_missing(share: float, digits: int, shown: str) -> None:
    assert percent(share, digits) == shown


@pytest.mark.parametrize(
    ("number", "value", "share"),
    [
        (key_result(), 43.0, 0.5),
        (key_result(), 33.1, -0.05),
        (key_result(), 61.0, 1.5),
        (FALLING, 5.5, 0.5),
        (FALLING, 2.0, 1.0),
    ],
)
def test_the_share_of_the_way_of_rising_and_falling_numbers(
    number: KeyResult, value: float, share: float
) -> None:
    assert share_of(number, value) == pytest.approx(share)


@pytest.mark.parametrize(
    ("pace", "on", "expected"),
    [
        (Curve.LINEAR, MIDDLE, 0.5),
        (Curve.LINEAR, "2026-10-01", 1 / 92),
        (Curve.LINEAR, "2026-12-31", 1.0),
        (Curve.LINEAR, "2026-09-30", 0.0),
        (Curve.LATE, MIDDLE, 0.25),
        (Curve.LATE, "2026-12-31", 1.0),
        (Checkpoints(((day(MIDDLE), 40.0), (day("2026-12-15"), 50.0))), MIDDLE, 6 / 18),
        (Checkpoints(((day("2026-12-15"), 50.0), (day(MIDDLE), 40.0))), "2026-11-30", 11 / 18),
        (Checkpoints(((day(MIDDLE), 40.0),)), "2026-10-23", 3 / 18),
        (Checkpoints(((day(MIDDLE), 40.0),)), "2026-12-31", 1.0),
        (Checkpoints(((day("2026-12-31"), 50.0),)), "2026-12-31", 16 / 18),
        (Checkpoints(((day(MIDDLE), 40.0),)), "2027-01-10", 1.0),
    ],
)
def test_the_expected_share_follows_the_pace(pace: Curve | Checkpoints, on: str, expected: float) -> None:
    assert expected_share(key_result(pace=pace), cycle(), day(on)) == pytest.approx(expected)


def test_the_expected_value_of_a_falling_number() -> None:
    assert expected_value(FALLING, cycle(), day(MIDDLE)) == pytest.approx(5.5)


@pytest.mark.parametrize(
    ("share", "expected", "status"),
    [
        (None, 0.5, MeasuredStatus.NO_DATA),
        (0.25, 0.35, MeasuredStatus.ON_TRACK),
        (0.7, 0.8, MeasuredStatus.ON_TRACK),  # 0.8 - 0.7 is more than 0.1 in binary
        (0.2499, 0.35, MeasuredStatus.BEHIND),
        (0.3, 0.55, MeasuredStatus.BEHIND),
        (0.10, 0.35, MeasuredStatus.BEHIND),
        (0.0999, 0.35, MeasuredStatus.OFF_TRACK),
        (0.8, 0.2, MeasuredStatus.ON_TRACK),
        (1.0, 1.0, MeasuredStatus.ACHIEVED),
        (1.2, 0.1, MeasuredStatus.ACHIEVED),
        (0.9999, 1.0, MeasuredStatus.ON_TRACK),
    ],
)
def test_the_borders_of_the_measured_status(
    share: float | None, expected: float, status: MeasuredStatus
) -> None:
    assert measured_status(share, expected, rules()) is status


def test_the_gaps_can_be_set() -> None:
    strict = rules(on_track_gap=0.0, behind_gap=0.05)

    assert measured_status(0.49, 0.5, strict) is MeasuredStatus.BEHIND
    assert measured_status(0.44, 0.5, strict) is MeasuredStatus.OFF_TRACK


def test_a_later_entry_corrects_a_day_and_later_days_are_not_known_yet() -> None:
    wrong, right = check_in("2026-11-09", 73.0), check_in("2026-11-09", 37.0, at=noon("2026-11-10"))
    stranger = check_in("2026-11-10", 1.0, key_result_id="other")

    history = numbers(right, wrong, stranger, check_in("2026-11-20", 40.0), until="2026-11-16")

    assert [(one.on, one.value) for one in history.check_ins] == [(day("2026-11-09"), 37.0)]


def test_a_reading_lasts_one_cadence_and_grace() -> None:
    history = numbers(check_in("2026-11-02", 36.0))

    assert history.at(day("2026-11-12")) == Reading(day("2026-11-02"), 36.0)
    assert history.at(day("2026-11-13")) is None


def test_the_start_value_is_the_reading_of_the_first_day() -> None:
    history = numbers(check_in("2026-09-28", 30.0))

    assert history.at(day("2026-09-30")) is None
    assert history.at(START) == Reading(START, 34.0)
    assert history.at(day("2026-10-11")) == Reading(START, 34.0)
    assert history.at(day("2026-10-12")) is None


def test_a_check_in_on_the_first_day_is_better_than_the_start_value() -> None:
    assert numbers(check_in(START, 35.0)).at(START) == Reading(START, 35.0)


@pytest.mark.parametrize(
    ("number", "before", "after", "movement"),
    [(key_result(), 36.0, 40.0, 4.0), (key_result(), 40.0, 36.0, -4.0), (FALLING, 7.0, 5.5, 1.5)],
)
def test_movement_counts_in_the_good_direction(
    number: KeyResult, before: float, after: float, movement: float
) -> None:
    history = numbers(check_in("2026-11-02", before), check_in("2026-11-16", after), of=number)

    assert history.movement(day("2026-11-02"), day("2026-11-16")) == pytest.approx(movement)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-10-20", "2026-11-16"),  # nothing was read around the first day
        ("2026-11-02", "2026-11-27"),  # the last reading is too old
        ("2026-11-03", "2026-11-10"),  # one reading stands for both days
        ("2026-11-16", "2026-11-02"),
    ],
)
def test_movement_cannot_be_told_without_a_reading_for_each_day(since: str, until: str) -> None:
    history = numbers(check_in("2026-11-02", 36.0), check_in("2026-11-16", 37.0))

    assert history.movement(day(since), day(until)) is None


@given(st.integers(0, 91), st.integers(0, 91), st.sampled_from(Curve))
def test_the_curves_never_fall(one: int, other: int, curve: Curve) -> None:
    early, late = (START + timedelta(days=n) for n in sorted((one, other)))
    number = key_result(pace=curve)

    assert expected_share(number, cycle(), early) <= expected_share(number, cycle(), late)
    assert expected_share(number, cycle(), END) == 1
