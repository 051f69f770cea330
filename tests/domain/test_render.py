from __future__ import annotations

from syncer.domain.checkin import CheckIn
from syncer.domain.comment import Comment, Style
from syncer.domain.okr import Bet
from syncer.domain.render import Section, day, facts_of, is_it_moving, number_word, render
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import Signal
from syncer.domain.work import LinkState, Points, Progress, WorkStatus
from tests.domain import build

SHIPPED = build.day("2026-11-02")


def shipped(**changes: object) -> Rollup:
    """All work done on 2 November, the number checked in every Monday."""
    bet = build.initiative(title="Rebuild the onboarding flow", bet=Bet(move=8))
    done = build.snapshot("2026-11-02", buckets=(14, 0, 2), status=WorkStatus.DONE, done_on=SHIPPED)
    fields = {
        "on": "2026-11-17",
        "check_ins": [
            build.check_in("2026-10-26", 36.6),
            build.check_in("2026-11-02", 36.6),
            build.check_in("2026-11-09", 36.8),
            build.check_in("2026-11-16", 37.0),
        ],
        "work": {"new-flow": [done]},
    }
    return build.rollup_of(build.key_result(bet), **{**fields, **changes})  # type: ignore[arg-type]


def comment_of(rollup: Rollup, *signals: Signal) -> Comment:
    return render("acme", "10042", [Section(rollup, rollup.work[0], signals)])


def test_a_comment_answers_the_one_question_with_figures() -> None:
    assert comment_of(shipped()).plain.splitlines() == [
        (
            "OKR rollup · Rebuild the onboarding flow → Increase Day 7 activation from 34% to 52% "
            "(34 % → 52 %)"
        ),
        (
            "Number: 37 %, 17 % of the way; 51 % expected by 16 Nov 2026: off track (check-in of "
            "16 Nov 2026, Ana Ruiz)"
        ),
        "This work: 14 of 14 done, 2 cancelled, finished 2 Nov 2026",
        (
            "Is it moving the number? Not yet: since it shipped on 2 Nov 2026 the number did not move "
            "(+0.4 points); 8 points were expected of it."
        ),
        (
            "Kept up to date by okr-syncer. To opt out, delete this comment or ask Ana Ruiz. "
            "okr-syncer:acme/10042"
        ),
    ]


def test_the_same_facts_make_the_same_comment_on_another_day() -> None:
    monday, thursday = shipped(on="2026-11-17"), shipped(on="2026-11-20")
    assert comment_of(monday).digest == comment_of(thursday).digest


def test_a_stale_number_is_never_green() -> None:
    rollup = build.rollup_of(on="2026-10-30", check_ins=[build.check_in("2026-10-05", 50)])
    assert number_word(rollup) == ("stale", Style.WARNING)


def test_without_a_check_in_nothing_is_claimed() -> None:
    rollup = build.rollup_of(on="2026-10-30")
    assert number_word(rollup) == ("no data", Style.NEUTRAL)
    assert is_it_moving(rollup, rollup.work[0]) == "Cannot tell yet: nobody has checked in a value."


def test_too_early_is_said_while_the_number_still_has_time() -> None:
    rollup = shipped(
        on="2026-11-10", check_ins=[build.check_in("2026-11-02", 36.6), build.check_in("2026-11-09", 36.8)]
    )
    assert is_it_moving(rollup, rollup.work[0]) == (
        "Too early to tell, it has until 16 Nov 2026: since it shipped on 2 Nov 2026 the number did not "
        "move (+0.2 points); 8 points were expected of it."
    )


def test_disconnects_are_shown_with_their_question_and_housekeeping_is_not() -> None:
    def standing(kind: str) -> Signal:
        return Signal(
            kind=kind,
            severity=Severity.FAIL,
            key_result_id="activation",
            headline="",
            question="Which bet replaces it?",
            evidence=(),
            first_seen=SHIPPED,
        )

    plain = comment_of(shipped(), standing("bet_lost"), standing("no_owner")).plain
    assert "bet lost Which bet replaces it?" in plain
    assert "no owner" not in plain


def test_facts_say_what_the_comment_rests_on() -> None:
    rollup = shipped()
    (facts,) = facts_of([Section(rollup, rollup.work[0])], "")
    assert (facts.number_status, facts.value, facts.work_status, facts.work_share) == (
        "off track",
        37.0,
        "done",
        1.0,
    )


def test_days_are_written_the_same_in_every_locale() -> None:
    assert day(SHIPPED) == "2 Nov 2026"


def test_points_stand_beside_the_counts() -> None:
    points = Points(done=61, open=19, unestimated=3)
    begun = build.snapshot("2026-11-02", progress=Progress(done=32, open=8, cancelled=1, points=points))
    rollup = shipped(work={"new-flow": [begun]})
    assert "This work: 32 of 40 done · 61 of 80 points, 3 not estimated, 1 cancelled, in progress" in (
        comment_of(rollup).plain
    )


def falling(**changes: object) -> Rollup:
    """First response from 9 h to 2 h, one bet in progress since the cycle began."""
    hours = build.key_result(
        build.initiative(), id="hours", unit="h", start=9.0, target=2.0, rules=build.rules(min_move=0.5)
    )
    work = {"new-flow": [build.snapshot("2026-10-01"), build.snapshot("2026-11-16", buckets=(7, 3, 0))]}
    return build.rollup_of(hours, **{"on": "2026-11-17", "work": work, **changes})  # type: ignore[arg-type]


