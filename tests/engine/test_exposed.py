"""What became confidential and stands still: taken back as soon as a write may go, and said until then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.testing.memory import MemoryConnector, lose_answer
from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import ConnectionHealth, Standing, Wrote
from syncer.engine.dispatch import exposed_items
from syncer.engine.report import ConnectionOutcome, Exposed
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError
from tests.domain import build
from tests.engine.desk import Desk

GONE = FatalError("jira: the bulk read is gone (410)")


def failing(**errors: SyncerError) -> Callable[[str], None]:
    """A tracker that answers some steps with an error."""

    def fault(step: str) -> None:
        if step in errors:
            raise errors[step]

    return fault


def health(desk: Desk) -> ConnectionHealth:
    with desk.store.read() as work:
        return work.health("acme")["jira"]


def hide(desk: Desk) -> None:
    desk.configure(cycles=(build.cycle(build.key_result(confidential=True)),))


def shared(desk: Desk, *, hidden: bool) -> None:
    """One epic that a public number and one that may be kept inside have in common."""
    loud = build.initiative("open", link=build.link("open", key_result_id="open"))
    numbers = (
        build.key_result(id="activation", title="Keep the whales", confidential=hidden),
        build.key_result(loud, id="open", title="Open number"),
    )
    desk.configure(cycles=(build.cycle(*numbers),))


def two_that_became_confidential(desk: Desk) -> None:
    """The comments of two epics stand, and the key result of both is confidential now."""
    bets = [build.initiative(n, link=build.link(n, f"ONB-{n}")) for n in ("1", "2")]
    desk.configure(cycles=(build.cycle(build.key_result(*bets)),))
    for n in ("1", "2"):
        desk.epic(f"ONB-{n}", n)
    assert desk.sync().wrote == {Wrote.CREATED: 2}
    desk.configure(cycles=(build.cycle(build.key_result(*bets, confidential=True)),))


def test_it_is_taken_back_while_reads_fail_and_the_failure_is_kept(standing: Desk) -> None:
    standing.tracker.fault = failing(fetch=GONE)
    standing.clock.pass_(hours=1)
    standing.sync()
    before = health(standing)
    hide(standing)
    standing.clock.pass_(hours=1)

    report = standing.sync()

    assert report.wrote == {Wrote.REMOVED: 1}
    assert standing.tracker.comments("10042") == []
    (told,) = report.connections
    assert (told.outcome, told.sentence, told.writes) == (ConnectionOutcome.FAILED, GONE.sentence, 1)
    assert health(standing) == before
    assert (report.exposed, report.held_back) == ((), ())


def test_a_plan_shows_it_although_reads_fail(standing: Desk) -> None:
    standing.tracker.fault = failing(fetch=GONE)
    hide(standing)
    (planned,) = standing.plan().planned
    assert (planned.publication.comment, planned.not_before) == (None, None)


def test_where_the_write_fails_too_it_is_said_that_it_stands_and_why(standing: Desk) -> None:
    refusal = TemporaryError("jira: not now", retry_after=7200.0)
    standing.tracker.fault = failing(fetch=GONE, remove=refusal)
    hide(standing)
    standing.clock.pass_(hours=1)

    report = standing.sync()

    until = standing.clock.now() + timedelta(hours=2)
    assert report.exposed == (Exposed("jira", until, "jira: not now", 1),)
    assert [(held.until, held.why) for held in report.held_back] == [(until, "jira: not now")]
    assert report.connections[0].sentence == GONE.sentence
    assert health(standing).not_before == until
    steps = len(standing.tracker.steps)
    standing.clock.pass_(hours=1)
    assert standing.sync().exposed == (Exposed("jira", until, GONE.sentence, 1),)
    assert len(standing.tracker.steps) == steps


@pytest.mark.parametrize(
    "error",
    [
        CredentialsError("jira: the token is not accepted"),
        TemporaryError("jira: too many requests", retry_after=7200.0),
    ],
    ids=["credentials", "back-off"],
)
def test_a_connection_that_takes_nothing_now_is_left_alone_and_it_is_said(
    standing: Desk, error: SyncerError
) -> None:
    standing.tracker.fault = failing(fetch=error)
    hide(standing)
    standing.clock.pass_(hours=1)
    until = standing.clock.now() + timedelta(hours=2) if isinstance(error, TemporaryError) else None

    assert standing.plan().exposed == (Exposed("jira", until, error.sentence, 1),)
    report = standing.sync()

    assert report.exposed == (Exposed("jira", until, error.sentence, 1),)
    assert standing.tracker.steps == ["fetch", "fetch"]


def test_items_that_let_nothing_be_removed_are_counted_and_not_named(desk: Desk) -> None:
    """What a tracker says of an item may name it, and its key result is confidential."""
    two_that_became_confidential(desk)
    refused = (desk.tracker.items.pop("1"), desk.tracker.items.pop("2"))

    why = (
        "the tracker refuses to take it away (not_found); name its key result with --kr to read what it says"
    )
    for _ in range(2):
        report = desk.sync()
        assert (report.exposed, report.is_partial) == ((Exposed("jira", None, why, 2),), True)
    desk.tracker.items.update({"1": refused[0], "2": refused[1]})
    assert desk.sync().exposed == ()


def test_what_waits_behind_a_refusal_is_said_as_well(desk: Desk) -> None:
    two_that_became_confidential(desk)
    desk.tracker.fault = failing(remove=FatalError("jira: closed for today"))

    assert desk.sync().exposed == (Exposed("jira", None, "jira: closed for today", 2),)


def test_a_section_goes_in_the_same_sync_that_finds_out_that_a_person_edited_the_comment(desk: Desk) -> None:
    desk.epic()
    shared(desk, hidden=False)
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    (comment,) = desk.tracker.items["10042"].comments
    comment.edited_by_human = True
    shared(desk, hidden=True)

    report = desk.sync()

    assert [one.standing for one in report.delivered] == [Standing.WITHDRAWN]
    assert desk.tracker.comments("10042") == []


def test_an_edited_comment_that_leaks_nothing_is_left_alone(standing: Desk) -> None:
    (comment,) = standing.tracker.items["10042"].comments
    comment.edited_by_human = True
    standing.clock.pass_(days=1)
    standing.check_in(50)
    assert [one.standing for one in standing.sync().delivered] == [Standing.EDITED]
    assert len(standing.tracker.comments("10042")) == 1


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ({"silent": frozenset({"jira"})}, "jira is not to be written over (write_to: off)"),
        ({"connection_kinds": {}}, "jira is no connection of the file any more"),
        ({"publish": PublishPolicy(enabled=False)}, "publish.enabled is false"),
    ],
    ids=["write_to", "removed", "publishing"],
)
def test_where_the_file_lets_nothing_be_written_it_is_said_at_each_sync(
    standing: Desk, closed: dict[str, object], why: str
) -> None:
    bet = build.initiative(link=build.link(publish=False))
    cycle = build.cycle(build.key_result(bet, confidential=True))
    standing.configure(cycles=(cycle,), **closed)

    for _ in range(2):
        assert standing.plan().exposed == (Exposed("jira", None, why, 1),)
        report = standing.sync()
        assert (report.exposed, report.writes) == ((Exposed("jira", None, why, 1),), 0)
        standing.clock.pass_(days=1)

    assert len(standing.tracker.comments("10042")) == 1
    standing.configure(
        silent=frozenset(), connection_kinds=build.workspace().connection_kinds, publish=PublishPolicy()
    )
    assert standing.sync().wrote == {Wrote.REMOVED: 1}


def test_over_a_silent_connection_no_last_word_is_tried(standing: Desk) -> None:
    bet = build.initiative(link=build.link(publish=False))
    standing.configure(cycles=(build.cycle(build.key_result(bet)),), silent=frozenset({"jira"}))
    standing.clock.pass_(days=1)

    assert standing.plan().planned == ()
    report = standing.sync()

    assert (report.delivered, report.held_back, report.is_partial) == ((), (), False)
    with standing.store.read() as work:
        assert work.outbox("acme") == ()


def test_a_plan_names_the_connection_that_is_left_alone_as_a_sync_does(standing: Desk) -> None:
    standing.tracker.fault = failing(fetch=TemporaryError("jira: too many requests", retry_after=7200.0))
    standing.clock.pass_(hours=1)
    standing.sync()
    bet = build.initiative("by-hand", linked=False)
    standing.configure(cycles=(build.cycle(build.key_result(bet, confidential=True)),))

    plan, report = standing.plan(), standing.sync()

    assert plan.connections == report.connections
    assert [one.outcome for one in plan.connections] == [ConnectionOutcome.DEFERRED]


def test_what_was_cut_off_is_told_by_the_status_as_by_a_sync(desk: Desk) -> None:
    desk.epic()
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    bet = build.initiative(link=build.link(publish=False))
    desk.configure(
        cycles=(build.cycle(build.key_result(bet, confidential=True)),), silent=frozenset({"jira"})
    )
    with desk.store.read() as work:
        items = exposed_items(work.receipts("acme"), work.outbox("acme"), desk.workspace.confidential)

    assert items == {("jira", "10042")}
    assert [one.items for one in desk.sync().exposed] == [1]


def test_a_connector_that_cannot_even_be_opened_is_the_reason(
    standing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_secret(self: Desk, name: str, **rules: Any) -> MemoryConnector:
        msg = f"{name}: its secret cannot be read"
        raise FatalError(msg)

    hide(standing)
    monkeypatch.setattr(Desk, "connect", no_secret)
    assert standing.sync().exposed == (Exposed("jira", None, "jira: its secret cannot be read", 1),)


@pytest.mark.parametrize(
    "closed",
    [{"silent": frozenset({"jira"})}, {"publish": PublishPolicy(enabled=False)}],
    ids=["write_to", "publishing"],
)
def test_what_a_person_took_away_meanwhile_is_known_after_the_nightly_look(
    standing: Desk, closed: dict[str, Any]
) -> None:
    bet = build.initiative(link=build.link(publish=False))
    standing.configure(cycles=(build.cycle(build.key_result(bet, confidential=True)),), **closed)
    assert [one.items for one in standing.sync(fresh=True).exposed] == [1]
    standing.tracker.items["10042"].comments.clear()
    assert standing.sync(fresh=True).exposed == ()

    report = standing.sync()

    assert (report.exposed, report.is_partial, report.writes) == ((), False, 0)
    assert standing.plan().exposed == ()


def test_where_publishing_is_off_nothing_is_promised_for_later(standing: Desk) -> None:
    standing.check_in(50)
    standing.configure(publish=PublishPolicy(enabled=False))
    assert (standing.plan().planned, standing.sync().held_back) == ((), ())


def test_what_a_person_edited_and_then_took_away_is_known_there_too(standing: Desk) -> None:
    bet = build.initiative(link=build.link(publish=False))
    cycle = build.cycle(build.key_result(bet, confidential=True))
    standing.configure(cycles=(cycle,), publish=PublishPolicy(enabled=False))
    (comment,) = standing.tracker.items["10042"].comments
    comment.edited_by_human = True
    assert [one.standing for one in standing.sync(fresh=True).delivered] == [Standing.EDITED]
    assert standing.sync(fresh=True).delivered == ()
    standing.tracker.items["10042"].comments.clear()

    assert [one.standing for one in standing.sync(fresh=True).delivered] == [Standing.OPTED_OUT]
    assert standing.sync().exposed == ()


def test_what_a_cut_off_write_may_say_is_not_forgotten_when_its_item_goes(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    desk.clock.pass_(days=1)
    shared(desk, hidden=False)
    desk.tracker.fault = lose_answer("updated")
    desk.sync()
    desk.tracker.fault = failing()
    item = desk.tracker.items.pop("10042")
    hand, other = build.initiative("by-hand", linked=False), build.initiative("other", linked=False)
    kept = build.key_result(hand)
    desk.configure(cycles=(build.cycle(kept, build.key_result(other, id="open")),))
    desk.clock.pass_(days=1)
    desk.sync()
    desk.tracker.items["10042"] = item
    assert "Open number" in desk.tracker.comments("10042")[0]
    desk.configure(cycles=(build.cycle(kept, build.key_result(other, id="open", confidential=True)),))

    desk.sync()

    assert desk.tracker.comments("10042") == []
