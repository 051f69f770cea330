"""People's reports: short transactions of their own, without a lease, that make the workspace due."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.okr import Initiative, Placed, Workspace
from syncer.domain.work import Health, WorkStatus
from syncer.errors import SkippableError
from syncer.ports import Clock, Store


def check_in(
    workspace: Workspace,
    store: Store,
    clock: Clock,
    *,
    key_result: str,
    value: float,
    health: Health = Health.UNKNOWN,
    on: date | None = None,
    note: str = "",
    author: str = "",
    statuses: Mapping[str, WorkStatus] | None = None,
) -> CheckIn:
    """Stores a value for a key result; `on` is today in the workspace's zone unless given.

    `statuses` are those of its initiatives, by id, as seen in the same act: they get the same time and day.
    Raises SkippableError with a sentence where the key result, the number or the day cannot be right.
    """
    wanted = new_check_in(
        workspace,
        clock.now(),
        CheckInRequest(key_result=key_result, value=value, health=health, on=on, note=note, author=author),
    )
    with store.write() as work:
        entry = correcting(wanted, work.check_ins(workspace.id))
        work.add_check_in(workspace.id, entry)
        for initiative, status in (statuses or {}).items():
            seen = InitiativeCheckIn(
                initiative_id=initiative, on=entry.on, at=entry.at, status=status, author=author
            )
            work.add_initiative_check_in(workspace.id, seen)
        work.set_next_slot(workspace.id, "sync", entry.at)
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInRequest:
    """What somebody wants to check in; `on` None is today."""

    key_result: str
    value: float
    health: Health = Health.UNKNOWN
    on: date | None = None
    note: str = ""
    author: str = ""
    source: str = "hand"


def new_check_in(workspace: Workspace, now: datetime, wanted: CheckInRequest) -> CheckIn:
    """The check-in as it would be stored at the moment `now` (UTC).

    A day may be one after the cycle, while what shipped late still has its time; it changes no status.
    Raises SkippableError with a sentence where the key result, the number or the day cannot be right.
    """
    placed = find_key_result(workspace, wanted.key_result)
    today = workspace.day(now)
    day = wanted.on or today
    if not math.isfinite(wanted.value):
        msg = f"{wanted.value} is no number a key result can have; give a finite one"
        raise SkippableError(msg)
    if today < placed.cycle.start:
        msg = f"{placed.cycle.id} starts on {placed.cycle.start}; check in from that day on"
        raise SkippableError(msg)
    if not placed.is_live(day) or day > today:
        last = min(today, placed.settles_on)
        msg = f"{day} is outside {placed.cycle.id}; give a day from {placed.cycle.start} to {last}"
        raise SkippableError(msg)
    return CheckIn(
        key_result_id=wanted.key_result,
        on=day,
        at=now,
        value=wanted.value,
        health=wanted.health,
        note=wanted.note,
        author=wanted.author,
        source=wanted.source,
    )


def correcting(entry: CheckIn, earlier: Iterable[CheckIn]) -> CheckIn:
    """The entry, later than those of its day, also when two come at one time or the clock was put back."""
    same_day = [one.at for one in earlier if (one.key_result_id, one.on) == (entry.key_result_id, entry.on)]
    return replace(entry, at=max([entry.at, *(at + _INSTANT for at in same_day)]))


_INSTANT = timedelta(microseconds=1)
"""As fine as the store keeps time."""


def report_initiative(
    workspace: Workspace,
    store: Store,
    clock: Clock,
    *,
    initiative: str,
    status: WorkStatus,
    on: date | None = None,
    note: str = "",
    author: str = "",
) -> InitiativeCheckIn:
    """Stores a status for an initiative that has no link; `on` is today in the workspace's zone unless given.

    Raises SkippableError for one that has a link, and for a day that is still to come.
    """
    found = find_initiative(workspace, initiative)
    if found.link is not None:
        msg = (
            f"{initiative} is linked to {found.link.ref}: its status comes from there and is not kept by hand"
        )
        raise SkippableError(msg)
    now = clock.now()
    today = workspace.day(now)
    if on is not None and on > today:
        msg = f"{on} is still to come; give a day up to {today}"
        raise SkippableError(msg)
    entry = InitiativeCheckIn(
        initiative_id=initiative,
        on=on or today,
        at=now,
        status=status,
        note=note,
        author=author,
    )
    with store.write() as work:
        work.add_initiative_check_in(workspace.id, entry)
        work.set_next_slot(workspace.id, "sync", now)
    return entry


def find_key_result(workspace: Workspace, key_result: str) -> Placed:
    """The key result of that id. Raises SkippableError naming those there are, but for confidential ones."""
    by_id = {placed.key_result.id: placed for placed in workspace.key_results()}
    if key_result not in by_id:
        known = ", ".join(id_ for id_ in by_id if id_ not in workspace.confidential) or "none"
        msg = f"workspace {workspace.id} has no key result {key_result}; it has {known}"
        raise SkippableError(msg)
    return by_id[key_result]


def find_initiative(workspace: Workspace, initiative: str) -> Initiative:
    """The initiative of that id. Raises SkippableError naming those there are, but for confidential ones."""
    public, by_id = [], {}
    for placed in workspace.key_results():
        for one in placed.key_result.initiatives:
            by_id[one.id] = one
            if not placed.key_result.confidential:
                public.append(one.id)
    if initiative not in by_id:
        known = ", ".join(public) or "none"
        msg = f"workspace {workspace.id} has no initiative {initiative}; it has {known}"
        raise SkippableError(msg)
    return by_id[initiative]
