from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.jira_jql import JqlError
from connectors.sandbox.jira_search import Asked, search
from connectors.sandbox.jira_site import JiraSite
from tests.connectors.sandbox.jira_desk import ANA, Clock, Desk, cloud_desk, planned, problem


@pytest.fixture
def desk() -> Iterator[Desk]:
    with cloud_desk() as made:
        yield made


@pytest.fixture
def world() -> tuple[JiraSite, Clock]:
    return planned("cloud")


def keys(site: JiraSite, jql: str) -> list[str]:
    return [site.issue(name).key for name in search(site, Asked(jql))]


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("statusCategory = Done", ["ONB-2"]),
        ("statusCategory = 3 OR summary ~ 'third'", ["ONB-2", "ONB-4"]),
        ("status in ('On Hold', Done)", ["ONB-2", "ONB-3"]),
        ("status not in ('On Hold', Done) AND parent = ONB-1", ["ONB-4"]),
        ("NOT (parent = ONB-1)", ["ONB-1", "ONB-5"]),
        ("parent is EMPTY", ["ONB-1", "ONB-5"]),
        ("parent is not EMPTY AND resolution = Unresolved", ["ONB-3", "ONB-4"]),
        ("resolution = Done", ["ONB-2"]),
        ("assignee = currentUser()", ["ONB-4"]),
        ("assignee != currentUser()", ["ONB-1"]),
        ("labels = tooltips", ["ONB-3"]),
        ("type = Epic AND due <= 2026-11-30", ["ONB-1"]),
        ("duedate is EMPTY AND issuetype = Epic", ["ONB-5"]),
        ("key in (ONB-1, ONB-5) OR (parent = ONB-1 AND labels = tooltips)", ["ONB-1", "ONB-3", "ONB-5"]),
    ],
)
def test_what_a_query_finds(world: tuple[JiraSite, Clock], jql: str, found: list[str]) -> None:
    site, _ = world
    site.set_status("ONB-2", "Done", "Done")
    site.set_status("ONB-3", "On Hold")
    site.label("ONB-3", "tooltips")
    site.assign("ONB-4", site.bot)
    assert keys(site, f"{jql} ORDER BY id") == found


def test_relative_dates_are_read_by_the_clock_of_the_server(world: tuple[JiraSite, Clock]) -> None:
    site, clock = world
    clock.forward(hours=1)
    site.rename("ONB-2", "Changed")
    clock.forward(minutes=17)
    assert keys(site, "updated >= -17m") == ["ONB-2"]
    assert keys(site, 'updated >= "-17"') == ["ONB-2"]
    assert keys(site, "updated >= -16m") == []
    assert len(keys(site, "updated >= -1d")) == 5


@pytest.mark.parametrize(("zone", "found"), [("Europe/Berlin", ["ONB-2"]), ("UTC", [])])
def test_absolute_dates_are_read_in_the_zone_of_the_caller(
    world: tuple[JiraSite, Clock], zone: str, found: list[str]
) -> None:
    site, clock = world
    site.bot = replace(site.bot, zone=zone)
    clock.moment = datetime(2026, 11, 16, 11, 30, tzinfo=UTC)
    site.rename("ONB-2", "Changed")
    assert keys(site, "updated >= '2026/11/16 12:00'") == found


def test_the_order_is_the_one_asked_for_and_else_newest_first(world: tuple[JiraSite, Clock]) -> None:
    site, clock = world
    clock.forward(minutes=1)
    site.rename("ONB-3", "Changed")
    assert keys(site, "project = ONB ORDER BY updated DESC, id")[:2] == ["ONB-3", "ONB-1"]
    assert keys(site, "project = ONB") == ["ONB-5", "ONB-4", "ONB-3", "ONB-2", "ONB-1"]


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("flavour = sweet", "Field 'flavour' does not exist or you do not have permission to view it."),
        ("status = Shipped", "The value 'Shipped' does not exist for the field 'status'."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status > Done", "The operator '>' is not supported by the 'status' field."),
        ("project =", "Error in the JQL Query: Expecting a value before the end of the query."),
        ("project ONB", "Error in the JQL Query: Expecting operator but got 'ONB'. (line 1, character 2)"),
        ("project = ONB status = Done", "Error in the JQL Query: Expecting either 'OR' or 'AND' but got"),
        ("(project = ONB", "Error in the JQL Query: Expecting ')' before the end of the query."),
        ("and = 1", "Error in the JQL Query: 'and' is a reserved JQL word."),
        ('summary ~ "open', "Error in the JQL Query: The character '\"' is not expected here."),
        ("assignee = membersOf()", "Unable to find JQL function 'membersOf()'."),
        ("updated >= soon", "Date value 'soon' for field 'updated' is invalid."),
        ("project = ONB ORDER BY flavour", "Not able to sort using field 'flavour'."),
        (
            "project = ONB ORDER BY id, key, created, updated, due, status, summary, project",
            "The maximum number of fields in ORDER BY is 7.",
        ),
    ],
)
def test_a_query_it_cannot_read_is_a_400(desk: Desk, jql: str, sentence: str) -> None:
    answer = desk.search(jql)
    assert answer.status_code == 400
    assert problem(answer).startswith(sentence)


def test_every_dead_issue_is_named(world: tuple[JiraSite, Clock]) -> None:
    site, _ = world
    with pytest.raises(JqlError) as refused:
        search(site, Asked("parent in (ONB-8, ONB-1) OR id in (99)"))
    assert refused.value.messages == (
        "An issue with key 'ONB-8' does not exist for field 'parent'.",
        "A value with ID '99' does not exist for the field 'id'.",
    )


def test_the_owner_is_found_by_account(world: tuple[JiraSite, Clock]) -> None:
    site, _ = world
    assert keys(site, f"assignee = {ANA.id}") == ["ONB-1"]


TERMS = st.sampled_from(
    [
        "parent = ONB-1",
        "parent in (ONB-1, ONB-5)",
        "parent is EMPTY",
        "parent not in (ONB-5)",
        "id in (10002, 10005)",
        "key = ONB-3",
        "key != ONB-3",
        "statusCategory = Done",
        "status = 'To Do'",
        "assignee is EMPTY",
        "updated >= -5m",
        "type = Epic",
    ]
)
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"NOT ({part})"),
    ),
    max_leaves=6,
)


@given(QUERIES)
def test_looking_at_few_issues_finds_what_looking_at_all_would(query: str) -> None:
    site, clock = planned("cloud")
    clock.forward(minutes=10)
    site.set_status("ONB-2", "Done", "Done")
    site.reparent("ONB-4", "ONB-5")
    assert keys(site, query) == keys(site, f"NOT (NOT ({query}))")
