"""The weekly reminder as the service gives it: a log line for each person who has not checked in."""

from __future__ import annotations

from syncer.domain.okr import Workspace
from syncer.engine.reminders import reminders_at
from syncer.observe.logs import get_logger
from syncer.ports import Clock, Store

_log = get_logger(__name__)


def remind(workspace: Workspace, store: Store, clock: Clock) -> None:
    """Says who owes a check-in now, which for, and which of those numbers are stale by that."""
    for reminder in reminders_at(workspace, store, clock.now()):
        _log.info(
            "check-in due",
            workspace=workspace.id,
            person=reminder.person,
            key_results=[owed.placed.key_result.id for owed in reminder.owed],
            stale=[owed.placed.key_result.id for owed in reminder.owed if owed.overdue],
        )
