"""What was flagged in a cycle: every signal there was, put aside or not, open or over. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.okr import Placed, Workspace
from syncer.domain.signals.finding import Signal
from syncer.domain.snooze import Snooze


@dataclass(frozen=True, slots=True)
class Flag:
    """A signal with the days it was opened and closed on (None: still open), and when it was put aside."""

    signal: Signal
    opened_on: date
    closed_on: date | None
    snoozed: tuple[Snooze, ...] = ()


def flagged(
    placed: Iterable[Placed],
    history: Iterable[tuple[Signal, datetime, datetime | None]],
    snoozes: Iterable[Snooze],
    workspace: Workspace,
) -> tuple[Flag, ...]:
    """The signals of these key results in their cycles, in the order they were opened."""
    cycles = {one.key_result.id: one for one in placed}
    aside = list(snoozes)

    def found() -> Iterator[Flag]:
        for signal, opened_at, closed_at in history:
            one = cycles.get(signal.key_result_id)
            opened = workspace.day(opened_at)
            if one is None or not one.is_live(opened):
                continue
            closed = workspace.day(closed_at) if closed_at else None
            put = (s for s in aside if s.signal_id == signal.id and opened_at <= s.at)
            snoozed = tuple(s for s in put if closed_at is None or s.at < closed_at)
            yield Flag(signal, opened, closed, snoozed)

    return tuple(found())
