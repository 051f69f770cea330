"""Disconnects of one initiative, and a number without any: each fires, clears, and names what it is about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.domain.okr import Bet, Keep
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals import (
    dropped_bet,
    no_bet,
    overdue_bet,
    scope_growth,
    stale_work,
    status_conflict,
    unlinked_bet,
    watermelon_work,
)
from syncer.domain.signals.finding import CANNOT_TELL, DetectBet, Finding, Signal
from syncer.domain.work import Health, WorkStatus
from tests.domain.build import (
    Told,
    check_in,
    day,
    fact,
    fired,
    initiative,
    key_result,
    ref,
    reported,
    rollup_of,
    rules,
    snapshot,
)

ON = "2026-11-16"
FIRST = "2026-10-05"


def seen(*told: Told, on: str = ON, unread: bool = False, **changes: object) -> Rollup:
    """The rollup of one bet that was told of so."""
    return rollup_of(
        key_result(rules=rules(**changes)),
        on=on,
        work={"new-flow": told},
        unread=["new-flow"] if unread else (),
    )


def asked(detect: DetectBet, rollup: Rollup, standing: Signal | None = None) -> Finding:
    return detect(rollup, rollup.work[0], standing)


def test_a_number_nobody_bets_on() -> None:
    number = key_result()
    bare = rollup_of(key_result(initiatives=()), on=ON, check_ins=[check_in(ON, 37.0)])

    signal = fired(no_bet.detect(bare, None))

    assert (signal.id, signal.headline) == ("activation/no_bet", "Nothing is bet on this number.")
    assert no_bet.detect(rollup_of(number, on=ON), signal) is None


def test_dropped_bets_are_no_bets_and_a_new_one_closes_it() -> None:
    dropped = seen(snapshot(FIRST, status=WorkStatus.DROPPED))

    signal = fired(no_bet.detect(dropped, None))

    assert signal.headline == "Nothing is bet on this number any more: the only bet was dropped."
    assert no_bet.detect(seen(snapshot(FIRST, status=WorkStatus.DROPPED), unread=True), None) is CANNOT_TELL
    taken_up = seen(snapshot(FIRST, status=WorkStatus.DROPPED), snapshot("2026-11-02"))
    assert no_bet.detect(taken_up, signal) is None


@pytest.mark.parametrize(("value", "fires"), [(98.0, True), (99.0, False)])
def test_a_number_that_stays_where_it_shall_needs_no_bet(value: float, *, fires: bool) -> None:
    kept = key_result(initiatives=(), keep=Keep.AT_LEAST, start=99.0, target=99.0)
    rollup = rollup_of(kept, on=ON, check_ins=[check_in(ON, value)])

    assert isinstance(no_bet.detect(rollup, None), Signal) is fires


def test_a_bet_kept_by_hand_is_pointed_out_until_it_is_done() -> None:
    number = key_result(initiative(linked=False))
    open_one = rollup_of(number, on=ON, work={"new-flow": [reported(FIRST, WorkStatus.IN_PROGRESS)]})
    done = rollup_of(number, on=ON, work={"new-flow": [reported(FIRST, WorkStatus.DONE)]})

    signal = fired(asked(unlinked_bet.detect, open_one))

    assert (signal.id, signal.severity) == ("activation/unlinked_bet/new-flow", Severity.INFO)
    assert fact(signal, "Bet new-flow") == "in progress since 2026-10-05, no link"
    assert asked(unlinked_bet.detect, done, signal) is None
    assert asked(unlinked_bet.detect, seen(snapshot(FIRST))) is None


def test_a_bet_nobody_has_spoken_of_is_said_to_have_no_status() -> None:
    silent = rollup_of(key_result(initiative(linked=False)), on=ON)

    signal = fired(asked(unlinked_bet.detect, silent))

    assert fact(signal, "Bet new-flow") == "nothing reported, no link"


def test_an_open_bet_whose_day_is_over() -> None:
    signal = fired(asked(overdue_bet.detect, seen(snapshot(FIRST, due=day("2026-11-15")))))

    assert signal.headline == "Bet new-flow was due on 2026-11-15 and is open."
    assert (signal.owner, signal.initiative_id) == ("Ben Ott", "new-flow")


@pytest.mark.parametrize(
    "told",
    [
        snapshot(FIRST, due=day(ON)),
        snapshot(FIRST),
        snapshot(FIRST, due=day("2026-11-01"), status=WorkStatus.DONE),
        snapshot(FIRST, due=day("2026-11-01"), status=WorkStatus.DROPPED),
    ],
)
def test_nothing_is_overdue_on_its_day_without_one_or_when_it_is_over(told: Told) -> None:
    assert asked(overdue_bet.detect, seen(told)) is None


def test_a_dropped_bet_is_news_for_one_window() -> None:
    number = key_result(initiative(bet=Bet(move=8.0)))
    told = [snapshot(FIRST), snapshot("2026-11-02", status=WorkStatus.DROPPED)]

    def on(when: str) -> Finding:
        return asked(dropped_bet.detect, rollup_of(number, on=when, work={"new-flow": told}))

    signal = fired(on(ON))
    assert signal.headline == "Bet new-flow was dropped by 2026-11-02; 8 points were expected of it."
    assert fired(on("2026-11-22")) == signal
    assert on("2026-11-23") is None


def test_what_was_expected_of_a_number_that_shall_fall_has_no_sign() -> None:
    number = key_result(initiative(bet=Bet(move=2.0)), start=9.0, target=2.0, unit="h")
    told = [snapshot("2026-11-02", status=WorkStatus.DROPPED)]

    signal = fired(asked(dropped_bet.detect, rollup_of(number, on=ON, work={"new-flow": told})))

    assert signal.headline == "Bet new-flow was dropped by 2026-11-02; 2 h were expected of it."


def test_work_that_cannot_be_read_is_stale_until_it_is_read() -> None:
    signal = fired(asked(stale_work.detect, seen(snapshot(FIRST), unread=True)))

    assert signal.headline == "Bet new-flow cannot be judged: last read 2026-11-09 12:00 UTC."
    assert fact(signal, "link") == "jira:ONB-12: active"
    assert [(one.value, one.where) for one in signal.thresholds] == [("2 hours", "schedule.stale_after")]
    assert asked(stale_work.detect, seen(snapshot(FIRST)), signal) is None


def test_the_limit_of_stale_work_can_be_set() -> None:
    rollup = seen(snapshot(FIRST), unread=True, stale_after=timedelta(days=8))

    assert asked(stale_work.detect, rollup) is None


@pytest.mark.parametrize(
    ("told", "headline"),
    [
        (
            snapshot(FIRST, status=WorkStatus.DONE, buckets=(9, 3, 1)),
            "Bet new-flow is called done while 3 of 12 of its items are open.",
        ),
        (
            snapshot(FIRST, buckets=(9, 0, 1)),
            "All 9 items of Bet new-flow are done; it is called in progress.",
        ),
    ],
)
def test_an_item_and_its_children_contradict_one_another(told: Told, headline: str) -> None:
    assert fired(asked(status_conflict.detect, seen(told))).headline == headline


@pytest.mark.parametrize(
    "told",
    [
        snapshot(FIRST, status=WorkStatus.DONE, buckets=(9, 0, 1)),
        snapshot(FIRST, buckets=(0, 0, 4)),
        snapshot(FIRST, buckets=(9, 1, 0)),
        snapshot(FIRST, status=WorkStatus.DROPPED, buckets=(2, 3, 0)),
    ],
)
def test_an_item_and_its_children_agree(told: Told) -> None:
    assert asked(status_conflict.detect, seen(told)) is None


@pytest.mark.parametrize("kind", ["jql", "project", "version", "portfolio"])
def test_what_has_no_status_of_its_own_contradicts_nothing(kind: str) -> None:
    told = snapshot(FIRST, ref=ref("WEB", kind=kind), buckets=(9, 0, 0))

    fired(asked(status_conflict.detect, seen(told)))
    assert asked(status_conflict.detect, seen(replace(told, own_status=False))) is None


def green(done: int, *, due: str = "2026-12-09", health: Health = Health.ON_TRACK) -> Rollup:
    """Reported on track, ten items, a hundred days from September on: 69 of them are over."""
    told = snapshot(FIRST, buckets=(done, 10 - done, 0), start=day("2026-09-01"), due=day(due), health=health)
    return seen(told, on="2026-11-08")


def test_green_work_behind_its_own_dates() -> None:
    signal = fired(asked(watermelon_work.detect, green(4)))

    assert fact(signal, "dates") == (
        "40 % done, with 66 % of its time over by 2026-11-05 (2026-09-01 to 2026-12-09)"
    )
    assert [(one.value, one.where) for one in signal.thresholds] == [("25 points", "signals.work_gap")]


def test_green_work_that_is_overdue() -> None:
    signal = fired(asked(watermelon_work.detect, green(9, due="2026-11-07")))

    assert signal.headline == "Bet new-flow is reported on track and was due on 2026-11-07."


@pytest.mark.parametrize(
    "rollup", [green(5), green(4, health=Health.AT_RISK), green(4, health=Health.UNKNOWN)]
)
def test_work_that_is_not_called_green_or_is_near_its_dates_is_none(rollup: Rollup) -> None:
    assert asked(watermelon_work.detect, rollup) is None


def test_green_work_closes_only_a_tenth_past_the_limit() -> None:
    def counted(done: int) -> Rollup:
        told = snapshot(
            FIRST,
            buckets=(done, 100 - done, 0),
            start=day("2026-09-01"),
            due=day("2026-12-09"),
            health=Health.ON_TRACK,
        )
        return seen(told, on="2026-11-08")

    standing = fired(asked(watermelon_work.detect, counted(43)))

    assert asked(watermelon_work.detect, counted(44)) is None
    assert asked(watermelon_work.detect, counted(44), standing) is CANNOT_TELL
    assert asked(watermelon_work.detect, counted(47), standing) is None


def grown(before: int, now: int, *, cancelled: int = 0) -> Rollup:
    return seen(
        snapshot(FIRST, buckets=(2, before - 2, 0)),
        snapshot("2026-11-10", buckets=(4, now - 4, cancelled)),
    )


def test_more_work_came_in() -> None:
    signal = fired(asked(scope_growth.detect, grown(20, 31)))

    assert (signal.severity, signal.headline) == (Severity.INFO, "Bet new-flow grew: done +2, scope +11.")
    assert fact(signal, "within the window") == "2/20 → 4/31: done +2, scope +11"


def test_scope_is_a_tenth_and_closes_a_tenth_below_it() -> None:
    standing = fired(asked(scope_growth.detect, grown(200, 220)))

    assert asked(scope_growth.detect, grown(200, 219)) is None
    assert asked(scope_growth.detect, grown(200, 219), standing) is CANNOT_TELL
    assert asked(scope_growth.detect, grown(200, 218), standing) is None


def test_scope_of_work_known_for_less_than_the_window_cannot_be_told() -> None:
    rollup = seen(snapshot("2026-11-05", buckets=(0, 3, 0)), snapshot("2026-11-10", buckets=(0, 9, 0)))

    assert asked(scope_growth.detect, rollup) is CANNOT_TELL


def test_cancelling_is_no_growth() -> None:
    assert asked(scope_growth.detect, grown(20, 18, cancelled=2)) is None


@given(before=st.integers(4, 60), now=st.integers(4, 90))
def test_growth_can_be_recomputed_from_the_evidence(before: int, now: int) -> None:
    finding = asked(scope_growth.detect, grown(before, now))

    assert isinstance(finding, Signal) is (now - before >= 0.10 * before - 1e-9)
    if isinstance(finding, Signal):
        first, last = re.findall(r"\d+/(\d+)", fact(finding, "within the window"))
        assert (int(last) - int(first)) / int(first) >= float(finding.thresholds[1].value.split()[0]) / 100


@given(done=st.integers(0, 10), over=st.integers(1, 99))
def test_a_gap_of_the_work_can_be_recomputed_from_the_evidence(done: int, over: int) -> None:
    start = day("2026-09-25")
    told = snapshot(
        FIRST,
        buckets=(done, 10 - done, 0),
        start=start,
        due=start + timedelta(days=99),
        health=Health.ON_TRACK,
    )
    rollup = seen(told, on=(start + timedelta(days=over - 1)).isoformat())
    finding = asked(watermelon_work.detect, rollup)

    too_late = rollup.on >= day("2026-10-08") and over / 100 - done / 10 > 0.25 + 1e-9
    assert isinstance(finding, Signal) is (too_late and rollup.on <= day("2026-12-31"))
    if isinstance(finding, Signal):
        share, time = (int(one) for one in re.findall(r"(\d+) %", fact(finding, "dates")))
        assert time - share > int(finding.thresholds[0].value.split()[0])


EVERY = {
    "overdue": (overdue_bet.detect, seen(snapshot(FIRST, due=day("2026-11-01")), unread=True)),
    "dropped": (dropped_bet.detect, seen(snapshot(FIRST, status=WorkStatus.DROPPED), unread=True)),
    "conflict": (status_conflict.detect, seen(snapshot(FIRST, buckets=(9, 0, 0)), unread=True)),
    "scope": (scope_growth.detect, seen(snapshot(FIRST), unread=True)),
    "green": (
        watermelon_work.detect,
        seen(snapshot(FIRST, due=day("2026-11-01"), health=Health.ON_TRACK), unread=True),
    ),
}


@pytest.mark.parametrize(("detect", "rollup"), EVERY.values(), ids=EVERY)
def test_stale_work_neither_opens_nor_closes(detect: DetectBet, rollup: Rollup) -> None:
    assert asked(detect, rollup) is CANNOT_TELL
