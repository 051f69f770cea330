"""Values of key results from where they live, stored as check-ins beside those by hand.

What a source says anew corrects its day; a hand check-in made since stands until the source says something
else. A tracker says what a number is and not since when: its value counts from the day on which it was read,
and the same value again is no check-in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import KeyResult, Placed, Workspace
from syncer.engine.checkins import CheckInRequest, correcting, new_check_in
from syncer.engine.csv_rows import day_of, rows_of, value_of
from syncer.engine.importing import news
from syncer.errors import FatalError, SyncerError

Answer = float | SyncerError
"""What a tracker says a number is now, or why it cannot be read."""


class ValueSource(Protocol):
    """Where the values of one key result live; asked at each sync."""

    @property
    def name(self) -> str:
        """The word under which its values are stored as check-ins."""
        ...

    def values(self) -> Mapping[date, float]:
        """The values it knows, by day, in the key result's unit; of other cycles too.

        Raises SyncerError when it cannot be read or is no measure of an outcome.
        """
        ...


@dataclass(frozen=True, slots=True)
class ValueTrouble:
    """A source that could not be read, and why; the values it gave before stay."""

    key_result_id: str
    why: str


@dataclass(frozen=True, slots=True)
class ValuesRead:
    """What the sources say that is not stored yet."""

    entries: tuple[CheckIn, ...] = ()
    troubles: tuple[ValueTrouble, ...] = ()


def read_values(
    workspace: Workspace,
    sources: Mapping[str, ValueSource],
    told: Mapping[str, Answer],
    stored: Sequence[CheckIn],
    now: datetime,
) -> ValuesRead:
    """Asks every source, by key result. One that fails in any value adds none, and stops no other.

    `told` is what trackers have said over their connections, by key result, too.
    """
    entries: list[CheckIn] = []
    troubles: list[ValueTrouble] = []
    for placed in workspace.key_results():
        key_result = placed.key_result
        source, answer = sources.get(key_result.id), told.get(key_result.id)
        try:
            if answer is not None:
                entries += _told(workspace, key_result, answer, stored, now)
            elif source is not None and workspace.day(now) >= placed.cycle.start:
                entries += news(_asked(workspace, placed, source, now), stored).entries
        except SyncerError as error:
            troubles.append(ValueTrouble(key_result.id, error.sentence))
    return ValuesRead(tuple(entries), tuple(troubles))


def _told(
    workspace: Workspace, key_result: KeyResult, answer: Answer, stored: Sequence[CheckIn], now: datetime
) -> list[CheckIn]:
    if isinstance(answer, SyncerError):
        raise answer
    source = str(key_result.value_at)
    wanted = CheckInRequest(key_result=key_result.id, value=answer, source=source)
    entry = new_check_in(workspace, now, wanted)
    before = [
        one
        for one in stored
        # A later day than today's is from a clock that was set back since.
        if (one.key_result_id, one.source) == (key_result.id, source) and one.on <= entry.on
    ]
    if before and max(before, key=lambda one: (one.on, one.at)).value == answer:
        return []
    return [correcting(entry, stored)]


def _asked(workspace: Workspace, placed: Placed, source: ValueSource, now: datetime) -> list[CheckIn]:
    return [
        new_check_in(
            workspace,
            now,
            CheckInRequest(key_result=placed.key_result.id, value=value, on=on, source=source.name),
        )
        for on, value in sorted(source.values().items())
        if placed.is_live(on)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvValues:
    """A CSV file with a column of days and one of values; `read` gives its bytes, or raises FatalError."""

    file: str
    read: Callable[[], bytes]
    date_column: str = "date"
    value_column: str = "value"
    name: str = field(default="csv", init=False)

    def values(self) -> Mapping[date, float]:
        """Every value of the file by its day."""
        found: dict[date, float] = {}
        rows = rows_of(self.file, self.read(), needed=(self.date_column, self.value_column))
        for line, row in rows:
            try:
                on, value = self._value(row)
            except ValueError as error:
                msg = f"{self.file}:{line}: {error}"
                raise FatalError(msg) from None
            if found.setdefault(on, value) != value:
                msg = f"{self.file}:{line}: a second value for {on}; keep one"
                raise FatalError(msg)
        return found

    def _value(self, row: Mapping[str, str] | str) -> tuple[date, float]:
        match row:
            case str():
                raise ValueError(row)
            case _:
                on, value = day_of(row[self.date_column]), value_of(row[self.value_column])
        if not math.isfinite(value):
            msg = f"{value} is no number a key result can have; give a finite one"
            raise ValueError(msg)
        return on, value
