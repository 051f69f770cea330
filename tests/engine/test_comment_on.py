"""The comment on an item that the file names for it: where the linked one can carry none, or shall not."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import Wrote
from syncer.domain.work import LinkState, WorkRef, WorkStatus
from syncer.engine.pull import Scope
from tests.domain import build
from tests.engine.desk import Desk

VERSION = WorkRef("jira", "version", "WEB/2.0")
CARRIER = WorkRef("jira", "epic", "WEB-1", options=frozenset({"allow_issue"}))


def carried(id_: str = "new-flow", **changes: Any) -> Any:
    fields = {"ref": VERSION, "comment_on": CARRIER, **changes}
    return build.initiative(id_, link=build.link(id_, **fields))


@pytest.fixture
def desk_with_version(desk: Desk) -> Desk:
    desk.configure(cycles=(build.cycle(build.key_result(carried())),))
    desk.epic("WEB/2.0", "20", ref=VERSION, name="Version 2.0")
    desk.epic("WEB-1", "30", ref=CARRIER, name="About version 2.0", status=WorkStatus.PLANNED)
    desk.check_in(36)
    return desk


def test_the_comment_stands_on_the_named_item_alone(desk_with_version: Desk) -> None:
    desk = desk_with_version

    assert desk.sync().wrote == {Wrote.CREATED: 1}

    assert desk.tracker.comments("20") == []
    (text,) = desk.tracker.comments("30")
    assert "okr-syncer:acme/30" in text
    assert "in progress" in text
    assert "3 of 10" in text
    desk.clock.pass_(days=1)
    assert desk.sync().wrote == {}


def test_the_named_item_is_no_work(desk_with_version: Desk) -> None:
    desk = desk_with_version

    changes = desk.sync().changes

    assert [one.snapshot.item_id for one in changes] == ["20"]
    with desk.store.read() as work:
        assert set(work.snapshots("acme")) == {("jira", "20")}


def test_nothing_is_asked_of_it_where_the_link_is_silent(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.configure(cycles=(build.cycle(build.key_result(carried(publish=False))),))
    desk.tracker.items["30"].state = LinkState.GONE

    report = desk.sync()

    assert report.wrote == {}
    assert report.troubles == ()


def test_bets_that_name_the_same_item_share_one_comment(desk_with_version: Desk) -> None:
    desk = desk_with_version
    own = build.initiative("own", link=build.link("own", ref=build.ref("WEB-1")))
    desk.configure(cycles=(build.cycle(build.key_result(carried(), own)),))

    assert desk.sync().wrote == {Wrote.CREATED: 1}

    (text,) = desk.tracker.comments("30")
    assert "Bet new-flow" in text
    assert "Bet own" in text


@pytest.mark.parametrize("state", [LinkState.GONE, LinkState.NOT_VISIBLE, LinkState.ARCHIVED])
def test_what_cannot_carry_it_is_said_and_nothing_written(desk_with_version: Desk, state: LinkState) -> None:
    desk = desk_with_version
    desk.tracker.items["30"].state = state

    report = desk.sync()

    assert report.wrote == {}
    assert report.is_partial
    (trouble,) = report.troubles
    assert trouble.link.initiative_id == "new-flow"
    assert trouble.why.startswith(f"comment_on WEB-1: {state.words}")


def test_a_version_that_could_not_be_read_says_nothing_new(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.sync()
    desk.clock.pass_(days=1)
    desk.check_in(48)
    desk.tracker.items["20"].state = LinkState.NOT_VISIBLE

    assert desk.sync().wrote == {}


def test_a_new_name_in_the_file_moves_the_comment(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.sync()
    desk.clock.pass_(days=1)
    other = WorkRef("jira", "epic", "WEB-9")
    desk.epic("WEB-9", "90", ref=other)
    desk.configure(cycles=(build.cycle(build.key_result(carried(comment_on=other))),))

    assert desk.sync().wrote == {Wrote.CREATED: 1, Wrote.UPDATED: 1}

    (old,) = desk.tracker.comments("30")
    assert "linked to no key result any more" in old
    assert len(desk.tracker.comments("90")) == 1


def test_naming_one_leaves_a_last_word_on_the_linked_item(desk: Desk) -> None:
    desk.epic()
    desk.epic("WEB-1", "30", ref=CARRIER)
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    moved = build.initiative(link=build.link(comment_on=CARRIER))
    desk.configure(cycles=(build.cycle(build.key_result(moved)),))

    assert desk.sync().wrote == {Wrote.CREATED: 1, Wrote.UPDATED: 1}

    (old,) = desk.tracker.comments("10042")
    assert "linked to no key result any more" in old
    assert len(desk.tracker.comments("30")) == 1


def test_nothing_is_called_retired_while_the_named_item_is_unknown(desk: Desk) -> None:
    desk.epic()
    desk.epic("WEB-1", "30", ref=CARRIER)
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    desk.tracker.items["30"].state = LinkState.NOT_VISIBLE
    moved = build.initiative(link=build.link(comment_on=CARRIER))
    desk.configure(cycles=(build.cycle(build.key_result(moved)),))

    assert desk.sync().wrote == {}


def test_what_became_confidential_is_taken_from_it(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.sync()
    desk.configure(cycles=(build.cycle(build.key_result(carried(), confidential=True)),))

    assert desk.sync().wrote == {Wrote.REMOVED: 1}
    assert desk.tracker.comments("30") == []


def test_a_sync_of_something_else_leaves_it_alone(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.configure(publish=PublishPolicy(max_writes_per_sync=0))
    desk.sync()
    desk.configure(publish=PublishPolicy())
    desk.clock.pass_(days=1)

    assert desk.sync(scope=Scope(key_results=frozenset({"nothing"}))).wrote == {}
    assert desk.sync().wrote == {Wrote.CREATED: 1}


def test_who_deletes_it_is_heard_and_may_resume(desk_with_version: Desk) -> None:
    desk = desk_with_version
    desk.sync()
    desk.tracker.items["30"].comments.clear()
    desk.clock.pass_(days=1)
    desk.check_in(48)
    assert desk.sync().wrote == {}
    desk.clock.pass_(days=1)
    desk.check_in(50)
    assert desk.sync().wrote == {}


def test_a_silent_link_that_names_one_holds_no_last_word_back(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    silent = build.initiative("b", link=build.link("b", ref=VERSION, comment_on=CARRIER, publish=False))
    desk.epic("WEB/2.0", "20", ref=VERSION)
    desk.configure(cycles=(build.cycle(build.key_result(silent)),))

    assert desk.sync().wrote == {Wrote.UPDATED: 1}
    assert "linked to no key result any more" in desk.tracker.comments("10042")[0]


@pytest.mark.parametrize("comment_on", [None, CARRIER], ids=["of its own", "on another"])
def test_a_cycle_that_rests_holds_no_last_word_back(desk: Desk, comment_on: WorkRef | None) -> None:
    """A cycle that has not begun is not read yet, and the former one has left the file."""
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    later = build.initiative("b", link=build.link("b", ref=build.ref("WEB-7"), comment_on=comment_on))
    desk.configure(cycles=(build.cycle(build.key_result(later), start="2027-01-01", end="2027-03-31"),))

    assert desk.sync().wrote == {Wrote.UPDATED: 1}


def test_a_cycle_that_rests_keeps_the_comment_on_what_it_links_by_the_same_name(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    later = build.initiative("b", link=build.link("b", ref=build.ref("ONB-12")))
    desk.configure(cycles=(build.cycle(build.key_result(later), start="2027-01-01", end="2027-03-31"),))

    assert desk.sync().wrote == {}


def test_an_item_that_was_work_once_carries_comments_however_small_it_became(
    desk_with_version: Desk,
) -> None:
    desk = desk_with_version
    own = build.initiative("own", link=build.link("own", ref=build.ref("WEB-1")))
    desk.configure(cycles=(build.cycle(build.key_result(own)),))
    desk.sync(pull_only=True)
    desk.tracker.work("30", WorkStatus.PLANNED, done=0)
    desk.configure(cycles=(build.cycle(build.key_result(carried())),))

    report = desk.sync()

    assert report.troubles == ()
    assert report.wrote == {Wrote.CREATED: 1}


def test_a_shared_comment_goes_on_without_the_version_that_went_away(desk_with_version: Desk) -> None:
    desk = desk_with_version
    second = WorkRef("jira", "version", "WEB/3.0")
    desk.epic("WEB/3.0", "21", ref=second)
    desk.configure(
        cycles=(build.cycle(build.key_result(carried(), carried("other", ref=second))),),
    )
    desk.sync()
    desk.clock.pass_(days=1)
    desk.tracker.items["21"].state = LinkState.GONE
    desk.check_in(48)

    assert desk.sync().wrote == {Wrote.UPDATED: 1}
    (text,) = desk.tracker.comments("30")
    assert "48 %" in text
    assert "This work: 3 of 10 done, in progress (as of 2 Nov 2026; the item is gone)" in text
    assert "Is it moving the number? Cannot tell yet: too few check-ins." in text
