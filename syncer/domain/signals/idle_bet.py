"""Work that is called in progress and in which nothing happens: somebody may have walked away from it."""

from __future__ import annotations

from datetime import date
from typing import Final

from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.conditions import is_over, is_quiet, needs_help
from syncer.domain.signals.finding import (
    CANNOT_TELL,
    Fact,
    Finding,
    Signal,
    bet_signal,
    conclude,
    measured_fact,
    number_fact,
    status_used,
    steady,
    used,
    work_fact,
)
from syncer.domain.work import WorkStatus

KIND: Final = "idle_bet"
QUESTION: Final = "Is anybody still working on it?"


def detect(rollup: Rollup, line: WorkLine, standing: Signal | None) -> Finding:
    """Fires when linked work in progress had no news for `idle_after`, while its number needs it.

    It does not say again of a bet what others say: that it goes on, that it is overdue, or that nothing is
    left of it to be done. One that stands stays when the work becomes overdue: that is no sign of life.
    """
    if is_quiet(rollup) or is_over(rollup) or line.link is None or not line.is_open:
        return None
    if line.stale or line.changed_on is None:
        return CANNOT_TELL
    since = line.changed_on
    conditions = (
        line.status is WorkStatus.IN_PROGRESS and _is_left(line),
        rollup.on - since >= rollup.key_result.rules.idle_after,
        not line.done_in_window,
        _or_undecided(standing, not line.overdue(rollup.on)),
        steady(rollup, standing, needs_help(rollup)),
    )
    return conclude(conditions, lambda: _found(rollup, line, since))


def _is_left(line: WorkLine) -> bool:
    progress = line.progress
    return progress is not None and (progress.open > 0 or not progress.counted)


def _or_undecided(standing: Signal | None, holds: bool) -> bool | None:  # noqa: FBT001  one answer
    """A condition that keeps a signal from opening and closes none."""
    return None if standing is not None and not holds else holds


def _found(rollup: Rollup, line: WorkLine, since: date) -> Signal:
    return bet_signal(
        rollup,
        line,
        KIND,
        Severity.WARN,
        f"{line.initiative.title} is in progress, and nothing of it was finished, added, cancelled or changed"
        f" since {since.isoformat()}.",
        question=QUESTION,
        evidence=(
            Fact("last news", f"by {since.isoformat()}"),
            work_fact(line),
            number_fact(rollup),
            measured_fact(rollup),
        ),
        thresholds=(
            used(rollup, "idle_after", f"{rollup.key_result.rules.idle_after.days} days"),
            *status_used(rollup),
        ),
    )
