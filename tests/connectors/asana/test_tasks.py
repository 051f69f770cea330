"""Links to a task or a milestone: what is read of it, and the comment on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from connectors.sandbox.asana_html import from_text
from connectors.sandbox.server import Request, Response, Wire
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Standing, Wrote
from syncer.domain.work import Gone, LinkState, Progress, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import ForbiddenError, NotFoundError, TemporaryError
from tests.connectors.asana.desk import ANA, Desk, answer, publication


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture
def task(desk: Desk) -> str:
    return desk.site.add_task(desk.site.add_project("P"), "Beta", resource_subtype="milestone")


def task_ref(gid: str) -> WorkRef:
    return WorkRef("asana", "task", gid)


ALLOWED = frozenset({"allow_issue"})


def read(desk: Desk, gid: str, options: frozenset[str] = frozenset()) -> Snapshot:
    (outcome,) = desk.connector.fetch([replace(task_ref(gid), options=options)], ConnectorState()).outcomes
    assert isinstance(outcome, Snapshot), outcome
    return outcome


def owed(task: str, text: str | None) -> Publication:
    return replace(publication(task, text), ref=task_ref(task))


def step(desk: Desk, task: str, text: str | None, placement: Placement | None = None) -> Delivery:
    return desk.connector.publish(owed(task, text), placement)


def test_a_task_says_everything_a_snapshot_holds(desk: Desk, task: str) -> None:
    for number in range(3):
        desk.site.add_task(None, "secret", parent=task, completed=number < 1)
    desk.site.add_task(None, "ask", parent=task, resource_subtype="approval", approval_status="rejected")
    desk.site.set_task(task, assignee=ANA, due_on="2026-12-11", start_on="2026-12-01")
    assert read(desk, task) == Snapshot(
        ref=task_ref(task),
        item_id=task,
        key=task,
        name="Beta",
        url=f"https://app.asana.com/1/{desk.site.workspace['gid']}/task/{task}",
        status=WorkStatus.IN_PROGRESS,
        progress=Progress(done=1, open=2, cancelled=1),
        owner=ANA,
        owner_name="Ana Ruiz",
        start=date(2026, 12, 1),
        due=date(2026, 12, 11),
        taken_at=desk.clock.now(),
    )


def test_a_task_without_subtasks_costs_one_request_and_does_not_count_itself(desk: Desk, task: str) -> None:
    snapshot = read(desk, task)
    assert (snapshot.status, snapshot.progress) == (WorkStatus.PLANNED, Progress())
    assert len(desk.requests) == 1 + 1


@pytest.mark.parametrize("options", [frozenset(), ALLOWED], ids=["", "allowed"])
@pytest.mark.parametrize("subtype", ["default_task", "milestone", "approval"])
def test_a_subtask_is_refused_with_the_reason(
    desk: Desk, task: str, subtype: str, options: frozenset[str]
) -> None:
    part = desk.site.add_task(None, "secret part", parent=task, resource_subtype=subtype)
    desk.site.add_task(None, "below it", parent=part)

    outcomes = desk.connector.fetch([replace(task_ref(part), options=options)], ConnectorState()).outcomes

    why = f"{part} is a sub-task, part of the task above it; link the project or the task above it"
    assert outcomes == (Unread(task_ref(part), why),)
    assert len(desk.requests) == 1 + 1, "whose token it is, and the task: what is below it concerns nobody"


@pytest.mark.parametrize("subtype", ["default_task", "approval", "custom"])
def test_a_plain_task_is_linked_where_the_file_allows_it(desk: Desk, subtype: str) -> None:
    plain = desk.site.add_task(desk.site.add_project("P"), "secret", resource_subtype=subtype)
    desk.site.add_task(None, "part", parent=plain)
    refused, allowed = task_ref(plain), replace(task_ref(plain), options=ALLOWED)

    (no,) = desk.connector.fetch([refused], ConnectorState()).outcomes
    asked = len(desk.requests)
    (yes,) = desk.connector.fetch([allowed], ConnectorState()).outcomes

    why = f"{plain} is no milestone; link its project, or set allow_issue: true on the link"
    assert no == Unread(refused, why)
    assert asked == 1 + 1
    assert isinstance(yes, Snapshot)
    assert yes.progress == Progress(open=1)


def test_a_milestone_that_becomes_a_subtask_is_refused_from_then_on(desk: Desk, task: str) -> None:
    above = desk.site.add_task(desk.site.add_project("Q"), "Above", resource_subtype="milestone")
    state = desk.connector.fetch([task_ref(task)], ConnectorState()).state
    desk.site.set_task(task, parent=above)

    (outcome,) = desk.connector.fetch([task_ref(task)], state).outcomes

    assert isinstance(outcome, Unread)
    assert "is a sub-task" in outcome.why


def test_a_completed_task_is_done_on_its_day(desk: Desk, task: str) -> None:
    desk.site.complete(task)
    snapshot = read(desk, task)
    assert (snapshot.status, snapshot.done_on) == (WorkStatus.DONE, date(2026, 11, 16))


def test_a_rejected_approval_is_dropped(desk: Desk) -> None:
    gid = desk.site.add_task(
        desk.site.add_project("P"), "ask", resource_subtype="approval", approval_status="rejected"
    )
    assert read(desk, gid, ALLOWED).status is WorkStatus.DROPPED


def test_status_map_gives_an_approval_another_meaning() -> None:
    with Desk(status_map={"changes_requested": WorkStatus.IN_PROGRESS}) as desk:
        project = desk.site.add_project("P")
        gid = desk.site.add_task(
            project, "ask", resource_subtype="approval", approval_status="changes_requested"
        )
        assert read(desk, gid, ALLOWED).status is WorkStatus.IN_PROGRESS
        assert desk.read(project).progress == Progress(open=1)


def test_a_deleted_task_is_gone_and_a_hidden_one_forbidden(desk: Desk, task: str) -> None:
    project = desk.site.record("task", task)["projects"][0]
    desk.site.hide_project(project)
    hidden, unknown = desk.connector.fetch([task_ref(task), task_ref("12")], ConnectorState()).outcomes
    assert isinstance(hidden, Gone)
    assert isinstance(unknown, Gone)
    assert (hidden.state, unknown.state) == (LinkState.FORBIDDEN, LinkState.GONE)
    assert hidden.advice.startswith(f"okr-bot may not see task {task} in Asana. Share the task with")
    assert unknown.advice.startswith("Asana has no task 12, or never showed it to okr-bot")


def test_the_comment_stands_on_the_task_itself_and_is_pinned(desk: Desk, task: str) -> None:
    delivery = step(desk, task, "37 %")
    (comment,) = desk.site.comments(task)
    assert delivery == Delivery(Placement(comment["gid"]), Standing.STANDING, Wrote.CREATED)
    assert comment["is_pinned"]
    assert comment["html_text"].endswith(f"<code>okr-syncer:acme/{task}</code></body>")
    assert len(desk.stand_in.writes) == 1


def test_where_pinning_is_refused_the_comment_stands_unpinned(desk: Desk, task: str) -> None:
    def refuse(_: int, request: Request) -> Response | None:
        return answer(400, errors=[{"message": "is_pinned"}]) if b"is_pinned" in request.body else None

    desk.stand_in.fault = refuse
    assert step(desk, task, "37 %").standing is Standing.STANDING
    (comment,) = desk.site.comments(task)
    assert not comment["is_pinned"]


def test_a_newer_text_is_put_in_place(desk: Desk, task: str) -> None:
    placement = step(desk, task, "37 %").placement
    assert step(desk, task, "38 %", placement) == Delivery(placement, Standing.STANDING, Wrote.UPDATED)
    (comment,) = desk.site.comments(task)
    assert comment["text"].startswith("38 %\n")


def test_it_is_found_by_marker_and_author(desk: Desk, task: str) -> None:
    mark = owed(task, "x").marker
    desk.site.add_comment(task, from_text(f"{mark}9"), by=desk.site.bot.gid)
    assert desk.connector.find_published(task_ref(task), task, mark) == ()
    desk.site.comment_as(ANA, task, f"see {mark}")
    with pytest.raises(ForbiddenError, match="by another account; it is neither edited nor doubled"):
        desk.connector.find_published(task_ref(task), task, mark)
    placement = step(desk, task, "37 %").placement
    assert desk.another().find_published(task_ref(task), task, mark) == (placement,)


def test_a_lost_answer_is_adopted(desk: Desk, task: str) -> None:
    desk.stand_in.fault = lambda _, request: Wire.LOSE_ANSWER if request.method == "POST" else None
    with pytest.raises(TemporaryError) as caught:
        step(desk, task, "37 %")
    assert caught.value.outcome_unknown
    desk.stand_in.fault = None
    (found,) = desk.another().find_published(task_ref(task), task, owed(task, "x").marker)
    assert step(desk, task, "38 %", found).standing is Standing.STANDING
    assert len(desk.site.comments(task)) == 1


def test_a_deleted_comment_is_an_opt_out_and_a_deleted_or_hidden_task_is_not(desk: Desk, task: str) -> None:
    placement = step(desk, task, "37 %").placement
    desk.site.delete_story(str(placement.comment_id))
    assert step(desk, task, "38 %", placement) == Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
    assert desk.site.comments(task) == []
    project = desk.site.record("task", task)["projects"][0]
    desk.site.hide_project(project)
    with pytest.raises(ForbiddenError):
        step(desk, task, "38 %", placement)
    desk.site.delete_task(task)
    with pytest.raises(NotFoundError):
        step(desk, task, "38 %", placement)


def test_a_comment_rewritten_by_hand_is_left_alone(desk: Desk, task: str) -> None:
    placement = step(desk, task, "37 %").placement
    desk.site.edit_story_as(ANA, str(placement.comment_id), "my own words")
    assert step(desk, task, "38 %", placement) == Delivery(placement, Standing.EDITED, Wrote.NOTHING)


def test_a_withdrawal_takes_the_comment_and_leaves_the_task(desk: Desk, task: str) -> None:
    placement = step(desk, task, "37 %").placement
    assert step(desk, task, None, placement) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)
    assert step(desk, task, None) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
    assert desk.site.comments(task) == []
    assert read(desk, task).item_id == task
