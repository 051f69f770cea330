"""Dates in JQL: relative ones by the server's clock, absolute ones in the zone of the caller's profile."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.jira_jql import JqlError

_RELATIVE = re.compile(r"([+-]?)((?:\d+\s*[wdhm]?\s*)+)", re.IGNORECASE)
_PART = re.compile(r"(\d+)\s*([wdhm]?)", re.IGNORECASE)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "": 60}
_FORMS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


def instant(text: str, now: datetime, zone: str, field: str) -> datetime:
    """The moment a JQL date means, in the caller's zone: "-17m", "-2d", "2026/11/22 10:03", "2026-11-22".

    A bare number counts minutes. JqlError carries Jira's sentence for anything else.
    """
    relative = _RELATIVE.fullmatch(text.strip())
    if relative:
        seconds = sum(int(count) * _SECONDS[unit.lower()] for count, unit in _PART.findall(relative[2]))
        moved = now - timedelta(seconds=seconds) if relative[1] == "-" else now + timedelta(seconds=seconds)
        return moved.astimezone(ZoneInfo(zone))
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )
