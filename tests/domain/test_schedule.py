from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from syncer.domain.schedule import moment_of, next_daily, next_weekly

ZURICH = ZoneInfo("Europe/Zurich")
HELSINKI = ZoneInfo("Europe/Helsinki")
PACIFIC = ZoneInfo("US/Pacific")


def test_a_plain_day() -> None:
    assert moment_of(date(2026, 11, 16), time(3), ZURICH) == datetime(2026, 11, 16, 2, tzinfo=UTC)


def test_a_time_that_is_jumped_over_counts_from_the_end_of_the_jump() -> None:
    assert moment_of(date(2026, 3, 29), time(2, 30), ZURICH) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_counts_the_first_time() -> None:
    assert moment_of(date(2026, 10, 25), time(3, 30), HELSINKI) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    first = moment_of(date(2026, 10, 25), time(3, 30), HELSINKI)
    assert next_daily(time(3, 30), HELSINKI, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_midnight_survives_the_change_that_cron_triggers_skip() -> None:
    moment = datetime(2026, 3, 7, 12, tzinfo=UTC)
    days = []
    for _ in range(4):
        moment = next_daily(time(0), PACIFIC, moment)
        days.append(moment.astimezone(PACIFIC).date())
    assert days == [date(2026, 3, 8) + timedelta(days=n) for n in range(4)]


def slots(zone: ZoneInfo, at: time, start: datetime, end: datetime) -> list[datetime]:
    found, moment = [], start
    while (moment := next_daily(at, zone, moment)) <= end:
        found.append(moment)
    return found


def oracle(zone: ZoneInfo, at: time, start: datetime, end: datetime) -> list[datetime]:
    """Minute by minute: the first minute of each local day at or after the wanted time."""
    found: list[datetime] = []
    seen: set[date] = set()
    moment = start - timedelta(days=2)
    while moment <= end:
        local = moment.astimezone(zone)
        if local.time() >= at and local.date() not in seen:
            seen.add(local.date())
            found.append(moment)
        moment += timedelta(minutes=1)
    return [one for one in found if start < one <= end]


@pytest.mark.parametrize(
    "zone", ["Europe/Zurich", "US/Pacific", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]
)
@pytest.mark.parametrize("at", [time(0), time(2, 30), time(3)])
def test_around_a_change_every_local_slot_comes_exactly_once(zone: str, at: time) -> None:
    for start in (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)):
        end = start + timedelta(days=35)
        assert slots(ZoneInfo(zone), at, start, end) == oracle(ZoneInfo(zone), at, start, end)


@pytest.mark.slow
def test_every_zone_over_two_years_has_one_slot_a_day() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        days = [moment.astimezone(zone).date() for moment in slots(zone, time(2, 30), start, end)]
        assert len(set(days)) == len(days), name
        missing = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)} - set(days)
        assert not missing, name


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-11-16T07:59:59", "2026-11-16T08:00:00"),
        ("2026-11-16T08:00:00", "2026-11-23T08:00:00"),
        ("2026-11-15T23:30:00", "2026-11-16T08:00:00"),
        ("2026-10-19T07:00:00", "2026-10-26T08:00:00"),
    ],
)
def test_a_time_of_the_week_is_local_and_survives_the_change_of_the_clocks(after: str, expected: str) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert next_weekly(0, time(9), ZURICH, moment) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
