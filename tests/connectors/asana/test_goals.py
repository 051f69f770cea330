"""The number of a goal: what is taken, in which unit, and the sentence where it is not a measure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.server import Request, Response
from syncer.domain.work import WorkRef
from syncer.errors import CredentialsError, SkippableError, SyncerError, TemporaryError
from syncer.ports import NumberReader
from tests.connectors.asana.desk import Desk, answer

AGAIN = "Run the sync again; if it stays so, look for a newer okr-syncer."


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        desk.site.paid = True
        yield desk


def ref(gid: str) -> WorkRef:
    return WorkRef("asana", "asana_goal", gid)


def refusal(desk: Desk, gid: str, unit: str = "%") -> str:
    with pytest.raises(SkippableError) as caught:
        desk.connector.read_value(ref(gid), unit)
    return caught.value.sentence


@pytest.mark.parametrize("source", ["manual", "external"])
@pytest.mark.parametrize(
    ("unit", "current", "wanted", "value"),
    [
        ("none", 8.12, "days", 8.12),
        ("none", 37, "%", 37.0),
        ("none", -3, "", -3.0),
        ("currency", 1200000, "EUR", 1200000.0),
        ("percentage", 0.37, "%", 37.0),
        ("percentage", 0.29, "%", 29.0),
        ("percentage", 0, "%", 0.0),
        ("percentage", 1.205, "%", 120.5),
    ],
)
def test_the_current_value_in_the_unit_of_the_key_result(
    desk: Desk, source: str, unit: str, current: float, wanted: str, value: float
) -> None:
    gid = desk.site.add_goal("Stick", current, unit=unit, progress_source=source)
    assert isinstance(desk.connector, NumberReader)
    assert desk.connector.read_value(ref(gid), wanted) == value
    (asked,) = desk.requests
    assert (asked.method, asked.path) == ("GET", f"/api/1.0/goals/{gid}")
    assert asked.one("opt_fields").split(",") == [
        "metric.progress_source",
        "metric.unit",
        "metric.current_number_value",
    ]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("subgoal_progress", "the progress of its sub-goals"),
        ("project_task_completion", "the completed tasks of its projects"),
        ("project_milestone_completion", "the completed milestones of its projects"),
        ("task_completion", "its completed tasks"),
        ("vibes", "'vibes', which this version does not know"),
    ],
)
def test_a_goal_that_counts_work_is_no_measure(desk: Desk, source: str, what: str) -> None:
    gid = desk.site.add_goal("Ship it", 0.5, unit="percentage", progress_source=source)
    assert refusal(desk, gid) == (
        f"no ticket moves a number, and goal {gid} takes its value from {what}; "
        "set its progress to manual in Asana, or check the number in by hand"
    )


def test_a_share_is_not_taken_for_another_unit(desk: Desk) -> None:
    gid = desk.site.add_goal("Stick", 0.37, unit="percentage")
    assert refusal(desk, gid, "days") == (
        f'goal {gid} is a percentage in Asana; give the key result unit: "%"'
    )


def test_a_goal_that_is_gone_hidden_or_not_in_the_plan(desk: Desk) -> None:
    gid = desk.site.add_goal("Stick", 0.37)
    desk.site.hidden.add(gid)
    assert refusal(desk, gid) == f"this account may not see goal {gid} in Asana; share the goal with it"
    desk.site.delete_goal(gid)
    assert refusal(desk, gid) == (
        f"Asana has no goal {gid}, or never showed it to this account: it was deleted, or the gid is wrong. "
        "Restore it, or correct asana_goal"
    )
    desk.site.paid = False
    assert refusal(desk, gid).startswith("The Asana plan of this workspace does not include this (402): ")


def test_what_is_no_gid_is_never_asked_for(desk: Desk) -> None:
    assert refusal(desk, "1/projects").startswith("'1/projects' is not a gid: copy the digits of the goal's")
    assert desk.requests == []


def test_a_goal_without_a_number(desk: Desk) -> None:
    gid = desk.site.add_goal("Stick", None)
    assert refusal(desk, gid) == f"goal {gid} has no current value in Asana yet; set it there"
    desk.site.record("goal", gid)["metric"] = None
    assert refusal(desk, gid) == (
        f"goal {gid} has no metric in Asana; give it one, or check the number in by hand"
    )


MISSING = object()
METRIC = {"gid": "2", "progress_source": "manual", "unit": "none", "current_number_value": 8}


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (MISSING, "goal 1 is not understood: metric should be an object, or null, and is missing"),
        ([], "goal 1 is not understood: metric should be an object, or null, and is list"),
        ({"current_number_value": "8"}, "current_number_value should be a number, and is str"),
        ({"current_number_value": True}, "current_number_value should be a number, and is bool"),
        ({"current_number_value": 10**400}, "current_number_value should be a number, and is int"),
        ({"current_number_value": MISSING}, "current_number_value should be a number, and is missing"),
        ({"progress_source": None}, "progress_source should be a text, and is NoneType"),
        ({"unit": 3}, "unit should be a text, and is int"),
    ],
)
def test_an_answer_that_is_not_understood_is_a_sentence(metric: object, said: str) -> None:
    if isinstance(metric, dict):
        metric = {name: value for name, value in {**METRIC, **metric}.items() if value is not MISSING}
    body = {"gid": "1"} if metric is MISSING else {"gid": "1", "metric": metric}

    def spoil(_: int, request: Request) -> Response | None:
        return answer(200, data=body) if "/goals/" in request.path else None

    with Desk(fault=spoil) as desk:
        sentence = refusal(desk, "1")
    assert sentence.startswith("Asana's answer about ")
    assert sentence.endswith(f"{said}. {AGAIN}")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, CredentialsError), (429, TemporaryError), (500, TemporaryError)]
)
def test_what_concerns_the_connection_is_raised_as_that(status: int, kind: type[SyncerError]) -> None:
    with Desk(fault=lambda *_: answer(status, errors=[{"message": "no"}])) as desk, pytest.raises(kind):
        desk.connector.read_value(ref("1"), "%")


def test_reading_a_number_writes_nothing(desk: Desk) -> None:
    gid = desk.site.add_goal("Stick", 8)
    desk.connector.read_value(ref(gid), "")
    assert (desk.connector.requests, desk.connector.writes) == (1, 0)
