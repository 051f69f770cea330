"""What has to go out over connections that nothing was read over: in which order, and when not yet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.testing.memory import lose_answer
from syncer.domain.okr import PublishPolicy, WhenRetired
from syncer.domain.sync import ConnectionHealth, Wrote
from syncer.domain.work import LinkState
from syncer.engine.news import failure_key
from syncer.engine.report import ConnectionOutcome
from syncer.errors import TemporaryError
from tests.domain import build
from tests.engine.desk import Desk

BACK_OFF = timedelta(hours=2)


def too_many(step: str) -> None:
    msg = "jira: too many requests"
    raise TemporaryError(msg, retry_after=BACK_OFF.total_seconds())


def fine(step: str) -> None:
    del step


def health(desk: Desk) -> ConnectionHealth:
    with desk.store.read() as work:
        return work.health("acme")["jira"]


def keep_it_inside(desk: Desk, *, linked: bool = True) -> None:
    bets = () if linked else (build.initiative(linked=False),)
    desk.configure(cycles=(build.cycle(build.key_result(*bets, confidential=True)),))


def back_off(standing: Desk) -> None:
    """An hour after a comment was written, the tracker asks for two hours of quiet."""
    standing.clock.pass_(hours=1)
    standing.tracker.fault = too_many
    standing.sync()
    standing.tracker.fault = fine
    standing.tracker.steps.clear()


def test_a_removal_waits_for_the_end_of_a_back_off(standing: Desk) -> None:
    back_off(standing)
    over, before = standing.clock.now() + BACK_OFF, health(standing)
    keep_it_inside(standing)
    standing.clock.pass_(minutes=15)

    report = standing.sync()

    assert standing.tracker.steps == []
    assert [(one.connection, one.outcome) for one in report.connections] == [
        ("jira", ConnectionOutcome.DEFERRED)
    ]
    assert [held.until for held in report.held_back] == [over]
    assert health(standing) == before
    standing.clock.pass_(hours=2)
    assert standing.sync().wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []


def test_it_waits_also_where_no_link_of_the_file_needs_the_connection(standing: Desk) -> None:
    back_off(standing)
    over = standing.clock.now() + BACK_OFF
    keep_it_inside(standing, linked=False)

    report = standing.sync()

    assert standing.tracker.steps == []
    (told,) = report.connections
    assert (told.outcome, told.until) == (ConnectionOutcome.DEFERRED, over)
    assert "too many requests" in told.sentence
    assert [held.until for held in report.held_back] == [over]


def test_a_plan_says_until_when_it_waits(standing: Desk) -> None:
    back_off(standing)
    over = standing.clock.now() + BACK_OFF
    keep_it_inside(standing)

    (planned,) = standing.plan().planned
    assert (planned.publication.comment, planned.not_before) == (None, over)

    (forced,) = standing.plan(force=True).planned
    assert forced.not_before is None


def test_a_sync_that_is_forced_does_not_wait(standing: Desk) -> None:
    back_off(standing)
    keep_it_inside(standing, linked=False)
    assert standing.sync(force=True).wrote == {Wrote.REMOVED: 1}


def test_a_refused_removal_leaves_what_is_known_of_the_connection(standing: Desk) -> None:
    """Nothing is read over it any more; it was read once, and it fails since its first refusal."""
    read_at = standing.clock.now()
    keep_it_inside(standing, linked=False)
    standing.clock.pass_(minutes=15)
    standing.tracker.fault = too_many
    standing.sync()
    since = standing.clock.now()
    keys = [failure_key(health(standing))]
    for _ in range(2):
        standing.clock.pass_(hours=3)
        report = standing.sync()
        assert [(one.connection, one.outcome) for one in report.connections] == [
            ("jira", ConnectionOutcome.FAILED)
        ]
        keys.append(failure_key(health(standing)))

    assert (health(standing).read_at, health(standing).failing_since) == (read_at, since)
    assert len(set(keys)) == 1, "it is told once"


def test_a_connection_that_only_writes_is_well_again_once_a_write_arrives(standing: Desk) -> None:
    read_at = standing.clock.now()
    keep_it_inside(standing, linked=False)
    standing.tracker.fault = too_many
    standing.sync()
    assert health(standing).failing_since is not None
    standing.clock.pass_(hours=3)
    standing.tracker.fault = fine

    assert standing.sync().wrote == {Wrote.REMOVED: 1}

    assert health(standing) == ConnectionHealth(connection="jira", read_at=read_at)


def six_epics(desk: Desk, *, hidden: bool) -> None:
    """Five for a public number, and one for a number that may be kept inside."""
    usual = [build.initiative(f"a{n}", link=build.link(f"a{n}", f"ONB-{n}")) for n in range(5)]
    kept = build.initiative("c", link=build.link("c", "ONB-9", key_result_id="secret"))
    secret = build.key_result(kept, id="secret", confidential=hidden)
    desk.configure(cycles=(build.cycle(build.key_result(*usual), secret),))


def test_a_brake_holds_up_nothing_that_leaks(desk: Desk) -> None:
    for n in (*range(5), 9):
        desk.epic(f"ONB-{n}", f"1{n}")
    six_epics(desk, hidden=False)
    assert desk.sync().wrote == {Wrote.CREATED: 6}
    desk.clock.pass_(days=1)
    desk.check_in(48)
    for n in range(2):
        desk.tracker.items[f"1{n}"].state = LinkState.NOT_VISIBLE
    six_epics(desk, hidden=True)

    report = desk.sync()

    assert report.wrote == {Wrote.REMOVED: 1}
    assert desk.tracker.comments("19") == []
    (told,) = report.connections
    assert (told.outcome, told.requests, told.writes) == (ConnectionOutcome.BRAKED, 2, 1)
    assert "the brake is at 30%" in health(desk).sentence


def test_what_leaks_is_held_up_by_no_other_removal(desk: Desk) -> None:
    """Two bets leave the file, and the number of the third one, which leaves too, becomes confidential."""
    usual = [build.initiative(name, link=build.link(name, f"ONB-{name}")) for name in ("a", "b")]
    kept = build.initiative("c", link=build.link("c", "ONB-c", key_result_id="secret"))
    desk.configure(cycles=(build.cycle(build.key_result(*usual), build.key_result(kept, id="secret")),))
    for item_id, name in enumerate(("a", "b", "c"), 1):
        desk.epic(f"ONB-{name}", str(item_id))
    assert desk.sync().wrote == {Wrote.CREATED: 3}
    desk.clock.pass_(days=1)
    hand = [build.initiative(name, linked=False) for name in ("d", "e")]
    desk.configure(
        cycles=(
            build.cycle(build.key_result(hand[0]), build.key_result(hand[1], id="secret", confidential=True)),
        ),
        publish=PublishPolicy(when_retired=WhenRetired.REMOVE, max_writes_per_sync=1),
    )

    report = desk.sync()

    assert report.delivered[0].publication.item_id == "3"
    assert desk.tracker.comments("3") == []
    assert {held.publication.item_id for held in report.held_back} == {"1", "2"}
    assert desk.sync().wrote == {Wrote.REMOVED: 1}


def test_what_leaks_goes_first_over_connections_that_nothing_was_read_over(desk: Desk) -> None:
    first = build.initiative("a", link=build.link("a", "A-1"))
    ref = build.ref("B-1", connection="other")
    second = build.initiative("b", link=build.link("b", ref=ref, key_result_id="secret"))
    desk.configure(
        cycles=(build.cycle(build.key_result(first), build.key_result(second, id="secret")),),
        connection_kinds={"jira": "jira", "other": "jira"},
    )
    desk.epic("A-1", "1")
    desk.epic("B-1", "2", ref=ref)
    assert desk.sync().wrote == {Wrote.CREATED: 2}
    desk.clock.pass_(days=1)
    hand = build.initiative("d", linked=False)
    desk.configure(
        cycles=(build.cycle(build.key_result(hand, id="secret", confidential=True)),),
        publish=PublishPolicy(when_retired=WhenRetired.REMOVE),
    )

    delivered = [(one.publication.item_id, one.wrote) for one in desk.sync().delivered]

    assert delivered == [("2", Wrote.REMOVED), ("1", Wrote.REMOVED)]


def shared(desk: Desk, *, hidden: bool, first: bool = False, room: int = 50) -> None:
    """One epic for a public number and one that may be kept inside; with `first` another epic has news."""
    numbers = [
        build.key_result(id="activation", title="Keep the whales", confidential=hidden),
        build.key_result(
            build.initiative("open", link=build.link("open", key_result_id="open")),
            id="open",
            title="Open number",
        ),
    ]
    if first:
        new = build.initiative("new", link=build.link("new", "NEW-1", key_result_id="new"))
        numbers.insert(0, build.key_result(new, id="new"))
    desk.configure(cycles=(build.cycle(*numbers),), publish=PublishPolicy(max_writes_per_sync=room))


@pytest.fixture
def unanswered(desk: Desk) -> Desk:
    """A comment on two numbers was written, and nobody knows; then one of them is to stay inside."""
    desk.epic()
    shared(desk, hidden=False)
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    assert "Keep the whales" in desk.tracker.comments("10042")[0]
    desk.tracker.fault = fine
    desk.clock.pass_(days=1)
    shared(desk, hidden=True)
    return desk


def shown(desk: Desk, item_id: str = "10042") -> tuple[bool, ...]:
    """Of each comment on an item whether it tells of what is to stay inside."""
    return tuple("Keep the whales" in text for text in desk.tracker.comments(item_id))


def test_what_may_have_been_published_is_taken_back_although_its_item_cannot_be_read(
    unanswered: Desk,
) -> None:
    unanswered.tracker.items["10042"].unread = "the index is being rebuilt"
    assert [one.publication.item_id for one in unanswered.plan().planned] == ["10042"]

    assert unanswered.sync().wrote == {Wrote.UPDATED: 1}

    assert shown(unanswered) == (False,)
    assert "Open number" in unanswered.tracker.comments("10042")[0]
    unanswered.clock.pass_(days=1)
    assert unanswered.sync().wrote == {}


def test_it_is_taken_back_before_anything_else_and_beyond_the_limit(desk: Desk) -> None:
    desk.epic("NEW-1", "1")
    desk.tracker.items["1"].state = LinkState.ARCHIVED
    desk.epic()
    shared(desk, hidden=False, first=True)
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    assert shown(desk) == (True,)
    desk.tracker.fault = fine
    desk.clock.pass_(days=1)
    desk.tracker.items["1"].state = LinkState.ACTIVE
    shared(desk, hidden=True, first=True, room=1)

    report = desk.sync()

    assert report.delivered[0].publication.item_id == "10042"
    assert shown(desk) == (False,)
    assert [held.publication.item_id for held in report.held_back] == ["1"]


def test_what_may_have_been_published_is_not_forgotten_while_it_cannot_be_looked_for(
    unanswered: Desk,
) -> None:
    unanswered.tracker.items["10042"].unread = "the index is being rebuilt"
    unanswered.tracker.fault = too_many
    for _ in range(2):
        unanswered.sync()
        unanswered.clock.pass_(hours=3)
    assert shown(unanswered) == (True,)
    unanswered.tracker.fault = fine

    unanswered.sync()

    assert shown(unanswered) == (False,)


def test_an_edit_that_may_have_arrived_is_taken_back_like_a_new_comment(desk: Desk) -> None:
    """What the receipt knows of is public; the edit that nobody acknowledged was not."""
    desk.epic()
    bet = build.initiative("open", link=build.link("open", key_result_id="open"))
    desk.configure(cycles=(build.cycle(build.key_result(bet, id="open", title="Open number")),))
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    desk.clock.pass_(days=1)
    shared(desk, hidden=False)
    desk.tracker.fault = lose_answer("updated")
    desk.sync()
    assert shown(desk) == (True,)
    desk.tracker.fault = fine
    desk.tracker.items["10042"].unread = "the index is being rebuilt"
    shared(desk, hidden=True)

    assert desk.sync().wrote == {Wrote.UPDATED: 1}
    assert shown(desk) == (False,)


def test_what_never_arrived_is_not_written_on_an_item_that_may_carry_nothing_now(unanswered: Desk) -> None:
    unanswered.tracker.items["10042"].comments.clear()
    unanswered.tracker.items["10042"].state = LinkState.ARCHIVED
    for _ in range(2):
        assert unanswered.sync().wrote == {}
        unanswered.clock.pass_(days=1)
    assert unanswered.tracker.steps.count("find") == 2, "it was looked for when it was written, and once now"
    unanswered.tracker.items["10042"].state = LinkState.ACTIVE

    assert unanswered.sync().wrote == {Wrote.CREATED: 1}
    assert shown(unanswered) == (False,)
