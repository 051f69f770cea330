"""A signal: its evidence, the rule it fired by, the thresholds with the lines that set them, the question."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from syncer.domain.explain.figure import Explanation, Figure, Lines, Places, Setting
from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import Signal, Threshold

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bet_lost": (
            "every bet is done, settle has passed since the last one, and the number, not on track, moved "
            "less than min_move"
        ),
        "settling": "as a lost bet, while settle has not passed yet",
        "work_without_movement": (
            "a bet in progress is on track by its dates, its tracker and its finished children, and the "
            "number, not on track, moved less than min_move over the window"
        ),
        "movement_without_work": (
            "the number moved by min_move over a window in which every initiative was planned, on hold or "
            "dropped"
        ),
        "watermelon": (
            "the newest check-in reports on track and the number is behind or off track, or it was closed as "
            "achieved short of its target, or while it is not kept"
        ),
        "task_as_key_result": "its words, start and target are those of a task, as syncer lint judges",
        "backlog_not_focus": "more bets are open than focus_limit, or fifteen",
        "stale_number": "the newest check-in, or the start of the cycle, is older than cadence and grace",
        "no_owner": "the key result or an open bet has no owner",
        "no_bet": "there is no initiative, or every one was dropped",
        "watermelon_work": (
            "the tracker says on track, and the work is overdue or behind its dates by more than work_gap"
        ),
        "status_conflict": (
            "the item has a status of its own, and is done with open children, or open while every child "
            "is done"
        ),
        "overdue_bet": "the work is open after its due day",
        "dropped_bet": "the work was dropped within the window",
        "stale_work": "the linked item was not read within stale_after",
        "unlinked_bet": "an open initiative has no link",
        "idle_bet": (
            "the work is in progress and nothing of it was finished, added, cancelled or changed for "
            "idle_after, while the number is neither achieved nor on track"
        ),
        "scope_growth": "done and open items together grew by scope_growth within the window",
    }
)
"""When each kind of signal fires, in one sentence."""


def explain_signal(signal: Signal, rollup: Rollup, lines: Lines) -> Explanation:
    """The case of an open signal, on the key result it is about."""
    places = Places(rollup.placed, lines)
    return Explanation(
        id=signal.id,
        kind="signal",
        title=signal.headline,
        on=rollup.on,
        figures=(
            Figure(
                name=signal.kind,
                value=f"{signal.severity.value}, open since {signal.first_seen}",
                inputs=tuple(f"{fact.what}: {fact.shown}" for fact in signal.evidence),
                rule=RULES.get(signal.kind, "its own"),
                at=signal.read_on,
                thresholds=tuple(_setting(one, places) for one in signal.thresholds),
            ),
            Figure(
                name="question",
                value=signal.question,
                inputs=(f"to {signal.owner}" if signal.owner else "to nobody: there is no owner",),
                rule="the owner of the bet it is about, else of the key result",
                at=signal.first_seen,
            ),
        ),
    )


def _setting(used: Threshold, places: Places) -> Setting:
    """By the key that sets it now: a signal that stood before the file was edited names the former one."""
    rules, name = places.placed.key_result.rules, used.where.rpartition(".")[2]
    return places.at(used.what, used.value, rules.key(name) if name in rules.own else used.where)
