"""A signal that somebody has seen and does not want to hear of for a while; it stays in every review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A signal put aside up to and with the day `until`; `at` is UTC. A later one replaces it."""

    signal_id: str
    at: datetime
    until: date
    reason: str
    author: str = ""


def asleep(snoozes: Iterable[Snooze], on: date) -> Mapping[str, Snooze]:
    """What is put aside on a day, by signal id, given all snoozes in the order they were entered."""
    last = {snooze.signal_id: snooze for snooze in snoozes}
    return {id_: snooze for id_, snooze in last.items() if on <= snooze.until}
