"""A sync in which any one call fails leads, with the next clean ones, where an unharmed one leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from connectors.sandbox.server import Request, Response, Wire
from syncer.errors import SyncerError
from tests.connectors.conformance.wire import HTML, PAGE, refused
from tests.faults.yard import KINDS, SCENES, Kind, State, Yard, is_creation, play_up_to

Record = Callable[[str, object], None]
FAILURES: Mapping[str, Response | Wire] = {
    "no connection": Wire.REFUSE,
    "acted, and no answer": Wire.LOSE_ANSWER,
    "acted, and half an answer": Wire.TRUNCATE,
    "429": Response.of(429, {"errors": [{"message": "Too many"}]}, Retry_After="1"),
    "500": refused(500, "Server Error"),
    "502 with a page": Response(502, PAGE, HTML),
    "200 with a page": Response(200, PAGE, HTML),
    "401": refused(401, "Not Authorized"),
    "403": refused(403, "Forbidden"),
}
ACTED = (Wire.LOSE_ANSWER, Wire.TRUNCATE)


@cache
def undisturbed(kind: Kind, address: str, scene: str) -> tuple[State, int]:
    """Where an unharmed sync leads, and how many calls it takes."""
    with Yard(kind, address) as yard:
        play_up_to(yard, scene)
        before = len(yard.tracker.server.requests)
        yard.sync()
        calls = len(yard.tracker.server.requests) - before
        yard.settle()
        return yard.state(), calls


def trial(kind: Kind, address: str, scene: str, nth: int, failure: str, *, lasting: bool) -> int:
    """How much was created; raises AssertionError where the failure left a trace, or something twice."""
    right, _ = undisturbed(kind, address, scene)
    answer, made = FAILURES[failure], list[str]()
    with Yard(kind, address) as yard:
        play_up_to(yard, scene)
        first = len(yard.tracker.server.requests)

        def fault(number: int, request: Request) -> Response | Wire | None:
            due = number - first >= nth if lasting else number - first == nth
            happens = answer if due else None
            if is_creation(request) and (happens is None or happens in ACTED):
                made.append(_thing(request))
            return happens

        yard.tracker.server.fault = fault
        try:
            yard.sync()
        except SyncerError as error:
            pytest.fail(f"the sync raised {error}")
        where = f"{kind}, {scene}: call {nth} failed with {failure}{', as all after it' if lasting else ''}"
        assert len(yard.tracker.server.requests) - first >= nth, f"{where}: it never came"
        assert len(made) == len(set(made)), f"{where}: created twice in one sync"
        sent = len(yard.tracker.server.requests)
        yard.settle()
        made += [_thing(one) for one in yard.tracker.server.requests[sent:] if is_creation(one)]
        assert len(made) == len(set(made)), f"{where}: created again in a later sync"
        assert yard.doubles() == 0, where
        assert yard.state() == right, where
    return len(made)


def _thing(request: Request) -> str:
    """What a creating call makes, by where."""
    return f"{request.path} {request.json.get('data', {}).get('projects')}"


def play(kind: Kind, address: str, scene: str, record: Record, *, every: int, lasting: bool) -> None:
    _, calls = undisturbed(kind, address, scene)
    trials = [
        trial(kind, address, scene, nth, failure, lasting=lasting)
        for number, failure in enumerate(FAILURES)
        for nth in range(1 + number % every, calls + 1, every)
    ]
    record("faults: syncs with a failing call, all ending as unharmed ones", len(trials))
    record("faults: creating calls in them that the tracker acted upon, none of them repeated", sum(trials))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scene", ["first", "changed"])
def test_some_call_that_fails(kind: Kind, scene: str, file_database: str, record_property: Record) -> None:
    play(kind, file_database, scene, record_property, every=4, lasting=False)


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_that_fails(
    kind: Kind, scene: str, lasting: bool, database: str, record_property: Record
) -> None:
    play(kind, database, scene, record_property, every=1, lasting=lasting)


@pytest.mark.parametrize("kind", KINDS)
def test_a_removal_that_was_not_answered_was_ours(kind: Kind, file_database: str) -> None:
    """What was taken back may stand again later: nobody has opted out."""
    _, calls = undisturbed(kind, file_database, "confidential")
    for nth in range(1, calls + 1):
        trial(kind, file_database, "confidential", nth, "acted, and no answer", lasting=False)


def lost_and_then(kind: Kind, address: str, then: Response) -> None:
    """An edit is acted upon and not answered; whatever is asked next is answered like this."""
    with Yard(kind, address, 1) as yard:
        play_up_to(yard, "changed")
        came: list[Request] = []

        def fault(number: int, request: Request) -> Response | Wire | None:
            del number
            if came:
                came.append(request)
                return then
            came.extend([request] if request.method == "PUT" else [])
            return Wire.LOSE_ANSWER if came else None

        yard.tracker.server.fault = fault
        yard.sync()
        assert [request.method for request in came[:2]] == ["PUT", "PUT"]
        assert [in_flight for *_, in_flight in yard.state().owed] == [True]


@pytest.mark.parametrize("answer", [refused(403, "Forbidden"), refused(404, "Not Found")], ids=["403", "404"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_that_was_lost_and_then_refused_may_stand(
    kind: Kind, answer: Response, file_database: str
) -> None:
    lost_and_then(kind, file_database, answer)


def test_what_was_written_without_a_bet_is_put_right_once_it_is_read(file_database: str) -> None:
    _, calls = undisturbed("asana", file_database, "first")
    for nth in range(1, calls + 1):
        trial("asana", file_database, "first", nth, "403", lasting=False)
