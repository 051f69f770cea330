from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.pace import MeasuredStatus
from syncer.domain.rollup import Known, Rollup, Work, WorkLine, roll_up
from syncer.domain.work import Health, LinkState, Progress, Snapshot, WorkStatus
from tests.domain.build import (
    END,
    START,
    check_in,
    day,
    initiative,
    key_result,
    link,
    noon,
    placed,
    reported,
    rollup_of,
    rules,
    snapshot,
    weekly,
    workspace,
)

ON = "2026-11-16"
HISTORY = weekly("2026-10-05", 34.0, 34.5, 35.0, 35.5, 36.0, 36.5, 37.0)

buckets = st.tuples(*[st.integers(0, 60)] * 3)
tickets = st.builds(
    snapshot,
    st.dates(START, day(ON)),
    buckets=buckets,
    status=st.sampled_from(WorkStatus),
    state=st.sampled_from(LinkState),
    health=st.sampled_from(Health),
    due=st.none() | st.dates(START, END),
    done_on=st.none() | st.dates(START, END),
)


def number_of(rollup: Rollup) -> tuple[object, ...]:
    latest = rollup.latest.value if rollup.latest else None
    return latest, rollup.share, rollup.status, rollup.expected_share, rollup.movement, rollup.number_stale


def line_of(rollup: Rollup) -> WorkLine:
    (line,) = rollup.work
    return line


@given(st.lists(tickets, max_size=6), st.booleans())
def test_no_ticket_state_moves_a_number(told: list[Snapshot], unread: bool) -> None:
    told.sort(key=lambda one: one.taken_at)

    with_work = rollup_of(
        on=ON, check_ins=HISTORY, work={"new-flow": told}, unread=["new-flow"] if unread else []
    )

    assert number_of(with_work) == number_of(rollup_of(on=ON, check_ins=HISTORY))


def test_number_and_work_stand_side_by_side() -> None:
    rollup = rollup_of(on=ON, check_ins=HISTORY, work={"new-flow": [snapshot(buckets=(6, 4, 2))]})

    assert rollup.share == pytest.approx(3 / 18)
    assert rollup.gap == pytest.approx(47 / 92 - 3 / 18)
    assert rollup.status is MeasuredStatus.OFF_TRACK
    assert rollup.expected_value == pytest.approx(34 + 18 * 47 / 92)
    assert rollup.owner == "Ana Ruiz"
    assert line_of(rollup).progress == Progress(done=6, open=4, cancelled=2)
    assert line_of(rollup).status is WorkStatus.IN_PROGRESS


def test_without_a_check_in_there_is_no_share_and_no_status() -> None:
    rollup = rollup_of(on="2026-10-05")

    assert (rollup.latest, rollup.share, rollup.gap) == (None, None, None)
    assert rollup.status is MeasuredStatus.NO_DATA


@pytest.mark.parametrize(
    ("on", "stale"),
    [("2026-09-01", False), ("2026-10-11", False), ("2026-10-12", True), ("2026-12-01", True)],
)
def test_a_number_nobody_checked_in_is_stale_one_cadence_and_grace_after_the_start(
    on: str, *, stale: bool
) -> None:
    assert rollup_of(on=on).number_stale is stale


@pytest.mark.parametrize(("on", "stale"), [("2026-11-26", False), ("2026-11-27", True)])
def test_a_number_is_stale_one_cadence_and_grace_after_its_last_check_in(on: str, *, stale: bool) -> None:
    assert rollup_of(on=on, check_ins=[check_in(ON, 37.0)]).number_stale is stale


def test_a_number_that_is_closed_is_asked_for_no_more() -> None:
    closing = Closing(key_result_id="activation", at=noon("2026-11-03"), word=ClosedAs.MISSED, value=37.0)
    known = Known(check_ins=(check_in("2026-11-02", 37.0),), closings={"activation": closing})

    assert not roll_up(workspace(), placed(), known, noon("2026-11-23")).number_stale


