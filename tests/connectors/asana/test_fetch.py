"""What is read from projects, against the stand-in."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from connectors.sandbox.asana_answers import RefusalError, balancer_page, forbidden, not_found, server_error
from connectors.sandbox.server import Request, Response, Wire
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Health, LinkState, Progress, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import CredentialsError, FatalError, TemporaryError
from tests.connectors.asana.desk import ANA, Desk, add_tasks, answer, project_ref


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def test_a_project_says_everything_a_snapshot_holds(desk: Desk) -> None:
    gid = desk.site.add_project(
        "Activation email sequence", owner=ANA, start_on="2026-10-05", due_on="2026-12-11"
    )
    add_tasks(desk, gid, done=6, open_=4, cancelled=2)
    desk.site.post_status(gid, "at_risk", "late", ANA)
    assert desk.read(gid) == Snapshot(
        ref=project_ref(gid),
        item_id=gid,
        key=gid,
        name="Activation email sequence",
        url=f"https://app.asana.com/1/{desk.site.workspace['gid']}/project/{gid}",
        status=WorkStatus.IN_PROGRESS,
        progress=Progress(done=6, open=4, cancelled=2),
        health=Health.AT_RISK,
        owner=ANA,
        owner_name="Ana Ruiz",
        start=date(2026, 10, 5),
        due=date(2026, 12, 11),
        taken_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
    )


def test_the_snapshot_is_dated_by_the_clock(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    assert desk.read(gid).taken_at == desk.clock.now()


def test_approvals_count_as_approved_done_and_rejected_cancelled(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    for status in ("approved", "changes_requested", "rejected", "pending"):
        desk.site.add_task(gid, status, resource_subtype="approval", approval_status=status)
    assert desk.read(gid).progress == Progress(done=2, open=1, cancelled=1)


def test_a_rejected_approval_that_was_opened_again_is_open(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    task = desk.site.add_task(gid, "ask", resource_subtype="approval", approval_status="rejected")
    desk.site.complete(task, completed=False)
    assert desk.read(gid).progress == Progress(open=1)


def test_milestones_count_and_subtasks_only_as_members_of_the_project(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    parent = desk.site.add_task(gid, "parent", resource_subtype="milestone")
    desk.site.add_task(None, "hidden below", parent=parent)
    desk.site.add_task(gid, "member below", parent=parent, completed=True)
    assert desk.read(gid).progress == Progress(done=1, open=1)


def test_rollup_tasks_of_any_workspace_are_not_work(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, open_=3)
    desk.site.add_task(gid, "OKR rollup", notes=f"Kept by a service.\n\nokr-syncer:acme/{gid}")
    desk.site.add_task(gid, "renamed by hand", notes="okr-syncer:other-team/1200000000099999")
    desk.site.add_task(gid, "talks about it", notes=f"ask what okr-syncer:acme/{gid} is")
    assert desk.read(gid).progress == Progress(open=4)


def test_a_completed_rollup_task_is_not_done_work(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.add_task(gid, "OKR rollup", notes=f"okr-syncer:acme/{gid}", completed=True)
    snapshot = desk.read(gid)
    assert snapshot.progress == Progress()
    assert snapshot.status is WorkStatus.PLANNED


def test_a_project_without_tasks_has_no_share(desk: Desk) -> None:
    assert desk.read(desk.site.add_project("P")).progress.share is None


def test_nothing_of_a_task_gets_into_a_snapshot_or_an_error(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, done=1, open_=1)
    assert "secret" not in repr(desk.fetch(gid))
    desk.site.tables["task"][desk.site.tasks(gid)[0]["gid"]]["completed"] = "secret word"
    assert "secret" not in desk.unread(gid)


def test_an_owner_may_be_nobody(desk: Desk) -> None:
    snapshot = desk.read(desk.site.add_project("P"))
    assert (snapshot.owner, snapshot.owner_name) == (None, None)


def test_names_arrive_as_they_were_written() -> None:
    def raw(_: int, request: Request) -> Response | None:
        body = json.dumps({"data": {**WHOLE, "gid": gid, "name": name}}, ensure_ascii=False)
        return Response(200, body.encode()) if request.path.endswith(gid) else None

    name = "Über\u00a0uns – 日本 <b>\U0001f680"
    with Desk(fault=raw) as desk:
        gid = desk.site.add_project("P")
        assert desk.read(gid).name == name


def test_a_renamed_project_keeps_its_identity(desk: Desk) -> None:
    gid = desk.site.add_project("before")
    desk.site.rename_project(gid, "after")
    snapshot = desk.read(gid)
    assert (snapshot.item_id, snapshot.name) == (gid, "after")


def test_a_ref_is_read_by_its_item_id_whatever_its_key_says(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    ref = WorkRef("asana", "project", "an old key", item_id=gid)
    (outcome,) = desk.connector.fetch([ref], ConnectorState()).outcomes
    assert isinstance(outcome, Snapshot)
    assert outcome.item_id == gid


def test_a_completed_project_is_done_on_its_day_in_utc(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, open_=1)
    desk.site.set_project(gid, completed=True, completed_at="2026-11-02T23:30:00.000-02:00")
    snapshot = desk.read(gid)
    assert (snapshot.status, snapshot.done_on) == (WorkStatus.DONE, date(2026, 11, 3))


def test_an_archived_project_is_on_hold_and_still_read(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    add_tasks(desk, gid, done=1, open_=1)
    desk.site.archive_project(gid)
    snapshot = desk.read(gid)
    assert (snapshot.state, snapshot.status) == (LinkState.ARCHIVED, WorkStatus.ON_HOLD)
    assert snapshot.progress == Progress(done=1, open=1)


def test_an_archived_project_that_was_completed_is_done(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.complete_project(gid)
    desk.site.archive_project(gid)
    snapshot = desk.read(gid)
    assert (snapshot.state, snapshot.status) == (LinkState.ARCHIVED, WorkStatus.DONE)


def test_our_own_status_update_is_not_what_people_say(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.post_status(gid, "off_track", "first", ANA)
    desk.clock.pass_by(days=1)
    desk.site.post_status(gid, "at_risk", "second", ANA)
    desk.clock.pass_by(days=1)
    desk.site.post_status(gid, "on_track", "ours", desk.site.bot.gid)
    assert desk.read(gid).health is Health.AT_RISK


def test_only_our_own_status_updates_are_no_report(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.post_status(gid, "on_track", "ours", desk.site.bot.gid)
    assert desk.read(gid).health is Health.UNKNOWN


def test_the_list_of_updates_is_asked_for_only_where_the_last_one_is_ours(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.post_status(gid, "on_track", "theirs", ANA)
    desk.read(gid)
    assert [r.path for r in desk.requests if r.path.endswith("status_updates")] == []


def test_a_deleted_project_is_gone_with_advice(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.delete_project(gid)
    assert desk.gone(gid) == Gone(
        project_ref(gid),
        LinkState.GONE,
        f"Asana has no project {gid}, or never showed it to okr-bot: it was deleted, or the gid is wrong. "
        "Restore it, correct the gid, or take the link out of the workspace file.",
    )


def test_a_hidden_project_is_forbidden_and_comes_back(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.hide_project(gid)
    assert desk.gone(gid) == Gone(
        project_ref(gid),
        LinkState.FORBIDDEN,
        f"okr-bot may not see project {gid} in Asana. "
        "Share the project with that account, or take the link out of the workspace file.",
    )
    desk.site.reveal_project(gid)
    assert desk.read(gid).state is LinkState.ACTIVE


def test_a_key_that_is_no_gid_is_not_sent(desk: Desk) -> None:
    why = desk.unread("../users/me?x=1")
    assert why == "'../users/me?x=1' is not a gid: copy the digits of the project's address in Asana"
    assert [request.path for request in desk.requests] == ["/api/1.0/users/me"]


def test_one_bad_project_loses_nothing_of_the_others(desk: Desk) -> None:
    fine, deleted, odd = (desk.site.add_project(name) for name in ("fine", "deleted", "odd"))
    desk.site.delete_project(deleted)
    desk.site.tables["project"][odd]["archived"] = None
    outcomes = desk.fetch(odd, deleted, fine)
    assert [type(outcome) for outcome in outcomes] == [Unread, Gone, Snapshot]


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("name", None, "name should be a text, and is NoneType"),
        ("completed", "yes", "completed should be true or false, and is str"),
        ("completed_at", "yesterday", "completed_at should be a time in UTC, and is str"),
        ("completed_at", "2026-11-02T10:00:00", "completed_at should be a time in UTC, and is str"),
        ("due_on", "soon", "due_on should be a day such as 2026-11-16, or null, and is str"),
        ("due_on", 20261116, "due_on should be a text, and is int"),
        ("owner", {"gid": 12}, "owner should be an object, or null, and is str"),
    ],
)
def test_a_wrongly_typed_field_is_a_sentence(field: str, value: object, wanted: str) -> None:
    def spoil(_: int, request: Request) -> Response | None:
        if not request.path.endswith(gid):
            return None
        given = "someone" if field == "owner" else value
        return answer(200, data={**WHOLE, "gid": gid, field: given})

    with Desk(fault=spoil) as desk:
        gid = desk.site.add_project("P")
        assert desk.unread(gid) == (
            f"Asana's answer about project {gid} is not understood: {wanted}. "
            "Run the sync again; if it stays so, look for a newer okr-syncer."
        )


WHOLE: dict[str, object] = {
    "name": "P", "archived": False, "completed": False, "completed_at": None, "due_on": None,
    "start_on": None, "owner": None, "permalink_url": "https://app.asana.com/0/1",
    "current_status_update": None,
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(WHOLE))
def test_a_missing_field_is_a_sentence_and_not_a_null(field: str) -> None:
    def spoil(_: int, request: Request) -> Response | None:
        kept = {name: value for name, value in WHOLE.items() if name != field}
        return answer(200, data={**kept, "gid": gid}) if request.path.endswith(gid) else None

    with Desk(fault=spoil) as desk:
        gid = desk.site.add_project("P")
        assert f"project {gid} is not understood: {field} should be" in desk.unread(gid)


def test_a_project_that_keeps_failing_stops_no_other() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return server_error("6 sad squid") if request.path.endswith(f"{broken}/tasks") else None

    with Desk(fault=fail) as desk:
        broken, fine = desk.site.add_project("broken"), desk.site.add_project("fine")
        unread, snapshot = desk.fetch(broken, fine)
        assert unread == Unread(
            project_ref(broken),
            "Asana has a problem of its own (500): Server Error; "
            "the phrase for Asana's support is: 6 sad squid",
        )
        assert isinstance(snapshot, Snapshot)


def test_three_failures_in_a_row_stop_the_connection_and_two_do_not() -> None:
    def fail(_: int, request: Request) -> Response | None:
        return balancer_page(503) if request.path.split("/")[-2] in broken else None

    with Desk(fault=fail) as desk:
        projects = [desk.site.add_project(str(number)) for number in range(6)]
        broken = {projects[0], projects[1], projects[3], projects[4]}
        kinds = [type(outcome) for outcome in desk.fetch(*projects)]
        assert kinds == [Unread, Unread, Snapshot, Unread, Unread, Snapshot]
        broken.add(projects[2])
        with pytest.raises(TemporaryError, match=r"^Asana has a problem of its own \(503\)$"):
            desk.fetch(*projects)


def test_at_most_four_projects_are_read_at_a_time() -> None:
    def look(_: int, request: Request) -> None:
        del request
        readers.append(sum(thread.name.startswith("asana") for thread in threading.enumerate()))

    readers: list[int] = []
    with Desk(fault=look) as desk:
        desk.stand_in.latency = 0.01
        projects = [desk.site.add_project(str(number)) for number in range(12)]
        outcomes = desk.fetch(*projects)
        assert [outcome.ref.key for outcome in outcomes] == projects
        assert max(readers) == 4


def test_a_project_that_several_initiatives_link_is_read_once(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    first, second = desk.fetch(gid, gid)
    assert first == second
    assert len(desk.requests) == 3


def test_two_fetches_of_the_same_say_the_same(desk: Desk) -> None:
    gid = desk.site.add_project("P", owner=ANA)
    add_tasks(desk, gid, done=2, open_=1)
    first = desk.read(gid)
    desk.clock.pass_by(minutes=15)
    assert desk.read(gid) == first


def test_check_names_the_account(desk: Desk) -> None:
    identity = desk.connector.check()
    assert (identity.account, identity.server, identity.url) == ("okr-bot", "Asana", desk.stand_in.url)


def test_check_refuses_a_workspace_the_account_is_not_in(desk: Desk) -> None:
    desk.site.workspace["gid"] = "1200000000000009"
    with pytest.raises(FatalError) as caught:
        desk.connector.check()
    assert str(caught.value) == (
        "okr-bot, whose token this is, is not in the Asana workspace 1200000000000001"
    )
    assert caught.value.hint == "Correct workspace_gid, or invite that account into the workspace."


def test_a_revoked_token_stops_the_connection_with_both_possible_reasons(desk: Desk) -> None:
    desk.site.token_revoked = True
    with pytest.raises(CredentialsError) as caught:
        desk.fetch(desk.site.add_project("P"))
    assert str(caught.value) == "Asana does not accept the token (401): Not Authorized"
    assert caught.value.hint == (
        "The token was revoked, or the workspace disabled this app or such tokens: Asana answers "
        "the same to both. Make a new token or have the app allowed, then run check."
    )


def test_a_connection_that_breaks_stops_the_fetch() -> None:
    def drop(_: int, request: Request) -> Wire | None:
        return Wire.REFUSE if "/projects/" in request.path else None

    with Desk(fault=drop) as desk:
        gid = desk.site.add_project("P")
        with pytest.raises(TemporaryError) as caught:
            desk.fetch(gid, gid, gid, gid)
        assert str(caught.value).startswith("Asana broke off the connection (GET /api/1.0/projects/")


def test_links_of_all_kinds_are_answered_in_order(desk: Desk) -> None:
    project = desk.site.add_project("P")
    task = desk.site.add_task(project, "T", resource_subtype="milestone")
    portfolio = desk.site.add_portfolio("F", [project])
    refs = [WorkRef("asana", "task", task), project_ref(project), WorkRef("asana", "portfolio", portfolio)]
    outcomes = desk.connector.fetch(refs, ConnectorState()).outcomes
    assert [outcome.ref for outcome in outcomes] == refs
    assert [getattr(one, "item_id", None) for one in outcomes] == [task, project, portfolio]


def test_a_kind_asana_does_not_have_is_said(desk: Desk) -> None:
    ref = WorkRef("asana", "sprint", "12")
    (outcome,) = desk.connector.fetch([ref], ConnectorState()).outcomes
    assert outcome == Unread(ref, "Asana has no sprint links; link a project, a portfolio or a task")


@pytest.mark.parametrize("refusal", [forbidden("project"), not_found("project", "12")])
def test_tasks_that_are_refused_make_no_project_that_is_there_go_away(refusal: RefusalError) -> None:
    def refuse(_: int, request: Request) -> Response | None:
        return refusal.response() if request.path.endswith(f"{gid}/tasks") else None

    with Desk(fault=refuse) as desk:
        gid, other = desk.site.add_project("P"), desk.site.add_project("other")
        unread, snapshot = desk.fetch(gid, other)
        assert isinstance(unread, Unread)
        assert unread.why.startswith(f"The tasks of project {gid} cannot be read: Asana does")
        assert isinstance(snapshot, Snapshot)


def test_a_project_that_goes_away_between_the_listing_and_its_tasks_is_gone() -> None:
    def vanish(_: int, request: Request) -> None:
        if request.path.endswith(f"{gid}/tasks") and gid in desk.site.tables["project"]:
            desk.site.delete_project(gid)

    with Desk() as desk:
        gid, other = desk.site.add_project("P"), desk.site.add_project("other")
        desk.stand_in.fault = vanish
        gone, snapshot = desk.fetch(gid, other)
        assert isinstance(gone, Gone)
        assert gone.state is LinkState.GONE
        assert isinstance(snapshot, Snapshot)


def test_status_updates_that_are_refused_cost_the_health_alone() -> None:
    def refuse(_: int, request: Request) -> Response | None:
        return forbidden("status_update").response() if request.path.endswith("/status_updates") else None

    with Desk(fault=refuse) as desk:
        gid = desk.site.add_project("P")
        desk.site.post_status(gid, "on_track", "ours", desk.site.bot.gid)
        snapshot = desk.read(gid)
        assert snapshot.health is Health.UNKNOWN
        (note,) = snapshot.notes
        assert note.startswith(
            "The last status update is our own; those before it were not read: Asana does not"
        )


def test_a_task_that_is_in_two_linked_projects_is_counted_for_both_and_told(desk: Desk) -> None:
    one, other = (desk.site.add_project(name) for name in ("P", "Q"))
    task = desk.site.add_task(one, "A")
    desk.site.add_task(other, "B")
    desk.site.add_to_project(task, other)
    refs = [project_ref(one), project_ref(other)]

    fetched = desk.connector.fetch(refs, ConnectorState())

    assert fetched.shared() == {tuple(refs): 1}
