"""Looking back at a cycle: what is read of its items later does not change what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from syncer.domain.closing import ClosedAs
from syncer.domain.evidence import Evidence, Verdict, Why, evidence_of
from syncer.domain.next_cycle import proposals
from syncer.domain.okr import KeyResult
from syncer.domain.work import Progress, WorkStatus
from syncer.engine.checkins import check_in
from syncer.engine.closing import close
from syncer.engine.review import CycleReview, look_back
from tests.domain import build
from tests.engine.desk import Desk


def verdicts(desk: Desk, cycle: str) -> list[Verdict]:
    back = look_back(desk.workspace, desk.store, desk.clock, {cycle})
    return [one.verdict for rollup in back.rollups for one in evidence_of(rollup)]


def go_on(desk: Desk, number: KeyResult, day: str) -> None:
    """The next quarter takes the place of the former one in the file."""
    desk.clock.moment = build.noon(day)
    cycle = build.cycle(number, start="2027-01-01", end="2027-03-31")
    desk.configure(cycles=(replace(cycle, id="2027-Q1"),))
    desk.sync()


def test_work_that_ships_in_the_next_cycle_never_shipped_in_this_one(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.moment = build.noon("2027-01-13")
    desk.sync()
    before = verdicts(desk, "2026-Q4")
    link = build.link("again", ref=build.ref("ONB-12"), key_result_id="next")
    go_on(desk, build.key_result(build.initiative("again", link=link), id="next"), "2027-01-20")
    desk.clock.moment = build.noon("2027-02-12")
    desk.tracker.change("10042", status=WorkStatus.DONE, done_on=date(2027, 2, 10))
    desk.sync()

    assert verdicts(desk, "2026-Q4") == before == [Verdict.NEVER_SHIPPED]


def test_another_cycle_with_the_same_number_is_no_changed_target(desk: Desk) -> None:
    desk.epic()
    desk.sync()
    go_on(desk, build.key_result(start=50.0, target=60.0), "2027-01-05")

    (cycle,) = look_back(desk.workspace, desk.store, desk.clock).cycles
    assert cycle.former == {"activation": ()}


def test_an_id_that_goes_on_leaves_the_former_cycle_as_it_was(desk: Desk) -> None:
    """Values, closings and signals of the next quarter are the next quarter's."""
    desk.epic()
    desk.check_in(40, on="2026-11-02")
    desk.clock.moment = build.noon("2026-12-30")
    desk.check_in(40)
    desk.sync()
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.MISSED)
    before = looked(desk, "2026-Q4")
    go_on(desk, build.key_result(), "2027-01-03")
    assert looked(desk, "2027-Q1")[1] is None, "it begins unclosed"
    desk.clock.moment = build.noon("2027-01-08")
    desk.check_in(52)
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.ACHIEVED)
    desk.sync()

    assert looked(desk, "2026-Q4") == before
    value, word, _ = looked(desk, "2027-Q1")
    assert (value, word) == (52, ClosedAs.ACHIEVED)


def looked(desk: Desk, cycle: str) -> tuple[float | None, ClosedAs | None, list[str]]:
    """The value a cycle came to, what it was closed as, and what was flagged in it."""
    (back,) = look_back(desk.workspace, desk.store, desk.clock, {cycle}).cycles
    (rollup,) = back.rollups
    value = rollup.latest.value if rollup.latest else None
    return value, rollup.closing.word if rollup.closing else None, [one.signal.id for one in back.flags]


def test_cycles_that_share_ids_say_together_what_each_says_alone(desk: Desk) -> None:
    """The bet of the former cycle is done and its target was changed; the next one has other work."""
    desk.epic(status=WorkStatus.DONE, done_on=date(2026, 11, 1))
    desk.epic("ONB-99", "10099", status=WorkStatus.PLANNED)
    desk.check_in(36)
    desk.sync()
    desk.clock.moment = build.noon("2026-11-20")
    desk.configure(cycles=(build.cycle(build.key_result(target=45.0)),))
    desk.sync()
    again = build.initiative("new-flow", link=build.link("new-flow", "ONB-99"))
    go_on(desk, build.key_result(again, start=45.0, target=60.0), "2027-01-05")

    def back(*cycles: str) -> tuple[CycleReview, ...]:
        return look_back(desk.workspace, desk.store, desk.clock, cycles).cycles

    former, following = back("2026-Q4", "2027-Q1")

    assert (former, following) == (*back("2026-Q4"), *back("2027-Q1"))
    (line,) = former.rollups[0].work
    assert line.link is not None
    assert (line.link.ref.key, line.status) == ("ONB-12", WorkStatus.DONE)
    assert [way.key_result.target for way in former.former["activation"]] == [52.0]
    assert following.former["activation"] == ()