def test_after_the_cycle_a_number_does_not_grow_staler() -> None:
    assert not rollup_of(on="2027-01-14", check_ins=[check_in("2026-12-28", 50.0)]).number_stale


def test_movement_is_told_over_a_full_window_alone() -> None:
    assert rollup_of(on="2026-10-21", check_ins=HISTORY[:3]).movement is None
    assert rollup_of(on="2026-10-22", check_ins=HISTORY[:3]).movement == pytest.approx(1.0)


def test_movement_over_the_window_is_between_the_readings_of_its_two_ends() -> None:
    rollup = rollup_of(on=ON, check_ins=HISTORY)

    assert rollup.window_start == day("2026-10-26")
    assert rollup.movement == pytest.approx(1.5)


def test_the_day_is_the_one_of_the_workspace() -> None:
    late_evening = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)

    rollup = roll_up(workspace(), placed(), Known(check_ins=HISTORY), late_evening)

    assert rollup.on == day("2026-11-16")


def test_a_cycle_is_judged_until_the_numbers_have_settled() -> None:
    assert rollup_of(on="2027-03-01").on == END + timedelta(days=14)


def test_a_link_that_was_never_read_is_stale_and_says_nothing() -> None:
    rollup = roll_up(workspace(), placed(), Known(work={"new-flow": Work(link=link())}), noon(ON))

    assert line_of(rollup).stale
    assert rollup.work_stale
    assert line_of(rollup).status is None
    assert line_of(rollup).is_open


@pytest.mark.parametrize(
    ("state", "age", "stale"),
    [
        (LinkState.ACTIVE, timedelta(hours=2), False),
        (LinkState.ACTIVE, timedelta(hours=2, minutes=1), True),
        (LinkState.ARCHIVED, timedelta(0), False),
        (LinkState.TRASHED, timedelta(0), True),
        (LinkState.FORBIDDEN, timedelta(0), True),
        (LinkState.GONE, timedelta(0), True),
        (LinkState.NOT_VISIBLE, timedelta(0), True),
    ],
)
def test_work_is_stale_by_age_or_when_it_is_not_shown_any_more(
    state: LinkState, age: timedelta, *, stale: bool
) -> None:
    work = Work(link=link(state=state, read_at=noon(ON) - age), snapshots=(snapshot(),))

    line = line_of(roll_up(workspace(), placed(), Known(work={"new-flow": work}), noon(ON)))

    assert line.stale is stale
    assert line.progress == Progress(done=6, open=4)


def test_work_kept_by_hand_is_never_stale() -> None:
    by_hand = key_result(initiative(linked=False))

    line = line_of(rollup_of(by_hand, on=ON, work={"new-flow": [reported("2026-10-05", WorkStatus.DONE)]}))

    assert not line.stale
    assert (line.status, line.done_on) == (WorkStatus.DONE, day("2026-10-05"))


@pytest.mark.parametrize(
    ("in_file", "account", "shown_name", "owner"),
    [
        ("ben", "account-ana", "A. Ruiz", "Ben Ott"),
        ("contractor", "account-ana", "A. Ruiz", "contractor"),
        (None, "account-ana", "A. Ruiz", "Ana Ruiz"),
        (None, "unknown", "Z. Zed", "Z. Zed"),
        (None, None, None, None),
    ],
)
def test_the_owner_is_the_one_of_the_file_then_the_account_then_the_shown_name(
    in_file: str | None, account: str | None, shown_name: str | None, owner: str | None
) -> None:
    number = key_result(initiative(owner=in_file))
    told = snapshot(owner=account, owner_name=shown_name)

    assert line_of(rollup_of(number, on=ON, work={"new-flow": [told]})).owner == owner


def test_the_tracker_knows_best_when_work_was_done() -> None:
    told = snapshot(status=WorkStatus.DONE, done_on=day("2026-11-02"))

    assert line_of(rollup_of(on=ON, work={"new-flow": [told]})).done_on == day("2026-11-02")


