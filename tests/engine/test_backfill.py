"""The past of an item is taken over once, when it is linked, and from the cycle's first day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from connectors.buckets import Bucket
from connectors.past import Piece, past_of
from syncer.domain.work import Progress, Snapshot, WorkStatus
from syncer.engine.report import SyncReport
from tests.domain import build
from tests.engine.desk import Desk

DAYS = ("2026-09-07", "2026-09-28", "2026-10-12", "2026-10-26")


def told(*done: int) -> tuple[Snapshot, ...]:
    return tuple(
        build.snapshot(taken_at=build.noon(day), progress=Progress(done=n, open=10 - n))
        for day, n in zip(DAYS, done, strict=True)
    )


def kept(desk: Desk) -> list[tuple[str, int]]:
    with desk.store.read() as work:
        (history,) = work.snapshots("acme").values()
    return [(one.taken_at.date().isoformat(), one.progress.done) for one in history]


def test_it_begins_with_what_stood_on_the_first_day_of_the_cycle(desk: Desk) -> None:
    desk.epic()
    desk.tracker.past["10042"] = told(0, 1, 1, 2)

    report = desk.sync()

    assert report.backfilled == 1
    assert [str(change) for one in report.changes for change in one.changes] != []
    assert kept(desk) == [("2026-09-28", 1), ("2026-10-12", 1), ("2026-10-26", 2), ("2026-11-02", 3)]


def test_it_is_taken_over_once(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    desk.tracker.past["10042"] = told(0, 1, 1, 2)
    desk.clock.pass_(days=1)

    report = desk.sync(fresh=True)

    assert report.backfilled == 0
    assert kept(desk) == [("2026-11-02", 3)]


def test_a_plan_takes_it_into_account_and_stores_nothing(desk: Desk) -> None:
    desk.epic()
    desk.tracker.past["10042"] = told(0, 1, 1, 2)
    before = desk.rows()

    assert desk.plan().backfilled == 1
    assert desk.rows() == before


def test_two_bets_on_one_item_share_its_past(desk: Desk) -> None:
    again = build.initiative("again", link=build.link("again", ref=build.ref("ONB-12")))
    desk.configure(cycles=(build.cycle(build.key_result(build.initiative(), again)),))
    desk.epic()
    desk.tracker.past["10042"] = told(0, 1, 1, 2)

    assert desk.sync().backfilled == 1
    assert len(kept(desk)) == 4


def test_the_signals_speak_in_the_first_week(desk: Desk) -> None:
    """Work that is on track beside a number that stands still: known from dates and entered check-ins."""
    for week, day in enumerate(("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")):
        desk.check_in(34.0 + week * 0.05, on=day)
    desk.epic(progress=Progress(done=6, open=4))
    desk.tracker.past["10042"] = told(0, 1, 2, 4)

    assert "activation/work_without_movement" in {one.id for one in desk.sync().opened}


def test_without_a_past_they_wait(desk: Desk) -> None:
    for week, day in enumerate(("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")):
        desk.check_in(34.0 + week * 0.05, on=day)
    desk.epic(progress=Progress(done=6, open=4))

    assert "activation/work_without_movement" not in {one.id for one in desk.sync().opened}


def test_a_fault_while_it_is_drawn_costs_nothing_but_the_past(desk: Desk) -> None:
    desk.epic()

    class Faulty(dict[str, tuple[Snapshot, ...]]):
        def __getitem__(self, key: str) -> tuple[Snapshot, ...]:
            raise ValueError(key)

    desk.tracker.past = Faulty({"10042": ()})

    assert desk.sync().backfilled == 0
    assert kept(desk) == [("2026-11-02", 3)]


def test_an_item_that_comes_back_is_known_from_its_dates_since_it_was_last_read(desk: Desk) -> None:
    """What it became meanwhile did not happen on the day on which it came back."""
    desk.clock.moment = build.noon("2026-10-02")
    desk.epic(progress=Progress(done=1, open=4))
    desk.sync()
    desk.configure(cycles=(build.cycle(build.key_result(initiatives=())),))
    desk.sync()
    desk.clock.moment = build.noon("2026-12-10")
    desk.configure(cycles=(build.cycle(build.key_result()),))
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=9, open_=6)
    desk.tracker.past["10042"] = tuple(
        build.snapshot(taken_at=build.noon(day), progress=Progress(done=done, open=open_))
        for day, done, open_ in (("2026-09-30", 0, 5), ("2026-10-29", 5, 10), ("2026-11-05", 9, 6))
    )

    report = desk.sync()

    assert kept(desk) == [
        ("2026-10-02", 1),
        ("2026-10-02", 0),
        ("2026-10-29", 5),
        ("2026-11-05", 9),
        ("2026-12-10", 9),
    ]
    assert not {"scope_growth", "work_without_movement"} & {one.kind for one in report.opened}


def test_of_an_item_that_says_the_same_as_at_its_last_read_nothing_is_added(desk: Desk) -> None:
    """What its dates would tell of the time in between came and went, or was never so."""
    desk.clock.moment = build.noon("2026-10-05")
    desk.epic(progress=Progress(done=1, open=3))
    desk.sync()
    desk.clock.moment = build.noon("2026-11-20")
    desk.tracker.past["10042"] = (
        build.snapshot(taken_at=build.noon("2026-10-23"), progress=Progress(done=1, open=1)),
    )

    report = desk.sync()

    assert (report.backfilled, report.changes) == (0, ())
    assert kept(desk) == [("2026-10-05", 1)]


def test_what_is_read_stands_over_what_is_drawn(desk: Desk) -> None:
    """Its dates tell something else than the new read: that is the last word, and told against the former."""
    desk.clock.moment = build.noon("2026-10-05")
    desk.epic(progress=Progress(done=1, open=3))
    desk.sync()
    desk.clock.moment = build.noon("2026-11-20")
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=1, open_=2)
    desk.tracker.past["10042"] = (
        build.snapshot(taken_at=build.noon("2026-10-23"), progress=Progress(done=1, open=1)),
    )

    (change,) = desk.sync().changes

    assert [str(one) for one in change.changes] == ["work 1/4 -> 1/3"]
    assert kept(desk) == [("2026-10-05", 1), ("2026-10-23", 1), ("2026-11-20", 1)]
    assert said(desk)[-1] == ("in_progress", "1/3")


def said(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.read() as work:
        (history,) = work.snapshots("acme").values()
    return [(one.status.value, one.progress.basis) for one in history]


DATES = [
    Piece(Bucket.DONE, build.noon("2026-10-05"), build.noon("2026-10-20")),
    Piece(Bucket.OPEN, build.noon("2026-10-05")),
]


def sync_after_nine_days(desk: Desk, pieces: Sequence[Piece] = DATES) -> SyncReport:
    """Nobody synced since 2 November, and a connector draws the time in between from the dates."""
    desk.clock.moment = build.noon("2026-11-11")
    now = replace(desk.tracker.items["10042"].snapshot, taken_at=desk.clock.now())
    desk.tracker.past["10042"] = past_of(now, pieces)
    return desk.sync()


@pytest.mark.parametrize("status", [WorkStatus.ON_HOLD, WorkStatus.DROPPED])
def test_work_that_rests_is_not_said_to_have_gone_on_meanwhile(desk: Desk, status: WorkStatus) -> None:
    desk.epic(status=status, progress=Progress(done=1, open=1))
    desk.check_in(36)
    desk.sync()

    report = sync_after_nine_days(desk)

    assert (report.opened, report.changes, report.backfilled, report.has_changes) == ((), (), 0, False)
    assert said(desk) == [(status, "1/2")]


def test_a_bet_that_was_dropped_long_ago_is_not_dropped_again(desk: Desk) -> None:
    desk.epic(status=WorkStatus.DROPPED, progress=Progress(done=1, open=1))
    desk.check_in(36)
    assert "dropped_bet" in {one.kind for one in desk.sync().opened}
    for on in ("2026-11-09", "2026-11-16", "2026-11-22", "2026-11-27"):
        desk.clock.moment = build.noon(on)
        desk.sync()
    desk.clock.moment = build.noon("2026-12-07")
    desk.tracker.work("10042", WorkStatus.DROPPED, done=1, open_=1, cancelled=1)
    now = replace(desk.tracker.items["10042"].snapshot, taken_at=desk.clock.now())
    cancelled = Piece(Bucket.CANCELLED, build.noon("2026-10-05"), build.noon("2026-12-01"))
    desk.tracker.past["10042"] = past_of(now, [*DATES, cancelled])

    report = desk.sync()

    assert "dropped_bet" not in {one.kind for one in report.opened}
    assert {status for status, _ in said(desk)} == {"dropped"}


def test_what_rested_at_the_last_read_rests_until_it_is_seen_to_go_on_or_done(desk: Desk) -> None:
    desk.epic(status=WorkStatus.ON_HOLD, progress=Progress(done=1, open=1))
    desk.sync()
    desk.tracker.change("10042", done_on=build.day("2026-11-08"))
    desk.tracker.work("10042", WorkStatus.DONE, done=2)

    sync_after_nine_days(
        desk,
        [
            Piece(Bucket.DONE, build.noon("2026-10-05"), build.noon("2026-10-20")),
            Piece(Bucket.DONE, build.noon("2026-10-05"), build.noon("2026-11-03")),
        ],
    )

    assert said(desk) == [("on_hold", "1/2"), ("on_hold", "2/2"), ("done", "2/2")]


def test_what_was_planned_at_the_last_read_begins_when_its_dates_say(desk: Desk) -> None:
    desk.epic(status=WorkStatus.PLANNED, progress=Progress(open=2))
    desk.sync()
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=1, open_=1)

    sync_after_nine_days(
        desk, [Piece(Bucket.DONE, build.noon("2026-10-05"), build.noon("2026-11-03")), DATES[1]]
    )

    assert said(desk) == [("planned", "0/2"), ("in_progress", "1/2"), ("in_progress", "1/2")]


@pytest.mark.parametrize("status", [WorkStatus.ON_HOLD, WorkStatus.DROPPED])
def test_since_when_work_rests_no_date_tells(desk: Desk, status: WorkStatus) -> None:
    """It was planned, and is now seen to rest: that it was under way in between nobody said."""
    desk.epic(status=WorkStatus.PLANNED, progress=Progress(open=2))
    desk.sync()
    desk.tracker.work("10042", status, done=0, open_=2)

    report = sync_after_nine_days(desk, [DATES[1], DATES[1]])

    assert [str(one) for one in report.changes[0].changes] == [f"status planned -> {status.words}"]
    assert said(desk) == [("planned", "0/2"), (status, "0/2")]


def test_work_that_was_moved_in_meanwhile_is_no_growth_of_the_day(desk: Desk) -> None:
    desk.clock.moment = build.noon("2026-10-05")
    desk.epic(progress=Progress(done=1, open=4))
    desk.sync()
    desk.clock.moment = build.noon("2026-12-10")
    desk.tracker.work("10042", WorkStatus.IN_PROGRESS, done=6, open_=9)
    desk.tracker.past["10042"] = (
        build.snapshot(taken_at=build.noon("2026-09-28"), progress=Progress(done=6, open=9)),
    )

    assert "scope_growth" not in {one.kind for one in desk.sync().opened}
