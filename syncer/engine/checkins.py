"""People's reports: short transactions of their own, without a lease, that make the workspace due."""

from __future__ import annotations

import math
from datetime import date

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
) -> CheckIn:
    """Stores a value for a key result; `on` is today in the workspace's zone unless given.

    Raises SkippableError with a sentence where the key result, the number or the day cannot be right.
    """
    placed = find_key_result(workspace, key_result)
    now = clock.now()
    today = now.astimezone(workspace.zone).date()
    day = on or today
    if not math.isfinite(value):
        msg = f"{value} is no number a key result can have; give a finite one"
        raise SkippableError(msg)
    if today < placed.cycle.start:
        msg = f"{placed.cycle.id} starts on {placed.cycle.start}; check in from that day on"
        raise SkippableError(msg)
    if not placed.cycle.start <= day <= placed.cycle.end or day > today:
        last = min(today, placed.cycle.end)
        msg = f"{day} is outside {placed.cycle.id}; give a day from {placed.cycle.start} to {last}"
        raise SkippableError(msg)
    entry = CheckIn(
        key_result_id=key_result, on=day, at=now, value=value, health=health, note=note, author=author
    )
    with store.write() as work:
        work.add_check_in(workspace.id, entry)
        work.set_next_slot(workspace.id, "sync", now)
    return entry


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
    today = now.astimezone(workspace.zone).date()
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
    """The key result of that id. Raises SkippableError naming the ones there are."""
    by_id = {placed.key_result.id: placed for placed in workspace.key_results()}
    if key_result not in by_id:
        msg = f"workspace {workspace.id} has no key result {key_result}; it has {', '.join(by_id) or 'none'}"
        raise SkippableError(msg)
    return by_id[key_result]


def find_initiative(workspace: Workspace, initiative: str) -> Initiative:
    """The initiative of that id. Raises SkippableError naming the ones there are."""
    by_id = {one.id: one for placed in workspace.key_results() for one in placed.key_result.initiatives}
    if initiative not in by_id:
        msg = f"workspace {workspace.id} has no initiative {initiative}; it has {', '.join(by_id) or 'none'}"
        raise SkippableError(msg)
    return by_id[initiative]
