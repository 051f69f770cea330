"""Who owes a check-in, as the store knows it now."""

from __future__ import annotations

from datetime import datetime

from syncer.domain.closing import standing_closings
from syncer.domain.okr import Workspace
from syncer.domain.reminder import Reminder, plan_reminders
from syncer.domain.rollup import Known
from syncer.ports import Store


def reminders_at(workspace: Workspace, store: Store, now: datetime) -> tuple[Reminder, ...]:
    """One reminder a person who owes a check-in at the moment `now` (UTC)."""
    with store.read() as work:
        known = Known(
            check_ins=work.check_ins(workspace.id),
            closings=standing_closings(work.closings(workspace.id), workspace),
        )
    return plan_reminders(workspace, known, now)
