from __future__ import annotations

import pytest

from syncer.domain.okr import KeyResult
from syncer.domain.rollup import Rollup
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import CANNOT_TELL
from syncer.domain.signals.work_without_movement import detect
from syncer.domain.work import Health, Snapshot, WorkStatus
from tests.domain.build import (
    check_in,
    day,
    fact,
    fired,
    initiative,
    key_result,
    noon,
    reported,
    rollup_of,
    snapshot,
    weekly,
)

FLAT = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.1, 36.2, 36.3)
ON = "2026-11-16"


def working(now: Snapshot | None = None) -> list[Snapshot]:
    return [snapshot("2026-10-20", buckets=(4, 8, 0)), now or snapshot("2026-11-10", buckets=(9, 3, 2))]


def judged(
    on: str = ON, *, now: Snapshot | None = None, of: KeyResult | None = None, unread: bool = False
) -> Rollup:
    return rollup_of(
        of,
        on=on,
        check_ins=FLAT,
        work={"new-flow": working(now)},
        unread=["new-flow"] if unread else [],
    )


def test_work_that_goes_well_beside_a_number_that_does_not_move() -> None:
    signal = fired(detect(judged(), None))

    assert (signal.severity, signal.question) == (Severity.WARN, "Is this the right work?")
    assert signal.headline == (
        "The work is on track (Bet new-flow 9/12 · 2 cancelled). Within 21 days the number did not move"
        " (+0.3 points): 36 % on 2026-10-26 → 36.3 % on 2026-11-16."
    )
    assert fact(signal, "Bet new-flow") == "9/12 · 2 cancelled, in progress, 5 finished within the window"
    assert [one.what for one in signal.thresholds] == ["window", "min_move", "on_track_gap", "behind_gap"]


@pytest.mark.parametrize(
    "now",
    [
        snapshot("2026-11-10", buckets=(9, 3, 0), due=day("2026-11-15")),
        snapshot("2026-11-10", buckets=(9, 3, 0), health=Health.AT_RISK),
        snapshot("2026-11-10", buckets=(9, 3, 0), health=Health.OFF_TRACK),
        snapshot("2026-11-10", buckets=(4, 8, 0)),
        snapshot("2026-11-10", buckets=(9, 3, 0), status=WorkStatus.ON_HOLD),
        snapshot("2026-11-10", buckets=(9, 0, 0), status=WorkStatus.DONE),
    ],
    ids=["overdue", "at risk", "off track", "nothing finished", "on hold", "done"],
)
def test_work_that_is_not_on_track_is_another_matter(now: Snapshot) -> None:
    assert detect(judged(now=now), None) is None


def test_one_bet_on_track_is_enough_and_only_it_is_named() -> None:
    number = key_result(initiative(), initiative("emails"))
    late = snapshot("2026-10-20", due=day("2026-11-01"))

    signal = fired(
        detect(rollup_of(number, on=ON, check_ins=FLAT, work={"new-flow": working(), "emails": [late]}), None)
    )

    assert "Bet new-flow" in signal.headline
    assert "Bet emails" not in signal.headline


def test_a_number_that_moves_or_is_good_is_fine() -> None:
    moving = [*FLAT[:-1], check_in(ON, 37.0)]
    good = weekly("2026-10-05", *[45.0] * 7)

    for check_ins in (moving, good):
        rollup = rollup_of(on=ON, check_ins=check_ins, work={"new-flow": working()})
        assert detect(rollup, None) is None


def test_work_kept_by_hand_has_no_children_that_show_it_is_on_track() -> None:
    by_hand = key_result(initiative(linked=False))
    told = {"new-flow": [reported("2026-10-05", WorkStatus.IN_PROGRESS)]}

    assert detect(rollup_of(by_hand, on=ON, check_ins=FLAT, work=told), None) is None


def test_unread_work_a_stale_number_and_a_short_history_cannot_tell() -> None:
    young = {"new-flow": [snapshot("2026-11-10", buckets=(9, 3, 0))]}

    assert detect(judged(unread=True), None) is CANNOT_TELL
    assert detect(judged("2026-11-27"), None) is CANNOT_TELL
    assert detect(rollup_of(on=ON, check_ins=FLAT, work=young), None) is CANNOT_TELL
    assert (
        detect(rollup_of(on=ON, check_ins=[FLAT[0], FLAT[-1]], work={"new-flow": working()}), None)
        is CANNOT_TELL
    )


def test_a_window_that_slides_over_old_values_closes_nothing() -> None:
    wobble = (*FLAT[:3], check_in("2026-10-26", 36.0), check_in("2026-10-29", 34.9), check_in(ON, 36.3))
    told = {"new-flow": working()}
    standing = fired(detect(rollup_of(on=ON, check_ins=wobble, work=told), None))
    later = rollup_of(on="2026-11-19", check_ins=wobble, work=told)

    assert later.movement == pytest.approx(1.4)
    assert detect(later, None) is None
    assert detect(later, standing) is CANNOT_TELL


def test_a_newer_check_in_that_moved_closes_it() -> None:
    standing = fired(detect(judged(), None))
    newer = [*FLAT, check_in("2026-11-18", 37.1)]

    assert detect(rollup_of(on="2026-11-18", check_ins=newer, work={"new-flow": working()}), standing) is None


def test_a_value_that_it_began_with_and_is_corrected_closes_it() -> None:
    standing = fired(detect(judged(), None))
    corrected = [*FLAT, check_in("2026-10-26", 34.9, at=noon("2026-11-17"))]
    told = {"new-flow": working()}

    assert detect(rollup_of(on="2026-11-17", check_ins=corrected, work=told), standing) is None


def test_it_is_judged_anew_after_a_correction_that_does_not_matter() -> None:
    standing = fired(detect(judged(), None))
    corrected = [*FLAT, check_in("2026-10-26", 36.2, at=noon("2026-11-17"))]

    told = {"new-flow": working()}

    anew = fired(detect(rollup_of(on="2026-11-17", check_ins=corrected, work=told), standing))

    assert fact(anew, "movement").endswith("36.2 % on 2026-10-26 → 36.3 % on 2026-11-16")


def test_it_falls_silent_with_the_end_of_the_cycle() -> None:
    flat = weekly("2026-11-30", *[36.0] * 6)
    told = {
        "new-flow": [
            snapshot("2026-12-01", buckets=(4, 8, 0)),
            snapshot("2026-12-20", buckets=(9, 3, 0)),
        ]
    }

    last_day = rollup_of(on="2026-12-31", check_ins=flat, work=told)
    standing = fired(detect(last_day, None))

    assert detect(rollup_of(on="2027-01-01", check_ins=flat, work=told), standing) is None
