"""What readers get once a week, at the time of the weekly check-in. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncer.domain.notification import Event, Subscription
from syncer.domain.okr import Workspace
from syncer.domain.reminder import Reminder
from syncer.domain.schedule import next_weekly
from syncer.engine.news import Memory, Record

WEEK = timedelta(days=7)


def last_slot(workspace: Workspace, now: datetime) -> datetime:
    """When the newest weekly time was (UTC)."""
    on, at = workspace.check_in_on, workspace.check_in_at
    slot = next_weekly(on, at, workspace.zone, now - WEEK - timedelta(hours=2))
    later = next_weekly(on, at, workspace.zone, slot)  # a week is an hour longer or shorter twice a year
    return later if later <= now else slot


def is_due(
    event: Event, subscription: Subscription, workspace: Workspace, memory: Memory, now: datetime
) -> bool:
    """Whether a weekly time has passed that the reader has had nothing for."""
    since = memory.since.get(event)
    if event not in subscription.on or since is None:
        return False
    slot = last_slot(workspace, now)
    return since < slot <= now and not memory.knows(event, slot.isoformat())


def reminders_for(subscription: Subscription, record: Record) -> tuple[Reminder, ...]:
    """Who owes a check-in, as far as it concerns the reader; who has checked in is not among them."""
    return tuple(one for one in record.reminders if subscription.person in {None, one.person})
