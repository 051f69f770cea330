"""Comments that nothing is owed to are looked at in a fresh sync: wishes are noted, second ones removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.testing.memory import MemoryComment, lose_answer, no_fault
from syncer.domain.comment import marker
from syncer.domain.sync import Standing, Trigger, Wrote
from syncer.errors import ForbiddenError, StoreError, TemporaryError
from syncer.store.sql_store import SqlStore
from tests.engine.desk import Desk

MARK = marker("acme", "10042")
OLDER, NEWER = MemoryComment("7", MARK, "older"), MemoryComment("8", MARK, "newer")


def double(desk: Desk) -> None:
    """What a worker leaves that wakes up after it lost its lease."""
    desk.tracker.items["10042"].comments.append(MemoryComment("99", MARK, "the same once more"))


def kept(desk: Desk) -> list[Standing]:
    with desk.store.read() as work:
        return [receipt.standing for receipt in work.receipts("acme")]


def test_a_usual_sync_looks_at_nothing(standing: Desk) -> None:
    standing.sync()
    assert standing.tracker.steps == ["fetch"]


@pytest.mark.parametrize(
    ("befalls", "becomes"),
    [
        (lambda comments: comments.clear(), Standing.OPTED_OUT),
        (lambda comments: setattr(comments[0], "edited_by_human", True), Standing.EDITED),
    ],
    ids=["deleted", "edited"],
)
def test_what_a_person_did_is_known_without_any_news(
    standing: Desk, befalls: Callable[[list[MemoryComment]], None], becomes: Standing
) -> None:
    befalls(standing.tracker.items["10042"].comments)
    report = standing.sync(fresh=True)
    assert [one.standing for one in report.delivered] == [becomes]
    assert report.writes == 0
    assert kept(standing) == [becomes]
    assert standing.sync(fresh=True).delivered == (), "said once"


@pytest.mark.parametrize("trigger", Trigger)
def test_a_second_comment_is_removed_and_the_known_one_stays(standing: Desk, trigger: Trigger) -> None:
    double(standing)
    report = standing.sync(fresh=True, trigger=trigger)
    assert [(one.standing, one.wrote) for one in report.delivered] == [(Standing.STANDING, Wrote.REMOVED)]
    assert [one.id for one in standing.tracker.items["10042"].comments] == ["1"]
    again = standing.sync(fresh=True, trigger=trigger)
    assert (again.delivered, again.writes) == ((), 0)


def test_nightly_old_comments_are_not_searched_and_by_hand_they_are(standing: Desk) -> None:
    double(standing)
    standing.clock.moment += timedelta(days=3)
    standing.sync(fresh=True, trigger=Trigger.SCHEDULE)
    assert len(standing.tracker.comments("10042")) == 2
    standing.sync(fresh=True)
    assert len(standing.tracker.comments("10042")) == 1


def test_of_comments_that_nobody_knows_the_oldest_is_adopted_and_the_others_go(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.tracker.items["10042"].comments += [replace(OLDER), replace(NEWER)]
    report = desk.sync()
    assert [(one.wrote, one.writes) for one in report.delivered] == [(Wrote.UPDATED, 2)]
    assert [one.id for one in desk.tracker.items["10042"].comments] == ["7"]


def test_a_removal_whose_answer_was_lost_is_mended_by_the_next_sync(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.tracker.items["10042"].comments += [replace(OLDER), replace(NEWER)]

    def fail(step: str) -> None:
        if step == "remove":
            msg = "no answer came"
            raise TemporaryError(msg, outcome_unknown=True)

    desk.tracker.fault = fail
    desk.sync()
    assert len(desk.tracker.comments("10042")) == 2
    desk.tracker.fault = no_fault
    desk.clock.moment += timedelta(hours=7)
    desk.sync()
    assert [one.id for one in desk.tracker.items["10042"].comments] == ["7"]
    assert desk.sync().writes == 0


@pytest.mark.parametrize("known", [True, False], ids=["verified", "owed"])
def test_a_lease_that_cannot_be_asked_ends_the_run_and_is_not_booked_on_the_tracker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    desk.epic()
    desk.check_in(36)
    if known:
        desk.sync()
    desk.tracker.items["10042"].comments += [replace(OLDER), replace(NEWER)]

    def fail(*_: object) -> None:
        msg = "the disk is full"
        raise StoreError(msg)

    def break_down(step: str) -> None:
        if step == "find":
            monkeypatch.setattr(SqlStore, "renew", fail)

    desk.tracker.fault = break_down
    with pytest.raises(StoreError, match="the disk is full"):
        desk.sync(fresh=known)
    assert "remove" not in desk.tracker.steps
    with desk.store.read() as work:
        assert all(not health.code for health in work.health("acme").values())


def test_nothing_is_looked_at_in_a_workspace_that_only_reads(standing: Desk) -> None:
    standing.sync(fresh=True, pull_only=True)
    assert standing.tracker.steps == ["fetch"]


def test_a_look_that_is_refused_is_booked_on_the_connection(standing: Desk) -> None:
    def fail(step: str) -> None:
        if step == "verify":
            msg = "no answer came"
            raise TemporaryError(msg)

    standing.tracker.fault = fail
    report = standing.sync(fresh=True)
    assert [one.sentence for one in report.failed] == ["no answer came"]
    assert kept(standing) == [Standing.STANDING]


def test_one_comment_that_cannot_be_looked_for_is_said(standing: Desk) -> None:
    def fail(step: str) -> None:
        if step == "find":
            msg = "comments are not shown"
            raise ForbiddenError(msg, hint="give the right")

    standing.tracker.fault = fail
    (one,) = standing.sync(fresh=True).delivered
    assert (one.why, one.hint) == ("comments are not shown", "give the right")


def test_a_lost_answer_and_a_second_worker_leave_one(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    desk.tracker.fault = no_fault
    double(desk)
    desk.clock.moment += timedelta(hours=7)
    desk.sync()
    assert [one.id for one in desk.tracker.items["10042"].comments] == ["1"]
