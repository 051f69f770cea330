"""A signal that somebody has seen and does not want to hear of for a while; it stays in every review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.signals.finding import SignalSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A signal put aside up to and with the day `until`; `at` is UTC. A later one replaces it."""

    signal_id: str
    at: datetime
    until: date
    reason: str
    author: str = ""


def is_of(snooze: Snooze, span: SignalSpan) -> bool:
    """Whether it puts this opening of a signal aside: the one that stood when it was made."""
    ended = span.closed_at is not None and snooze.at >= span.closed_at
    return snooze.signal_id == span.signal.id and span.opened_at <= snooze.at and not ended


def asleep(snoozes: Iterable[Snooze], history: Iterable[SignalSpan], on: date) -> Mapping[str, Snooze]:
    """What is put aside on a day, by signal id, given all snoozes and signals there were, in order."""
    last = {snooze.signal_id: snooze for snooze in snoozes}
    return {
        id_: last[id_]
        for span in history
        if span.closed_at is None
        and (id_ := span.signal.id) in last
        and is_of(last[id_], span)
        and on <= last[id_].until
    }
