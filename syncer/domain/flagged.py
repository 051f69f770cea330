"""What was flagged in a cycle: every signal there was, put aside or not, open or over. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from syncer.domain.okr import Placed, Workspace
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.domain.snooze import Snooze, is_of


@dataclass(frozen=True, slots=True)
class Flag:
    """A signal with the days it was opened and closed on (None: still open), and when it was put aside."""

    signal: Signal
    opened_on: date
    closed_on: date | None
    snoozed: tuple[Snooze, ...] = ()


def flagged(
    placed: Placed, history: Iterable[SignalSpan], snoozes: Iterable[Snooze], workspace: Workspace
) -> tuple[Flag, ...]:
    """The signals of a key result in its cycle, in the order they were opened."""
    aside = list(snoozes)

    def found() -> Iterator[Flag]:
        for span in history:
            opened = workspace.day(span.opened_at)
            if span.signal.key_result_id != placed.key_result.id or not placed.is_live(opened):
                continue
            closed = workspace.day(span.closed_at) if span.closed_at else None
            yield Flag(span.signal, opened, closed, tuple(one for one in aside if is_of(one, span)))

    return tuple(found())
