"""The one way out, tried against a real server on loopback."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.answers import LONGEST_WAIT, answer_of, document, listing, retry_after
from connectors.credentials import digest
from connectors.limits import Lane, Limits
from connectors.pacing import Call
from connectors.sandbox.server import Fault, Request, Response, StandIn
from connectors.sandbox.server import Wire as Wreck
from connectors.testing.desk import unleased
from connectors.transport import Effect, Rule, Transport, Wire, pause
from syncer.errors import (
    CredentialsError,
    FatalError,
    ForbiddenError,
    LeaseLostError,
    NotFoundError,
    ReadOnlyError,
    SkippableError,
    StoreError,
    SyncerError,
    TemporaryError,
)

RULES = (
    Rule("GET", r"/items/\d+", Effect.READ),
    Rule("POST", r"/search", Effect.READ),
    Rule("PUT", r"/items/\d+", Effect.REPLACE),
    Rule("POST", r"/items", Effect.CREATE),
)
SECRET = "s3cr3t-token"
METHODS = {"READ": ("GET", "/items/1"), "REPLACE": ("PUT", "/items/1"), "CREATE": ("POST", "/items")}


class Shelf:
    """Counts what arrives and says so."""

    def __init__(self) -> None:
        self.created = 0

    def respond(self, request: Request) -> Response:
        if request.method == "POST" and request.path == "/items":
            self.created += 1
        return Response.of(200, {"path": request.path, "created": self.created})


class Desk:
    """A session on a transport on a stand-in; `slept` is what it would have waited."""

    def __init__(self, fault: Fault | None = None, **wire: Any) -> None:
        self.stand_in = StandIn(Shelf(), fault=fault)
        self.slept: list[float] = []
        options = {
            "vendor": "Acme",
            "base_url": self.stand_in.url,
            "rules": RULES,
            "confirm": unleased,
            **wire,
        }
        self.transport = Transport(Wire(**options), sleep=self.slept.append)
        self.session = requests.Session()
        self.transport.mount(self.session)

    def ask(self, effect: str = "READ") -> requests.Response:
        method, path = METHODS[effect]
        return self.session.request(
            method, self.stand_in.url + path, headers={"Authorization": f"Bearer {SECRET}"}
        )

    def failure(self, effect: str = "READ") -> SyncerError:
        with pytest.raises(SyncerError) as caught:
            self.ask(effect)
        return caught.value

    def __enter__(self) -> Self:
        self.stand_in.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.stand_in.stop()


def always(answer: Response | Wreck) -> Fault:
    return lambda _number, _request: answer


def first(count: int, answer: Response | Wreck) -> Fault:
    return lambda number, _request: answer if number <= count else None


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as open_desk:
        yield open_desk


def test_a_success_comes_back_whole_and_is_counted(desk: Desk) -> None:
    assert document(desk.ask()) == {"path": "/items/1", "created": 0}
    desk.ask("CREATE")
    assert (desk.transport.requests, desk.transport.writes) == (2, 1)
    assert desk.transport.bytes_received > 40


def test_a_post_that_reads_is_no_write(desk: Desk) -> None:
    desk.session.post(f"{desk.stand_in.url}/search", json={})
    assert desk.transport.writes == 0


@pytest.mark.parametrize("effect", ["REPLACE", "CREATE"])
def test_read_only_lets_no_write_leave(effect: str) -> None:
    with Desk(confirm=None) as desk:
        error = desk.failure(effect)
        assert isinstance(error, ReadOnlyError)
        assert "was about to be written to Acme in a run that only reads" in str(error)
        desk.session.post(f"{desk.stand_in.url}/search", json={})
        assert [r.path for r in desk.stand_in.requests] == ["/search"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/items/1"), ("GET", "/items/1/x"), ("GET", "/items/a"), ("PATCH", "/items")],
)
def test_what_is_not_on_the_list_does_not_leave(desk: Desk, method: str, path: str) -> None:
    with pytest.raises(FatalError, match="is not among the requests okr-syncer may send to Acme"):
        desk.session.request(method, desk.stand_in.url + path)
    assert desk.stand_in.requests == []


def test_an_unknown_write_in_a_read_only_run_is_called_what_it_is() -> None:
    with Desk(confirm=None) as desk, pytest.raises(ReadOnlyError):
        desk.session.delete(f"{desk.stand_in.url}/items/1")


@pytest.mark.parametrize("other", ["http://127.0.0.1:9", "https://127.0.0.1", "http://evil.example"])
def test_only_the_one_host_is_talked_to(desk: Desk, other: str) -> None:
    with pytest.raises(FatalError, match=r"this connection talks to 127\.0\.0\.1"):
        desk.session.get(f"{other}/items/1")


def test_rules_are_read_below_a_base_path() -> None:
    with Desk() as desk:
        wire = Wire(vendor="Acme", base_url=f"{desk.stand_in.url}/jira", rules=RULES, confirm=unleased)
        Transport(wire).mount(desk.session)
        desk.session.get(f"{desk.stand_in.url}/jira/items/1")
        with pytest.raises(FatalError):
            desk.session.get(f"{desk.stand_in.url}/items/1")
        assert [r.path for r in desk.stand_in.requests] == ["/jira/items/1"]


STATUSES = [
    (401, CredentialsError, "Acme does not accept the token (401): no such luck"),
    (403, ForbiddenError, "Acme does not let the token do this (403): no such luck"),
    (404, NotFoundError, "Acme does not know the item, or does not show it to the token (404): no such luck"),
    (400, SkippableError, "Acme refused the request (400): no such luck"),
    (402, SkippableError, "Acme refused the request (402): no such luck"),
    (409, SkippableError, "Acme refused the request (409): no such luck"),
    (413, SkippableError, "Acme refused the request (413): no such luck"),
    (451, SkippableError, "Acme refused the request (451): no such luck"),
    (410, FatalError, "Acme has removed this part of its API (410): no such luck"),
    (429, TemporaryError, "Acme asks us to slow down (429): no such luck"),
    (500, TemporaryError, "Acme has a problem of its own (500): no such luck"),
    (503, TemporaryError, "Acme has a problem of its own (503): no such luck"),
]


@pytest.mark.parametrize(("status", "kind", "sentence"), STATUSES)
def test_every_status_is_a_sentence(status: int, kind: type[SyncerError], sentence: str) -> None:
    body = {"errorMessages": ["no such luck"], "errors": {}}
    with Desk(always(Response.of(status, body))) as desk:
        error = desk.failure()
    assert type(error) is kind
    assert str(error) == sentence
    answer = answer_of(error)
    assert answer is not None
    assert (answer.status, answer.messages) == (status, ("no such luck",))


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"errorMessages": ["a"], "errors": {"comment": "b"}}, ("a", "comment: b")),
        ({"errors": [{"message": "gone", "help": "x"}]}, ("gone",)),
        ({"code": 401, "message": "Unauthorized"}, ("Unauthorized",)),
        (["a"], ()),
        ({"errorMessages": None, "errors": 3}, ()),
    ],
)
def test_the_messages_of_all_shapes_are_understood(body: object, messages: tuple[str, ...]) -> None:
    with Desk(always(Response.of(400, body))) as desk:
        answer = answer_of(desk.failure())
    assert answer is not None
    assert answer.messages == messages


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    with Desk(always(Response.of(status, {}))) as desk:
        desk.failure()
        assert len(desk.stand_in.requests) == 1


@pytest.mark.parametrize("effect", ["READ", "REPLACE"])
@pytest.mark.parametrize("answer", [Response.of(429, {}), Response.of(502, {}), Wreck.REFUSE])
def test_reads_and_replacements_are_repeated(effect: str, answer: Response | Wreck) -> None:
    with Desk(first(2, answer)) as desk:
        assert desk.ask(effect).ok
        assert len(desk.stand_in.requests) == 3
        assert len(desk.slept) == 2


def test_it_gives_up_after_four_attempts() -> None:
    with Desk(always(Response.of(503, {}))) as desk:
        desk.failure()
        assert (len(desk.stand_in.requests), len(desk.slept)) == (4, 3)


def test_a_creation_told_to_slow_down_is_repeated() -> None:
    with Desk(first(1, Response.of(429, {}))) as desk:
        assert document(desk.ask("CREATE"))["created"] == 1


@pytest.mark.parametrize("answer", [401, 403, 404, 429])
def test_what_a_lost_attempt_may_have_done_is_not_forgotten_over_the_next_answer(answer: int) -> None:
    def fault(number: int, _: Request) -> Response | Wreck:
        return Wreck.LOSE_ANSWER if number == 1 else Response.of(answer, {}, Retry_After="3600")

    with Desk(fault) as desk:
        assert desk.failure("REPLACE").outcome_unknown
    with Desk(always(Response.of(answer, {}, Retry_After="3600"))) as desk:
        assert not desk.failure("REPLACE").outcome_unknown


def test_a_creation_told_to_wait_long_is_left_to_the_caller_who_looks_again() -> None:
    with Desk(always(Response.of(429, {}, Retry_After="20"))) as desk:
        error = desk.failure("CREATE")
        assert isinstance(error, TemporaryError)
        assert (error.retry_after, error.outcome_unknown) == (20.0, False)
        assert (len(desk.stand_in.requests), desk.slept) == (1, [])


@pytest.mark.parametrize("effect", ["REPLACE", "CREATE"])
def test_a_write_asks_for_its_lease_after_each_pause_and_before_each_attempt(effect: str) -> None:
    asked: list[tuple[int, int]] = []

    def confirm() -> None:
        asked.append((len(d.stand_in.requests), len(d.slept)))

    with Desk(first(2, Response.of(429, {}, Retry_After="2")), confirm=confirm) as d:
        assert d.ask(effect).ok
        assert d.ask("READ").ok
        assert asked == [(0, 0), (1, 1), (2, 2)]


def test_a_write_asks_for_its_lease_after_it_has_waited_for_its_turn() -> None:
    asked: list[tuple[int, int]] = []

    def confirm() -> None:
        asked.append((len(d.stand_in.requests), len(d.slept)))

    with Desk(limits=Limits(lanes=(Lane(1, 10),)), confirm=confirm) as d:
        assert d.ask("READ").ok
        assert d.ask("REPLACE").ok
        assert asked == [(1, 1)]


@pytest.mark.parametrize("arrived", [0, 1])
@pytest.mark.parametrize("error", [LeaseLostError("overtaken"), StoreError("the disk is full")])
def test_a_write_whose_lease_is_lost_does_not_leave(error: SyncerError, arrived: int) -> None:
    def confirm() -> None:
        if len(d.stand_in.requests) == arrived:
            raise error

    with Desk(always(Response.of(503, {})), confirm=confirm) as d:
        assert d.failure("REPLACE") is error
        assert d.transport.requests == len(d.stand_in.requests) == len(d.slept) == arrived


@pytest.mark.parametrize("answer", [Wreck.LOSE_ANSWER, Response.of(504, {})])
def test_a_creation_with_an_unknown_outcome_is_never_repeated(answer: Response | Wreck) -> None:
    with Desk(always(answer)) as desk:
        error = desk.failure("CREATE")
        assert isinstance(error, TemporaryError)
        assert error.outcome_unknown
        assert len(desk.stand_in.requests) == 1


def test_a_hanging_server_is_left() -> None:
    with Desk(always(Wreck.HANG), timeout=(1, 0.1), attempts=2) as desk:
        error = desk.failure()
        assert str(error) == "Acme did not answer within 0.1 s (GET /items/1)"
        assert not (isinstance(error, TemporaryError) and error.outcome_unknown)


def test_a_creation_that_timed_out_may_have_arrived() -> None:
    with Desk(always(Wreck.HANG), timeout=(1, 0.1)) as desk:
        error = desk.failure("CREATE")
        assert isinstance(error, TemporaryError)
        assert error.outcome_unknown
        shelf = desk.stand_in.application
        assert isinstance(shelf, Shelf)
        assert shelf.created == 1


def test_a_reset_connection_is_said() -> None:
    with Desk(always(Wreck.REFUSE)) as desk:
        assert str(desk.failure()) == "Acme broke off the connection (GET /items/1)"


def test_a_closed_port_is_said_and_a_creation_is_tried_again_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    slept: list[float] = []
    wire = Wire(vendor="Acme", base_url=f"http://127.0.0.1:{port}", rules=RULES, confirm=unleased)
    with requests.Session() as session:
        Transport(wire, sleep=slept.append).mount(session)
        with pytest.raises(TemporaryError, match=f"Acme cannot be reached at 127.0.0.1:{port}") as caught:
            session.post(f"http://127.0.0.1:{port}/items")
    assert not caught.value.outcome_unknown
    assert len(slept) == 3


def test_a_missing_ca_bundle_is_said() -> None:
    wire = Wire(
        vendor="Acme",
        base_url="https://127.0.0.1:9",
        rules=RULES,
        confirm=None,
        ca_bundle="/nowhere/ca.pem",
    )
    with requests.Session() as session:
        Transport(wire).mount(session)
        with pytest.raises(
            FatalError, match="The certificate files of the connection to Acme cannot be used"
        ):
            session.get("https://127.0.0.1:9/items/1")


def test_a_redirect_is_an_error_and_nobody_follows_it() -> None:
    moved = Response(302, b"", {"Location": "https://login.example/?next=1"})
    with Desk(always(moved)) as desk:
        error = desk.failure()
        assert isinstance(error, FatalError)
        assert str(error) == "Acme redirects to login.example instead of answering"
        assert len(desk.stand_in.requests) == 1


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("", "another page"),
        ("/login", "another page"),
        ("http://[bad", "another page"),
        ("https://me:secret@login.example:8443/", "login.example:8443"),
    ],
)
def test_a_redirect_to_anything_is_said(location: str, target: str) -> None:
    with Desk(always(Response(302, b"", {"Location": location}))) as desk:
        assert str(desk.failure()) == f"Acme redirects to {target} instead of answering"


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_nested_without_end_is_no_fault_of_ours(status: int) -> None:
    with Desk(always(Response(status, b"[" * 100_000))) as desk, pytest.raises(SyncerError):
        document(desk.ask())


def test_a_request_that_finds_no_place_in_time_is_said() -> None:
    with Desk(limits=Limits(writes_at_once=1), attempts=1, max_wait=0.01) as desk:
        pace = desk.transport._paces.of(desk.transport._wire.limits, desk.stand_in.url, digest(""))
        elsewhere = Call("", "POST", "/items", "/items", writes=True)
        with pace.under_way(elsewhere):
            with pytest.raises(TemporaryError) as caught:
                desk.session.post(f"{desk.stand_in.url}/items")
            assert desk.session.get(f"{desk.stand_in.url}/items/1").ok
    assert str(caught.value) == "Too many requests to Acme were under way, and none of them ended in time"
    assert caught.value.hint == "The next sync tries again."


def test_an_answer_without_end_is_cut() -> None:
    with Desk(always(Response(200, b"x" * 3_000_000)), max_bytes=2**20) as desk:
        assert str(desk.failure()) == "Acme sent more than 1 MiB in one answer"


def test_no_secret_reaches_an_error() -> None:
    with Desk(always(Response.of(400, {"message": f"bad {SECRET}!"})), secrets=(SECRET,)) as desk:
        error = desk.failure()
    assert str(error) == "Acme refused the request (400): bad ***!"
    assert SECRET not in repr(error) + repr(error.__cause__) + repr(answer_of(error))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html>sign in</html>", "answered with a web page instead of data"),
        (b'{"a": [1, 2', "sent an answer that is cut off or is no JSON"),
        (b"\xff\xfe{", "sent an answer that is cut off or is no JSON"),
        (b"", "sent an empty answer"),
        (b"[]", "answered with a list where an object was expected"),
        (b"null", "answered with nothing where an object was expected"),
    ],
)
def test_an_answer_that_is_no_document_is_said(body: bytes, sentence: str) -> None:
    with Desk(always(Response(200, body))) as desk, pytest.raises(TemporaryError, match=sentence):
        document(desk.ask())


def test_a_list_is_asked_for_by_name() -> None:
    with Desk(always(Response.of(200, [1]))) as desk:
        assert listing(desk.ask()) == [1]
    with Desk() as desk, pytest.raises(TemporaryError, match="an object where a list was expected"):
        listing(desk.ask())


def test_the_vendor_may_read_a_success_as_a_failure() -> None:
    with Desk(admit=lambda _: CredentialsError("Acme wants a captcha")) as desk:
        assert str(desk.failure()) == "Acme wants a captcha"


NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def waiting(value: str | None, **headers: str) -> float | None:
    response = requests.Response()
    response.headers.update({"Date": format_datetime(NOW, usegmt=True), **headers})
    if value is not None:
        response.headers["Retry-After"] = value
    return retry_after(response)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1e9", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
        (format_datetime(NOW + timedelta(seconds=12), usegmt=True), 12.0),
        (format_datetime(NOW - timedelta(days=9), usegmt=True), 0.0),
    ],
)
def test_every_form_of_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert waiting(value) == seconds


def test_atlassians_reset_time_stands_in_for_a_missing_retry_after() -> None:
    assert waiting(None, **{"X-RateLimit-Reset": "2026-11-16T12:02Z"}) == 120.0


def test_a_date_without_a_clock_to_hold_it_against_counts_as_a_minute() -> None:
    assert waiting(format_datetime(NOW, usegmt=True), Date="") == 60.0


forms = st.one_of(
    st.floats(allow_nan=True).map(str),
    st.integers(-(10**12), 10**12).map(str),
    st.integers(-700_000, 700_000).map(
        lambda days: format_datetime(NOW + timedelta(days=days, seconds=1), usegmt=True)
    ),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])),
    st.none(),
)


@given(forms, st.integers(1, 8))
def test_no_call_is_earlier_than_told_and_nothing_raises(value: str | None, attempt: int) -> None:
    told = waiting(value)
    assert told is None or 0 <= told <= LONGEST_WAIT
    wait = pause(attempt, told, 60)
    assert wait > 0.5
    assert wait >= (told or 0)
    assert wait <= 60 or (told or 0) > 60


def test_all_pauses_of_a_request_together_are_bounded() -> None:
    with Desk(always(Response.of(503, {}, Retry_After="25"))) as desk:
        error = desk.failure()
        assert isinstance(error, TemporaryError)
        assert error.retry_after == 25
        assert len(desk.slept) == 2
        assert 50 <= sum(desk.slept) <= 60


def test_a_long_wait_is_not_slept_through() -> None:
    with Desk(always(Response.of(429, {}, Retry_After="1847"))) as desk:
        error = desk.failure()
        assert isinstance(error, TemporaryError)
        assert error.retry_after == 1847
        assert (desk.slept, len(desk.stand_in.requests)) == ([], 1)


@pytest.mark.parametrize("told", ["0", "3", "60"])
def test_a_short_wait_is_slept_through(told: str) -> None:
    with Desk(first(1, Response.of(429, {}, Retry_After=told))) as desk:
        assert desk.ask().ok
        assert float(told) <= desk.slept[0] <= 60
