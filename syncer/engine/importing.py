"""Past values from outside: what of them is news beside what is stored, and what of it cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from syncer.domain.checkin import CheckIn
from syncer.domain.okr import Workspace
from syncer.domain.work import Health
from syncer.engine.checkins import CheckInRequest, new_check_in
from syncer.errors import FatalError, SyncerError

IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read of a file: requests with their lines, and a sentence for each line that is not right."""

    requests: tuple[tuple[int, CheckInRequest], ...]
    problems: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What is stored of an import. `corrections` replace an entry of their day; `known` counts the rest."""

    added: tuple[CheckIn, ...]
    corrections: tuple[CheckIn, ...]
    known: int

    @property
    def entries(self) -> tuple[CheckIn, ...]:
        """Everything that is to be stored."""
        return (*self.added, *self.corrections)


def plan_import(
    workspace: Workspace, name: str, sheet: Sheet, stored: Iterable[CheckIn], now: datetime
) -> ImportPlan:
    """What of the sheet is news at the moment `now` (UTC), given the check-ins in the order of entry.

    Raises FatalError with a sentence a line, `name:line: sentence`, for everything that is wrong with it.
    """
    wanted: dict[tuple[str, date], tuple[int, CheckIn]] = {}
    problems = list(sheet.problems)
    for line, request in sheet.requests:
        try:
            entry = new_check_in(workspace, now, request)
            _refuse_second(wanted.get(_day_of(entry)), entry)
        except SyncerError as error:
            problems.append((line, error.sentence))
        else:
            wanted[_day_of(entry)] = (line, entry)
    if problems:
        raise FatalError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in sorted(problems)))
    return news([entry for _, entry in wanted.values()], stored)


def news(wanted: Sequence[CheckIn], stored: Iterable[CheckIn]) -> ImportPlan:
    """What a source says that it has not said before, given the check-ins in the order of entry.

    A source that repeats itself adds nothing, neither beside an equal entry nor over a correction that
    somebody made since; what it says anew for a day corrects that day.
    """
    held: dict[tuple[str, date], CheckIn] = {}
    said: dict[tuple[str, date, str], CheckIn] = {}
    for one in sorted(stored, key=lambda one: one.at):
        held[_day_of(one)] = said[*_day_of(one), one.source] = one
    added, corrections, known = [], [], 0
    for entry in wanted:
        day = _day_of(entry)
        if any(_repeats(entry, old) for old in (held.get(day), said.get((*day, entry.source)))):
            known += 1
        elif day in held:
            corrections.append(replace(entry, at=max(entry.at, held[day].at + _INSTANT)))
        else:
            added.append(entry)
    return ImportPlan(added=tuple(added), corrections=tuple(corrections), known=known)


_INSTANT = timedelta(microseconds=1)


def _day_of(entry: CheckIn) -> tuple[str, date]:
    return (entry.key_result_id, entry.on)


def _repeats(entry: CheckIn, old: CheckIn | None) -> bool:
    """Whether the entry says nothing that the old one does not: what it leaves empty it does not say."""
    return (
        old is not None
        and entry.value == old.value
        and entry.health in {Health.UNKNOWN, old.health}
        and entry.note in {"", old.note}
    )


def _refuse_second(earlier: tuple[int, CheckIn] | None, entry: CheckIn) -> None:
    if earlier is not None and earlier[1] != entry:
        msg = f"a second value of {entry.key_result_id} for {entry.on}; line {earlier[0]} has one; keep one"
        raise FatalError(msg)
