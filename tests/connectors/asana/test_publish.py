"""What is written into projects, against the stand-in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.sandbox.asana_html import from_text
from connectors.sandbox.server import Request, Response, Wire
from syncer.domain.sync import ConnectorState, Delivery, Placement, Standing, Wrote
from syncer.domain.work import Progress, Snapshot, WorkRef
from syncer.errors import ForbiddenError, NotFoundError, ReadOnlyError, SkippableError, TemporaryError
from tests.connectors.asana.desk import ANA, Desk, add_tasks, answer, publication


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def test_the_first_step_makes_the_task_and_the_second_the_comment(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    first = desk.step(gid, "37 %")
    (task,) = desk.rollups(gid)
    assert first == Delivery(Placement(container_id=task), Standing.PARTIAL, Wrote.CREATED)
    assert desk.site.comments(task) == []
    second = desk.step(gid, "37 %", first.placement)
    (comment,) = desk.site.comments(task)
    assert second == Delivery(Placement(comment["gid"], task), Standing.STANDING, Wrote.CREATED)
    assert comment["html_text"] == f"<body><strong>37 %</strong>\n<code>okr-syncer:acme/{gid}</code></body>"
    assert [request.method for request in desk.stand_in.writes] == ["POST", "POST"]


def test_the_task_can_be_made_as_a_completed_one_and_never_counts() -> None:
    with Desk(rollup_task="completed") as desk:
        gid = desk.site.add_project("P")
        add_tasks(desk, gid, done=1, open_=2)
        desk.published(gid)
        (ours,) = [task for task in desk.site.tasks(gid) if task["name"] == "OKR rollup"]
        assert ours["completed"]
        assert desk.read(gid).progress.basis == "1/3"
        assert len(desk.stand_in.writes) == 2


def test_the_task_is_open_unassigned_and_says_what_it_is(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.step(gid, "37 %")
    (task,) = desk.site.tasks(gid)
    assert (task["name"], task["completed"], task["assignee"]) == ("OKR rollup", False, None)
    assert task["notes"] == (
        "The comment below says which number the work in this project is meant to move, and whether it does. "
        "okr-syncer keeps it up to date; this task is not counted as work. To opt out, delete this task."
        f"\n\nokr-syncer:acme/{gid}"
    )


def test_our_task_is_not_counted_as_work(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.add_task(gid, "work", completed=True)
    before = desk.read(gid)
    desk.published(gid)
    assert desk.read(gid) == before
    assert before.progress == Progress(done=1)


def test_a_new_text_is_put_in_place(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid, "37 %")
    delivery = desk.step(gid, "38 %", placement)
    assert delivery == Delivery(placement, Standing.STANDING, Wrote.UPDATED)
    assert desk.comment(placement).startswith("38 %\n")
    assert [request.method for request in desk.stand_in.writes] == ["POST", "POST", "PUT"]


def test_our_own_edits_are_no_human_edits(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid, "1")
    for text in ("2", "3"):
        assert desk.step(gid, text, placement).wrote is Wrote.UPDATED


def test_a_comment_rewritten_by_hand_is_left_alone(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.edit_story_as(ANA, str(placement.comment_id), "my own words")
    delivery = desk.step(gid, "38 %", placement)
    assert delivery == Delivery(placement, Standing.EDITED, Wrote.NOTHING)
    assert desk.comment(placement) == "my own words"


def test_a_comment_that_is_not_ours_is_left_alone(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.record("story", str(placement.comment_id))["author"] = ANA
    with pytest.raises(ForbiddenError, match="was written by another account"):
        desk.step(gid, "38 %", placement)
    assert len(desk.stand_in.writes) == 2


def test_a_comment_of_somebody_else_that_we_could_edit_is_left_alone(desk: Desk) -> None:
    def foreign(_: int, request: Request) -> Response | None:
        text = f"okr-syncer:acme/{gid}"
        story = {"gid": "11", "text": text, "created_by": {"gid": ANA}, "is_editable": True}
        return answer(200, data=story) if request.method == "GET" and "/stories/" in request.path else None

    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.stand_in.fault = foreign
    with pytest.raises(ForbiddenError, match="was written by another account"):
        desk.step(gid, "38 %", placement)
    assert len(desk.stand_in.writes) == 2


def test_a_deleted_comment_is_an_opt_out(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.delete_story(str(placement.comment_id))
    delivery = desk.step(gid, "38 %", placement)
    assert delivery == Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
    assert desk.site.comments(str(placement.container_id)) == []


def test_a_deleted_task_is_an_opt_out(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.delete_task(str(placement.container_id))
    delivery = desk.step(gid, "38 %", placement)
    assert delivery == Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
    assert desk.site.tasks(gid) == []


def test_a_task_deleted_before_its_comment_is_an_opt_out(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.step(gid, "37 %").placement
    desk.site.delete_task(str(placement.container_id))
    delivery = desk.step(gid, "37 %", placement)
    assert delivery == Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
    assert desk.site.tasks(gid) == []


def test_a_deleted_project_is_not_an_opt_out(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.delete_project(gid)
    with pytest.raises(NotFoundError) as caught:
        desk.step(gid, "38 %", placement)
    assert str(caught.value) == (
        "Asana does not know the item, or does not show it to the token (404): "
        f"project: Not a recognized ID: {gid}"
    )


def test_a_hidden_project_is_not_an_opt_out(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.hide_project(gid)
    with pytest.raises(ForbiddenError, match=r"does not let the token do this \(403\)"):
        desk.step(gid, "38 %", placement)


def test_a_project_that_may_only_be_read_is_a_sentence(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.forbid_writes(gid)
    with pytest.raises(ForbiddenError) as caught:
        desk.step(gid, "37 %")
    assert str(caught.value) == (
        "Asana does not let the token do this (403): You do not have access to this project."
    )
    assert caught.value.hint == "Give the token's account access to the item."


def test_moved_and_completed_and_renamed_tasks_go_on_carrying_the_comment(desk: Desk) -> None:
    gid, elsewhere = desk.site.add_project("P"), desk.site.add_project("elsewhere")
    placement = desk.published(gid)
    task = str(placement.container_id)
    desk.site.complete(task)
    desk.site.set_task(task, name="Numbers")
    desk.site.move(task, elsewhere)
    assert desk.step(gid, "38 %", placement).standing is Standing.STANDING
    assert desk.comment(placement).startswith("38 %")


def test_nothing_of_ours_is_found_where_nothing_was_published(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    ref = publication(gid, None).ref
    assert desk.connector.find_published(ref, gid, f"okr-syncer:acme/{gid}") == ()


def test_what_was_published_is_found_again_by_another_connector(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed = publication(gid, "37 %")
    first = desk.step(gid, "37 %")
    assert desk.another().find_published(owed.ref, gid, owed.marker) == (first.placement,)
    second = desk.step(gid, "37 %", first.placement)
    assert desk.another().find_published(owed.ref, gid, owed.marker) == (second.placement,)


def test_foreign_markers_longer_ids_and_foreign_authors_are_not_taken_for_ours(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed, bot = publication(gid, "37 %"), desk.site.bot.gid
    desk.site.add_task(gid, "another workspace", notes=f"okr-syncer:other/{gid}", by=bot)
    desk.site.add_task(gid, "a longer id", notes=f"{owed.marker}9", by=bot)
    assert desk.connector.find_published(owed.ref, gid, owed.marker) == ()
    ours = desk.step(gid, "37 %").placement
    desk.site.add_task(gid, "copied by hand", notes=owed.marker, by=ANA)
    assert desk.connector.find_published(owed.ref, gid, owed.marker) == (ours,)


def test_a_comment_that_quotes_ours_is_not_taken_for_ours(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed = publication(gid, "37 %")
    placement = desk.step(gid, "37 %").placement
    says = from_text(f"see the line {owed.marker}, please")
    quote = desk.site.add_comment(str(placement.container_id), says, by=ANA)
    assert desk.connector.find_published(owed.ref, gid, owed.marker) == (placement,)
    assert [comment["gid"] for comment in desk.site.comments(str(placement.container_id))] == [quote]


@pytest.mark.parametrize("wreck", [Wire.LOSE_ANSWER, Wire.TRUNCATE])
@pytest.mark.parametrize("lost", ["/tasks", "/stories"])
def test_a_lost_answer_is_adopted_and_nothing_stands_twice(lost: str, wreck: Wire) -> None:
    def lose(_: int, request: Request) -> Wire | None:
        if request.method == "POST" and request.path.endswith(lost) and not losses:
            losses.append(request.path)
            return wreck
        return None

    losses: list[str] = []
    with Desk(fault=lose) as desk:
        gid = desk.site.add_project("P")
        owed = publication(gid, "37 %")
        before = desk.step(gid, "37 %").placement if lost == "/stories" else None
        with pytest.raises(TemporaryError) as caught:
            desk.step(gid, "37 %", before)
        assert caught.value.outcome_unknown
        (found,) = desk.another().find_published(owed.ref, gid, owed.marker)
        if found.comment_id is None:
            found = desk.step(gid, "37 %", found).placement
        assert desk.step(gid, "37 %", found).standing is Standing.STANDING
        assert desk.rollups(gid) == [found.container_id]
        assert desk.comment(found).startswith("37 %")


def test_of_two_tasks_of_ours_the_older_comes_first(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed = publication(gid, "37 %")
    older = desk.step(gid, "37 %").placement
    newer = desk.step(gid, "37 %").placement
    assert desk.connector.find_published(owed.ref, gid, owed.marker) == (older, newer)


def test_a_second_comment_on_our_task_is_taken_away_without_the_task(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed, first = publication(gid, "37 %"), desk.published(gid)
    desk.step(gid, "37 %", Placement(container_id=first.container_id))
    known, second = desk.connector.find_published(owed.ref, gid, owed.marker)
    assert (known, second.container_id) == (first, None)
    assert desk.step(gid, None, second) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)
    assert desk.connector.find_published(owed.ref, gid, owed.marker) == (first,)


def test_a_rollup_of_an_account_we_are_not_any_more_is_neither_edited_nor_doubled(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    owed, placement = publication(gid, "38 %"), desk.published(gid)
    desk.site.record("task", str(placement.container_id))["created_by"] = ANA
    desk.site.record("story", str(placement.comment_id))["author"] = ANA
    sentence = "was written by another account; it is neither edited nor doubled"
    with pytest.raises(ForbiddenError, match=sentence) as caught:
        desk.step(gid, "38 %", placement)
    assert caught.value.hint.startswith("Use that account's token again")
    with pytest.raises(ForbiddenError, match=sentence):
        desk.another().find_published(owed.ref, gid, owed.marker)


def test_a_withdrawal_takes_the_comment_and_then_the_task(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    first = desk.step(gid, None, placement)
    assert first == Delivery(Placement(container_id=placement.container_id), Standing.PARTIAL, Wrote.REMOVED)
    assert desk.site.comments(str(placement.container_id)) == []
    assert desk.step(gid, None, first.placement) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)
    assert desk.site.tasks(gid) == []


def test_a_withdrawal_of_what_is_gone_already_is_a_withdrawal(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.delete_task(str(placement.container_id))
    first = desk.step(gid, None, placement)
    assert (first.standing, first.wrote) == (Standing.PARTIAL, Wrote.NOTHING)
    assert desk.step(gid, None, first.placement) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)


def test_nothing_published_is_withdrawn_at_once(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    assert desk.step(gid, None) == Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
    assert desk.stand_in.writes == []


def test_a_task_somebody_made_their_own_is_not_deleted(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.site.set_task(str(placement.container_id), name="Mine now", notes="a plan")
    first = desk.step(gid, None, placement)
    second = desk.step(gid, None, first.placement)
    assert (second.standing, second.wrote) == (Standing.WITHDRAWN, Wrote.NOTHING)
    assert [task["name"] for task in desk.site.tasks(gid)] == ["Mine now"]


def test_no_write_leaves_a_run_that_only_reads() -> None:
    with Desk(confirm=None) as desk:
        gid = desk.site.add_project("P")
        for text, placement in (
            ("37 %", None),
            ("37 %", Placement(container_id="12")),
            (None, Placement("11", "12")),
        ):
            with pytest.raises(ReadOnlyError):
                desk.step(gid, text, placement)
        with pytest.raises(ReadOnlyError) as caught:
            desk.step(gid, "37 %")
        assert str(caught.value) == "POST /tasks was about to be written to Asana in a run that only reads"
        assert desk.stand_in.writes == []
        assert desk.read(gid).item_id == gid


def test_write_to_off_is_a_sentence_and_sends_nothing() -> None:
    with Desk(write_to="off") as desk:
        gid = desk.site.add_project("P")
        for text in ("37 %", None):
            with pytest.raises(SkippableError) as caught:
                desk.step(gid, text, Placement("11", "12"))
            assert str(caught.value) == "This connection does not write (write_to: off)"
            assert caught.value.hint == "Set write_to: task on the connection to have rollups published."
        assert desk.requests == []


def test_a_portfolio_carries_no_comment(desk: Desk) -> None:
    owed = replace(publication("12", "37 %"), ref=WorkRef("asana", "portfolio", "12"))
    with pytest.raises(SkippableError) as caught:
        desk.connector.publish(owed, None)
    assert str(caught.value) == "Asana has no comments on a portfolio"
    assert caught.value.hint == "Link one of its projects where a comment shall stand."
    assert desk.requests == []


def test_a_step_costs_at_most_one_write_and_a_sync_without_news_none(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    assert desk.connector.writes == 2
    desk.fetch(gid)
    desk.fetch(gid)
    assert desk.connector.writes == 2
    desk.step(gid, "38 %", placement)
    assert desk.connector.writes == 3


@pytest.mark.parametrize("text", ["38 %", None])
def test_an_answer_that_does_not_say_what_was_written_leaves_the_outcome_unknown(
    desk: Desk, text: str | None
) -> None:
    gid = desk.site.add_project("P")
    placement = desk.published(gid)
    desk.stand_in.fault = lambda _, request: (
        Response.of(200, {"message": "We have moved"}) if request.method in {"PUT", "DELETE"} else None
    )
    with pytest.raises(TemporaryError, match="Asana did not say") as caught:
        desk.step(gid, text, placement)
    assert caught.value.outcome_unknown


def test_a_task_that_carries_our_comment_is_no_work_whatever_became_of_its_notes(desk: Desk) -> None:
    gid, elsewhere = desk.site.add_project("P"), desk.site.add_project("Q")
    task = str(desk.published(gid).container_id)
    for project in (gid, elsewhere):
        add_tasks(desk, project, done=1, open_=2)
    desk.site.record("task", task)["notes"] = "somebody's own words"
    desk.site.add_to_project(task, elsewhere)
    refs = [WorkRef("asana", "project", one) for one in (gid, elsewhere)]
    outcomes = desk.connector.fetch(refs, ConnectorState(own=frozenset({task}))).outcomes
    assert [outcome.progress for outcome in outcomes if isinstance(outcome, Snapshot)] == [
        Progress(done=1, open=2)
    ] * 2
