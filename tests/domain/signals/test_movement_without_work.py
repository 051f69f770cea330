from __future__ import annotations

import pytest

from syncer.domain.severity import Severity
from syncer.domain.signals.finding import CANNOT_TELL
from syncer.domain.signals.movement_without_work import detect
from syncer.domain.work import Snapshot, WorkStatus
from tests.domain.build import (
    check_in,
    fact,
    fired,
    initiative,
    key_result,
    reported,
    rollup_of,
    snapshot,
    weekly,
)

ON = "2026-11-16"
CLIMBING = weekly("2026-10-05", 34.5, 35.0, 35.5, 36.0, 36.5, 37.0, 38.0)
RESTING = snapshot("2026-10-05", status=WorkStatus.PLANNED, buckets=(0, 9, 0))


@pytest.mark.parametrize("status", [WorkStatus.PLANNED, WorkStatus.ON_HOLD, WorkStatus.DROPPED])
def test_a_number_that_climbs_while_the_work_rests(status: WorkStatus) -> None:
    told = {"new-flow": [snapshot("2026-10-05", status=status, buckets=(0, 9, 0))]}

    signal = fired(detect(rollup_of(on=ON, check_ins=CLIMBING, work=told), None))

    assert (signal.severity, signal.question) == (Severity.WARN, "What is really driving it?")
    assert signal.headline == (
        "The number rose by 2 points: 36 % on 2026-10-26 → 38 % on 2026-11-16, while all the work meant to"
        " move it was resting."
    )
    assert fact(signal, "Bet new-flow") == f"0/9, {status.words}, nothing finished within the window"
    assert [one.what for one in signal.thresholds] == ["window", "min_move"]


@pytest.mark.parametrize(
    "told",
    [
        [snapshot("2026-10-05")],
        [RESTING, snapshot("2026-11-10")],
        [snapshot("2026-10-05"), snapshot("2026-11-10", status=WorkStatus.ON_HOLD)],
        [RESTING, snapshot("2026-11-10", status=WorkStatus.DONE)],
        [RESTING, snapshot("2026-11-10", status=WorkStatus.PLANNED, buckets=(1, 8, 0))],
    ],
    ids=["in progress", "started since", "stopped since", "done", "a child was finished"],
)
def test_any_work_within_the_window_may_be_what_drives_it(told: list[Snapshot]) -> None:
    assert detect(rollup_of(on=ON, check_ins=CLIMBING, work={"new-flow": told}), None) is None


def test_a_number_that_did_not_move_or_has_no_initiative_is_another_matter() -> None:
    still = weekly("2026-10-05", *[34.5] * 7)
    alone = key_result(initiatives=())

    assert detect(rollup_of(on=ON, check_ins=still, work={"new-flow": [RESTING]}), None) is None
    assert detect(rollup_of(alone, on=ON, check_ins=CLIMBING), None) is None


def test_work_kept_by_hand_rests_where_it_was_said_to_before_the_window() -> None:
    by_hand = key_result(initiative(linked=False))

    def finding(on: str) -> object:
        told = {"new-flow": [reported(on, WorkStatus.ON_HOLD)]}
        return detect(rollup_of(by_hand, on=ON, check_ins=CLIMBING, work=told), None)

    assert finding("2026-11-02") is CANNOT_TELL
    assert finding("2026-10-26") is not CANNOT_TELL
    assert detect(rollup_of(by_hand, on=ON, check_ins=CLIMBING), None) is CANNOT_TELL


def test_unread_work_a_stale_number_and_a_short_history_cannot_tell() -> None:
    told = {"new-flow": [RESTING]}
    young = {"new-flow": [snapshot("2026-11-02", status=WorkStatus.PLANNED)]}
    sparse = [CLIMBING[0], CLIMBING[-1]]

    assert detect(rollup_of(on=ON, check_ins=CLIMBING, work=told, unread=["new-flow"]), None) is CANNOT_TELL
    assert detect(rollup_of(on="2026-11-27", check_ins=CLIMBING, work=told), None) is CANNOT_TELL
    assert detect(rollup_of(on=ON, check_ins=CLIMBING, work=young), None) is CANNOT_TELL
    assert detect(rollup_of(on=ON, check_ins=sparse, work=told), None) is CANNOT_TELL


def test_it_stands_until_a_newer_check_in_or_work_that_starts() -> None:
    told = {"new-flow": [RESTING]}
    peak = (*CLIMBING[:4], check_in("2026-10-29", 39.0), CLIMBING[-1])
    standing = fired(detect(rollup_of(on=ON, check_ins=peak, work=told), None))
    started = {"new-flow": [RESTING, snapshot("2026-11-18")]}
    fallen = (*peak, check_in("2026-11-19", 36.5))

    assert detect(rollup_of(on="2026-11-19", check_ins=peak, work=told), standing) is CANNOT_TELL
    assert detect(rollup_of(on="2026-11-19", check_ins=peak, work=started), standing) is None
    assert detect(rollup_of(on="2026-11-19", check_ins=fallen, work=told), standing) is None
