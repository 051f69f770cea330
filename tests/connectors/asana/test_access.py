"""What the token can see and do: discover, access, check, and a token that is refused."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.server import Request, Response, Wire
from connectors.testing.ledger import deliver, owed
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot, WorkRef
from syncer.errors import CredentialsError, ForbiddenError
from syncer.ports import Access, Found
from tests.connectors.asana.desk import ANA, TOKEN, Desk, OneSecret, project_ref


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def test_discover_names_what_could_be_linked_the_last_changed_first(desk: Desk) -> None:
    site, bot = desk.site, desk.site.bot.gid
    old = site.add_project("Old", owner=ANA)
    desk.clock.pass_by(days=1)
    new = site.add_project("New")
    for archived in (site.add_project("Archived"),):
        site.archive_project(archived)
    site.hide_project(site.add_project("Hidden"))
    mine = site.add_portfolio("Mine", owner=bot)
    site.add_portfolio("Of somebody else", owner=ANA)
    home = f"https://app.asana.com/1/{site.workspace['gid']}"
    assert desk.connector.discover() == (
        Found("portfolio", mine, "Mine", f"{home}/portfolio/{mine}", "okr-bot"),
        Found("project", new, "New", f"{home}/project/{new}"),
        Found("project", old, "Old", f"{home}/project/{old}", "Ana Ruiz"),
    )


def test_discover_ends(desk: Desk) -> None:
    for number in range(620):
        desk.site.add_project(f"P{number}")
    assert len(desk.connector.discover()) == 500


def test_discover_does_without_portfolios_where_the_plan_has_none() -> None:
    def refuse(_: int, request: Request) -> Response | None:
        return Response.of(402, {"errors": []}) if request.path.endswith("/portfolios") else None

    with Desk(fault=refuse) as desk:
        gid = desk.site.add_project("P")
        assert [found.key for found in desk.connector.discover()] == [gid]


def test_access_names_the_missing_right(desk: Desk) -> None:
    site = desk.site
    fine, viewed, hidden = (site.add_project(name) for name in ("fine", "viewed", "hidden"))
    task, portfolio = site.add_task(fine, "T"), site.add_portfolio("F")
    site.forbid_writes(viewed)
    site.hide_project(hidden)
    kinds = [("project", fine), ("project", viewed), ("project", hidden), ("project", "12"), ("task", task),
             ("portfolio", portfolio), ("project", "x/y")]  # fmt: skip
    refs = [WorkRef("asana", kind, gid) for kind, gid in kinds]
    said = [
        (True, True, ""),
        (True, False, "Project permission Editor (this account is Viewer)"),
        (False, False, "Viewer access: share the project with this account"),
        (False, False, "there is no such project, or this account never saw it"),
        (True, True, ""),
        (True, False, "Asana has no comments on a portfolio"),
        (False, False, "'x/y' is not a gid: copy the digits of the project's address in Asana"),
    ]
    assert desk.connector.access(refs) == tuple(
        Access(ref, *one) for ref, one in zip(refs, said, strict=True)
    )
    assert desk.stand_in.writes == []


def test_check_says_how_far_the_clocks_are_apart() -> None:
    def ahead(_: int, request: Request) -> Response | None:
        date = "Mon, 16 Nov 2026 09:01:30 GMT"
        body = {"data": {"gid": "2", "name": "okr-bot", "workspaces": [{"gid": "1200000000000001"}]}}
        return Response.of(200, body, Date=date) if request.path.endswith("/me") else None

    with Desk(fault=ahead) as desk:
        identity = desk.connector.check()
        assert (identity.clock_skew, identity.zone) == (90.0, "")


def test_a_refused_token_stops_the_connection_and_is_not_sent_again(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.token_revoked = True
    with pytest.raises(CredentialsError, match=r"does not accept the token \(401\)"):
        desk.fetch(gid)
    assert len(desk.requests) == 1
    for connector in (desk.connector, desk.another()):
        with pytest.raises(CredentialsError) as caught:
            connector.fetch([project_ref(gid)], ConnectorState())
        assert str(caught.value) == "Asana has already refused this token, so it was not sent again"
        assert "Put a new token where the workspace file points" in caught.value.hint
    assert len(desk.requests) == 1


def test_a_token_that_was_replaced_meanwhile_is_read_again_and_the_sync_goes_on(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.token = "rotated-token"
    desk.secret.token = "rotated-token"
    assert isinstance(desk.fetch(gid)[0], Snapshot)
    sent = [request.headers["authorization"] for request in desk.requests]
    assert sent == [f"Bearer {TOKEN}", *["Bearer rotated-token"] * 3]
    assert desk.connector.requests == 4


def test_an_edit_that_was_lost_before_the_token_was_replaced_is_not_forgotten(desk: Desk) -> None:
    ref = project_ref(desk.site.add_project("P"))
    at = deliver(desk.connector, owed(ref, ref.key, "words"))[-1].placement
    refused = [Response.of(status, {"errors": [{"message": "No"}]}) for status in (401, 403)]
    answers: list[Response | Wire] = [Wire.LOSE_ANSWER, *refused]

    def fault(_: int, request: Request) -> Response | Wire | None:
        if request.method != "PUT":
            return None
        if len(answers) == 2:
            desk.site.token = desk.secret.token = "rotated-token"
        return answers.pop(0)

    desk.stand_in.fault = fault
    with pytest.raises(ForbiddenError) as caught:
        desk.connector.publish(owed(ref, ref.key, "newer"), at)
    assert answers == []
    assert caught.value.outcome_unknown


def test_a_new_token_that_is_refused_too_is_sent_once(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.token_revoked = True
    desk.secret.token = "also-wrong"
    for _ in range(3):
        with pytest.raises(CredentialsError):
            desk.fetch(gid)
    sent = [request.headers["authorization"] for request in desk.requests]
    assert sent == [f"Bearer {TOKEN}", "Bearer also-wrong"]


def test_a_new_token_ends_the_refusal(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.site.token_revoked = True
    with pytest.raises(CredentialsError):
        desk.fetch(gid)
    desk.site.token_revoked = False
    desk.site.token = "fresh-token"
    desk.secret = OneSecret("fresh-token")
    (outcome,) = desk.another().fetch([project_ref(gid)], ConnectorState()).outcomes
    assert isinstance(outcome, Snapshot)
