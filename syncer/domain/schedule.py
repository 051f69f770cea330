"""Local times of day as moments in UTC, each local slot exactly once in every zone and on every day.

A time that the clocks jump over counts from the first moment after the jump; one that comes twice counts the
first time only. Cron libraries get both wrong, which is why this is our own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a local time on a local day."""
    wanted = datetime.combine(day, at)
    moment = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wanted:
        return moment
    return _end_of_gap(wanted, zone)


def next_daily(at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after `after` (UTC) at which it is that local time."""
    day = after.astimezone(zone).date() - timedelta(days=1)
    while (moment := moment_of(day, at, zone)) <= after:
        day += timedelta(days=1)
    return moment


def next_weekly(weekday: int, at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment after `after` (UTC) at which it is that local time on that day (Monday is 0)."""
    day = after.astimezone(zone).date() - timedelta(days=1)
    day += timedelta(days=(weekday - day.weekday()) % 7)
    while (moment := moment_of(day, at, zone)) <= after:
        day += timedelta(days=7)
    return moment


def _end_of_gap(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The first existing moment after a local time that was jumped over, to the second."""
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    low, high = min(before, after), max(before, after)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wanted:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
