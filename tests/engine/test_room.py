"""How many writes one sync makes, and that a plan says the same of it."""

from __future__ import annotations

import pytest

from connectors.testing.memory import lose_answer
from syncer.domain.okr import PublishPolicy, WhenRetired
from syncer.domain.sync import Wrote
from syncer.domain.work import LinkState
from syncer.errors import FatalError, ForbiddenError, TemporaryError
from tests.domain import build
from tests.engine.desk import Desk


@pytest.fixture
def many(desk: Desk) -> Desk:
    """Six epics, five of them linked, and room for two writes a sync."""
    link(desk, 5)
    desk.configure(publish=PublishPolicy(max_writes_per_sync=2))
    for n in range(6):
        desk.epic(f"ONB-{n}", str(n))
    return desk


def link(desk: Desk, count: int) -> None:
    bets = [build.initiative(f"b{n}", link=build.link(f"b{n}", f"ONB-{n}")) for n in range(count)]
    bets = bets or [build.initiative("by-hand", linked=False)]
    desk.configure(cycles=(build.cycle(build.key_result(*bets)),))


def test_a_plan_shows_what_has_room_in_the_next_sync_and_what_has_not(many: Desk) -> None:
    planned = [(one.publication.item_id, one.has_room) for one in many.plan().planned]
    assert planned == [("0", True), ("1", True), ("2", False), ("3", False), ("4", False)]

    report = many.sync()

    assert [one.publication.item_id for one in report.delivered] == ["0", "1"]
    assert [one.publication.item_id for one in report.held_back] == ["2", "3", "4"]


def fail(step: str) -> None:
    if step == "fetch":
        msg = "jira: gone"
        raise FatalError(msg)


def test_over_a_connection_that_failed_neither_plan_nor_sync_has_a_last_word(many: Desk) -> None:
    many.configure(publish=PublishPolicy())
    many.sync()
    many.clock.pass_(days=1)
    link(many, 4)
    many.tracker.fault = fail

    plan = many.plan()
    report = many.sync()

    assert (plan.planned, report.delivered) == ((), ())
    for one in (plan, report):
        assert [(held.publication.item_id, held.why) for held in one.held_back] == [("4", "jira: gone")]
    assert (plan.exposed, report.exposed) == ((), ())


def test_behind_a_brake_neither_plan_nor_sync_has_a_last_word(many: Desk) -> None:
    many.configure(publish=PublishPolicy())
    link(many, 6)
    many.sync()
    many.clock.pass_(days=1)
    link(many, 5)
    for n in range(2):
        many.tracker.items[str(n)].state = LinkState.NOT_VISIBLE

    assert many.plan().planned == ()
    assert many.sync().delivered == ()


def test_what_leaks_is_planned_for_now_although_its_interval_is_not_over(many: Desk) -> None:
    bet = build.initiative("b", link=build.link("b", "ONB-0", key_result_id="activation"))
    loud = build.key_result(bet, id="activation")
    kept = build.initiative("k", link=build.link("k", "ONB-0", key_result_id="kept"))
    many.configure(cycles=(build.cycle(loud, build.key_result(kept, id="kept")),))
    assert many.sync().wrote == {Wrote.CREATED: 1}
    many.check_in(40)
    many.clock.pass_(minutes=15)
    many.configure(cycles=(build.cycle(loud, build.key_result(kept, id="kept", confidential=True)),))

    (planned,) = many.plan().planned

    assert planned.not_before is None
    assert many.sync().wrote == {Wrote.UPDATED: 1}


def test_a_plan_takes_connections_in_the_order_of_a_sync(desk: Desk) -> None:
    refs = [build.ref(f"ONB-{n}", connection=("jira", "other")[n % 2]) for n in range(4)]
    bets = [build.initiative(f"b{n}", link=build.link(f"b{n}", ref=ref)) for n, ref in enumerate(refs)]
    desk.configure(
        cycles=(build.cycle(build.key_result(*bets)),),
        connection_kinds={"jira": "jira", "other": "jira"},
        publish=PublishPolicy(max_writes_per_sync=2),
    )
    for n, ref in enumerate(refs):
        desk.epic(f"ONB-{n}", str(n), ref=ref)

    planned = [one.publication.item_id for one in desk.plan().planned if one.has_room]

    assert planned == [one.publication.item_id for one in desk.sync().delivered] == ["0", "2"]


def test_a_refused_removal_is_tried_again_after_the_interval_and_not_before(standing: Desk) -> None:
    def refuse(step: str) -> None:
        if step == "remove":
            msg = "jira: not yours to delete"
            raise ForbiddenError(msg)

    standing.clock.pass_(days=1)
    link(standing, 0)
    standing.configure(publish=PublishPolicy(when_retired=WhenRetired.REMOVE))
    standing.tracker.fault = refuse
    tried = 0
    for _ in range(9):
        tried += len(standing.sync().delivered)
        standing.clock.pass_(hours=1)

    assert tried == 2


def test_what_was_cut_off_and_is_not_confidential_is_called_nothing_else(desk: Desk) -> None:
    desk.epic()
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    link(desk, 0)
    desk.configure(publish=PublishPolicy(when_retired=WhenRetired.REMOVE))

    def busy(step: str) -> None:
        if step == "find":
            msg = "jira: busy"
            raise TemporaryError(msg, retry_after=7200.0)

    desk.tracker.fault = busy
    for _ in range(2):
        report = desk.sync()
        assert (len(report.held_back), report.exposed, desk.plan().exposed) == (1, (), ())
    desk.configure(publish=PublishPolicy(enabled=False))
    assert desk.sync().exposed == ()
