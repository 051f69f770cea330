"""Whose check-in is due: that of a number whose newest value, or its start, is a cadence old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import Placed, Workspace
from syncer.domain.pace import Numbers
from syncer.domain.rollup import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A check-in that is due for the day `on`; `overdue` past cadence and grace, when the number is stale."""

    placed: Placed
    last: CheckIn | None
    on: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What one person is reminded of. `person` is an id of `people`, or the owner as the file has it."""

    person: str
    name: str
    owed: tuple[Owed, ...]


def owed_check_ins(workspace: Workspace, known: Known, now: datetime) -> tuple[Owed, ...]:
    """What is due at the moment `now` (UTC), in the order of the file, in running and just ended cycles.

    A number is asked for until its last initiatives have had time to settle; then for the cycle's last day.
    One that is closed is not asked for.
    """
    today = workspace.day(now)
    open_ = (p for p in workspace.key_results() if p.key_result.id not in known.closings)
    found = (_owed(placed, known.check_ins, today) for placed in open_)
    return tuple(one for one in found if one is not None)


def _owed(placed: Placed, check_ins: Iterable[CheckIn], today: date) -> Owed | None:
    cycle, rules = placed.cycle, placed.key_result.rules
    if not placed.is_live(today):
        return None
    on = min(today, cycle.end)
    last = Numbers.of(placed.key_result, cycle, check_ins, on).latest
    age = on - (last.on if last else cycle.start)
    if age < rules.cadence:
        return None
    return Owed(placed=placed, last=last, on=on, overdue=age > rules.cadence + rules.grace)


def plan_reminders(workspace: Workspace, known: Known, now: datetime) -> tuple[Reminder, ...]:
    """One reminder per owner of a number whose check-in is due, in the order of the file.

    A confidential key result is named in none: a reminder leaves the house.
    """
    by_owner: dict[str, list[Owed]] = {}
    for owed in owed_check_ins(workspace, known, now):
        owner = owed.placed.key_result.owner
        if owner is not None and not owed.placed.key_result.confidential:
            by_owner.setdefault(owner, []).append(owed)
    return tuple(
        Reminder(person=owner, name=workspace.person(owner) or owner, owed=tuple(owed))
        for owner, owed in by_owner.items()
    )
