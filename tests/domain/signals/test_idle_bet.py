"""Work in progress in which nothing happens, while its number needs it: it fires and clears."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals import idle_bet, overdue_bet, status_conflict, work_without_movement
from syncer.domain.signals.finding import CANNOT_TELL, Finding, Signal
from syncer.domain.work import DRAWN, Health, Points, Progress, Snapshot, WorkStatus
from tests.domain.build import (
    check_in,
    day,
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
THREE_WEEKS_AGO = "2026-10-26"
LOW, GOOD = (check_in(ON, 36.0),), (check_in(ON, 45.0),)
RESTING = snapshot(THREE_WEEKS_AGO, buckets=(2, 18, 0))


def seen(*told: Snapshot, on: date | str = ON, unread: bool = False, **changes: Any) -> Rollup:
    """One bet that was told of so, under a number that is off track."""
    return rollup_of(
        key_result(rules=rules(**changes)),
        on=on,
        check_ins=LOW,
        work={"new-flow": told},
        unread=["new-flow"] if unread else (),
    )


def asked(rollup: Rollup, standing: Signal | None = None) -> Finding:
    return idle_bet.detect(rollup, rollup.work[0], standing)


def test_work_in_progress_without_news_is_said_with_its_last_day() -> None:
    signal = fired(asked(seen(RESTING)))

    assert (signal.id, signal.severity) == ("activation/idle_bet/new-flow", Severity.WARN)
    assert signal.headline == (
        "Bet new-flow is in progress, and nothing of it was finished, added, cancelled or changed"
        " since 2026-10-26."
    )
    assert (signal.question, signal.owner) == ("Is anybody still working on it?", "Ben Ott")
    assert fact(signal, "last news") == "by 2026-10-26"
    assert fact(signal, "Bet new-flow") == "2/20, in progress"
    assert fact(signal, "number").startswith("36 % on 2026-11-16")
    assert [(one.what, one.value, one.where) for one in signal.thresholds[:1]] == [
        ("idle_after", "21 days", "signals.idle_after")
    ]


def test_it_says_the_same_for_as_long_as_nothing_happens() -> None:
    first = fired(asked(seen(RESTING)))

    assert fired(asked(seen(RESTING, on="2026-11-24"), first)) == first


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        (snapshot("2026-10-27", buckets=(2, 18, 0)), {}),
        (RESTING, {"idle_after": timedelta(days=22)}),
    ],
    ids=["a day less", "a limit a day longer"],
)
def test_it_is_silent_before_its_time(told: Snapshot, changes: dict[str, Any]) -> None:
    assert asked(seen(told, **changes)) is None


NEWS = {
    "finished": {"buckets": (3, 17, 0)},
    "added": {"buckets": (2, 19, 0)},
    "cancelled": {"buckets": (2, 17, 1)},
    "reported on": {"buckets": (2, 18, 0), "health": Health.AT_RISK},
    "given away": {"buckets": (2, 18, 0), "owner": "account-ana"},
    "planned anew": {"buckets": (2, 18, 0), "due": day("2026-12-20")},
    "estimated": {"progress": Progress(done=2, open=18, points=Points(open=8))},
}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_any_news_of_the_work_closes_it(news: dict[str, Any]) -> None:
    standing = fired(asked(seen(RESTING)))

    assert asked(seen(RESTING, snapshot("2026-11-15", **news)), standing) is None


def test_a_new_name_is_no_news_of_the_work() -> None:
    renamed = snapshot(
        "2026-11-15", buckets=(2, 18, 0), name="Onboarding, rebuilt", key="NEW-1", notes=("x",)
    )

    assert fact(fired(asked(seen(RESTING, renamed))), "last news") == "by 2026-10-26"


def test_the_past_that_was_drawn_when_the_item_was_linked_counts() -> None:
    drawn = snapshot(THREE_WEEKS_AGO, buckets=(2, 18, 0), notes=(DRAWN,))
    linked = snapshot("2026-11-15", buckets=(2, 18, 0), health=Health.ON_TRACK)

    assert fact(fired(asked(seen(drawn, linked))), "last news") == "by 2026-10-26"
    since = snapshot("2026-11-15", buckets=(3, 17, 0))
    assert asked(seen(drawn, since)) is None
    assert asked(seen(linked)) is None, "an item without a past is first known since it was linked"


@pytest.mark.parametrize("status", [one for one in WorkStatus if one is not WorkStatus.IN_PROGRESS])
def test_only_work_that_is_called_in_progress_is_asked_for(status: WorkStatus) -> None:
    assert asked(seen(snapshot(THREE_WEEKS_AGO, status=status, buckets=(2, 18, 0)))) is None


def test_a_number_that_is_well_needs_nothing_of_it() -> None:
    work = {"new-flow": [RESTING]}

    assert asked(rollup_of(on=ON, check_ins=GOOD, work=work)) is None
    assert asked(rollup_of(on=ON, check_ins=[check_in("2026-10-20", 36.0)], work=work)) is CANNOT_TELL
    standing = fired(asked(rollup_of(on=ON, check_ins=LOW, work=work)))
    assert (
        asked(rollup_of(on="2026-11-17", check_ins=[*LOW, check_in("2026-11-17", 45.0)], work=work), standing)
        is None
    )


def test_work_that_cannot_be_read_neither_opens_nor_closes_it() -> None:
    assert asked(seen(RESTING, unread=True)) is CANNOT_TELL


def test_a_bet_that_is_kept_by_hand_is_not_asked_for() -> None:
    by_hand = rollup_of(
        key_result(initiative(linked=False)),
        on=ON,
        check_ins=LOW,
        work={"new-flow": [reported(THREE_WEEKS_AGO, WorkStatus.IN_PROGRESS)]},
    )
    assert asked(by_hand) is None


def test_an_item_with_nothing_below_it_is_asked_for() -> None:
    assert "0/0" in fact(fired(asked(seen(snapshot(THREE_WEEKS_AGO, buckets=(0, 0, 0))))), "Bet new-flow")


def test_work_with_nothing_left_is_the_contradiction_alone() -> None:
    rollup = seen(snapshot(THREE_WEEKS_AGO, buckets=(20, 0, 0)))

    assert asked(rollup) is None
    fired(status_conflict.detect(rollup, rollup.work[0], None))


def test_overdue_work_is_overdue_alone_and_closes_nothing() -> None:
    late = snapshot(THREE_WEEKS_AGO, buckets=(2, 18, 0), due=day("2026-11-16"))
    standing = fired(asked(seen(late)))
    overdue = seen(late, on="2026-11-17")

    fired(overdue_bet.detect(overdue, overdue.work[0], None))
    assert asked(overdue) is None
    assert asked(overdue, standing) is CANNOT_TELL
    touched = seen(late, snapshot("2026-11-17", buckets=(3, 17, 0), due=day("2026-11-16")), on="2026-11-17")
    assert asked(touched, standing) is None


def test_work_that_goes_on_and_moves_nothing_is_said_to_go_on_alone() -> None:
    told = (snapshot("2026-10-20", buckets=(2, 18, 0)), snapshot("2026-10-30", buckets=(4, 16, 0)))
    rollup = seen(*told, idle_after=timedelta(days=14))

    assert asked(rollup) is None
    flat = rollup_of(
        key_result(rules=rules(idle_after=timedelta(days=14))),
        on=ON,
        check_ins=[check_in("2026-10-26", 36.0), *LOW],
        work={"new-flow": told},
    )
    fired(work_without_movement.detect(flat, None))
    assert asked(flat) is None


@pytest.mark.parametrize("on", ["2026-10-07", "2027-01-01"])
def test_it_is_silent_in_the_first_week_and_after_the_cycle(on: str) -> None:
    assert asked(seen(snapshot("2026-09-01", buckets=(2, 18, 0)), on=on)) is None
