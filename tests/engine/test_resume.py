"""What a person deleted or edited comes back only when somebody asks for it."""

from __future__ import annotations

import pytest

from syncer.domain.sync import Standing, Wrote
from syncer.domain.work import WorkStatus
from syncer.engine.lease import hold
from syncer.engine.resume import resume
from syncer.errors import BusyError
from tests.engine.desk import Desk

ITEM = ("jira", "10042")


@pytest.fixture
def standing(desk: Desk) -> Desk:
    """A comment that stands, of work that has news."""
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.work("10042", WorkStatus.DONE, done=10)
    desk.clock.pass_(days=1)
    return desk


@pytest.fixture
def deleted(standing: Desk) -> Desk:
    """It was deleted, and a sync has seen that."""
    standing.tracker.items["10042"].comments.clear()
    assert [one.standing for one in standing.sync().delivered] == [Standing.OPTED_OUT]
    return standing


@pytest.fixture
def edited(standing: Desk) -> Desk:
    """It was edited, and a sync has seen that."""
    standing.tracker.items["10042"].comments[0].text = "I know better"
    standing.tracker.items["10042"].comments[0].edited_by_human = True
    assert [one.standing for one in standing.sync().delivered] == [Standing.EDITED]
    return standing


def test_a_deleted_comment_is_written_anew_once(deleted: Desk) -> None:
    assert [r.standing for r in resume(deleted.store, "acme", {ITEM})] == [Standing.OPTED_OUT]
    assert deleted.sync().wrote == {Wrote.CREATED: 1}
    assert len(deleted.tracker.comments("10042")) == 1
    assert deleted.sync().wrote == {}


def test_an_edited_comment_is_written_over_once(edited: Desk) -> None:
    assert [r.standing for r in resume(edited.store, "acme", {ITEM})] == [Standing.EDITED]
    assert edited.sync().wrote == {Wrote.UPDATED: 1}
    (text,) = edited.tracker.comments("10042")
    assert "I know better" not in text
    assert edited.sync().wrote == {}


def test_an_edit_after_that_is_left_alone_again(edited: Desk) -> None:
    resume(edited.store, "acme", {ITEM})
    edited.sync()
    edited.tracker.items["10042"].comments[0].edited_by_human = True
    edited.tracker.work("10042", WorkStatus.DROPPED, done=10)
    edited.clock.pass_(days=1)
    assert [one.standing for one in edited.sync().delivered] == [Standing.EDITED]


def test_a_resumed_comment_that_was_deleted_meanwhile_is_an_opt_out(edited: Desk) -> None:
    resume(edited.store, "acme", {ITEM})
    edited.tracker.items["10042"].comments.clear()
    assert [one.standing for one in edited.sync().delivered] == [Standing.OPTED_OUT]
    assert edited.tracker.comments("10042") == []


def test_without_it_nothing_comes_back(deleted: Desk) -> None:
    deleted.clock.pass_(days=1)
    assert deleted.sync().wrote == {}
    assert resume(deleted.store, "acme", {("jira", "10043")}) == ()
    assert deleted.sync().wrote == {}


def test_what_stands_is_not_touched(standing: Desk) -> None:
    assert resume(standing.store, "acme", {ITEM}) == ()


def test_it_waits_for_no_running_sync(deleted: Desk) -> None:
    with hold(deleted.store, "acme"), pytest.raises(BusyError):
        resume(deleted.store, "acme", {ITEM})
