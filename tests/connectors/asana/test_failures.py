"""What people are told when Asana, or the way to it, fails. Every sentence in full."""

import socket
from dataclasses import replace

import pytest

from connectors.asana.client import AsanaClient
from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire
from connectors.sandbox.asana_answers import (
    bad_request,
    balancer_page,
    payment_required,
    server_error,
    too_many,
)
from connectors.sandbox.server import Fault, Request, Response, Wire
from connectors.transport import Transport
from syncer.domain.work import Unread
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError
from tests.connectors.asana.desk import TOKEN, Desk, answer


def on_projects(response: Response | Wire) -> Fault:
    """A fault that answers every read of a project, and of its tasks, this way."""

    def fault(_: int, request: Request) -> Response | Wire | None:
        return response if "/projects/" in request.path else None

    return fault


def failure(response: Response | Wire, *, times: int) -> SyncerError:
    """The error of a fetch of one project that is answered this way, after so many tries."""
    with Desk(fault=on_projects(response)) as desk:
        gid = desk.site.add_project("P")
        with pytest.raises(SyncerError) as caught:
            desk.fetch(gid)
        assert len(desk.requests) == 1 + times
        assert len(desk.slept) == times - 1
        return caught.value


def unread(response: Response) -> str:
    """Why a project answered this way was not read."""
    with Desk(fault=on_projects(response)) as desk:
        (outcome,) = desk.fetch(desk.site.add_project("P"))
        assert isinstance(outcome, Unread)
        assert desk.slept == []
        return outcome.why


def test_401() -> None:
    error = failure(answer(401, errors=[{"message": "Not Authorized"}]), times=1)
    assert isinstance(error, CredentialsError)
    assert str(error) == "Asana does not accept the token (401): Not Authorized"


def test_401_without_a_body() -> None:
    error = failure(Response(401), times=1)
    assert str(error) == "Asana does not accept the token (401): no reason given"


def test_402() -> None:
    assert unread(payment_required("Search").response()) == (
        "The Asana plan of this workspace does not include this (402): "
        "Payment Required: Search is not available on this plan. "
        "Link something the plan includes, or upgrade the plan."
    )


def test_400() -> None:
    assert unread(bad_request("opt_fields: nonsense").response()) == (
        "Asana refused the request (400): opt_fields: nonsense"
    )


def test_451() -> None:
    assert unread(answer(451, errors=[{"message": "Blocked for legal reasons"}])) == (
        "Asana refused the request (451): Blocked for legal reasons"
    )


def test_429_is_waited_for_and_then_said() -> None:
    error = failure(too_many(7).response(), times=4)
    assert isinstance(error, TemporaryError)
    assert str(error) == (
        "Asana asks us to slow down (429): You have made too many requests recently. Please, be chill."
    )
    assert error.retry_after == 7


def test_429_that_asks_for_an_hour_is_not_slept_through() -> None:
    error = failure(too_many(3600).response(), times=1)
    assert isinstance(error, TemporaryError)
    assert error.retry_after == 3600


def test_429_stops_the_connection_for_the_token_is_what_is_limited() -> None:
    def fault(_: int, request: Request) -> Response | None:
        return too_many(3600).response() if request.path.endswith(f"{first}/tasks") else None

    with Desk(fault=fault) as desk:
        first, second = desk.site.add_project("1"), desk.site.add_project("2")
        with pytest.raises(TemporaryError, match="slow down"):
            desk.fetch(first, second)


def test_a_short_429_is_nothing_to_talk_about() -> None:
    with Desk() as desk:
        gid = desk.site.add_project("P")
        desk.site.rate_limited = 2
        assert desk.read(gid).item_id == gid
        assert [second >= 1 for second in desk.slept] == [True, True]


def test_500_says_the_phrase_for_asanas_support() -> None:
    error = failure(server_error("6 sad squid snuggle softly"), times=4)
    assert isinstance(error, TemporaryError)
    assert str(error) == (
        "Asana has a problem of its own (500): Server Error; "
        "the phrase for Asana's support is: 6 sad squid snuggle softly"
    )


def test_503_in_html() -> None:
    assert str(failure(balancer_page(503), times=4)) == "Asana has a problem of its own (503)"


