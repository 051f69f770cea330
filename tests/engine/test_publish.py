"""What is promised of comments when things go wrong at the worst moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from connectors.testing.memory import lose_answer, no_fault
from syncer.domain.okr import KeyResult, PublishPolicy
from syncer.domain.sync import OutboxRow, Standing, Wrote
from syncer.domain.work import LinkState, WorkStatus
from syncer.engine.tick import RECONCILE
from syncer.errors import (
    ForbiddenError,
    LeaseLostError,
    SkippableError,
    StoreError,
    SyncerError,
    TemporaryError,
)
from syncer.store.unit_of_work import SqlUnitOfWork
from tests.domain import build
from tests.engine.desk import Desk


def secret(**changes: Any) -> KeyResult:
    return build.key_result(confidential=True, **changes)


def shared_item(*, hidden: bool) -> tuple[KeyResult, KeyResult]:
    """One epic that carries a bet on two key results, the second of which may be confidential."""
    other = build.initiative(
        "other", title="The other bet", link=build.link("other", key_result_id="retention")
    )
    return (
        build.key_result(),
        build.key_result(other, id="retention", title="Keep the whales", confidential=hidden),
    )


@contextmanager
def failing(desk: Desk, name: str, error: Exception) -> Iterator[None]:
    """The store fails at one call of its unit of work."""
    original = getattr(SqlUnitOfWork, name)

    def fail(*_: object) -> None:
        raise error

    setattr(SqlUnitOfWork, name, fail)
    try:
        yield
    finally:
        setattr(SqlUnitOfWork, name, original)


def outbox(desk: Desk) -> tuple[OutboxRow, ...]:
    with desk.store.read() as work:
        return work.outbox("acme")


def test_a_section_that_became_confidential_goes_at_once_from_a_shared_item(desk: Desk) -> None:
    desk.epic()
    desk.configure(cycles=(build.cycle(*shared_item(hidden=False)),))
    desk.sync()
    assert "Keep the whales" in desk.tracker.comments("10042")[0]
    desk.configure(cycles=(build.cycle(*shared_item(hidden=True)),))
    desk.clock.pass_(minutes=15)
    assert desk.sync().wrote == {Wrote.UPDATED: 1}
    (text,) = desk.tracker.comments("10042")
    assert "Keep the whales" not in text


def test_what_became_confidential_goes_before_anything_else(standing: Desk) -> None:
    for n in range(3):
        standing.epic(f"NEW-{n}", str(n))
    bets = [
        build.initiative(f"bet-{n}", link=build.link(f"bet-{n}", f"NEW-{n}", key_result_id="other"))
        for n in range(3)
    ]
    public = build.key_result(*bets, id="other")
    standing.configure(cycles=(build.cycle(public, secret()),), publish=PublishPolicy(max_writes_per_sync=1))
    report = standing.sync()
    assert report.wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []
    assert len(report.held_back) == 3


def test_it_goes_although_the_item_is_silent_now(standing: Desk) -> None:
    silent = build.initiative(link=build.link(publish=False))
    standing.configure(cycles=(build.cycle(secret(initiatives=(silent,))),))
    assert standing.sync().wrote == {Wrote.REMOVED: 1}


def test_it_goes_although_the_initiative_left_the_file(standing: Desk) -> None:
    standing.configure(cycles=(build.cycle(secret(initiatives=())),))
    assert standing.sync().wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []


def test_it_goes_although_the_cycle_rests(standing: Desk) -> None:
    standing.configure(cycles=(build.cycle(secret()),))
    standing.clock.moment = build.noon("2027-03-01")
    assert standing.sync().wrote == {Wrote.REMOVED: 1}


def test_it_goes_although_a_human_edited_the_comment(standing: Desk) -> None:
    standing.tracker.items["10042"].comments[0].edited_by_human = True
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    assert [one.standing for one in standing.sync().delivered] == [Standing.EDITED]
    standing.configure(cycles=(build.cycle(secret()),))
    assert standing.sync().wrote == {Wrote.REMOVED: 1}


def test_an_opt_out_outlives_a_time_of_confidentiality(standing: Desk) -> None:
    standing.tracker.items["10042"].comments.clear()
    standing.configure(cycles=(build.cycle(secret()),))
    standing.sync()
    standing.configure(cycles=(build.cycle(build.key_result()),))
    standing.clock.pass_(days=1)
    standing.sync()
    assert standing.tracker.comments("10042") == []


@pytest.mark.parametrize(
    "error",
    [StoreError("the database is read-only"), TemporaryError("the database is locked")],
    ids=["read-only", "locked"],
)
def test_a_store_that_fails_after_the_write_leaves_the_row_in_flight(desk: Desk, error: Exception) -> None:
    desk.epic()
    desk.check_in(36)
    with failing(desk, "save_receipt", error), pytest.raises(type(error)):
        desk.sync()
    assert [row.in_flight for row in outbox(desk)] == [True]
    desk.configure(cycles=(build.cycle(secret()),))
    assert desk.sync().wrote == {Wrote.REMOVED: 1}
    assert desk.tracker.comments("10042") == []


def test_a_store_that_fails_is_not_booked_on_the_tracker(desk: Desk) -> None:
    desk.epic()
    with failing(desk, "save_receipt", StoreError("the disk is full")), pytest.raises(StoreError):
        desk.sync()
    with desk.store.read() as work:
        assert work.health("acme")["jira"].failing_since is None


def test_the_intent_is_stored_before_the_write_leaves(desk: Desk) -> None:
    seen: list[bool] = []

    def look(step: str) -> None:
        if step == "create":
            seen.extend(row.in_flight for row in outbox(desk))

    desk.epic()
    desk.tracker.fault = look
    desk.sync()
    assert seen == [True]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (StoreError("the disk is full"), "the disk is full"),
        (TemporaryError("it is locked"), "the lease of workspace acme cannot be confirmed: it is locked"),
    ],
)
def test_a_store_that_fails_right_before_the_write_is_not_booked_on_the_tracker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: SyncerError, raised: str
) -> None:
    def renew(*_: object) -> None:
        raise error

    desk.epic()
    monkeypatch.setattr(type(desk.store), "renew", renew)
    with pytest.raises((StoreError, LeaseLostError)) as caught:
        desk.sync()
    assert caught.value.sentence == raised
    assert desk.tracker.comments("10042") == []
    assert [row.in_flight for row in outbox(desk)] == [True]
    with desk.store.read() as work:
        assert work.health("acme")["jira"].failing_since is None


def test_a_second_comment_stays_where_the_lease_was_lost_over_looking(standing: Desk) -> None:
    ours = standing.tracker.items["10042"].comments
    ours.append(replace(ours[0], id="second"))

    def overtake(step: str) -> None:
        if step == "find":
            overtaken(standing)

    standing.tracker.fault = overtake
    with pytest.raises(LeaseLostError):
        standing.sync(fresh=True)
    assert "remove" not in standing.tracker.steps
    assert len(ours) == len(standing.tracker.comments("10042")) == 2


def overtaken(desk: Desk) -> None:
    with desk.store.write() as work:
        work._connection.execute(text("update leases set token = token + 1"))


def test_the_lease_is_asked_right_before_the_write(desk: Desk) -> None:
    def overtake(step: str) -> None:
        if step == "find":
            overtaken(desk)

    desk.epic()
    desk.tracker.fault = overtake
    with pytest.raises(LeaseLostError):
        desk.sync()
    assert "create" not in desk.tracker.steps
    assert desk.tracker.comments("10042") == []
    with desk.store.read() as work:
        assert work.next_slots(RECONCILE) == {"acme": desk.clock.now()}, "somebody is to have a look"


def test_what_was_lost_stays_unknown_while_it_cannot_be_looked_up(desk: Desk) -> None:
    desk.epic()
    desk.tracker.fault = lose_answer("created")
    desk.sync()

    def forbid(step: str) -> None:
        if step == "find":
            raise ForbiddenError("the comments may not be read")

    desk.tracker.fault = forbid
    desk.sync()
    assert [row.in_flight for row in outbox(desk)] == [True]
    desk.tracker.fault = no_fault
    desk.clock.pass_(days=1)
    desk.sync()
    assert desk.tracker.steps.count("create") == 1


def test_an_edit_that_was_lost_and_then_refused_may_stand(standing: Desk) -> None:
    def refuse(step: str) -> None:
        if step == "updated":
            raise ForbiddenError("needs the right 'Edit own comments'", outcome_unknown=True)

    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    standing.tracker.fault = refuse
    assert [one.code for one in standing.sync().delivered] == ["forbidden"]
    assert [row.in_flight for row in outbox(standing)] == [True]


def test_a_refused_item_is_tried_again_after_the_interval_and_not_before(desk: Desk) -> None:
    def forbid(step: str) -> None:
        if step == "create":
            raise ForbiddenError("needs the right 'Add comments'")

    desk.epic()
    desk.tracker.fault = forbid
    first = desk.sync()
    assert [one.why for one in first.delivered] == ["needs the right 'Add comments'"]
    for _ in range(4):
        desk.clock.pass_(minutes=15)
        again = desk.sync()
        assert again.writes == 0
        assert [held.until for held in again.held_back] == [build.noon("2026-11-02") + timedelta(hours=6)]
    desk.clock.pass_(hours=6)
    desk.tracker.fault = no_fault
    assert desk.sync().wrote == {Wrote.CREATED: 1}


def test_one_connection_that_refuses_does_not_starve_another(desk: Desk) -> None:
    for n in range(2):
        desk.epic(f"ONB-{n}", str(n))
    desk.epic("777", "777", ref=build.ref("777", connection="asana", kind="project"))
    bets = [build.initiative(f"bet-{n}", link=build.link(f"bet-{n}", f"ONB-{n}")) for n in range(2)]
    mails = build.initiative(
        "mails", link=build.link("mails", ref=build.ref("777", connection="asana", kind="project"))
    )
    desk.configure(
        cycles=(build.cycle(build.key_result(*bets, mails)),), publish=PublishPolicy(max_writes_per_sync=2)
    )

    healthy = desk.connect

    def connect(name: str, **rules: Any) -> object:
        connector = healthy(name, **rules)
        return _Refusing(connector) if name == "jira" else connector

    desk.connect = connect  # type: ignore[method-assign, assignment]
    desk.sync()
    assert len(desk.tracker.comments("777")) == 1


class _Refusing:
    """A connector that reads and cannot write."""

    def __init__(self, connector: Any) -> None:
        self._connector = connector

    def publish(self, *_: object) -> None:
        raise TemporaryError("jira has a problem of its own (502)", outcome_unknown=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


def test_nothing_is_written_to_an_archived_item(standing: Desk) -> None:
    standing.tracker.items["10042"].state = LinkState.ARCHIVED
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    assert standing.sync().writes == 0


def test_a_row_of_an_item_nobody_owes_any_more_is_dropped(desk: Desk) -> None:
    desk.epic()
    desk.tracker.items["10042"].state = LinkState.ARCHIVED
    desk.sync()
    assert len(outbox(desk)) == 1
    silent = build.initiative(link=build.link(publish=False))
    desk.configure(cycles=(build.cycle(build.key_result(silent)),))
    desk.sync()
    assert outbox(desk) == ()


def test_a_plan_of_a_read_only_workspace_lists_no_comments(standing: Desk) -> None:
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    assert len(standing.plan().planned) == 1
    standing.configure(publish=PublishPolicy(enabled=False))
    assert standing.plan().planned == ()


def test_a_plan_names_no_time_that_is_past(standing: Desk) -> None:
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(hours=1)
    (soon,) = standing.plan().planned
    assert soon.not_before == build.noon("2026-11-02") + timedelta(hours=6)
    standing.clock.pass_(days=1)
    (now,) = standing.plan().planned
    assert now.not_before is None


def test_a_connection_that_reads_but_cannot_write_fails_since_its_first_refusal(standing: Desk) -> None:
    def refuse(step: str) -> None:
        if step == "update":
            raise TemporaryError("jira is read only today")

    standing.tracker.fault = refuse
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    standing.sync()
    since = standing.clock.now()
    standing.clock.pass_(minutes=15)
    standing.sync()
    with standing.store.read() as work:
        assert work.health("acme")["jira"].failing_since == since


def test_a_cycle_rests_only_after_its_settling_time(standing: Desk) -> None:
    standing.clock.moment = build.noon("2027-01-14")
    assert standing.sync().connections != ()
    standing.clock.moment = build.noon("2027-01-15")
    assert standing.sync().connections == ()


def test_a_fresh_sync_gives_the_connector_an_empty_state(standing: Desk) -> None:
    given: list[str] = []
    healthy = standing.connect

    def connect(name: str, **rules: Any) -> object:
        connector = healthy(name, **rules)
        fetch = connector.fetch

        def noted(refs: Any, state: Any) -> Any:
            given.append(state.connection)
            return fetch(refs, state)

        return _Noting(connector, noted)

    standing.connect = connect  # type: ignore[method-assign, assignment]
    standing.sync()
    standing.sync(fresh=True)
    assert given == ["read", ""]


class _Noting:
    """A connector whose fetch is watched."""

    def __init__(self, connector: Any, fetch: Any) -> None:
        self._connector = connector
        self.fetch = fetch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)


def test_what_stands_is_kept_when_a_step_ends_otherwise(standing: Desk) -> None:
    standing.tracker.items["10042"].comments[0].edited_by_human = True
    standing.tracker.work("10042", WorkStatus.DONE, done=10)
    standing.clock.pass_(days=1)
    with standing.store.read() as work:
        (before,) = work.receipts("acme")
    standing.sync()
    with standing.store.read() as work:
        (after,) = work.receipts("acme")
    assert replace(after, standing=Standing.STANDING) == before


def test_a_cycle_that_has_not_begun_is_left_alone(desk: Desk) -> None:
    desk.epic()
    desk.clock.moment = build.noon("2026-09-28")
    report = desk.sync()
    assert report.connections == ()
    assert desk.tracker.comments("10042") == []
    with pytest.raises(SkippableError, match="starts on 2026-10-01; check in from that day on"):
        desk.check_in(36)


def two_trackers(desk: Desk, *, secret: int, cap: int = 50, confidential: bool) -> None:
    """Three open bets over one connection, some of another number over another."""
    usual = [build.initiative(f"a{n}", link=build.link(f"a{n}", ref=build.ref(f"A-{n}"))) for n in range(3)]
    kept = [
        build.initiative(
            f"b{n}",
            link=build.link(f"b{n}", ref=build.ref(f"B-{n}", connection="other"), key_result_id="secret"),
        )
        for n in range(secret)
    ]
    number = build.key_result(*kept, id="secret", title="Buy the rival", confidential=confidential)
    desk.configure(
        cycles=(build.cycle(build.key_result(*usual), number),),
        connection_kinds={"jira": "jira", "other": "jira"},
        publish=PublishPolicy(max_writes_per_sync=cap),
    )


@pytest.mark.parametrize(("secret", "cap"), [(2, 3), (2, 50), (6, 4)])
def test_what_became_confidential_goes_first_over_every_connection_and_beyond_the_limit(
    desk: Desk, secret: int, cap: int
) -> None:
    two_trackers(desk, secret=secret, confidential=False)
    for n in range(3):
        desk.epic(f"A-{n}", f"1{n}")
    for n in range(secret):
        desk.epic(f"B-{n}", f"2{n}", ref=build.ref(f"B-{n}", connection="other"))
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    desk.check_in(48)
    two_trackers(desk, secret=secret, cap=cap, confidential=True)
    desk.tracker.steps.clear()

    report = desk.sync()

    assert [desk.tracker.comments(f"2{n}") for n in range(secret)] == [[]] * secret
    written = [step for step in desk.tracker.steps if step in {"update", "remove"}]
    assert written[:secret] == ["remove"] * secret
    assert report.wrote[Wrote.UPDATED] == min(3, max(0, cap - secret))


def test_whoever_may_see_it_is_changed_where_the_file_changes_that(standing: Desk) -> None:
    standing.clock.pass_(days=1)
    standing.configure(audiences={"jira": "group staff"})

    assert standing.sync().wrote == {Wrote.UPDATED: 1}
    standing.clock.pass_(days=1)
    assert standing.sync().wrote == {}


def test_a_removal_that_was_cut_off_is_brought_to_its_end_before_another_wish(standing: Desk) -> None:
    """Confidential, gone without an answer, and public again: nobody has opted out."""
    standing.configure(cycles=(build.cycle(secret()),))
    with failing(standing, "save_receipt", StoreError("full")), pytest.raises(StoreError):
        standing.sync()
    assert standing.tracker.comments("10042") == []
    standing.configure(cycles=(build.cycle(build.key_result()),))
    standing.clock.pass_(days=1)
    standing.sync()
    standing.clock.pass_(days=1)
    standing.sync()

    assert len(standing.tracker.comments("10042")) == 1
