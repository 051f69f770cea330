"""What the file says that is no goal, or lacks of one."""

from __future__ import annotations

import pytest

from syncer.domain.hygiene.findings import Finding, is_task_list, look_over, share_of
from syncer.domain.okr import KeyResult
from syncer.domain.severity import Severity
from tests.domain import build


def found(*key_results: KeyResult) -> dict[str, Finding]:
    return {one.kind: one for one in look_over(build.workspace(*key_results))}


def test_a_number_with_an_owner_and_a_bet_is_left_alone() -> None:
    assert found(build.key_result()) == {}


def test_a_task_is_to_be_moved_down_and_a_blank_is_left_for_the_number() -> None:
    one = found(build.key_result(title="Launch the new onboarding flow", start=0, target=1))[
        "task_as_key_result"
    ]

    assert (one.severity, one.about, one.key_result_id) == (Severity.FAIL, "activation", "activation")
    assert one.sentence == '"Launch the new onboarding flow" is a task, not a number that changes'
    assert one.reasons == (
        'it begins with "launch", which is something to do',
        "it goes from 0 to 1: done or not",
    )
    assert one.hint == (
        'Move "Launch the new onboarding flow" down into an initiative, and write the key result as what it'
        " is meant to change: from __ to __."
    )


def test_a_number_that_can_only_be_reached_or_not() -> None:
    one = found(build.key_result(title="Profitability", start=0, target=1))["binary_target"]
    assert one.sentence == '"Profitability" goes from 0 to 1: nobody can say how far it is'


@pytest.mark.parametrize("owner", [None, ""])
def test_nobody_owns_it(owner: str | None) -> None:
    one = found(build.key_result(owner=owner))["no_owner"]
    assert one.sentence == "key result activation has no owner"
    assert one.hint == "Name one person of people as its owner."


@pytest.mark.parametrize("owner", ["Growth team", "marketing", "Everybody"])
def test_a_team_is_no_owner(owner: str) -> None:
    one = found(build.key_result(owner=owner))["team_owner"]
    assert one.sentence == f"key result activation is owned by {owner}, which is nobody in particular"


@pytest.mark.parametrize(
    ("count", "severity"), [(6, Severity.WARN), (14, Severity.WARN), (15, Severity.FAIL)]
)
def test_a_backlog_is_no_focus(count: int, severity: Severity) -> None:
    bets = [build.initiative(f"bet-{number}") for number in range(count)]
    one = found(build.key_result(*bets))["backlog_not_focus"]
    assert one.severity is severity
    assert one.sentence == (
        f"{count} initiatives are listed under key result activation; the limit is 5 (focus_limit), and 15"
        " are a backlog"
    )


def test_five_are_a_focus() -> None:
    assert found(build.key_result(*[build.initiative(f"bet-{number}") for number in range(5)])) == {}


@pytest.mark.parametrize(
    "title",
    [
        "Ship the feature. Run the campaign. Migrate the database.",
        "Ship the feature",
        "Run the campaign",
        "Migrate the database",
        "Launch the app and hire a team",
    ],
)
def test_a_list_of_tasks_is_no_objective(title: str) -> None:
    assert is_task_list(title)


@pytest.mark.parametrize(
    "title",
    [
        "Make onboarding the reason new users stick",
        "Become the first choice of small clinics",
        "Customers trust us with their money, and stay",
        "Build a company people want to work for",
        "",
    ],
)
def test_what_shall_be_different_is_one(title: str) -> None:
    assert not is_task_list(title)


def test_the_share_of_disguised_ones() -> None:
    task = build.key_result(id="task", title="Ship the redesign", start=0, target=1)
    workspace = build.workspace(build.key_result(), task)
    share = share_of(tuple(workspace.key_results()))
    assert (share.disguised, share.all, share.share) == (1, 2, 0.5)
    assert share_of(()).share is None