def test_a_login_page_instead_of_an_answer() -> None:
    error = failure(Response(200, b"<!doctype html><title>Sign in</title>"), times=4)
    assert str(error).endswith(" answered with a web page instead of data")
    assert error.hint == "A login page or a proxy stands in between: check url and proxy."


def test_a_truncated_answer() -> None:
    error = failure(Wire.TRUNCATE, times=4)
    assert str(error).endswith(" sent an answer that is cut off or is no JSON")


def test_an_empty_answer() -> None:
    assert str(failure(Response(200), times=4)).endswith(" sent an empty answer")


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": []}, {"errors": []}])
def test_an_answer_without_its_record(body: dict[str, object]) -> None:
    error = failure(Response.of(200, body), times=1)
    assert isinstance(error, TemporaryError)
    assert str(error).startswith("Asana answered without project ")


@pytest.mark.parametrize("data", [None, {}, [1], "rows"])
def test_a_listing_without_its_rows_is_no_empty_listing(data: object) -> None:
    def fault(_: int, request: Request) -> Response | None:
        return answer(200, data=data, next_page=None) if request.path.endswith("/tasks") else None

    with Desk(fault=fault) as desk:
        gid = desk.site.add_project("P")
        with pytest.raises(TemporaryError) as caught:
            desk.fetch(gid)
        assert str(caught.value) == f"Asana answered without the tasks of project {gid}"


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (answer(404, errors=[{"message": "No matching route"}]), "There is no Asana at this address (404)"),
        (
            answer(403, errors=[{"message": "Not from here"}]),
            "Asana does not let the token do this (403): Not from here",
        ),
        (
            answer(200, data={"gid": "2"}),
            "Asana's answer about the token's user is not understood: name should be a text, and is missing",
        ),
    ],
)
def test_an_asana_that_does_not_know_its_own_user_stops_the_connection(
    response: Response, sentence: str
) -> None:
    def fault(_: int, request: Request) -> Response | None:
        return response if request.path.endswith("/users/me") else None

    with Desk(fault=fault) as desk:
        for call in (desk.connector.check, lambda: desk.fetch("12"), lambda: desk.step("12", "37 %")):
            with pytest.raises(FatalError) as caught:
                call()
            assert str(caught.value) == sentence


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": {"gid": 12}}, {"data": [1]}])
def test_a_write_whose_answer_names_nothing_may_have_arrived(body: dict[str, object]) -> None:
    def fault(_: int, request: Request) -> Response | None:
        return Response.of(201, body) if request.method == "POST" else None

    with Desk(fault=fault) as desk:
        with pytest.raises(TemporaryError) as caught:
            desk.step(desk.site.add_project("P"), "37 %")
        assert str(caught.value) == "Asana did not say what it wrote"
        assert caught.value.outcome_unknown


def test_a_redirect_is_not_followed() -> None:
    error = failure(Response(302, headers={"Location": "https://login.example/"}), times=1)
    assert str(error) == "Asana redirects to login.example instead of answering"


def test_a_connection_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TemporaryError) as caught:
            lonely_client(url).me()
    assert str(caught.value) == f"Asana cannot be reached at {url.removeprefix('http://')}"
    assert caught.value.hint == "Check url, proxy and the network."


def test_a_time_out() -> None:
    with Desk(fault=lambda *_: Wire.HANG, timeout=(1, 0.05)) as desk:
        with pytest.raises(TemporaryError) as caught:
            desk.connector.check()
        assert str(caught.value) == "Asana did not answer within 0.05 s (GET /api/1.0/users/me)"


def test_no_error_repeats_the_token() -> None:
    refused = answer(400, errors=[{"message": f"Bearer {TOKEN} is odd"}])
    assert unread(refused) == "Asana refused the request (400): Bearer *** is odd"
    phrase = failure(server_error(TOKEN), times=4)
    assert TOKEN not in f"{phrase!r} {phrase.hint}"
    denied = failure(answer(401, errors=[{"message": TOKEN}]), times=1)
    assert TOKEN not in f"{denied!r} {denied.hint}"


def lonely_client(url: str) -> AsanaClient:
    settings = AsanaSettings.model_validate({
        "kind": "asana", "url": url, "workspace_gid": "1", "token": {"env": "T"},
    })  # fmt: skip
    way = replace(wire(settings, TOKEN, confirm=None), attempts=1)
    return AsanaClient(settings.base_url, TOKEN, Transport(way))
