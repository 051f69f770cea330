"""backlog_not_focus, no_owner and stale_number: what is counted or looked up, not measured."""

from __future__ import annotations

import pytest

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals import backlog_not_focus, no_owner, stale_number
from syncer.domain.signals.finding import CANNOT_TELL
from syncer.domain.work import WorkStatus
from tests.domain.build import (
    check_in,
    fact,
    fired,
    initiative,
    key_result,
    reported,
    rollup_of,
    rules,
    snapshot,
)

ON = "2026-11-16"


def with_bets(count: int, *, limit: int = 5, linked: bool = False, unread: tuple[str, ...] = ()) -> Rollup:
    bets = [initiative(f"bet-{n}", linked=linked) for n in range(count)]
    told = {bet.id: [snapshot("2026-10-05")] for bet in bets if linked}
    return rollup_of(key_result(*bets, rules=rules(focus_limit=limit)), on=ON, work=told, unread=unread)


@pytest.mark.parametrize(
    ("count", "limit", "severity"),
    [
        (6, 5, Severity.WARN),
        (14, 5, Severity.WARN),
        (15, 5, Severity.FAIL),
        (15, 30, Severity.FAIL),
        (3, 2, Severity.WARN),
    ],
)
def test_too_many_open_bets_are_a_backlog(count: int, limit: int, severity: Severity) -> None:
    signal = fired(backlog_not_focus.detect(with_bets(count, limit=limit), None))

    assert (signal.severity, signal.question) == (severity, "Which three matter?")
    assert signal.headline.startswith(f"{count} bets are open on one number; the limit is {limit}")
    assert len(signal.evidence) == count
    assert signal.thresholds[0].where == "signals.focus_limit"


@pytest.mark.parametrize(("count", "limit"), [(5, 5), (1, 5), (14, 30)])
def test_up_to_the_limit_it_is_a_focus(count: int, limit: int) -> None:
    assert backlog_not_focus.detect(with_bets(count, limit=limit), None) is None


def test_done_and_dropped_work_does_not_count() -> None:
    bets = [initiative(f"bet-{n}", linked=False) for n in range(7)]
    told = {
        "bet-0": [reported("2026-10-05", WorkStatus.DONE, "bet-0")],
        "bet-1": [reported("2026-10-05", WorkStatus.DROPPED, "bet-1")],
    }

    assert backlog_not_focus.detect(rollup_of(key_result(*bets), on=ON, work=told), None) is None


def test_unread_bets_neither_open_nor_close_a_backlog() -> None:
    standing = fired(backlog_not_focus.detect(with_bets(15, linked=True), None))
    unread = with_bets(15, linked=True, unread=("bet-3",))

    assert backlog_not_focus.detect(unread, None) is CANNOT_TELL
    assert backlog_not_focus.detect(unread, standing) is CANNOT_TELL
    assert backlog_not_focus.detect(with_bets(5, linked=True, unread=("bet-3",)), None) is None


def test_a_key_result_and_an_open_bet_without_an_owner() -> None:
    number = key_result(initiative(owner=None, linked=False), initiative("emails"), owner=None)

    signal = fired(no_owner.detect(rollup_of(number, on=ON), None))

    assert (signal.severity, signal.question) == (Severity.WARN, "Who owns it?")
    assert signal.headline == "Nobody owns the key result and 1 open bet."
    assert fact(signal, "key result") == "Increase Day 7 activation from 34% to 52%: no owner"
    assert fact(signal, "initiative") == "Bet new-flow: no owner"


def test_a_bet_alone_without_an_owner() -> None:
    number = key_result(initiative(owner=None, linked=False), initiative("b", owner=None, linked=False))

    assert fired(no_owner.detect(rollup_of(number, on=ON), None)).headline == "Nobody owns 2 open bets."


def test_the_owner_in_the_tracker_is_an_owner() -> None:
    number = key_result(initiative(owner=None))
    told = {"new-flow": [snapshot("2026-10-05", owner="account-ben")]}

    assert no_owner.detect(rollup_of(number, on=ON, work=told), None) is None


def test_done_work_needs_no_owner_any_more() -> None:
    number = key_result(initiative(owner=None))
    told = {"new-flow": [snapshot("2026-10-05", status=WorkStatus.DONE)]}

    assert no_owner.detect(rollup_of(number, on=ON, work=told), None) is None


def test_an_unread_item_may_have_an_owner() -> None:
    number = key_result(initiative(owner=None))
    told = {"new-flow": [snapshot("2026-10-05")]}

    for work in (told, {}):
        assert no_owner.detect(rollup_of(number, on=ON, work=work, unread=["new-flow"]), None) is CANNOT_TELL


def test_a_check_in_says_nothing_new_about_a_missing_owner() -> None:
    number = key_result(owner=None)
    before, after = (
        no_owner.detect(rollup_of(number, on=ON, check_ins=told), None)
        for told in ([check_in("2026-11-09", 36.0)], [check_in(ON, 37.0)])
    )

    assert fired(before) == fired(after)


def test_an_item_that_becomes_unread_changes_nothing_about_a_missing_owner() -> None:
    number = key_result(initiative(owner=None), owner=None)
    told = {"new-flow": [snapshot("2026-10-05")]}
    read = no_owner.detect(rollup_of(number, on=ON, work=told), None)

    assert no_owner.detect(rollup_of(number, on=ON, work=told, unread=["new-flow"]), None) == read


@pytest.mark.parametrize(("on", "due"), [("2026-10-12", "2026-10-11"), ("2026-12-31", "2026-10-11")])
def test_nobody_has_checked_in_yet(on: str, due: str) -> None:
    signal = fired(stale_number.detect(rollup_of(on=on), None))

    assert (signal.severity, signal.question) == (Severity.WARN, "What is the number today?")
    assert signal.headline == f"A check-in was due by {due}; there is none in this cycle."
    assert fact(signal, "number") == "no check-in yet; 34 % → 52 %"


def test_the_last_check_in_is_older_than_cadence_and_grace() -> None:
    signal = fired(stale_number.detect(rollup_of(on="2026-11-27", check_ins=[check_in(ON, 37.0)]), None))

    assert signal.headline == "A check-in was due by 2026-11-26; the last one is of 2026-11-16."
    assert [(one.value, one.where) for one in signal.thresholds] == [
        ("7 days", "schedule.check_in"),
        ("3 days", "signals.check_in_grace"),
    ]


def test_a_check_in_closes_it() -> None:
    standing = fired(stale_number.detect(rollup_of(on="2026-10-12"), None))

    assert (
        stale_number.detect(rollup_of(on="2026-10-12", check_ins=[check_in("2026-10-12", 34.0)]), standing)
        is None
    )


@pytest.mark.parametrize("on", ["2026-10-11", "2027-01-01"])
def test_it_is_silent_before_the_day_and_after_the_cycle(on: str) -> None:
    assert stale_number.detect(rollup_of(on=on), None) is None


def test_counts_fall_silent_with_the_end_of_the_cycle() -> None:
    number = key_result(*(initiative(f"b{n}", linked=False, owner=None) for n in range(6)))
    for detector in (backlog_not_focus, no_owner):
        standing = fired(detector.detect(rollup_of(number, on="2026-12-31"), None))
        assert detector.detect(rollup_of(number, on="2027-01-01"), standing) is None
