"""Values of key results from where they live, stored as check-ins beside those by hand.

What a source says anew corrects its day; a hand check-in made since stands until the source says something
else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import Placed, Workspace
from syncer.engine.checkins import CheckInRequest, new_check_in
from syncer.engine.csv_rows import day_of, rows_of, value_of
from syncer.engine.importing import news
from syncer.errors import FatalError, SyncerError
from syncer.ports import ValueSource


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
    workspace: Workspace, sources: Mapping[str, ValueSource], stored: Iterable[CheckIn], now: datetime
) -> ValuesRead:
    """Asks every source, by key result. One that fails in any value adds none, and stops no other."""
    entries: list[CheckIn] = []
    troubles: list[ValueTrouble] = []
    for placed in workspace.key_results():
        source = sources.get(placed.key_result.id)
        if source is None or now.astimezone(workspace.zone).date() < placed.cycle.start:
            continue
        try:
            wanted = _asked(workspace, placed, source, now)
        except SyncerError as error:
            troubles.append(ValueTrouble(placed.key_result.id, error.sentence))
        else:
            entries += news(wanted, stored).entries
    return ValuesRead(tuple(entries), tuple(troubles))


def _asked(workspace: Workspace, placed: Placed, source: ValueSource, now: datetime) -> list[CheckIn]:
    cycle = placed.cycle
    return [
        new_check_in(
            workspace,
            now,
            CheckInRequest(key_result=placed.key_result.id, value=value, on=on, source=source.name),
        )
        for on, value in sorted(source.values().items())
        if cycle.start <= on <= cycle.end
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
