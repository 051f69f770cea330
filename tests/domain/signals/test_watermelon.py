from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.okr import Checkpoints, Keep
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import CANNOT_TELL
from syncer.domain.signals.watermelon import detect
from syncer.domain.work import Health
from tests.domain.build import check_in, day, fact, fired, key_result, noon, rollup_of

ON = "2026-11-16"
GREEN = check_in(ON, 37.0, Health.ON_TRACK)


def test_reported_green_while_the_number_is_red() -> None:
    signal = fired(detect(rollup_of(on=ON, check_ins=[GREEN]), None))

    assert (signal.severity, signal.question) == (Severity.FAIL, "What does the number say?")
    assert signal.headline == (
        "Reported on track on 2026-11-16 by Ana Ruiz and measured"
        " off track: 16.7 % of the way, 51.1 % expected by 2026-11-16."
    )
    assert fact(signal, "number") == "37 % on 2026-11-16; 34 % → 52 %"
    assert [one.where for one in signal.thresholds] == ["signals.on_track_gap", "signals.behind_gap"]


def test_behind_is_red_enough() -> None:
    assert (
        fired(detect(rollup_of(on=ON, check_ins=[check_in(ON, 40.0, Health.ON_TRACK)]), None)).kind
        == "watermelon"
    )


@pytest.mark.parametrize("health", [Health.AT_RISK, Health.OFF_TRACK, Health.UNKNOWN])
def test_whoever_reports_trouble_or_nothing_is_no_watermelon(health: Health) -> None:
    assert detect(rollup_of(on=ON, check_ins=[check_in(ON, 37.0, health)]), None) is None


@pytest.mark.parametrize("value", [43.0, 52.0])
def test_a_green_number_is_no_watermelon(value: float) -> None:
    assert detect(rollup_of(on=ON, check_ins=[check_in(ON, value, Health.ON_TRACK)]), None) is None


def test_without_a_check_in_nobody_has_reported_anything() -> None:
    assert detect(rollup_of(on="2026-10-09"), None) is None


def test_a_stale_number_cannot_tell() -> None:
    assert detect(rollup_of(on="2026-11-27", check_ins=[GREEN]), None) is CANNOT_TELL


def test_a_report_is_held_against_the_number_of_its_own_day() -> None:
    """At 41.6 % the number is 42.2 % of the way: that is on track until half of the cycle is over."""
    reported = check_in("2026-11-12", 41.6, Health.ON_TRACK)

    assert [detect(rollup_of(on=on, check_ins=[reported]), None) for on in ("2026-11-17", "2026-11-20")] == [
        None,
        None,
    ]


def test_no_pace_changes_it_but_a_newer_check_in_does() -> None:
    number = key_result(pace=Checkpoints(((day(ON), 50.0), (day("2026-11-22"), 36.0))))
    standing = fired(detect(rollup_of(number, on=ON, check_ins=[GREEN]), None))
    newer = [GREEN, check_in("2026-11-22", 37.0, Health.ON_TRACK)]

    assert detect(rollup_of(number, on="2026-11-22", check_ins=[GREEN]), standing) == standing
    assert detect(rollup_of(number, on="2026-11-22", check_ins=newer), standing) is None


def closed(word: ClosedAs) -> Closing:
    return Closing(
        key_result_id="activation",
        at=noon(ON),
        word=word,
        value=37.0,
        reason="the board counts it",
        author="Ana Ruiz",
    )


def rollup_closed(rollup: Rollup, word: ClosedAs = ClosedAs.ACHIEVED) -> Rollup:
    return replace(rollup, closing=closed(word), closed_on=day(ON))


def test_closed_as_achieved_below_the_target_whatever_the_reason() -> None:
    rollup = rollup_of(on=ON, check_ins=[check_in(ON, 43.0)])

    signal = fired(detect(rollup_closed(rollup), None))

    assert signal.headline == "Closed as achieved short of its target."
    assert fact(signal, "closed") == "as achieved on 2026-11-16 by Ana Ruiz"
    assert fact(signal, "reason") == "the board counts it"
    assert fact(signal, "number") == "43 % on 2026-11-16; 34 % → 52 %"


@pytest.mark.parametrize(
    ("changes", "value", "headline"),
    [
        ({"start": 9.0, "target": 2.0}, 3.0, "Closed as achieved short of its target."),
        (
            {"start": 200.0, "target": 200.0, "keep": Keep.AT_MOST},
            260.0,
            "Closed as achieved while it is not kept.",
        ),
        (
            {"start": 99.9, "target": 99.9, "keep": Keep.AT_LEAST},
            98.0,
            "Closed as achieved while it is not kept.",
        ),
    ],
)
def test_closed_as_achieved_is_said_in_words_that_fit_the_way_of_the_number(
    changes: dict[str, Any], value: float, headline: str
) -> None:
    rollup = rollup_of(key_result(**changes), on=ON, check_ins=[check_in(ON, value)])

    assert fired(detect(rollup_closed(rollup), None)).headline == headline


@pytest.mark.parametrize(("word", "value"), [(ClosedAs.ACHIEVED, 52.0), (ClosedAs.MISSED, 43.0)])
def test_closed_by_what_the_number_says_is_no_watermelon(word: ClosedAs, value: float) -> None:
    rollup = rollup_of(on=ON, check_ins=[check_in(ON, value)])

    assert detect(rollup_closed(rollup, word), None) is None
