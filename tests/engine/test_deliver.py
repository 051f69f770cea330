"""What has to go out over connections that nothing was read over: in which order, and when not yet."""

from __future__ import annotations

from datetime import timedelta

from syncer.domain.okr import PublishPolicy, WhenRetired
from syncer.domain.sync import ConnectionHealth, Wrote
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
