"""Items that went out of sight, and comments that people took away: what a removal makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.sandbox.server import Request, Response, Wire
from syncer.domain.okr import WhenRetired
from syncer.domain.sync import Standing
from syncer.engine.report import ConnectionOutcome
from tests.faults.yard import ANA_IN_ASANA, KINDS, Asana, Kind, Yard

DAY = timedelta(days=1)


def standing(yard: Yard) -> set[Standing]:
    with yard.opened() as store, store.read() as work:
        return {receipt.standing for receipt in work.receipts("acme")}


def texts(yard: Yard) -> list[str]:
    return [body for bodies in yard.tracker.comments().values() for body in bodies]


def retire_while_hidden(yard: Yard) -> None:
    """The link of an item that carries a comment leaves the file while nobody can see the item."""
    yard.check_in(36)
    yard.sync()
    yard.tracker.hide(1)
    yard.retired = True
    yard.clock.pass_by(DAY)
    yard.sync()
    yard.tracker.reveal()


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_was_hidden_when_it_was_retired_is_taken_up_again(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        retire_while_hidden(yard)
        yard.retired = False
        yard.check_in(45)
        for _ in range(2):
            yard.clock.pass_by(DAY)
            yard.sync()

        assert ["45 %" in text for text in texts(yard)] == [True, True]
        assert standing(yard) == {Standing.STANDING}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_hidden_when_it_was_retired_is_still_taken_back(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        retire_while_hidden(yard)
        yard.confidential = True
        for _ in range(2):
            yard.clock.pass_by(DAY)
            yard.sync()

        assert texts(yard) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_removal_from_an_item_that_is_gone_is_asked_for_once(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2, when_retired=WhenRetired.REMOVE) as yard:
        yard.check_in(36)
        yard.sync()
        yard.tracker.delete(1)
        yard.retired = True
        yard.clock.pass_by(DAY)
        yard.sync()
        before = len(yard.tracker.server.requests)
        yard.clock.pass_by(DAY)

        report = yard.sync()

        assert not report.is_partial
        assert [one.method for one in yard.tracker.server.requests[before:] if one.method == "DELETE"] == []


@pytest.mark.parametrize("how", ["the comment", "its task"])
def test_who_deletes_the_comment_before_it_is_removed_has_opted_out(how: str, database: str) -> None:
    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.sync()
        assert isinstance(yard.tracker, Asana)
        if how == "its task":
            yard.tracker.delete_comment(0)
        else:
            yard.tracker.empty_task(0)
        yard.confidential = True
        yard.clock.pass_by(DAY)
        yard.sync()
        yard.confidential = False
        yard.clock.pass_by(DAY)
        yard.sync()

        assert texts(yard) == []
        assert standing(yard) == {Standing.OPTED_OUT}


def test_what_lies_in_the_trash_is_taken_back_when_it_comes_out(database: str) -> None:
    def in_the_trash(number: int, request: Request) -> Response | None:
        del number
        unknown = {"errors": [{"message": "Unknown object"}]}
        return Response.of(404, unknown) if trash & set(request.path.split("/")) else None

    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.sync()
        assert isinstance(yard.tracker, Asana)
        trash = yard.tracker.gids_of(0)
        yard.tracker.server.fault = in_the_trash
        yard.confidential = True
        yard.clock.pass_by(DAY)
        yard.sync()
        yard.mend()
        assert len(texts(yard)) == 1
        yard.clock.pass_by(DAY)
        yard.sync()

        assert texts(yard) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_confidential_is_taken_back_while_no_item_can_be_read(kind: Kind, database: str) -> None:
    def gone(number: int, request: Request) -> Response | None:
        del number
        parts = request.path.split("/")
        works = {"comment", "stories", "users"} & set(parts) or "tasks" in parts[:-1]
        return None if works else Response.of(410, {"errors": [{"message": "Gone"}]})

    with Yard(kind, database, 2) as yard:
        yard.check_in(36)
        yard.sync()
        assert len(texts(yard)) == 2
        yard.tracker.server.fault = gone
        yard.confidential = True
        yard.clock.pass_by(DAY)

        report = yard.sync()

        assert [one.outcome for one in report.connections] == [ConnectionOutcome.FAILED]
        assert (texts(yard), report.exposed) == ([], ())


def test_a_task_that_was_begun_goes_with_its_project(database: str) -> None:
    with Yard("asana", database, 1, room=1) as yard:
        yard.check_in(36)
        yard.sync()
        assert standing(yard) == {Standing.PARTIAL}
        yard.confidential = True
        yard.tracker.delete(0)
        yard.sync()
        yard.clock.pass_by(DAY)

        report = yard.sync()

        assert (yard.owes(), report.delivered, report.exposed) == (set(), (), ())
        assert standing(yard) == {Standing.WITHDRAWN}


def test_a_comment_whose_answer_was_lost_stays_when_its_cycle_rests(database: str) -> None:
    def unanswered(number: int, request: Request) -> Wire | None:
        del number
        return Wire.LOSE_ANSWER if request.method == "POST" and request.path.endswith("/stories") else None

    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.tracker.server.fault = unanswered
        yard.sync()
        yard.mend()
        assert len(texts(yard)) == 1
        yard.clock.pass_by(timedelta(days=200))
        for _ in range(2):
            yard.outlive()
            yard.sync()
            yard.clock.pass_by(DAY)

        assert len(texts(yard)) == 1


def test_who_deletes_ours_has_opted_out_also_where_somebody_has_a_copy_of_it(database: str) -> None:
    with Yard("asana", database, 1) as yard:
        yard.check_in(36)
        yard.sync()
        assert isinstance(yard.tracker, Asana)
        (project,) = yard.tracker.projects
        (ours,) = yard.tracker._rollups(project)
        notes = yard.tracker.site.record("task", ours["gid"])["notes"]
        yard.tracker.site.add_task(project, "A copy of it", notes=notes, by=ANA_IN_ASANA)
        yard.tracker.delete_comment(0)
        yard.check_in(45)
        yard.clock.pass_by(DAY)

        report = yard.sync()

        assert [one.standing for one in report.delivered] == [Standing.OPTED_OUT]
        assert not report.is_partial
