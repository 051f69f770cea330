"""What is checked in after a cycle tells what late work moved: every sheet knows it and says when it was."""

from __future__ import annotations

import pytest

from syncer.cli.sheets import rollup_document
from syncer.cli.status import status_lines
from syncer.cli.text import brief_sentence, number_line
from syncer.cli.weekly_rows import rows_of
from syncer.domain.render import is_it_moving
from syncer.domain.sync import Wrote
from syncer.domain.work import Progress, WorkStatus
from syncer.engine import wording
from syncer.engine.reminders import reminders_at
from syncer.engine.view import View, look
from tests.domain import build
from tests.engine.desk import Desk


@pytest.fixture
def ended(desk: Desk) -> Desk:
    """The cycle is over; its last value is of 20 December, and the work shipped on the 22nd."""
    shipped = build.day("2026-12-22")
    desk.clock.moment = build.noon("2026-12-06")
    for _ in range(3):
        desk.check_in(38.0)
        desk.clock.pass_(days=7)
    desk.epic(status=WorkStatus.DONE, done_on=shipped, progress=Progress(done=10, open=0))
    desk.clock.moment = build.noon("2027-01-04")
    desk.sync()
    return desk


def known(desk: Desk) -> View:
    return look(desk.workspace, desk.store, desk.clock)


def comment(desk: Desk) -> str:
    (text,) = desk.tracker.comments("10042")
    return text


def test_the_comment_follows_a_value_that_came_after_the_cycle(ended: Desk) -> None:
    assert "Cannot tell yet: there is no value since 22 Dec 2026" in comment(ended)
    ended.clock.moment = build.noon("2027-01-05")
    ended.check_in(45.0)

    assert ended.sync().wrote == {Wrote.UPDATED: 1}

    assert "since it shipped on 22 Dec 2026 the number rose by 7 points" in comment(ended)
    assert "Number: 38 %" in comment(ended), "the status is the cycle's"


def test_the_first_value_after_the_cycle_is_news_though_it_is_the_same(ended: Desk) -> None:
    ended.clock.moment = build.noon("2027-01-05")
    ended.check_in(38.0)

    assert ended.sync().wrote == {Wrote.UPDATED: 1}

    assert "since it shipped on 22 Dec 2026 the number did not move" in comment(ended)


def test_a_later_value_that_moved_less_than_counts_is_no_news(ended: Desk) -> None:
    ended.clock.moment = build.noon("2027-01-05")
    ended.check_in(45.0)
    ended.sync()
    ended.clock.pass_(days=1)
    ended.check_in(45.9)
    assert ended.sync().wrote == {}
    ended.clock.pass_(days=1)
    ended.check_in(46.0)

    assert ended.sync().wrote == {Wrote.UPDATED: 1}


def test_the_sheets_say_of_when_the_value_of_the_cycle_is_and_of_when_the_late_one(ended: Desk) -> None:
    (rollup,) = known(ended).rollups
    assert "nothing since" in wording.unsaid_line(rollup)
    ended.clock.moment = build.noon("2027-01-11")
    ended.check_in(46.0)
    ended.sync()

    view = known(ended)

    (rollup,) = view.rollups
    assert list(status_lines(view, ended.clock.now()))[-1] == (
        "  ! activation: the number is stale, 38 % was checked in on 20 Dec 2026 and nothing more in the "
        "cycle; 46 % on 11 Jan 2027, after the cycle"
    )
    assert wording.unsaid_line(rollup) == (
        "- number: Increase Day 7 activation from 34% to 52%: nothing after 20 Dec 2026 in the cycle; "
        "46 % on 11 Jan 2027, after the cycle"
    )
    assert brief_sentence(rollup, ()) == (
        "Increase Day 7 activation from 34% to 52%: at 38 % on 20 Dec 2026, target 52 % (stale); at 46 % "
        "on 11 Jan 2027, after the cycle; in 21 days it rose by 8 points; 1 of 1 bets done; it moves, "
        "now that the work is done."
    )


def test_every_form_of_the_weekly_sheet_has_the_late_value_beside_that_of_the_cycle(ended: Desk) -> None:
    ended.clock.moment = build.noon("2027-01-11")
    ended.check_in(46.0)

    (rollup,) = known(ended).rollups

    late = "46 % on 11 Jan 2027, after the cycle"
    assert number_line(rollup) == (f"number    38 % · 52 % expected · stale since 20 Dec 2026 · {late}")
    (row,) = rows_of("acme", [rollup], ())
    assert (row.now, row.checked_in) == ("38 %", f"20 Dec 2026; {late}")
    document = rollup_document(rollup, ())
    assert (document["value"], document["late_value"], document["late_value_on"]) == (
        38.0,
        46.0,
        build.day("2027-01-11"),
    )
    assert wording.number_line(rollup).endswith(f": 38 % on 20 Dec 2026, stale; {late}")


def test_a_number_that_was_read_only_after_its_cycle_is_not_said_to_be_unread() -> None:
    rollup = build.rollup_of(on="2027-01-12", check_ins=[build.check_in("2027-01-11", 46.0)])

    late = "46 % on 11 Jan 2027, after the cycle"
    assert number_line(rollup) == f"number    nobody has checked in a value; 52 % expected · {late}"
    assert f"nobody has checked in a value; at {late}; 0 of 1 bets done; " in brief_sentence(rollup, ())
    assert is_it_moving(rollup, rollup.work[0]) == "Cannot tell yet: too few check-ins."
    assert wording.number_line(rollup).endswith(f": no check-in yet; {late}")
    assert wording.unsaid_line(rollup).endswith(f": nothing at all in the cycle; {late}")


def test_who_is_asked_for_the_last_day_of_a_cycle_is_told_to_say_so(ended: Desk) -> None:
    (reminder,) = reminders_at(ended.workspace, ended.store, ended.clock.now())

    (owed,) = reminder.owed
    assert wording.owed_line(owed) == (
        "- Increase Day 7 activation from 34% to 52%: last said on 20 Dec 2026, overdue. "
        "syncer check-in activation VALUE --on 2026-12-31"
    )
