from __future__ import annotations

from syncer.domain.comment import Comment, Style
from syncer.domain.okr import Bet
from syncer.domain.render import Section, day, facts_of, is_it_moving, number_word, render
from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import Severity, Signal
from syncer.domain.work import WorkStatus
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
            "Number: 37 %, 17% of the way; 51% expected by 16 Nov 2026: off track (check-in of 16 Nov 2026, "
            "Ana Ruiz)"
        ),
        "This work: 14 of 14 done, 2 cancelled, finished 2 Nov 2026",
        (
            "Is it moving the number? Not yet: +0.4 points since it shipped on 2 Nov 2026; it was expected "
            "to bring +8 points."
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
        "Too early to tell, it has until 16 Nov 2026: +0.2 points since it shipped on 2 Nov 2026; it was "
        "expected to bring +8 points."
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
    (facts,) = facts_of([Section(rollup, rollup.work[0])])
    assert (facts.number_status, facts.value, facts.work_status, facts.work_share) == (
        "off track",
        37.0,
        "done",
        1.0,
    )


def test_days_are_written_the_same_in_every_locale() -> None:
    assert day(SHIPPED) == "2 Nov 2026"
