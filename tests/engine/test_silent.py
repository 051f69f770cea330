"""`publish: "off"` on a link whose comment stands: it says so once, or goes, and comes back with the link."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.domain.okr import PublishPolicy, WhenRetired
from syncer.domain.sync import Standing, Wrote
from syncer.domain.work import LinkState, WorkRef
from syncer.engine.resume import resume
from syncer.errors import TemporaryError
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


def publish(desk: Desk, *, on: bool, **policy: Any) -> None:
    bet = build.initiative(link=build.link(publish=on))
    desk.configure(cycles=(build.cycle(build.key_result(bet)),), publish=PublishPolicy(**policy))


def test_it_says_once_that_nothing_is_kept_up_to_date(standing: Desk) -> None:
    publish(standing, on=False)

    assert standing.sync().wrote == {Wrote.UPDATED: 1}

    (text,) = standing.tracker.comments("10042")
    assert "nothing is to be published on this item, so nothing here is kept up to date" in text
    assert "can be deleted" in text
    assert "okr-syncer:acme/10042" in text
    assert "36" not in text
    assert "Kept up to date by" not in text
    standing.clock.pass_(days=20)
    standing.check_in(50)
    assert standing.sync().wrote == {}


def test_it_is_removed_where_the_file_wants_that_and_written_anew_afterwards(standing: Desk) -> None:
    publish(standing, on=False, when_retired=WhenRetired.REMOVE)
    assert standing.sync().wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}

    publish(standing, on=True)

    assert standing.sync().wrote == {Wrote.CREATED: 1}


def test_it_is_written_anew_in_place_once_the_link_speaks_again(standing: Desk) -> None:
    publish(standing, on=False)
    standing.sync()
    publish(standing, on=True)
    assert [held.until for held in standing.sync().held_back] == [build.noon("2026-11-03").replace(hour=18)]
    standing.clock.pass_(days=1)

    assert standing.sync().wrote == {Wrote.UPDATED: 1}

    (text,) = standing.tracker.comments("10042")
    assert "Number: 36 %" in text
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}


def test_a_workspace_that_is_read_only_writes_not_even_that(standing: Desk) -> None:
    before = standing.tracker.comments("10042")
    publish(standing, on=False, enabled=False)

    assert standing.plan().planned == ()
    assert standing.sync().wrote == {}
    assert standing.tracker.comments("10042") == before


def test_an_item_that_another_link_speaks_on_goes_on_without_the_silent_one(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    loud, other = build.initiative("a", link=build.link("a")), build.initiative("b", link=build.link("b"))
    desk.configure(cycles=(build.cycle(build.key_result(loud, other)),))
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    desk.clock.pass_(days=1)
    silent = build.initiative("b", link=build.link("b", publish=False))
    desk.configure(cycles=(build.cycle(build.key_result(loud, silent)),))

    assert desk.sync().wrote == {Wrote.UPDATED: 1}

    (text,) = desk.tracker.comments("10042")
    assert "Kept up to date by" in text
    assert text.count("Bet b →") == 0


@pytest.mark.parametrize("gone", ["deleted", "edited"])
def test_what_people_did_to_it_is_left_alone(standing: Desk, gone: str) -> None:
    comments = standing.tracker.items["10042"].comments
    if gone == "deleted":
        comments.clear()
    else:
        comments[0].edited_by_human = True
    before = standing.tracker.comments("10042")
    publish(standing, on=False)

    assert standing.sync().wrote == {}
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}
    assert standing.tracker.comments("10042") == before


def test_nothing_is_written_on_an_item_that_is_archived(standing: Desk) -> None:
    standing.tracker.items["10042"].state = LinkState.ARCHIVED
    publish(standing, on=False)
    assert standing.sync().wrote == {}
    standing.tracker.items["10042"].state = LinkState.ACTIVE
    assert standing.sync().wrote == {Wrote.UPDATED: 1}


def test_a_cycle_that_rests_keeps_its_comments(standing: Desk) -> None:
    standing.clock.moment = build.noon("2027-03-01")
    publish(standing, on=False)
    assert standing.sync().wrote == {}
    assert "Number: 36 %" in standing.tracker.comments("10042")[0]


def test_it_says_so_on_the_item_that_carries_the_comment(desk: Desk) -> None:
    version, carrier = WorkRef("jira", "version", "WEB/2.0"), build.ref("WEB-1")
    desk.epic("WEB/2.0", "20", ref=version)
    desk.epic("WEB-1", "30", ref=carrier)
    loud = build.link(ref=version, comment_on=carrier)
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative(link=loud))),))
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    desk.clock.pass_(days=1)
    desk.tracker.items["20"].state = LinkState.GONE
    silent = build.initiative(link=build.link(ref=version, comment_on=carrier, publish=False))
    desk.configure(cycles=(build.cycle(build.key_result(silent)),))

    assert desk.sync().wrote == {Wrote.UPDATED: 1}
    assert "nothing is to be published on this item" in desk.tracker.comments("30")[0]


def test_what_is_confidential_goes_although_its_link_is_silent_now(standing: Desk) -> None:
    bet = build.initiative(link=build.link(publish=False))
    standing.configure(cycles=(build.cycle(build.key_result(bet, confidential=True)),))
    assert standing.sync().wrote == {Wrote.REMOVED: 1}


def test_a_plan_shows_it(standing: Desk) -> None:
    publish(standing, on=False)
    (planned,) = standing.plan().planned
    assert planned.publication.comment is not None
    assert "nothing published here" in planned.publication.comment.plain


def test_a_link_that_is_switched_to_and_fro_is_written_of_no_more_often_than_any_other(
    standing: Desk,
) -> None:
    created = 1
    for _ in range(24):
        for on in (False, True):
            publish(standing, on=on, when_retired=WhenRetired.REMOVE)
            created += standing.sync().wrote[Wrote.CREATED]
        standing.clock.pass_(hours=1)

    assert created <= 1 + 24 / 6, "one in each interval"


@pytest.mark.parametrize("when_retired", list(WhenRetired))
def test_who_deletes_a_last_word_has_opted_out_of_nothing(standing: Desk, when_retired: WhenRetired) -> None:
    """It says that it can be deleted."""
    publish(standing, on=False)
    assert standing.sync().wrote == {Wrote.UPDATED: 1}
    standing.tracker.items["10042"].comments.clear()
    standing.clock.pass_(days=1)
    publish(standing, on=False, when_retired=when_retired)
    assert standing.sync().wrote == {}
    publish(standing, on=True)
    standing.clock.pass_(days=1)

    assert standing.sync().wrote == {Wrote.CREATED: 1}

    standing.tracker.items["10042"].comments.clear()
    standing.check_in(50)
    standing.clock.pass_(days=1)
    assert [one.standing for one in standing.sync().delivered] == [Standing.OPTED_OUT]


def test_a_last_word_that_a_person_wrote_in_is_left_alone_when_the_link_speaks_again(standing: Desk) -> None:
    publish(standing, on=False)
    standing.sync()
    (comment,) = standing.tracker.items["10042"].comments
    comment.text, comment.edited_by_human = "I know better", True
    publish(standing, on=True)
    standing.clock.pass_(days=1)

    assert [one.standing for one in standing.sync().delivered] == [Standing.EDITED]
    assert standing.tracker.comments("10042") == ["I know better"]


def test_what_is_resumed_while_it_is_silent_keeps_the_words_of_a_person_until_it_speaks(
    standing: Desk,
) -> None:
    (comment,) = standing.tracker.items["10042"].comments
    comment.text, comment.edited_by_human = "I know better", True
    publish(standing, on=False)
    standing.sync()
    resume(standing.store, "acme", {("jira", "10042")})
    standing.clock.pass_(days=1)

    assert standing.sync().wrote == {}
    assert standing.tracker.comments("10042") == ["I know better"]

    publish(standing, on=True)
    assert standing.sync().wrote == {Wrote.UPDATED: 1}


def test_the_interval_holds_after_a_removal_whose_answer_was_lost(standing: Desk) -> None:
    answers = iter([True])

    def lose(step: str) -> None:
        if step == "remove" and next(answers, False):
            standing.tracker.items["10042"].comments.clear()
            msg = "no answer"
            raise TemporaryError(msg, outcome_unknown=True)

    standing.tracker.fault = lose
    publish(standing, on=False, when_retired=WhenRetired.REMOVE)
    standing.sync()
    assert standing.tracker.comments("10042") == []
    standing.clock.pass_(minutes=1)
    publish(standing, on=True)

    assert standing.sync().wrote == {}
    standing.clock.pass_(hours=6)
    assert standing.sync().wrote == {Wrote.CREATED: 1}
