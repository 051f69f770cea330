"""How many writes a sync makes on the wire, where one comment takes two."""

from __future__ import annotations

from datetime import timedelta

from connectors.sandbox.server import Request, Response
from syncer.domain.okr import WhenRetired
from syncer.domain.sync import Standing, Wrote
from tests.faults.yard import Asana, Yard, is_write

DAY = timedelta(days=1)


def writes(yard: Yard) -> int:
    """Those of one more sync."""
    before = len(yard.tracker.server.requests)
    yard.sync()
    return sum(1 for one in yard.tracker.server.requests[before:] if is_write(one))


def standings(yard: Yard) -> set[Standing]:
    with yard.opened() as store, store.read() as work:
        return {receipt.standing for receipt in work.receipts("acme")}


def test_a_task_and_its_comment_are_two_writes_of_two_syncs(database: str) -> None:
    with Yard("asana", database, 2, room=1) as yard:
        yard.check_in(36)

        assert [writes(yard) for _ in range(5)] == [1, 1, 1, 1, 0]

        assert [len(bodies) for bodies in yard.tracker.comments().values()] == [1, 1]
        assert standings(yard) == {Standing.STANDING}


def test_what_is_begun_goes_on_with_the_words_of_the_day(database: str) -> None:
    with Yard("asana", database, 1, room=1) as yard:
        yard.check_in(36)
        report = yard.sync()
        assert [one.standing for one in report.delivered] == [Standing.PARTIAL]
        assert [held.until for held in report.held_back] == [None]
        yard.check_in(45)

        assert writes(yard) == 1

        ((body,),) = yard.tracker.comments().values()
        assert "45 %" in body


def test_a_removal_takes_its_two_writes_in_two_syncs(database: str) -> None:
    with Yard("asana", database, 2, room=1, when_retired=WhenRetired.REMOVE) as yard:
        yard.check_in(36)
        for _ in range(4):
            yard.sync()
        yard.retired = True
        yard.clock.pass_by(DAY)

        assert [writes(yard) for _ in range(3)] == [1, 1, 0]

        assert isinstance(yard.tracker, Asana)
        assert [len(yard.tracker.gids_of(item)) for item in range(2)] == [3, 1]


def test_what_leaks_goes_beyond_the_limit(database: str) -> None:
    with Yard("asana", database, 2, room=1) as yard:
        yard.check_in(36)
        for _ in range(4):
            yard.sync()
        yard.confidential = True

        assert writes(yard) == 4

        assert [bodies for bodies in yard.tracker.comments().values() if bodies] == []


def test_a_task_whose_last_word_was_deleted_gets_a_new_one_when_its_link_speaks_again(database: str) -> None:
    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.sync()
        yard.silent = {0}
        yard.clock.pass_by(DAY)
        yard.sync()
        assert isinstance(yard.tracker, Asana)
        yard.tracker.empty_task(0)
        yard.silent = set()
        yard.clock.pass_by(DAY)

        assert writes(yard) == 1

        ((body,),) = yard.tracker.comments().values()
        assert "36 %" in body


def test_what_was_written_before_a_refusal_counts(database: str) -> None:
    def no_comments(number: int, request: Request) -> Response | None:
        del number
        refused = request.method == "POST" and request.path.endswith("/stories")
        return Response.of(403, {"errors": [{"message": "Forbidden"}]}) if refused else None

    with Yard("asana", database, 4, room=2) as yard:
        yard.check_in(36)
        yard.tracker.server.fault = no_comments

        report = yard.sync()

        assert isinstance(yard.tracker, Asana)
        assert [len(yard.tracker.gids_of(item)) for item in range(4)] == [2, 2, 1, 1]
        assert [one.wrote for one in report.delivered] == [Wrote.CREATED, Wrote.CREATED]
        assert report.wrote == {}, "a task is no comment"


def test_a_task_that_cannot_be_removed_is_nothing_confidential_and_goes_later(database: str) -> None:
    def no_tasks(number: int, request: Request) -> Response | None:
        del number
        refused = request.method == "DELETE" and "tasks" in request.path
        return Response.of(403, {"errors": [{"message": "Forbidden"}]}) if refused else None

    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.sync()
        yard.tracker.server.fault = no_tasks
        yard.confidential = True
        yard.clock.pass_by(DAY)
        assert yard.sync().exposed == ()
        assert list(yard.tracker.comments().values()) == [()]
        yard.mend()
        yard.clock.pass_by(DAY)

        assert writes(yard) == 1

        assert isinstance(yard.tracker, Asana)
        assert len(yard.tracker.gids_of(0)) == 1


def test_half_a_removal_begins_the_interval(database: str) -> None:
    with Yard("asana", database, 1, room=1, when_retired=WhenRetired.REMOVE) as yard:
        yard.check_in(36)
        for _ in range(2):
            yard.sync()
        yard.clock.pass_by(DAY)
        yard.silent = {0}
        assert writes(yard) == 1
        yard.silent = set()

        assert writes(yard) == 0

        yard.clock.pass_by(DAY)
        assert writes(yard) == 1
        assert [len(bodies) for bodies in yard.tracker.comments().values()] == [1]
