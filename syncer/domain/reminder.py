"""Whose check-in is due: the number's owner, and who owns a bet that is kept by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.okr import Initiative, Placed, Workspace
from syncer.domain.pace import Numbers
from syncer.domain.rollup import Known
from syncer.domain.schedule import next_weekly
from syncer.domain.work import WorkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A check-in that is due for the day `on`; `overdue` past cadence and grace.

    `last` is the newest one, also of a day after the cycle.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedStatus:
    """The status of a bet that is kept by hand and was last told a while ago, None while it never was."""

    placed: Placed
    initiative: Initiative
    last: InitiativeCheckIn | None


def owed_check_ins(workspace: Workspace, known: Known, now: datetime) -> tuple[Owed, ...]:
    """What is due at the moment `now` (UTC), in the order of the file, in running and just ended cycles.

    Due is a number that is a cadence old, and one that would be stale before its owner is reminded again.
    A number is asked for until its last initiatives have had time to settle; after the cycle for its last
    day, and once it was read since, again a cadence later and for that day. One that is closed is not asked
    for.
    """
    today, next_on = _days(workspace, now)
    found = (_owed(placed, known.check_ins, today, next_on) for placed in _open(workspace, known, today))
    return tuple(one for one in found if one is not None)


def owed_statuses(workspace: Workspace, known: Known, now: datetime) -> tuple[OwedStatus, ...]:
    """The bets kept by hand whose status is due at the moment `now` (UTC), by the same days as numbers.

    Nobody is asked for one that is done or was dropped.
    """
    today, next_on = _days(workspace, now)
    return tuple(
        OwedStatus(placed=placed, initiative=bet, last=last)
        for placed in _open(workspace, known, today)
        for bet in placed.key_result.initiatives
        if bet.link is None
        for last in [max(_reports(known, bet), key=lambda one: (one.on, one.at), default=None)]
        if (last is None or last.status not in _OVER)
        and _is_due(placed, last.on if last else placed.cycle.start, today, next_on)
    )


_OVER = frozenset({WorkStatus.DONE, WorkStatus.DROPPED})


def _reports(known: Known, bet: Initiative) -> tuple[InitiativeCheckIn, ...]:
    return known.work[bet.id].reports if bet.id in known.work else ()


def _days(workspace: Workspace, now: datetime) -> tuple[date, date]:
    """Today, and the day of the next reminder."""
    following = next_weekly(workspace.check_in_on, workspace.check_in_at, workspace.zone, now)
    return workspace.day(now), workspace.day(following)


def _open(workspace: Workspace, known: Known, today: date) -> Iterator[Placed]:
    for placed in workspace.key_results():
        if placed.key_result.id not in known.closings and placed.is_live(today):
            yield placed


def _owed(placed: Placed, check_ins: Iterable[CheckIn], today: date, next_on: date) -> Owed | None:
    cycle, rules = placed.cycle, placed.key_result.rules
    numbers = Numbers.of(placed.key_result, cycle, check_ins, today)
    on = today if numbers.late else min(today, cycle.end)
    last = numbers.late or numbers.latest
    since = last.on if last else cycle.start
    if not _is_due(placed, since, today, next_on):
        return None
    return Owed(placed=placed, last=last, on=on, overdue=on - since > rules.cadence + rules.grace)


def _is_due(placed: Placed, since: date, today: date, next_on: date) -> bool:
    """Whether what was last said on `since` is a cadence old, or is stale by the next reminder.

    After the cycle nothing becomes stale.
    """
    end, rules = placed.cycle.end, placed.key_result.rules
    if since > end:
        return today - since >= rules.cadence
    return min(today, end) - since >= rules.cadence or min(next_on, end) - since > rules.cadence + rules.grace


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
