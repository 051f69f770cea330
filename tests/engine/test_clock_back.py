"""A clock that is set back: what was read or entered last stands, and the next sync stores nothing anew."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from syncer.domain.closing import ClosedAs, standing_closings
from syncer.domain.flagged import Flag, flagged
from syncer.domain.pace import Numbers
from syncer.domain.rollup import WorkLine
from syncer.domain.sync import Wrote
from syncer.domain.work import LinkState, Progress, WorkRef, WorkStatus
from syncer.engine.checkins import report_initiative
from syncer.engine.closing import close
from syncer.engine.report import ConnectionOutcome
from syncer.engine.snoozing import snooze
from syncer.engine.values import read_values
from syncer.engine.view import look
from tests.domain import build
from tests.engine.desk import Desk

BACK = pytest.mark.parametrize("back", [{"hours": -2}, {"days": -2}], ids=["hours", "days"])


def line(desk: Desk) -> WorkLine:
    ((only,),) = (rollup.work for rollup in look(desk.workspace, desk.store, desk.clock).rollups)
    return only


def stored_by_a_silent_sync(desk: Desk) -> set[str]:
    """The tables that have other rows after a sync with nothing changed."""
    desk.clock.pass_(minutes=15)
    before = desk.rows()
    report = desk.sync()
    assert (report.writes, report.has_changes) == (0, False)
    return {name for name, rows in desk.rows().items() if rows != before[name]}


@BACK
def test_a_sync_with_nothing_changed_stores_nothing(desk: Desk, back: dict[str, float]) -> None:
    desk.epic()
    desk.check_in(36, on="2026-10-30")
    desk.sync()
    desk.clock.pass_(**back)

    assert stored_by_a_silent_sync(desk) == {"sync_runs"}
    assert stored_by_a_silent_sync(desk) == {"sync_runs"}


@BACK
def test_the_newest_read_stands_and_is_stored_once(desk: Desk, back: dict[str, float]) -> None:
    desk.epic()
    desk.sync()
    desk.clock.pass_(**back)
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=9, open_=1)

    report = desk.sync()

    assert [str(change) for one in report.changes for change in one.changes] == ["work 3/10 -> 9/10"]
    assert line(desk).progress == Progress(done=9, open=1)
    assert line(desk).read_at == desk.clock.now()
    assert stored_by_a_silent_sync(desk) == {"sync_runs"}
    assert line(desk).progress == Progress(done=9, open=1)


def lose_two_of_six(desk: Desk) -> None:
    """Links that were read a moment ago: more than the brake lets go."""
    bets = [build.initiative(f"bet-{n}", link=build.link(f"bet-{n}", f"ONB-{n}")) for n in range(6)]
    desk.configure(cycles=(build.cycle(build.key_result(*bets)),))
    for n in range(6):
        desk.epic(f"ONB-{n}", str(n))
    desk.sync()
    for item in ("0", "1"):
        desk.tracker.items[item].state = LinkState.NOT_VISIBLE


def test_what_was_lost_before_brakes_no_later_sync(desk: Desk) -> None:
    """It was read last at a time that is still to come, and so seems to have been seen just now."""
    lose_two_of_six(desk)
    desk.clock.pass_(minutes=15)
    desk.sync(force=True)
    desk.clock.pass_(hours=-2)
    desk.sync()
    desk.clock.pass_(minutes=15)

    (connection,) = desk.sync().connections

    assert connection.outcome is ConnectionOutcome.READ


def test_the_brake_holds_in_the_first_sync_after_it(desk: Desk) -> None:
    lose_two_of_six(desk)
    desk.clock.pass_(hours=-2)

    (connection,) = desk.sync().connections

    assert connection.outcome is ConnectionOutcome.BRAKED


def test_a_number_in_a_tracker_is_stored_once_and_the_newest_stands() -> None:
    """Over midnight, where the two reads fall on two days."""
    goal = WorkRef("jira", "goal", "G-1")
    key_result = build.key_result(value_at=goal)
    workspace = build.workspace(key_result)
    stored = [build.check_in("2026-11-03", 40, source=str(goal))]
    read = partial(read_values, workspace, {}, {"activation": 41.0})

    for day in ("2026-11-02", "2026-11-03"):
        (entry,) = read(stored, build.noon(day)).entries
        stored.append(entry)
        assert read(stored, build.noon(day)).entries == ()
        numbers = Numbers.of(key_result, workspace.cycles[0], stored, build.day(day))
        assert numbers.latest == entry
        assert (entry.on, entry.value) == (build.day(day), 41.0)


def test_the_status_that_was_reported_last_stands(desk: Desk) -> None:
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative(linked=False))),))
    report_initiative(
        desk.workspace, desk.store, desk.clock, initiative="new-flow", status=WorkStatus.IN_PROGRESS
    )
    desk.clock.pass_(hours=-2)
    report_initiative(desk.workspace, desk.store, desk.clock, initiative="new-flow", status=WorkStatus.DONE)

    assert line(desk).status is WorkStatus.DONE


@BACK
def test_the_closing_that_was_entered_last_stands(desk: Desk, back: dict[str, float]) -> None:
    desk.check_in(52)
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.ACHIEVED)
    desk.clock.pass_(**back)
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.REOPENED)

    with desk.store.read() as work:
        assert standing_closings(work.closings("acme"), desk.workspace) == {}


@BACK
def test_the_run_that_was_started_last_is_the_last(desk: Desk, back: dict[str, float]) -> None:
    desk.epic()
    desk.sync()
    desk.clock.pass_(**back)

    report = desk.sync()

    assert look(desk.workspace, desk.store, desk.clock).last_run == report.run


def conflicts(desk: Desk) -> list[Flag]:
    with desk.store.read() as work:
        history, snoozes = work.signal_history("acme"), work.snoozes("acme")
    (placed,) = desk.workspace.key_results()
    flags = flagged(placed, history, snoozes, desk.workspace)
    return [flag for flag in flags if flag.signal.kind == "status_conflict"]


def test_a_signal_is_put_aside_and_closed_after_it_was_opened(desk: Desk) -> None:
    """And opened again after it was closed: each in its turn, whatever the clock said."""
    desk.epic(status=WorkStatus.DONE)
    desk.sync()
    (opened,) = conflicts(desk)
    desk.clock.pass_(hours=-2)
    snooze(
        desk.workspace,
        desk.store,
        desk.clock,
        signal_id=opened.signal.id,
        until=date(2026, 11, 9),
        reason="known",
    )
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=3, open_=7)
    desk.sync()
    desk.clock.pass_(minutes=15)
    desk.tracker.work("10042", WorkStatus.DONE, done=3, open_=7)
    desk.sync()

    first, second = conflicts(desk)

    assert ([one.reason for one in first.snoozed], second.snoozed) == (["known"], ())
    with desk.store.read() as work:
        spans = [one for one in work.signal_history("acme") if one.signal.kind == "status_conflict"]
    before, after = spans
    assert before.closed_at is not None
    assert before.opened_at < before.closed_at <= after.opened_at < before.opened_at + timedelta(seconds=1)


@BACK
def test_a_comment_written_by_a_clock_that_was_ahead_waits_for_one_interval(
    desk: Desk, back: dict[str, float]
) -> None:
    desk.epic()
    desk.check_in(36, on="2026-10-30")
    desk.sync()
    desk.clock.pass_(**back)
    desk.check_in(45, on="2026-10-30")
    over = desk.clock.now() + desk.workspace.publish.min_interval
    assert [held.until for held in desk.sync().held_back] == [over]
    desk.clock.pass_(hours=6)

    assert desk.sync().wrote == {Wrote.UPDATED: 1}


def test_what_waits_since_a_clock_was_ahead_waits_for_one_interval(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36, on="2026-10-30")
    desk.sync()
    desk.check_in(45, on="2026-10-30")
    assert len(desk.sync().held_back) == 1
    desk.clock.pass_(days=-2)
    desk.sync()
    desk.clock.pass_(hours=6)

    assert desk.sync().wrote == {Wrote.UPDATED: 1}


def test_news_at_every_sync_begins_no_other_interval(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36, on="2026-10-30")
    desk.sync()
    desk.clock.pass_(days=-20)
    wrote = 0
    for hour in range(14):
        desk.clock.pass_(hours=1)
        desk.check_in(40 + hour, on="2026-10-10")
        wrote += desk.sync().writes

    assert wrote == 2, "one in each interval"
