"""Who is reminded: whoever owns a number that is a week old, or stale before it is reminded of again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.reminder import Reminder, owed_check_ins, owed_statuses, plan_reminders
from syncer.domain.rollup import Known, Work
from syncer.domain.work import WorkStatus
from tests.domain import build

MONDAY = build.noon("2026-11-16")


def reminders(*values: CheckIn, **changes: object) -> tuple[Reminder, ...]:
    workspace = build.workspace(build.key_result(**changes))
    return plan_reminders(workspace, Known(check_ins=values), MONDAY)


def test_the_owner_of_a_silent_number_is_reminded_by_name() -> None:
    (reminder,) = reminders()

    assert (reminder.person, reminder.name) == ("ana", "Ana Ruiz")
    assert [one.placed.key_result.id for one in reminder.owed] == ["activation"]
    assert reminder.owed[0].on == build.day("2026-11-16")


@pytest.mark.parametrize(
    ("checked_in", "due", "overdue"),
    [
        ("2026-11-13", False, False),
        ("2026-11-12", True, False),
        ("2026-11-10", True, False),
        ("2026-11-09", True, False),
        ("2026-11-06", True, False),
        ("2026-11-05", True, True),
    ],
)
def test_a_value_that_will_be_stale_by_the_next_reminder_is_due_and_past_the_grace_overdue(
    checked_in: str, *, due: bool, overdue: bool
) -> None:
    found = reminders(build.check_in(checked_in, 37.0))

    assert [owed.overdue for one in found for owed in one.owed] == ([overdue] if due else [])


def test_nobody_is_reminded_of_a_confidential_number_or_one_without_owner() -> None:
    assert reminders(confidential=True) == ()
    assert reminders(owner=None) == ()


def test_an_owner_who_is_not_among_the_people_is_called_as_in_the_file() -> None:
    assert [one.name for one in reminders(owner="zoe")] == ["zoe"]


@pytest.mark.parametrize("grace", [0, 1, 3, 6, 9])
@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("days", range(14))
def test_no_number_is_stale_before_its_owner_was_reminded(days: int, weekday: int, grace: int) -> None:
    """Whatever the day of the last value and of the reminder: who answers each reminder is never late."""
    number = build.key_result(rules=build.rules(grace=timedelta(days=grace)))
    workspace = build.workspace(number, check_in_on=weekday)
    first = build.day("2026-10-19") + timedelta(days=days)
    said = [build.check_in(first, 36.0)]
    for on in (first + timedelta(days=n) for n in range(40)):
        if on.weekday() == weekday and plan_reminders(
            workspace, Known(check_ins=tuple(said)), build.noon(on)
        ):
            said.append(build.check_in(on, 37.0))
        rollup = build.rollup_of(number, on=on, check_ins=said)
        assert not rollup.number_stale, f"{on}, last said on {said[-1].on}"


def test_who_said_enough_to_last_until_the_next_reminder_is_left_alone() -> None:
    friday = build.check_in("2026-11-13", 37.0)
    days = [build.day("2026-11-13") + timedelta(days=n) for n in range(7)]
    workspace = build.workspace()

    owed = [on for on in days if owed_check_ins(workspace, Known(check_ins=(friday,)), build.noon(on))]

    assert owed == [], "it lasts until Monday, the 23rd"


@pytest.mark.parametrize(
    ("on", "asked_for"),
    [
        ("2026-09-30", None),
        ("2026-10-04", None),
        ("2026-10-05", "2026-10-05"),
        ("2026-12-28", "2026-12-28"),
        ("2027-01-14", "2026-12-31"),
        ("2027-01-15", None),
    ],
)
def test_the_first_days_are_quiet_and_the_end_is_asked_for_until_it_has_settled(
    on: str, asked_for: str | None
) -> None:
    owed = owed_check_ins(build.workspace(), Known(), build.noon(on))

    assert [one.on.isoformat() for one in owed] == ([asked_for] if asked_for else [])


@pytest.mark.parametrize(
    ("on", "asked_for"),
    [
        ("2027-01-04", ("2026-12-20", "2026-12-31", True)),
        ("2027-01-05", None),
        ("2027-01-11", None),
        ("2027-01-12", ("2027-01-05", "2027-01-12", False)),
        ("2027-01-14", ("2027-01-05", "2027-01-14", False)),
        ("2027-01-15", None),
    ],
)
def test_a_number_that_was_read_after_its_cycle_is_asked_for_again_a_cadence_later_and_for_that_day(
    on: str, asked_for: tuple[str, str, bool] | None
) -> None:
    said = [build.check_in(day, value) for day, value in (("2026-12-20", 38.0), ("2027-01-05", 45.0))]
    known = Known(check_ins=tuple(one for one in said if one.on <= build.day(on)))

    owed = owed_check_ins(build.workspace(), known, build.noon(on))

    found = [(one.last.on.isoformat(), one.on.isoformat(), one.overdue) for one in owed if one.last]
    assert found == ([asked_for] if asked_for else [])


def test_a_number_that_was_read_long_before_late_work_had_its_time_is_overdue_for_today() -> None:
    number = build.key_result(rules=build.rules(settle=timedelta(days=28)))
    late = build.check_in("2027-01-05", 45.0)

    (owed,) = owed_check_ins(build.workspace(number), Known(check_ins=(late,)), build.noon("2027-01-16"))

    assert (owed.on, owed.overdue) == (build.day("2027-01-16"), True)


def test_a_number_is_not_stale_after_its_cycle() -> None:
    late = build.check_in("2026-12-25", 37.0)

    assert owed_check_ins(build.workspace(), Known(check_ins=(late,)), build.noon("2026-12-28")) == ()


HAND_KEPT = build.initiative("scripts", linked=False, owner="ben")


def statuses(on: str, *told: InitiativeCheckIn, closed: bool = False, **changes: Any) -> list[str]:
    workspace = build.workspace(build.key_result(replace(HAND_KEPT, **changes), build.initiative()))
    closing = Closing(key_result_id="activation", at=MONDAY, word=ClosedAs.MISSED, value=36.0)
    known = Known(work={"scripts": Work(reports=told)}, closings={"activation": closing} if closed else {})
    return [one.initiative.id for one in owed_statuses(workspace, known, build.noon(on))]


@pytest.mark.parametrize(("last", "due"), [("2026-11-09", True), ("2026-11-12", True), ("2026-11-13", False)])
def test_a_bet_that_is_kept_by_hand_is_asked_for_like_a_number(last: str, *, due: bool) -> None:
    told = build.reported(last, WorkStatus.IN_PROGRESS, "scripts")

    assert statuses("2026-11-16", told) == (["scripts"] if due else [])


def test_a_bet_that_was_told_of_after_its_cycle_is_asked_for_again_a_cadence_later() -> None:
    told = build.reported("2027-01-05", WorkStatus.IN_PROGRESS, "scripts")

    assert statuses("2027-01-11", told) == []
    assert statuses("2027-01-12", told) == ["scripts"]


def test_a_bet_nobody_has_spoken_of_is_asked_for_and_one_that_is_over_is_not() -> None:
    assert statuses("2026-11-16") == ["scripts"]
    for over in (WorkStatus.DONE, WorkStatus.DROPPED):
        assert statuses("2026-11-16", build.reported("2026-10-12", over, "scripts")) == []
    assert statuses("2026-11-16", closed=True) == []
    assert statuses("2027-02-01") == []
    assert statuses("2026-11-16", link=build.link("scripts")) == [], "the tracker says how linked work stands"