def test_else_it_was_done_when_it_was_first_seen_done_after_the_last_reopening() -> None:
    told = [
        snapshot("2026-10-10", status=WorkStatus.DONE),
        snapshot("2026-10-20", status=WorkStatus.IN_PROGRESS),
        snapshot("2026-11-03", status=WorkStatus.DONE),
        snapshot("2026-11-09", status=WorkStatus.DONE),
    ]

    assert line_of(rollup_of(on=ON, work={"new-flow": told})).done_on == day("2026-11-03")


def test_open_work_has_no_day_on_which_it_was_done() -> None:
    told = snapshot(done_on=day("2026-11-02"))

    assert line_of(rollup_of(on=ON, work={"new-flow": [told]})).done_on is None


@pytest.mark.parametrize(
    ("done", "finished"),
    [
        ([(("2026-10-20"), 2), (("2026-11-02"), 5)], 3),
        ([(("2026-10-20"), 5)], 0),
        ([(("2026-10-27"), 2), (("2026-11-02"), 5)], None),
        ([(("2026-10-20"), 5), (("2026-11-02"), 3), (("2026-11-09"), 4)], 1),
        ([], None),
    ],
)
def test_children_finished_in_the_window(done: list[tuple[str, int]], finished: int | None) -> None:
    told = [snapshot(on, buckets=(count, 9, 0)) for on, count in done]

    assert line_of(rollup_of(on=ON, work={"new-flow": told})).done_in_window == finished


@given(st.lists(st.tuples(st.dates(START, date(2026, 11, 1)), st.integers(0, 9)), min_size=1, max_size=8))
def test_days_that_pass_finish_no_child(history: list[tuple[date, int]]) -> None:
    told = [snapshot(on, buckets=(count, 9, 0)) for on, count in sorted(history)]
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(40)]

    counts = [line_of(rollup_of(on=on, work={"new-flow": told})).done_in_window for on in days]
    known = [count for count in counts if count is not None]

    assert known == sorted(known, reverse=True)


def test_the_statuses_of_the_window_begin_with_the_one_that_held_on_its_first_day() -> None:
    told = [
        snapshot("2026-10-05", status=WorkStatus.DONE),
        snapshot("2026-10-20", status=WorkStatus.PLANNED),
        snapshot("2026-11-02", status=WorkStatus.IN_PROGRESS),
    ]

    line = line_of(rollup_of(on=ON, work={"new-flow": told}))

    assert line.status_in_window == (WorkStatus.PLANNED, WorkStatus.IN_PROGRESS)
    assert line.known_since == day("2026-10-05")


def test_dropped_work_is_no_bet_and_done_work_no_open_one() -> None:
    number = key_result(*(initiative(status.value, linked=False) for status in WorkStatus))
    told = {status.value: [reported("2026-10-05", status, status.value)] for status in WorkStatus}

    rollup = rollup_of(number, on=ON, work=told)

    assert [line.initiative.id for line in rollup.bets] == ["planned", "in_progress", "on_hold", "done"]
    assert [line.initiative.id for line in rollup.open_bets] == ["planned", "in_progress", "on_hold"]


@pytest.mark.parametrize(
    ("status", "due", "overdue"),
    [
        (WorkStatus.IN_PROGRESS, "2026-11-15", True),
        (WorkStatus.IN_PROGRESS, ON, False),
        (WorkStatus.DONE, "2026-11-15", False),
    ],
)
def test_open_work_is_overdue_the_day_after_its_day(status: WorkStatus, due: str, *, overdue: bool) -> None:
    line = line_of(rollup_of(on=ON, work={"new-flow": [snapshot(status=status, due=day(due))]}))

    assert line.overdue(day(ON)) is overdue


def test_the_window_is_the_one_of_the_key_result() -> None:
    rollup = rollup_of(key_result(rules=rules(window=timedelta(days=14))), on=ON, check_ins=HISTORY)

    assert rollup.movement == pytest.approx(1.0)