def test_what_left_the_file_in_confidence_is_kept_back_from_its_own_cycle_alone(desk: Desk) -> None:
    desk.epic()
    desk.configure(cycles=(build.cycle(build.key_result(confidential=True)),))
    desk.sync()
    go_on(desk, build.key_result(), "2027-01-05")

    back = look_back(desk.workspace, desk.store, desk.clock, {"2026-Q4", "2027-Q1"})

    assert [len(one.rollups) for one in back.cycles] == [1, 1]
    assert [len(one.rollups) for one in back.public().cycles] == [0, 1]
    assert [len(one.rollups) for one in back.public(frozenset({"activation"})).cycles] == [1, 1]


RETENTION = build.key_result(
    build.initiative("other", linked=False), id="retention", title="Raise retention", start=10.0, target=20.0
)
ACTIVATION = build.key_result(build.initiative(), build.initiative("other-one", linked=False))
BARE = replace(ACTIVATION, initiatives=ACTIVATION.initiatives[1:])
TOOK_OVER = replace(
    RETENTION,
    initiatives=(
        *RETENTION.initiatives,
        replace(ACTIVATION.initiatives[0], link=build.link(key_result_id="retention")),
    ),
)


def weeks(desk: Desk, first: str, last: str, **values: float) -> None:
    """A check-in of each number and a sync every week, each on its Monday."""
    day = build.day(first)
    while day <= build.day(last):
        desk.clock.moment = build.noon(day)
        for key_result, value in values.items():
            check_in(desk.workspace, desk.store, desk.clock, key_result=key_result, value=value)
        desk.sync()
        day += timedelta(days=7)


def changed(desk: Desk, day: str, *numbers: KeyResult) -> None:
    """The file is changed in the morning, and synced."""
    desk.clock.moment = build.noon(day) - timedelta(hours=4)
    desk.configure(cycles=(build.cycle(*numbers),))
    desk.sync()


def lost(desk: Desk) -> None:
    """A bet on activation that ships on 19 October; its number stands still, that of retention moves."""
    desk.configure(cycles=(build.cycle(ACTIVATION, RETENTION),))
    desk.epic()
    weeks(desk, "2026-10-05", "2026-10-12", activation=36, retention=10)
    desk.tracker.change("10042", status=WorkStatus.DONE, done_on=date(2026, 10, 19))
    weeks(desk, "2026-10-19", "2026-10-26", activation=36, retention=10)
    weeks(desk, "2026-11-02", "2026-11-16", activation=36, retention=12)


def of(
    desk: Desk, key_result: str, bet: str = "new-flow", *, named: frozenset[str] = frozenset()
) -> Evidence:
    (one,) = [
        one
        for cycle in look_back(desk.workspace, desk.store, desk.clock).public(named).cycles
        for one in cycle.evidence
        if (one.key_result.id, one.initiative.id) == (key_result, bet)
    ]
    return one


def test_a_lost_bet_that_is_taken_out_of_the_file_stays_in_the_review(desk: Desk) -> None:
    lost(desk)
    before = of(desk, "activation")
    changed(desk, "2026-12-21", BARE, RETENTION)
    weeks(desk, "2026-12-28", "2026-12-28", activation=45)

    after = of(desk, "activation")

    assert before.verdict is Verdict.DID_NOT_MOVE
    assert after == replace(before, key_result=BARE, left_on=date(2026, 12, 21))
    (cycle,) = look_back(desk.workspace, desk.store, desk.clock).cycles
    proposed = proposals(cycle.present, cycle.stays)["activation"].proposals
    assert [one.evidence.initiative.id for one in proposed] == ["other-one"]


def test_a_bet_that_is_moved_is_told_where_it_stood_and_gets_no_credit_where_it_stands(desk: Desk) -> None:
    lost(desk)
    before = of(desk, "activation")
    changed(desk, "2026-11-18", BARE, TOOK_OVER)
    weeks(desk, "2026-11-23", "2026-11-30", activation=45, retention=15)

    there = of(desk, "retention")

    assert of(desk, "activation") == replace(
        before, key_result=BARE, left_on=date(2026, 11, 18), taken_to="Raise retention"
    )
    assert (there.verdict, there.why, there.movement) == (Verdict.CANNOT_TELL, Why.CAME_DONE, None)
    assert (there.came_on, there.shipped_on) == (date(2026, 11, 18), date(2026, 10, 19))


def test_a_bet_that_is_done_after_its_move_is_judged_as_every_other(desk: Desk) -> None:
    desk.configure(cycles=(build.cycle(ACTIVATION, RETENTION),))
    desk.epic()
    weeks(desk, "2026-10-05", "2026-10-26", activation=36, retention=10)
    changed(desk, "2026-11-02", BARE, TOOK_OVER)
    desk.tracker.change("10042", status=WorkStatus.DONE, done_on=date(2026, 11, 9))
    weeks(desk, "2026-11-09", "2026-11-09", activation=36, retention=10)
    weeks(desk, "2026-11-16", "2026-11-30", activation=36, retention=13)

    left, there = of(desk, "activation"), of(desk, "retention")

    assert (left.verdict, left.why, left.shipped_on) == (Verdict.NEVER_SHIPPED, Why.OPEN, None)
    assert (there.verdict, there.shipped_on) == (Verdict.MOVED, date(2026, 11, 9))


