"""The comment on an item that is linked no more says so once, or goes, as the file wishes."""

from __future__ import annotations

import pytest

from syncer.domain.okr import PublishPolicy, WhenRetired
from syncer.domain.sync import Wrote
from syncer.domain.work import WorkStatus
from tests.domain import build
from tests.engine.desk import Desk


@pytest.fixture
def standing(desk: Desk) -> Desk:
    """A comment that stands, and a time at which another may be written."""
    desk.epic()
    desk.check_in(36)
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    desk.clock.pass_(days=1)
    return desk


def retire(desk: Desk, **policy: object) -> None:
    desk.configure(
        cycles=(build.cycle(build.key_result(initiatives=())),),
        publish=PublishPolicy(**policy),  # type: ignore[arg-type]
    )


def test_it_says_so_once(standing: Desk) -> None:
    retire(standing)
    assert standing.sync().wrote == {Wrote.UPDATED: 1}
    (text,) = standing.tracker.comments("10042")
    assert "linked to no key result any more" in text
    assert "okr-syncer:acme/10042" in text
    assert "36" not in text
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}


def test_it_is_removed_where_the_file_wants_that(standing: Desk) -> None:
    retire(standing, when_retired=WhenRetired.REMOVE)
    assert standing.sync().wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}


def test_it_goes_also_where_the_whole_key_result_left_the_file(standing: Desk) -> None:
    standing.configure(cycles=(build.cycle(),))
    assert standing.sync().wrote == {Wrote.UPDATED: 1}


def test_it_waits_for_its_interval(standing: Desk) -> None:
    standing.check_in(45)
    assert standing.sync().wrote == {Wrote.UPDATED: 1}
    retire(standing)
    report = standing.sync()
    assert report.wrote == {}
    assert len(report.held_back) == 1


def test_a_link_that_returns_is_kept_up_to_date_again(standing: Desk) -> None:
    linked = standing.workspace.cycles
    retire(standing)
    standing.sync()
    standing.configure(cycles=linked)
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {Wrote.UPDATED: 1}
    (text,) = standing.tracker.comments("10042")
    assert "Number: 36 %" in text


@pytest.mark.parametrize("gone", ["deleted", "edited"])
def test_what_people_did_to_it_is_left_alone(standing: Desk, gone: str) -> None:
    comments = standing.tracker.items["10042"].comments
    if gone == "deleted":
        comments.clear()
    else:
        comments[0].edited_by_human = True
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.sync()
    before = standing.tracker.comments("10042")
    retire(standing)
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}
    assert standing.tracker.comments("10042") == before


def test_an_item_that_is_gone_too_is_asked_once(standing: Desk) -> None:
    del standing.tracker.items["10042"]
    retire(standing)
    assert standing.sync().wrote == {}
    standing.clock.pass_(days=1)
    report = standing.sync()
    assert (report.delivered, report.held_back) == ((), ())


def test_an_unread_link_may_be_the_same_item_under_another_key(standing: Desk) -> None:
    other = build.initiative(link=build.link(key="WEB-1"))
    standing.configure(cycles=(build.cycle(build.key_result(other)),))
    assert standing.sync().wrote == {}
    assert "Number: 36 %" in standing.tracker.comments("10042")[0]


def test_a_plan_shows_it(standing: Desk) -> None:
    retire(standing)
    (planned,) = standing.plan().planned
    assert planned.publication.comment is not None
    assert "no longer linked" in planned.publication.comment.plain
    assert "Number: 36 %" in standing.tracker.comments("10042")[0]
