"""Conditions that several detectors share, each True, False or None for *cannot tell yet*."""

from __future__ import annotations

from datetime import date, timedelta

from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import moved
from syncer.domain.work import WorkStatus

FIRST_WEEK = timedelta(days=7)
"""Nothing is said about a key result before its cycle is a week old."""


def is_quiet(rollup: Rollup) -> bool:
    """Whether it is too early in the cycle to say anything."""
    return rollup.on < rollup.placed.cycle.start + FIRST_WEEK


def is_over(rollup: Rollup) -> bool:
    """Whether the cycle has ended."""
    return rollup.on > rollup.placed.cycle.end


def needs_help(rollup: Rollup) -> bool | None:
    """Whether the number was neither achieved nor on track when it was last read."""
    return None if rollup.number_stale else not rollup.read_status.is_good


def reached(rollup: Rollup, movement: float | None) -> bool | None:
    """Whether the movement is one that counts."""
    return None if rollup.number_stale or movement is None else moved(rollup, movement)


def stayed(rollup: Rollup, movement: float | None) -> bool | None:
    """Whether the movement is smaller than one that counts."""
    answer = reached(rollup, movement)
    return None if answer is None else not answer


def all_done(rollup: Rollup) -> bool | None:
    """Whether there are bets and every one of them is done."""
    if not rollup.bets or any(not line.stale and line.status is not WorkStatus.DONE for line in rollup.bets):
        return False
    return None if any(line.stale or line.done_on is None for line in rollup.bets) else True


def shipped_on(rollup: Rollup) -> date | None:
    """The day the last bet was done; one done before the cycle counts from its first day."""
    days = [day for line in rollup.bets if (day := rollup.judged_from(line))]
    return max(days, default=None)
