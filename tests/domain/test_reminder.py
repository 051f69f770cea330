"""Who is reminded: whoever owns a number that nobody has said anything of for a week."""

from __future__ import annotations

import pytest

from syncer.domain.checkin import CheckIn
from syncer.domain.reminder import Reminder, owed_check_ins, plan_reminders
from syncer.domain.rollup import Known
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
        ("2026-11-10", False, False),
        ("2026-11-09", True, False),
        ("2026-11-06", True, False),
        ("2026-11-05", True, True),
    ],
)
def test_a_week_without_a_value_is_due_and_past_the_grace_overdue(
    checked_in: str, *, due: bool, overdue: bool
) -> None:
    found = reminders(build.check_in(checked_in, 37.0))

    assert [owed.overdue for one in found for owed in one.owed] == ([overdue] if due else [])


def test_nobody_is_reminded_of_a_confidential_number_or_one_without_owner() -> None:
    assert reminders(confidential=True) == ()
    assert reminders(owner=None) == ()


def test_an_owner_who_is_not_among_the_people_is_called_as_in_the_file() -> None:
    assert [one.name for one in reminders(owner="zoe")] == ["zoe"]


@pytest.mark.parametrize(
    ("on", "asked_for"),
    [
        ("2026-09-30", None),
        ("2026-10-07", None),
        ("2026-10-08", "2026-10-08"),
        ("2027-01-14", "2026-12-31"),
        ("2027-01-15", None),
    ],
)
def test_the_first_week_is_quiet_and_the_end_is_asked_for_until_it_has_settled(
    on: str, asked_for: str | None
) -> None:
    owed = owed_check_ins(build.workspace(), Known(), build.noon(on))

    assert [one.on.isoformat() for one in owed] == ([asked_for] if asked_for else [])