def test_what_becomes_of_the_item_after_it_left_is_nothing_to_the_review(desk: Desk) -> None:
    """Neither what the item says later, nor what the number did."""
    lost(desk)
    changed(desk, "2026-11-18", BARE, TOOK_OVER)
    before = of(desk, "activation")
    desk.tracker.change("10042", status=WorkStatus.IN_PROGRESS, done_on=None)
    weeks(desk, "2026-11-23", "2026-12-21", activation=50, retention=12)

    assert of(desk, "activation") == before


def test_a_bet_that_leaves_while_its_number_has_time_is_not_said_to_have_it_still(desk: Desk) -> None:
    desk.configure(cycles=(build.cycle(ACTIVATION, RETENTION),))
    desk.epic(status=WorkStatus.DONE, done_on=date(2026, 10, 19))
    weeks(desk, "2026-10-12", "2026-10-19", activation=36)
    changed(desk, "2026-10-23", BARE, RETENTION)
    weeks(desk, "2026-10-26", "2026-12-07", activation=36)

    one = of(desk, "activation")

    assert (one.verdict, one.why) == (Verdict.CANNOT_TELL, Why.LEFT)


def test_a_bet_that_left_still_overlaps_with_those_that_are_there(desk: Desk) -> None:
    """To delete the other bet makes no credit of *which of them it was cannot be told*."""
    pair = build.key_result(build.initiative(), build.initiative("emails"))
    desk.configure(cycles=(build.cycle(pair),))
    done: dict[str, Any] = {"status": WorkStatus.DONE, "done_on": date(2026, 10, 19)}
    desk.epic(**done)
    desk.epic("ONB-emails", "10043", **done)
    weeks(desk, "2026-10-12", "2026-10-19", activation=36)
    weeks(desk, "2026-10-26", "2026-11-16", activation=40)
    changed(desk, "2026-12-21", replace(pair, initiatives=pair.initiatives[:1]))

    assert of(desk, "activation").overlapping == ("Bet emails",)
    assert of(desk, "activation").verdict is Verdict.CANNOT_TELL


def test_a_key_result_that_is_taken_out_stays_in_the_review_with_its_bets(desk: Desk) -> None:
    lost(desk)
    changed(desk, "2026-12-21", RETENTION)

    (cycle,) = look_back(desk.workspace, desk.store, desk.clock).cycles

    assert of(desk, "activation").verdict is Verdict.DID_NOT_MOVE
    assert cycle.removed == {"activation": date(2026, 12, 21)}
    assert [one.key_result.id for one in cycle.present] == ["retention"]
    assert {flag.signal.key_result_id for flag in cycle.flags} >= {"activation"}


def test_a_bet_that_a_confidential_key_result_took_over_is_told_only_where_that_is_named(desk: Desk) -> None:
    """Neither by what became of it, nor by what was flagged."""
    lost(desk)
    desk.tracker.change("10042", progress=Progress(done=3, open=7))
    weeks(desk, "2026-11-17", "2026-11-17", activation=36)
    changed(desk, "2026-11-18", BARE, replace(TOOK_OVER, confidential=True))

    def told(*named: str) -> tuple[set[str], set[str]]:
        (one,) = look_back(desk.workspace, desk.store, desk.clock).public(frozenset(named)).cycles
        flags = {flag.signal.id for flag in one.flags if flag.signal.key_result_id == "activation"}
        bets = {e.initiative.id for e in one.evidence if e.key_result.id == "activation"}
        return bets, {id_ for id_ in flags if id_.endswith("/new-flow")}

    assert told() == told("activation") == ({"other-one"}, set())
    assert told("activation", "retention") == (
        {"other-one", "new-flow"},
        {"activation/status_conflict/new-flow"},
    )


def test_a_confidential_key_result_that_was_taken_out_is_told_only_where_it_is_named(desk: Desk) -> None:
    secret = replace(ACTIVATION, confidential=True)
    desk.configure(cycles=(build.cycle(secret, RETENTION),))
    desk.epic()
    weeks(desk, "2026-10-05", "2026-10-12", activation=36)
    changed(desk, "2026-11-18", RETENTION)

    (cycle,) = look_back(desk.workspace, desk.store, desk.clock).public().cycles

    assert {one.key_result.id for one in cycle.rollups} == {"retention"}
    assert {flag.signal.key_result_id for flag in cycle.flags} <= {"retention"}
    assert of(desk, "activation", named=frozenset({"activation"})).left_on == date(2026, 11, 18)
