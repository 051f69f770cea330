"""Each threshold names the key that set it: the key result's own where it has one, else the workspace's."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.domain.signals import (
    backlog_not_focus,
    bet_lost,
    idle_bet,
    scope_growth,
    stale_number,
    stale_work,
    watermelon_work,
)
from syncer.domain.signals.finding import Signal
from syncer.domain.work import Health, WorkStatus
from tests.domain.build import (
    check_in,
    day,
    fired,
    initiative,
    key_result,
    rollup_of,
    rules,
    snapshot,
    weekly,
)

ON = "2026-11-16"


def lost(**changes: Any) -> Signal:
    of = key_result(rules=rules(**changes))
    told = snapshot("2026-11-02", status=WorkStatus.DONE, buckets=(14, 0, 2), done_on=day("2026-11-02"))
    flat = weekly("2026-10-05", 35, 35.5, 36, 36.4, 36.6, 36.7, 37)
    return fired(bet_lost.detect(rollup_of(of, on=ON, check_ins=flat, work={"new-flow": [told]}), None))


def unread(**changes: Any) -> Signal:
    of = key_result(rules=rules(**changes))
    rollup = rollup_of(of, on=ON, check_ins=[check_in(ON, 37)], unread=["new-flow"])
    return fired(stale_work.detect(rollup, rollup.work[0], None))


def silent(**changes: Any) -> Signal:
    return fired(stale_number.detect(rollup_of(key_result(rules=rules(**changes)), on=ON), None))


def crowded(**changes: Any) -> Signal:
    bets = [initiative(f"b{number}", linked=False) for number in range(7)]
    of = key_result(*bets, rules=rules(**changes))
    return fired(backlog_not_focus.detect(rollup_of(of, on=ON, check_ins=[check_in(ON, 37)]), None))


def late(**changes: Any) -> Signal:
    of = key_result(rules=rules(**changes))
    told = snapshot(ON, health=Health.ON_TRACK, due=day("2026-11-10"))
    rollup = rollup_of(of, on=ON, work={"new-flow": [told]})
    return fired(watermelon_work.detect(rollup, rollup.work[0], None))


def grown(**changes: Any) -> Signal:
    of = key_result(rules=rules(**changes))
    told = [snapshot("2026-10-20", buckets=(6, 4, 0)), snapshot(ON, buckets=(6, 9, 0))]
    rollup = rollup_of(of, on=ON, work={"new-flow": told})
    return fired(scope_growth.detect(rollup, rollup.work[0], None))


def idle(**changes: Any) -> Signal:
    of = key_result(rules=rules(**changes))
    told = snapshot("2026-10-20", buckets=(6, 4, 0))
    rollup = rollup_of(of, on=ON, check_ins=[check_in(ON, 36)], work={"new-flow": [told]})
    return fired(idle_bet.detect(rollup, rollup.work[0], None))


CASES = [
    (idle, "idle_after", "signals.idle_after"),
    (lost, "settle", "signals.settle"),
    (lost, "on_track_gap", "signals.on_track_gap"),
    (lost, "behind_gap", "signals.behind_gap"),
    (unread, "stale_after", "schedule.stale_after"),
    (silent, "check_in_grace", "signals.check_in_grace"),
    (crowded, "focus_limit", "signals.focus_limit"),
    (late, "work_gap", "signals.work_gap"),
    (grown, "window", "signals.window"),
    (grown, "scope_growth", "signals.scope_growth"),
]


@pytest.mark.parametrize(("make", "key", "common"), CASES, ids=[key for _, key, _ in CASES])
def test_the_workspace_sets_it_unless_the_key_result_does(make: Any, key: str, common: str) -> None:
    def where(found: Signal) -> str:
        return next(one.where for one in found.thresholds if one.what == key)

    assert where(make()) == common
    assert where(make(own=frozenset({key}))) == f"key_results[].{key}"
