from __future__ import annotations

import math

import pytest

from syncer.domain.okr import Person
from tests.domain.build import START, check_in, cycle, day, initiative, key_result, workspace


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (37.0, "%", "37 %"),
        (5.5, "h", "5.5 h"),
        (1200.0, "", "1200"),
        (123456.75, "EUR", "123456.75 EUR"),
        (999999.5, "", "999999.5"),
        (2_500_000.0, "users", "2 500 000 users"),
        (-0.00001, "", "0"),
        (0.1 + 0.2, "", "0.3"),
    ],
)
def test_values_are_shown_as_people_write_them(value: float, unit: str, shown: str) -> None:
    assert key_result(unit=unit).show(value) == shown


@pytest.mark.parametrize(
    ("move", "unit", "shown"),
    [(0.4, "%", "+0.4 points"), (-3.0, "h", "-3 h"), (0.0, "", "+0"), (123456.5, "", "+123456.5")],
)
def test_movements_are_signed_and_percent_moves_by_points(move: float, unit: str, shown: str) -> None:
    assert key_result(unit=unit).show_move(move) == shown


@pytest.mark.parametrize(
    ("on", "share"),
    [
        ("2026-09-30", 0.0),
        ("2026-10-01", 1 / 92),
        ("2026-11-15", 0.5),
        ("2026-12-31", 1.0),
        ("2027-02-01", 1.0),
    ],
)
def test_the_elapsed_share_counts_both_the_first_and_the_last_day(on: str, share: float) -> None:
    assert cycle().elapsed(day(on)) == pytest.approx(share)


def test_a_cycle_of_one_day_is_over_that_day() -> None:
    assert cycle(start=START, end=START).elapsed(START) == 1


def test_links_come_in_the_order_of_the_file_and_only_where_there_are_some() -> None:
    number = key_result(initiative("b"), initiative("by-hand", linked=False), initiative("a"))

    assert [link.initiative_id for link in workspace(number).links()] == ["b", "a"]


def test_an_account_is_looked_up_by_connection_before_kind() -> None:
    people = {
        "by-kind": Person(id="by-kind", name="Kim", accounts={"jira": "7"}),
        "by-name": Person(id="by-name", name="Nora", accounts={"jira-eu": "7"}),
    }
    acme = workspace(people=people, connection_kinds={"jira-eu": "jira", "jira-us": "jira"})

    assert [
        person.name if person else None
        for person in (
            acme.account_holder("jira-eu", "7"),
            acme.account_holder("jira-us", "7"),
            acme.account_holder("jira-us", "8"),
            acme.account_holder("elsewhere", "7"),
            acme.account_holder("jira-us", None),
        )
    ] == ["Nora", "Kim", None, None, None]


def test_people_are_named_and_strangers_are_not() -> None:
    assert [workspace().person(one) for one in ("ana", "zoe", None)] == ["Ana Ruiz", None, None]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_check_in_needs_a_finite_number(value: float) -> None:
    with pytest.raises(ValueError, match="a check-in needs a finite number"):
        check_in("2026-11-16", value)
