from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.testing.desk import unleased
from connectors.testing.memory import lose_answer
from syncer.domain.declared import Move
from syncer.domain.okr import Initiative, KeyResult, PublishPolicy
from syncer.domain.sync import RunOutcome, Standing, Wrote
from syncer.domain.work import LinkState, Progress, Snapshot, WorkStatus
from syncer.engine.pull import Scope
from syncer.engine.report import ConnectionOutcome
from syncer.errors import BusyError, CredentialsError, FatalError, ReadOnlyError, TemporaryError
from syncer.store.schema import metadata
from tests.domain import build
from tests.engine.desk import Desk


def activation_with(*keys: str, **changes: object) -> object:
    bets = [build.initiative(f"bet-{n}", link=build.link(f"bet-{n}", key)) for n, key in enumerate(keys)]
    return build.key_result(*bets, **changes)


def test_a_first_sync_stores_judges_and_writes_one_comment(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    report = desk.sync()
    assert report.wrote == {Wrote.CREATED: 1}
    (text,) = desk.tracker.comments("10042")
    assert "This work: 3 of 10 done, in progress" in text
    assert "Number: 36 %" in text
    assert "okr-syncer:acme/10042" in text
    assert report.run is not None
    assert report.run.outcome is RunOutcome.DONE


def test_a_second_sync_is_silent(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    before = desk.rows()
    desk.clock.pass_(minutes=15)
    again = desk.sync()
    after = desk.rows()
    assert again.writes == 0
    assert not again.has_changes
    assert {name for name in after if after[name] != before[name]} <= {"sync_runs"}


def test_a_plan_changes_nothing_anywhere(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    before = desk.rows()
    report = desk.plan()
    assert [one.publication.marker for one in report.planned] == ["okr-syncer:acme/10042"]
    assert desk.tracker.comments("10042") == []
    assert desk.rows() == before
    assert not desk.store.leased("acme")


def test_a_plan_says_nothing_of_comments_that_stand_as_wanted(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    assert desk.plan().planned == ()


def test_a_material_change_edits_the_comment_in_place_after_the_interval(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=8, open_=2)
    desk.clock.pass_(hours=1)
    held = desk.sync()
    assert (held.writes, len(held.held_back)) == (0, 1)
    desk.clock.pass_(hours=6)
    report = desk.sync()
    assert report.wrote == {Wrote.UPDATED: 1}
    (text,) = desk.tracker.comments("10042")
    assert "8 of 10 done" in text


def test_an_immaterial_change_is_stored_but_not_published(desk: Desk) -> None:
    desk.epic(progress=Progress(done=50, open=50))
    desk.check_in(36)
    desk.sync()
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=51, open_=49)
    desk.clock.pass_(days=1)
    report = desk.sync()
    assert len(report.changes) == 1
    assert report.writes == 0
    assert report.held_back == ()


def test_a_lost_answer_is_looked_up_and_never_posted_twice(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = lose_answer("created")
    report = desk.sync()
    assert report.failed[0].sentence == "the tracker did not answer; whether it acted is unknown"
    desk.tracker.fault = lambda step: None
    desk.clock.pass_(minutes=15)
    again = desk.sync()
    assert len(desk.tracker.comments("10042")) == 1
    assert desk.tracker.steps.count("create") == 1
    assert again.wrote == {Wrote.UPDATED: 1}


def test_a_crash_before_the_call_posts_once(desk: Desk) -> None:
    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        if step == "create":
            raise Killed

    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = die
    with pytest.raises(Killed):
        desk.sync()
    desk.tracker.fault = lambda step: None
    desk.sync()
    assert len(desk.tracker.comments("10042")) == 1


def test_a_crash_between_the_answer_and_the_receipt_adopts_the_comment(desk: Desk) -> None:
    class Killed(BaseException):
        pass

    def die(step: str) -> None:
        if step == "created":
            raise Killed

    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = die
    with pytest.raises(Killed):
        desk.sync()
    desk.tracker.fault = lambda step: None
    desk.sync()
    assert len(desk.tracker.comments("10042")) == 1
    assert desk.tracker.steps.count("create") == 1


def test_a_new_database_adopts_the_comment_that_stands(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    with desk.store.write() as work:
        for table in reversed(metadata.sorted_tables):
            work._connection.execute(table.delete())
    report = desk.sync()
    assert len(desk.tracker.comments("10042")) == 1
    assert report.wrote == {Wrote.UPDATED: 1}


def test_a_comment_deleted_by_a_human_is_an_opt_out_for_good(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.items["10042"].comments.clear()
    desk.tracker.work("10042", WorkStatus.DONE, done=10, open_=0)
    desk.clock.pass_(days=1)
    first = desk.sync()
    assert [one.standing for one in first.delivered] == [Standing.OPTED_OUT]
    desk.clock.pass_(days=7)
    desk.check_in(50)
    desk.sync()
    assert desk.tracker.comments("10042") == []


def test_a_comment_edited_by_a_human_is_reported_and_left_alone(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.items["10042"].comments[0].edited_by_human = True
    desk.tracker.items["10042"].comments[0].text = "we know better"
    desk.tracker.work("10042", WorkStatus.DONE, done=10, open_=0)
    desk.clock.pass_(days=1)
    report = desk.sync()
    assert [one.standing for one in report.delivered] == [Standing.EDITED]
    assert desk.tracker.comments("10042") == ["we know better"]


def test_a_confidential_key_result_publishes_nothing_and_takes_back_what_stood(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    secret = build.key_result(confidential=True)
    desk.configure(cycles=(build.cycle(secret),))
    desk.clock.pass_(minutes=15)
    report = desk.sync()
    assert report.wrote == {Wrote.REMOVED: 1}
    assert desk.tracker.comments("10042") == []
    assert desk.sync().writes == 0
    desk.configure(cycles=(build.cycle(build.key_result()),))
    (held,) = desk.sync().held_back
    assert held.until == desk.clock.now() + desk.workspace.publish.min_interval
    desk.clock.pass_(days=1)
    desk.sync()
    assert len(desk.tracker.comments("10042")) == 1


def test_an_item_of_two_initiatives_carries_one_comment_with_two_sections(desk: Desk) -> None:
    desk.epic()
    desk.configure(cycles=(build.cycle(activation_with("ONB-12", "ONB-12")),))  # type: ignore[arg-type]
    desk.check_in(36)
    desk.sync()
    (text,) = desk.tracker.comments("10042")
    assert text.count("OKR rollup") == 2
    assert desk.tracker.steps.count("fetch") == 1


def test_publish_off_keeps_an_item_silent(desk: Desk) -> None:
    desk.epic()
    silent = build.initiative(link=build.link(publish=False))
    desk.configure(cycles=(build.cycle(build.key_result(silent)),))
    desk.sync()
    assert desk.tracker.comments("10042") == []


def test_read_only_is_enforced_where_the_write_would_leave(desk: Desk) -> None:
    desk.epic()
    desk.configure(publish=PublishPolicy(enabled=False))
    assert desk.sync().writes == 0
    connector = desk.connect("jira", confirm=unleased)
    desk.configure(publish=PublishPolicy())
    (planned,) = desk.plan().planned
    with pytest.raises(ReadOnlyError, match="in a run that only reads"):
        connector.publish(planned.publication, None)


def test_max_writes_holds_the_rest_back_for_later_syncs(desk: Desk) -> None:
    for n in range(3):
        desk.epic(f"ONB-{n}", str(n))
    desk.configure(
        cycles=(build.cycle(activation_with("ONB-0", "ONB-1", "ONB-2")),),  # type: ignore[arg-type]
        publish=PublishPolicy(max_writes_per_sync=2),
    )
    first, second = desk.sync(), desk.sync()
    assert (first.wrote[Wrote.CREATED], len(first.held_back)) == (2, 1)
    assert second.wrote[Wrote.CREATED] == 1


def test_an_unread_item_keeps_its_last_figures_and_gets_no_comment(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.items["10042"].unread = "ONB-12: the answer had no status"
    desk.clock.pass_(days=1)
    desk.check_in(50)
    report = desk.sync()
    assert report.is_partial
    assert report.writes == 0
    assert [trouble.why for trouble in report.troubles] == ["ONB-12: the answer had no status"]
    with desk.store.read() as work:
        (history,) = work.snapshots("acme").values()
    assert [snapshot.progress.basis for snapshot in history] == ["3/10"]


def test_a_hidden_item_is_not_visible_and_comes_back(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    desk.tracker.items["10042"].state = LinkState.NOT_VISIBLE
    desk.sync()
    with desk.store.read() as work:
        assert [link.state for link in work.links("acme")] == [LinkState.NOT_VISIBLE]
    desk.tracker.items["10042"].state = LinkState.ACTIVE
    desk.sync()
    with desk.store.read() as work:
        assert [link.state for link in work.links("acme")] == [LinkState.ACTIVE]
    assert len(desk.tracker.comments("10042")) == 1


def test_a_renamed_key_keeps_link_and_comment(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.change("10042", key="NEW-7")
    desk.clock.pass_(days=1)
    report = desk.sync()
    assert [str(change) for change in report.changes[0].changes] == ["key ONB-12 -> NEW-7"]
    assert len(desk.tracker.comments("10042")) == 1
    with desk.store.read() as work:
        assert len(work.links("acme")) == 1


def test_losing_more_than_a_third_of_the_links_brakes_the_connection(desk: Desk) -> None:
    keys = [f"ONB-{n}" for n in range(6)]
    for n, key in enumerate(keys):
        desk.epic(key, str(n))
    desk.configure(cycles=(build.cycle(activation_with(*keys)),))  # type: ignore[arg-type]
    desk.sync()
    for n in (0, 1):
        desk.tracker.items[str(n)].state = LinkState.NOT_VISIBLE
    report = desk.sync()
    (connection,) = report.connections
    assert connection.outcome is ConnectionOutcome.BRAKED
    assert connection.sentence == (
        "jira: 2 of 6 links that could be read last time cannot be read now (33%, the brake is at 30%); "
        "nothing of this connection was stored"
    )
    with desk.store.read() as work:
        assert {link.state for link in work.links("acme")} == {LinkState.ACTIVE}
    forced = desk.sync(force=True)
    assert [trouble.link.state for trouble in forced.troubles] == [LinkState.NOT_VISIBLE] * 2


def test_below_five_links_nothing_brakes(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    desk.tracker.items["10042"].state = LinkState.GONE
    report = desk.sync()
    assert report.connections[0].outcome is ConnectionOutcome.READ


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CredentialsError("jira refuses the token"), ConnectionOutcome.CREDENTIALS),
        (FatalError("this API was removed"), ConnectionOutcome.FAILED),
        (TemporaryError("jira is busy", retry_after=1800), ConnectionOutcome.FAILED),
    ],
)
def test_a_failing_connection_loses_nothing(desk: Desk, error: Exception, outcome: ConnectionOutcome) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()

    def refuse(step: str) -> None:
        raise error

    desk.tracker.fault = refuse
    report = desk.sync()
    assert report.connections[0].outcome is outcome
    assert report.run is not None
    assert report.run.outcome is RunOutcome.FAILED
    with desk.store.read() as work:
        (link,) = work.links("acme")
        assert link.state is LinkState.ACTIVE
        assert len(work.snapshots("acme")) == 1


def test_a_long_wait_is_kept_on_the_connection_and_nothing_is_asked_before(desk: Desk) -> None:
    desk.epic()

    def throttle(step: str) -> None:
        msg = "jira asks to wait"
        raise TemporaryError(msg, retry_after=1800)

    desk.tracker.fault = throttle
    desk.sync()
    desk.tracker.fault = lambda step: None
    desk.clock.pass_(minutes=15)
    deferred = desk.sync()
    assert deferred.requests == 0
    assert deferred.connections[0].sentence == ("jira: unread until 2026-11-02 12:30 UTC: jira asks to wait")
    desk.clock.pass_(minutes=16)
    assert desk.sync().connections[0].outcome is ConnectionOutcome.READ


def test_a_plan_opens_connections_that_let_no_write_out(standing: Desk) -> None:
    standing.opened.clear()
    standing.plan()
    assert [one.context.confirm for one in standing.opened] == [None]
    standing.sync()
    assert standing.opened[-1].context.confirm is not None


def test_one_failing_connection_stops_no_other(desk: Desk) -> None:
    desk.epic()
    other = build.initiative("emails", link=build.link("emails", ref=build.ref("777", connection="asana")))
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative(), other)),))
    healthy = desk.connect

    def connect(name: str, **rules: Any) -> object:
        if name == "asana":
            msg = "secret file acme_asana_token is not there"
            raise CredentialsError(msg)
        return healthy(name, **rules)

    desk.connect = connect  # type: ignore[method-assign, assignment]
    report = desk.sync()
    assert {one.connection: one.outcome for one in report.connections} == {
        "jira": ConnectionOutcome.READ,
        "asana": ConnectionOutcome.CREDENTIALS,
    }
    assert len(desk.tracker.comments("10042")) == 1


def test_a_second_run_beside_a_running_one_is_refused(desk: Desk) -> None:
    lease = desk.store.acquire("acme")
    with pytest.raises(BusyError, match="acme is being synced by another run"):
        desk.sync()
    desk.store.release(lease)
    desk.epic()
    assert desk.sync().wrote == {Wrote.CREATED: 1}


def test_the_lease_is_given_back_after_a_failure(desk: Desk) -> None:
    def break_down(step: str) -> None:
        raise KeyboardInterrupt(step)

    desk.tracker.fault = break_down
    with pytest.raises(KeyboardInterrupt):
        desk.sync()
    assert not desk.store.leased("acme")


def test_a_fault_in_a_connector_is_a_sentence_of_its_connection(desk: Desk) -> None:
    def break_down(step: str) -> None:
        raise RuntimeError(step)

    desk.tracker.fault = break_down
    (connection,) = desk.sync().connections
    assert connection.outcome is ConnectionOutcome.FAILED
    assert connection.sentence == "jira: a fault in its connector (RuntimeError); nothing of it was stored"


def test_a_brake_lets_go_of_links_that_were_lost_and_reported(desk: Desk) -> None:
    keys = [f"ONB-{n}" for n in range(6)]
    for n, key in enumerate(keys):
        desk.epic(key, str(n))
    desk.configure(cycles=(build.cycle(activation_with(*keys)),))  # type: ignore[arg-type]
    desk.sync()
    seen = []
    for lost in range(6):
        desk.tracker.items[str(lost)].unread = "ONB: this is a story now"
        desk.clock.pass_(days=7)
        seen.append(desk.sync().connections[0].outcome)
    # One a week is less than a third of what was readable the week before, until few are left.
    assert seen == [ConnectionOutcome.READ] * 6


def test_a_forced_sync_is_the_new_measure(desk: Desk) -> None:
    keys = [f"ONB-{n}" for n in range(6)]
    for n, key in enumerate(keys):
        desk.epic(key, str(n))
    desk.configure(cycles=(build.cycle(activation_with(*keys)),))  # type: ignore[arg-type]
    desk.sync()
    for n in (0, 1):
        desk.tracker.items[str(n)].unread = "ONB: this is a story now"
    outcomes = []
    for force in (False, False, True, False, False):
        desk.clock.pass_(minutes=15)
        outcomes.append(desk.sync(force=force).connections[0].outcome)
    braked, read = ConnectionOutcome.BRAKED, ConnectionOutcome.READ
    assert outcomes == [braked, braked, read, read, read]


def test_archived_items_trip_no_brake(desk: Desk) -> None:
    keys = [f"ONB-{n}" for n in range(5)]
    for n, key in enumerate(keys):
        desk.epic(key, str(n))
    desk.configure(cycles=(build.cycle(activation_with(*keys)),))  # type: ignore[arg-type]
    desk.sync()
    for n in range(3):
        desk.tracker.items[str(n)].state = LinkState.ARCHIVED
    assert desk.sync().connections[0].outcome is ConnectionOutcome.READ


def test_a_scope_reads_only_what_it_names(desk: Desk) -> None:
    for n in range(3):
        desk.epic(f"ONB-{n}", str(n))
    desk.configure(cycles=(build.cycle(activation_with("ONB-0", "ONB-1", "ONB-2")),))  # type: ignore[arg-type]
    report = desk.sync(scope=Scope(links=frozenset({"ONB-1"})))
    assert report.connections[0].links == 1
    assert [len(desk.tracker.comments(str(n))) for n in range(3)] == [0, 1, 0]


def test_a_retired_initiative_keeps_its_history_and_is_not_pulled(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    desk.configure(cycles=(build.cycle(activation_with("ONB-99")),))  # type: ignore[arg-type]
    desk.epic("ONB-99", "99")
    desk.clock.pass_(days=1)
    desk.sync()
    with desk.store.read() as work:
        assert {item for _, item in work.snapshots("acme")} == {"10042", "99"}
        read_at = {link.item_id: link.read_at for link in work.links("acme")}
    assert read_at == {"10042": desk.clock.now() - timedelta(days=1), "99": desk.clock.now()}


def test_done_work_never_moves_the_number(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    before = desk.sync()
    desk.tracker.work("10042", WorkStatus.DONE, done=10, open_=0)
    desk.clock.pass_(days=1)
    desk.sync()
    with desk.store.read() as work:
        assert [check_in.value for check_in in work.check_ins("acme")] == [36]
    assert before.run is not None
    (text,) = desk.tracker.comments("10042")
    assert "Number: 36 %" in text


def test_signals_open_and_close_with_their_history(desk: Desk) -> None:
    desk.epic()
    desk.configure(cycles=(build.cycle(build.key_result(owner=None)),))
    desk.clock.moment = build.noon("2026-10-20")
    opened = desk.sync().opened
    assert "no_owner" in {signal.kind for signal in opened}
    desk.configure(cycles=(build.cycle(build.key_result(owner="ana")),))
    desk.clock.pass_(days=1)
    closed = desk.sync().closed
    assert "no_owner" in {signal.kind for signal in closed}
    with desk.store.read() as work:
        history = {span.signal.kind: (span.opened_at, span.closed_at) for span in work.signal_history("acme")}
    opened_at, closed_at = history["no_owner"]
    assert opened_at == build.noon("2026-10-20")
    assert closed_at == build.noon("2026-10-21")


def test_snapshots_are_kept_only_when_they_say_something_new(desk: Desk) -> None:
    desk.epic()
    for _ in range(3):
        desk.sync()
        desk.clock.pass_(minutes=15)
    with desk.store.read() as work:
        (history,) = work.snapshots("acme").values()
    assert len(history) == 1
    assert isinstance(history[0], Snapshot)


def test_a_plan_shows_the_comment_beside_the_one_that_stands(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=8, open_=2)
    desk.clock.pass_(days=1)
    (planned,) = desk.plan().planned
    assert planned.receipt is not None
    assert "3 of 10 done" in planned.receipt.text
    assert planned.publication.comment is not None
    assert "8 of 10 done" in planned.publication.comment.plain


def test_a_read_of_some_links_leaves_the_connection_s_own_state_where_it_was(desk: Desk) -> None:
    for n in range(2):
        desk.epic(f"ONB-{n}", str(n))
    desk.configure(cycles=(build.cycle(activation_with("ONB-0", "ONB-1")),))  # type: ignore[arg-type]
    desk.sync(scope=Scope(links=frozenset({"ONB-1"})), fresh=True)
    with desk.store.read() as work:
        assert work.connector_state("acme", "jira").connection == ""
    desk.sync()
    with desk.store.read() as work:
        assert work.connector_state("acme", "jira").connection == "read"


def test_a_bet_that_goes_to_another_number_is_told_once(desk: Desk) -> None:
    desk.epic()
    kept = build.initiative("kept", linked=False)
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative(), kept), other()),))
    desk.sync()
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative()), other(kept)),))
    move = Move("kept", "activation", "other")

    assert desk.plan().moved == (move,)
    assert desk.sync().moved == (move,)
    assert desk.sync().moved == ()


def test_a_file_that_goes_back_to_a_former_cycle_has_moved_nothing(desk: Desk) -> None:
    """What is said in the cycles of the file comes before what one said that has left it."""
    desk.epic()
    kept = build.initiative("kept", linked=False)
    former = build.cycle(build.key_result(build.initiative(), kept), other())
    following = build.cycle(
        build.key_result(build.initiative()), other(kept), start="2027-01-01", end="2027-03-31"
    )
    desk.configure(cycles=(former,))
    desk.sync()
    desk.configure(cycles=(replace(following, id="2027-Q1"),))
    assert desk.sync().moved == (Move("kept", "activation", "other"),)
    desk.configure(cycles=(former,))

    assert [desk.sync().moved for _ in range(3)] == [(), (), ()]


def other(*bets: Initiative) -> KeyResult:
    """A second number, with no bet unless some are given."""
    return replace(build.key_result(id="other", title="Another number"), initiatives=bets)
