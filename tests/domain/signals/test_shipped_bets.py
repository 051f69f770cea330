"""bet_lost and settling: every bet is done and the number has not followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import KeyResult
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals import bet_lost, settling
from syncer.domain.signals.finding import CANNOT_TELL
from syncer.domain.work import WorkStatus
from tests.domain.build import (
    Told,
    check_in,
    day,
    fact,
    fired,
    initiative,
    key_result,
    noon,
    reported,
    rollup_of,
    rules,
    snapshot,
    weekly,
)

SHIPPED = "2026-11-02"
FLAT = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.6, 36.8, 37.0)
DONE = snapshot(SHIPPED, buckets=(14, 0, 2), status=WorkStatus.DONE, done_on=day(SHIPPED))


def shipped(
    on: str, *check_ins: CheckIn, of: KeyResult | None = None, told: Told = DONE, unread: bool = False
) -> Rollup:
    return rollup_of(
        of,
        on=on,
        check_ins=check_ins or FLAT,
        work={"new-flow": [told]},
        unread=["new-flow"] if unread else [],
    )


def test_a_bet_that_shipped_and_moved_nothing_is_lost_once_the_number_had_its_time() -> None:
    signal = fired(bet_lost.detect(shipped("2026-11-16"), None))

    assert (signal.id, signal.severity, signal.owner) == ("activation/bet_lost", Severity.FAIL, "Ana Ruiz")
    assert signal.headline == (
        "Every bet is done, the last one by 2026-11-02. The number had 14 days to follow, and since that"
        " day it did not move (+0.4 points): 36.6 % on 2026-11-02 → 37 % on 2026-11-16."
    )
    assert fact(signal, "number") == "37 % on 2026-11-16; 34 % → 52 %"
    assert fact(signal, "measured") == "off track: 16.7 % of the way, 51.1 % expected by 2026-11-16"
    assert fact(signal, "Bet new-flow") == "14/14 · 2 cancelled, done, finished 2026-11-02"
    assert [(one.what, one.value, one.where) for one in signal.thresholds] == [
        ("settle", "14 days", "signals.settle"),
        ("min_move", "1 %", "key_results[].min_move"),
        ("on_track_gap", "10%", "signals.on_track_gap"),
        ("behind_gap", "25%", "signals.behind_gap"),
    ]


def test_the_advice_is_to_change_the_bet_and_never_to_do_more_of_it() -> None:
    signal = fired(bet_lost.detect(shipped("2026-11-16"), None))

    assert "Which bet replaces it? Change the bet" in signal.question
    assert "the number did not follow" in signal.question, "which is true of one that fell, too"
    assert "more work" not in signal.question + signal.headline


def test_until_then_the_number_settles() -> None:
    rollup = shipped("2026-11-15", *FLAT[:-1])
    signal = fired(settling.detect(rollup, None))

    assert bet_lost.detect(rollup, None) is None
    assert signal.severity is Severity.INFO
    assert signal.question == "Waiting for the number until 2026-11-16."
    assert "The number has until 2026-11-16 to follow" in signal.headline


def test_settling_ends_the_day_the_time_is_over() -> None:
    rollup = shipped("2026-11-16")

    assert settling.detect(rollup, fired(settling.detect(shipped("2026-11-15"), None))) is None


def test_a_number_nobody_measured_since_shipping_is_still_settling() -> None:
    signal = fired(settling.detect(shipped("2026-11-05", *FLAT[:5]), None))

    assert fact(signal, "movement") == "no newer number yet"


def test_a_movement_that_counts_is_neither() -> None:
    moved = (*FLAT[:6], check_in("2026-11-16", 37.6))

    assert bet_lost.detect(shipped("2026-11-16", *moved), None) is None
    assert settling.detect(shipped("2026-11-12", *FLAT[:5], check_in("2026-11-09", 37.6)), None) is None


def test_a_number_that_is_good_enough_is_neither() -> None:
    good = (check_in(SHIPPED, 45.0), check_in("2026-11-09", 45.0), check_in("2026-11-16", 45.0))

    assert bet_lost.detect(shipped("2026-11-16", *good), None) is None
    assert settling.detect(shipped("2026-11-15", *good), None) is None


def test_an_open_bet_beside_the_done_one_is_neither() -> None:
    number = key_result(initiative(), initiative("emails"))
    told = {"new-flow": [DONE], "emails": [snapshot(SHIPPED)]}

    for on in ("2026-11-10", "2026-11-16"):
        rollup = rollup_of(number, on=on, check_ins=FLAT, work=told)
        assert bet_lost.detect(rollup, None) is None
        assert settling.detect(rollup, None) is None


def test_dropped_work_is_no_bet_and_dropped_work_alone_loses_none() -> None:
    number = key_result(initiative(), initiative("emails"))
    dropped = snapshot(SHIPPED, status=WorkStatus.DROPPED)

    both = rollup_of(number, on="2026-11-16", check_ins=FLAT, work={"new-flow": [DONE], "emails": [dropped]})

    assert fired(bet_lost.detect(both, None)).kind == "bet_lost"
    assert bet_lost.detect(shipped("2026-11-16", told=dropped), None) is None


def test_work_kept_by_hand_can_be_a_lost_bet_too() -> None:
    by_hand = key_result(initiative(linked=False))

    signal = fired(
        bet_lost.detect(shipped("2026-11-16", of=by_hand, told=reported(SHIPPED, WorkStatus.DONE)), None)
    )

    assert fact(signal, "Bet new-flow") == "done, finished 2026-11-02"


def test_the_last_of_several_bets_starts_the_clock() -> None:
    number = key_result(initiative(), initiative("emails"))
    late = snapshot("2026-11-09", status=WorkStatus.DONE, done_on=day("2026-11-09"))
    told = {"new-flow": [DONE], "emails": [late]}

    signal = fired(settling.detect(rollup_of(number, on="2026-11-16", check_ins=FLAT, work=told), None))

    assert signal.question == "Waiting for the number until 2026-11-23."


def test_a_bet_done_before_the_cycle_gets_its_time_from_the_first_day_on() -> None:
    early = snapshot("2026-10-01", status=WorkStatus.DONE, done_on=day("2026-08-01"))
    flat = weekly("2026-10-05", 34.0, 34.0)

    assert fired(settling.detect(shipped("2026-10-14", *flat, told=early), None)).question.endswith(
        "2026-10-15."
    )
    assert fired(bet_lost.detect(shipped("2026-10-15", *flat, told=early), None)).kind == "bet_lost"


def test_settle_is_the_one_of_the_key_result() -> None:
    patient = key_result(rules=rules(settle=timedelta(days=21)))

    assert fired(settling.detect(shipped("2026-11-16", of=patient), None)).question.endswith("2026-11-23.")


@pytest.mark.parametrize("on", ["2026-11-10", "2026-11-16"])
def test_unread_work_cannot_tell(on: str) -> None:
    rollup = shipped(on, unread=True)

    assert bet_lost.detect(rollup, None) is (CANNOT_TELL if on == "2026-11-16" else None)
    assert settling.detect(rollup, None) is (CANNOT_TELL if on == "2026-11-10" else None)


def test_a_stale_number_cannot_tell_and_leaves_a_standing_signal_alone() -> None:
    standing = fired(bet_lost.detect(shipped("2026-11-16"), None))

    assert bet_lost.detect(shipped("2026-11-27"), standing) is CANNOT_TELL


def test_a_number_nobody_measured_around_shipping_cannot_tell() -> None:
    sparse = (check_in("2026-10-05", 34.5), check_in("2026-11-16", 37.0))

    assert bet_lost.detect(shipped("2026-11-16", *sparse), None) is CANNOT_TELL


def test_a_reading_from_before_shipping_is_no_proof_that_nothing_moved() -> None:
    hasty = key_result(rules=rules(settle=timedelta(days=3)))

    assert bet_lost.detect(shipped("2026-11-06", *FLAT[:5], of=hasty), None) is CANNOT_TELL


def test_a_newer_check_in_that_moved_closes_a_lost_bet() -> None:
    standing = fired(bet_lost.detect(shipped("2026-11-16"), None))

    assert bet_lost.detect(shipped("2026-11-23", *FLAT, check_in("2026-11-23", 37.6)), standing) is None


def test_a_corrected_check_in_of_the_same_day_closes_a_lost_bet() -> None:
    standing = fired(bet_lost.detect(shipped("2026-11-16"), None))
    corrected = check_in("2026-11-16", 37.6, at=FLAT[-1].at + timedelta(hours=1))

    assert bet_lost.detect(shipped("2026-11-16", *FLAT, corrected), standing) is None


@pytest.mark.parametrize("read_on", [SHIPPED, "2026-10-31"], ids=["corrected", "added"])
def test_a_value_at_shipping_that_is_said_later_is_judged_anew(read_on: str) -> None:
    flat = (check_in(read_on, 36.6), *FLAT[5:])
    said_later = check_in(SHIPPED, 34.0, at=noon("2026-11-18"))
    standing = fired(bet_lost.detect(shipped("2026-11-16", *flat), None))

    assert bet_lost.detect(shipped("2026-11-18", *flat), standing) == standing
    assert bet_lost.detect(shipped("2026-11-18", *flat, said_later), standing) is None


def test_a_value_corrected_after_the_cycle_closes_a_lost_bet_that_nobody_reads_for() -> None:
    flat = weekly("2026-11-30", *[40.0] * 5)
    done = snapshot("2026-11-30", status=WorkStatus.DONE, done_on=day("2026-11-30"))
    standing = fired(bet_lost.detect(shipped("2026-12-28", *flat, told=done), None))
    corrected = check_in("2026-11-30", 36.0, at=noon("2027-01-12"))

    assert bet_lost.detect(shipped("2027-01-12", *flat, told=done), standing) is CANNOT_TELL
    assert bet_lost.detect(shipped("2027-01-12", *flat, corrected, told=done), standing) is None


def test_both_go_on_after_the_cycle_until_the_number_has_settled() -> None:
    last = snapshot("2026-12-31", status=WorkStatus.DONE, done_on=day("2026-12-31"))
    flat = weekly("2026-12-14", 37.0, 37.0, 37.0, 37.0, 37.0)

    assert fired(settling.detect(shipped("2027-01-13", *flat, told=last), None)).kind == "settling"
    assert fired(bet_lost.detect(shipped("2027-01-14", *flat, told=last), None)).kind == "bet_lost"


def test_a_number_that_was_not_read_after_the_cycle_had_no_time_to_follow() -> None:
    last = snapshot("2026-12-26", status=WorkStatus.DONE, done_on=day("2026-12-26"))
    flat = (*weekly("2026-12-10", 37.0, 37.0, 37.0), check_in("2026-12-31", 37.0))
    late = (*flat, check_in("2027-01-08", 37.0))

    assert bet_lost.detect(shipped("2027-01-09", *flat, told=last), None) is CANNOT_TELL
    standing = fired(bet_lost.detect(shipped("2027-01-09", *late, told=last), None))
    moved = (*late, check_in("2027-01-09", 41.0))
    assert bet_lost.detect(shipped("2027-01-09", *moved, told=last), standing) is None


def test_nobody_waits_for_what_shipped_after_the_cycle() -> None:
    late = snapshot("2027-01-05", status=WorkStatus.DONE, done_on=day("2027-01-05"))
    flat = weekly("2026-12-21", 37.0, 37.0, 37.0, 37.0)

    for on in ("2027-01-05", "2027-01-13", "2027-01-14", "2027-03-01"):
        assert settling.detect(shipped(on, *flat, told=late), None) is None
        assert bet_lost.detect(shipped(on, *flat, told=late), None) is None
