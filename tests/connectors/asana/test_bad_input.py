"""Whatever Asana sends ends as one sentence on one link, and nothing is lost elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.asana.row import LONGEST_LABEL
from connectors.sandbox.server import Request, Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Health, Snapshot, Unread, WorkRef, WorkStatus
from tests.connectors.asana.desk import Desk, add_tasks, answer, project_ref

AGAIN = "Run the sync again; if it stays so, look for a newer okr-syncer."
TASK: dict[str, Any] = {
    "gid": "1", "completed": True, "approval_status": None, "notes": "",
    "modified_at": "2026-11-16T08:00:00.000Z",
}  # fmt: skip
PROJECT: dict[str, Any] = {
    "gid": "77", "name": "P", "archived": False, "completed": False, "completed_at": None, "due_on": None,
    "start_on": None, "owner": None, "permalink_url": "https://app.asana.com/0/77",
    "current_status_update": None,
}  # fmt: skip
LINKED: dict[str, Any] = {
    "gid": "78", "name": "T", "completed": False, "completed_at": None, "start_on": None, "due_on": None,
    "assignee": None, "approval_status": None, "num_subtasks": 0, "permalink_url": "https://x.example/78",
    "resource_subtype": "milestone", "parent": None,
}  # fmt: skip
ITEM: dict[str, Any] = {**PROJECT, "resource_type": "project"}


def outcomes(ref: WorkRef, bad: Callable[[str], object | None]) -> tuple[object, object]:
    """What is said of a link whose answers are spoiled by path, and of the one beside it."""

    def spoil(_: int, request: Request) -> Response | None:
        data = bad(request.path.removeprefix("/api/1.0"))
        return None if data is None else answer(200, data=data, next_page=None)

    with Desk(fault=spoil) as desk:
        fine = desk.site.add_project("fine")
        add_tasks(desk, fine, open_=1)
        desk.site.tables["portfolio"]["79"] = {
            "gid": "79", "name": "F", "owner": None, "due_on": None, "start_on": None, "archived": False,
            "created_at": desk.site.stamp(),
        }  # fmt: skip
        first, second = desk.connector.fetch([ref, project_ref(fine)], ConnectorState()).outcomes
        return first, second


def project(**fields: object) -> Callable[[str], object | None]:
    whole = {name: value for name, value in {**PROJECT, **fields}.items() if value is not MISSING}
    return {"/projects/77": whole, "/projects/77/tasks": [TASK]}.get


def task(**fields: object) -> Callable[[str], object | None]:
    whole = {name: value for name, value in {**TASK, **fields}.items() if value is not MISSING}
    return {"/projects/77": PROJECT, "/projects/77/tasks": [whole]}.get


def linked(**fields: object) -> Callable[[str], object | None]:
    whole = {name: value for name, value in {**LINKED, **fields}.items() if value is not MISSING}
    return {"/tasks/78": whole}.get


def item(**fields: object) -> Callable[[str], object | None]:
    whole = {name: value for name, value in {**ITEM, **fields}.items() if value is not MISSING}
    return {"/portfolios/79/items": [whole]}.get


MISSING = object()
P, T, F = (
    WorkRef("asana", kind, gid) for kind, gid in (("project", "77"), ("task", "78"), ("portfolio", "79"))
)
ROW, ITEMS = "a row of the tasks of project 77", "a row of the items of portfolio 79"
UPDATE = "the status update of project 77"

TEXT, FLAG, OBJECT, GID, COUNT = "a text", "true or false", "an object, or null", "a gid", "a count"
DAY, TIME, ITEM_KIND = "a day such as 2026-11-16, or null", "a time in UTC", "project or portfolio"
LONG_AGO = "0001-01-01T00:00:00+14:00"

WRONG = [
    (P, project(name=MISSING), "project 77", ("name", TEXT, "missing")),
    (P, project(name=None), "project 77", ("name", TEXT, "NoneType")),
    (P, project(name=["x"]), "project 77", ("name", TEXT, "list")),
    (P, project(archived="false"), "project 77", ("archived", FLAG, "str")),
    (P, project(completed=0), "project 77", ("completed", FLAG, "int")),
    (P, project(gid="../users/me"), "project 77", ("gid", GID, "str")),
    (P, project(gid="１２"), "project 77", ("gid", GID, "str")),
    (P, project(due_on="2026-02-30"), "project 77", ("due_on", DAY, "str")),
    (P, project(completed_at=LONG_AGO), "project 77", ("completed_at", TIME, "str")),
    (P, project(owner="Ana"), "project 77", ("owner", OBJECT, "str")),
    (P, project(owner={"name": "x"}), "the owner of project 77", ("gid", TEXT, "missing")),
    (P, project(current_status_update={"gid": "1"}), UPDATE, ("status_type", TEXT, "missing")),
    (P, project(current_status_update={"status_type": 7}), UPDATE, ("status_type", TEXT, "int")),
    (P, task(completed="true"), ROW, ("completed", FLAG, "str")),
    (P, task(completed=None), ROW, ("completed", FLAG, "NoneType")),
    (P, task(gid=12), ROW, ("gid", TEXT, "int")),
    (P, task(notes=MISSING), ROW, ("notes", TEXT, "missing")),
    (P, task(modified_at=MISSING), ROW, ("modified_at", TEXT, "missing")),
    (P, task(approval_status=3), ROW, ("approval_status", TEXT, "int")),
    (T, linked(num_subtasks="3"), "task 78", ("num_subtasks", COUNT, "str")),
    (T, linked(num_subtasks=-1), "task 78", ("num_subtasks", COUNT, "int")),
    (T, linked(num_subtasks=True), "task 78", ("num_subtasks", COUNT, "bool")),
    (T, linked(assignee=[]), "task 78", ("assignee", OBJECT, "list")),
    (T, linked(parent=MISSING), "task 78", ("parent", OBJECT, "missing")),
    (T, linked(parent="77"), "task 78", ("parent", OBJECT, "str")),
    (T, linked(parent={"name": "x"}), "the parent of task 78", ("gid", TEXT, "missing")),
    (T, linked(resource_subtype=MISSING), "task 78", ("resource_subtype", TEXT, "missing")),
    (F, item(resource_type="goal"), ITEMS, ("resource_type", ITEM_KIND, "str")),
    (F, item(gid="x"), ITEMS, ("gid", GID, "str")),
    (F, item(resource_type=MISSING), ITEMS, ("resource_type", TEXT, "missing")),
]  # fmt: skip


@pytest.mark.parametrize(("ref", "bad", "what", "wanted"), WRONG)
def test_what_is_missing_null_or_of_the_wrong_type_is_a_sentence_on_that_link(
    ref: WorkRef, bad: Callable[[str], object | None], what: str, wanted: tuple[str, str, str]
) -> None:
    field, should, given = wanted
    spoiled, fine = outcomes(ref, bad)
    assert spoiled == Unread(
        ref,
        f"Asana's answer about {what} is not understood: {field} should be {should}, and is {given}. {AGAIN}",
    )
    assert isinstance(fine, Snapshot)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\u0000b", "a b"),
        ("lone \ud800 surrogate", "lone   surrogate"),
        ("\u202egnp.exe", "gnp.exe"),
        ("שלום", "שלום"),
        ("two\nlines", "two lines"),
        ("x" * 1_000_000, "x" * (LONGEST_LABEL - 1) + "…"),
    ],
)
def test_a_name_that_no_database_takes_is_made_fit(sent: str, shown: str) -> None:
    for ref, bad in ((P, project(name=sent)), (T, linked(name=sent))):
        snapshot, _ = outcomes(ref, bad)
        assert isinstance(snapshot, Snapshot)
        assert snapshot.name == shown


def test_more_than_is_asked_for_is_passed_over() -> None:
    snapshot, _ = outcomes(P, project(color="red", custom_fields=[{"gid": "1"}], members=None))
    assert isinstance(snapshot, Snapshot)


def test_an_unknown_status_type_is_noted_and_never_on_track() -> None:
    word = "sideways" * 100_000
    update = {"gid": "1", "status_type": word, "created_at": "2026-11-10T08:00:00Z"}
    snapshot, _ = outcomes(P, project(current_status_update=update))
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.status, snapshot.health) == (WorkStatus.IN_PROGRESS, Health.UNKNOWN)
    (note,) = snapshot.notes
    assert note.startswith("The status type 'sidewayssideways")
    assert len(note) < 200


def test_an_unknown_approval_and_an_unknown_sort_of_task_are_open_or_done() -> None:
    snapshot, _ = outcomes(P, task(approval_status="maybe", resource_subtype="dream"))
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.progress.done, snapshot.progress.open) == (1, 0)


def test_a_project_that_is_not_understood_in_a_listing_is_asked_for_by_itself() -> None:
    with Desk() as desk:
        odd, fine = desk.site.add_project("odd"), desk.site.add_project("fine")
        desk.site.tables["project"][odd]["archived"] = 7
        unread, snapshot = desk.fetch(odd, fine)
        assert isinstance(unread, Unread)
        assert f"project {odd} is not understood: archived should be true or false" in unread.why
        assert isinstance(snapshot, Snapshot)


def test_a_task_that_is_its_own_subtask_is_read_once() -> None:
    with Desk() as desk:
        gid = desk.site.add_task(desk.site.add_project("P"), "T", resource_subtype="milestone")
        desk.site.group("subtasks", gid)[gid] = None
        (outcome,) = desk.connector.fetch([WorkRef("asana", "task", gid)], ConnectorState()).outcomes
        assert isinstance(outcome, Snapshot)
        assert len(desk.requests) == 3


def test_ten_thousand_tasks_are_counted_to_the_last() -> None:
    rows = [{**TASK, "gid": str(number), "completed": number % 2 == 0} for number in range(10_000)]

    def listing(_: int, request: Request) -> Response | None:
        if not request.path.endswith("/tasks"):
            return None
        start = int(request.one("offset", "0"))
        following = {"offset": str(start + 100)} if start + 100 < len(rows) else None
        return answer(200, data=rows[start : start + 100], next_page=following)

    with Desk(fault=listing) as desk:
        gid = desk.site.add_project("P")
        assert desk.read(gid).progress.basis == "5000/10000"
        assert len(desk.requests) == 2 + 100


@pytest.mark.parametrize(
    ("spoiled", "data"),
    [("/search", [{"gid": "1"}]), ("/search", "rows"), ("/events", [7]), ("/projects", {"a": 1})],
)
def test_a_probe_that_answers_nonsense_costs_requests_and_no_truth(spoiled: str, data: object) -> None:
    def spoil(_: int, request: Request) -> Response | None:
        return answer(200, data=data) if broken and request.path.endswith(spoiled) else None

    broken: list[bool] = []
    with Desk(fault=spoil) as desk:
        desk.site.paid, desk.site.service_account = spoiled == "/search", spoiled == "/events"
        gids = [desk.site.add_project(str(number)) for number in range(5)]
        for gid in gids:
            add_tasks(desk, gid, open_=1)
        refs = [project_ref(gid) for gid in gids]
        state = desk.connector.fetch(refs, ConnectorState()).state
        broken.append(True)
        desk.site.complete(desk.site.tasks(gids[2])[0]["gid"])
        found = desk.connector.fetch(refs, state).outcomes
        done = [one.progress.done for one in found if isinstance(one, Snapshot)]
        assert done == [0, 0, 1, 0, 0]