def hours(*values: float) -> list[CheckIn]:
    days = ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
    return [build.check_in(on, value, key_result_id="hours") for on, value in zip(days, values, strict=True)]


def test_a_number_that_shall_fall_is_said_to_fall() -> None:
    rollup = falling(check_ins=hours(8.0, 7.0, 6.5, 5.7))
    assert is_it_moving(rollup, rollup.work[0]) == (
        "Between 26 Oct 2026 and 16 Nov 2026 the number fell by 2.3 h, while this was in progress."
    )


def test_a_number_that_went_the_wrong_way_is_not_said_to_stand_still() -> None:
    rollup = falling(check_ins=hours(4.8, 5.0, 6.0, 8.0))
    assert is_it_moving(rollup, rollup.work[0]) == (
        "Between 26 Oct 2026 and 16 Nov 2026 the number went the wrong way: it rose by 3.2 h, while this was "
        "in progress."
    )


def test_work_that_began_late_is_not_given_the_whole_movement() -> None:
    late = {
        "new-flow": [
            build.snapshot("2026-10-01", status=WorkStatus.PLANNED),
            build.snapshot("2026-11-14", buckets=(7, 3, 0)),
        ]
    }
    rollup = falling(check_ins=hours(8.0, 7.0, 6.5, 5.7), work=late)
    assert is_it_moving(rollup, rollup.work[0]).endswith("and this was in progress for a part of that time.")


def test_a_missing_newer_value_is_named_as_such() -> None:
    rollup = shipped(on="2026-11-04", check_ins=[build.check_in("2026-11-01", 36.6)])
    assert is_it_moving(rollup, rollup.work[0]) == (
        "Cannot tell yet: there is no value since 2 Nov 2026, when it shipped."
    )


def test_work_that_was_not_read_for_long_is_not_shown_as_news() -> None:
    rollup = build.rollup_of(
        on="2026-11-17",
        check_ins=build.weekly("2026-10-05", 35, 36, 37, 38, 40, 43, 46),
        work={"new-flow": [build.snapshot("2026-10-05", buckets=(9, 11, 0))]},
        unread=["new-flow"],
    )
    _, _, work, moving, *_ = comment_of(rollup).plain.splitlines()
    assert work == "This work: 9 of 20 done, in progress (as of 10 Nov 2026; it was not read since)"
    assert moving == (
        "Is it moving the number? Cannot tell: this work was last read on 10 Nov 2026; "
        "between 26 Oct 2026 and 16 Nov 2026 the number rose by 8 points."
    )


def test_what_shipped_stays_shipped_when_its_item_is_gone() -> None:
    bet = build.initiative(link=build.link(state=LinkState.GONE))
    done = build.snapshot("2026-11-02", buckets=(14, 0, 0), status=WorkStatus.DONE)
    rollup = build.rollup_of(
        build.key_result(bet),
        on="2026-11-17",
        check_ins=build.weekly("2026-10-05", 35, 36, 37, 38, 40, 43, 46),
        work={"new-flow": [done]},
    )
    _, _, work, moving, *_ = comment_of(rollup).plain.splitlines()
    assert work == ("This work: 14 of 14 done, finished 2 Nov 2026 (as of 17 Nov 2026; the item is gone)")
    assert moving.startswith("Is it moving the number? It moved: since it shipped on 2 Nov 2026")


def moving(on: str, *check_ins: CheckIn, done: str = "2026-11-04") -> str:
    """What the comment answers for work that was done on a day."""
    told = build.snapshot(done, buckets=(14, 0, 0), status=WorkStatus.DONE, done_on=build.day(done))
    rollup = build.rollup_of(on=on, check_ins=check_ins, work={"new-flow": [told]})
    return is_it_moving(rollup, rollup.work[0])


def test_comment_and_signal_agree_when_the_number_had_its_time() -> None:
    flat = build.weekly("2026-11-02", 36, 36, 36)
    early = moving("2026-11-17", *flat)
    over = moving("2026-11-18", *flat)
    unread = moving("2026-11-18", *flat[:2])

    assert early.startswith("Too early to tell, it has until 18 Nov 2026: since it shipped on 4 Nov 2026")
    assert over.startswith("Not yet: since it shipped on 4 Nov 2026 the number did not move")
    assert unread.startswith(
        "Cannot tell yet, the number had until 18 Nov 2026 and was last read too early: "
    )


def test_work_that_was_done_before_the_cycle_counts_from_its_first_day() -> None:
    assert moving(
        "2026-11-18", *build.weekly("2026-10-05", 34, 34, 34, 34, 34, 34, 34), done="2026-09-18"
    ) == ("Not yet: since the cycle began on 1 Oct 2026 the number did not move (+0 points).")


def test_work_that_was_done_after_the_cycle_is_not_judged_in_it() -> None:
    assert moving("2027-01-10", *build.weekly("2026-12-28", 36, 36), done="2027-01-05") == (
        "Cannot tell: it shipped on 5 Jan 2027, and the cycle ended on 31 Dec 2026."
    )
