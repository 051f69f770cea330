"""`syncer check-in` without arguments: what is due for one person, first the number, then its work."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import typer

from syncer.cli import sheet_words as words
from syncer.cli import text
from syncer.cli.discreet import refuse_unknown, veil
from syncer.cli.exits import Exit
from syncer.cli.persons import person_called
from syncer.domain.checkin import parse_value
from syncer.domain.pace import expected_value
from syncer.domain.reminder import Owed, OwedStatus, owed_check_ins, owed_statuses
from syncer.domain.render import day, work_word
from syncer.domain.work import Health, WorkStatus
from syncer.engine.checkins import check_in, report_initiative
from syncer.engine.knowledge import stored
from syncer.engine.view import View, look
from syncer.errors import FatalError

if TYPE_CHECKING:
    from syncer.app import Configured
    from syncer.cli.session import Session
    from syncer.domain.okr import Workspace
    from syncer.domain.rollup import Rollup, WorkLine

QUESTION = "Is this work moving the number?"

_Word = TypeVar("_Word", bound=StrEnum)


def run(session: Session, configured: Configured, who: str, named: frozenset[str]) -> None:
    """Walks what is due for the person; without somebody to ask it prints it and ends with 1.

    Each key result is stored as soon as it is answered, so that leaving early loses nothing.
    """
    workspace = configured.workspace
    refuse_unknown(named, [workspace])
    person = _person(workspace, who)
    with session.known_store() as store:
        view = look(workspace, store, session.app.clock)
    owed, bets = _owed_by(person, session, view, named)
    session.emit(
        {"due": [_document(one) for one in owed], "statuses": [_status_document(one) for one in bets]}
    )
    if not named:
        veil(workspace).note(session)
    if not owed and not bets:
        session.say(f"nothing is due for {workspace.person(person)}")
        return
    rollups = {rollup.key_result.id: rollup for rollup in view.rollups}
    asks = not session.no_input and not session.as_json and sys.stdin.isatty()
    count = len(owed) + len(bets)
    for number, one in enumerate(owed, 1):
        rollup = rollups[one.placed.key_result.id]
        _show_number(session, one, rollup, f"{number} of {count}")
        if asks:
            _ask(session, configured, one, rollup, workspace.person(person) or "")
        else:
            _show_work(session, rollup)
    for number, bet in enumerate(bets, len(owed) + 1):
        _show_bet(session, bet, f"{number} of {count}")
        if asks:
            _ask_status(session, configured, bet, workspace.person(person) or "")
    if not asks:
        _note_due(session, owed, len(bets))
        raise typer.Exit(Exit.FAILED)


def _note_due(session: Session, owed: Sequence[Owed], bets: int) -> None:
    if owed:
        last = sorted({one.on for one in owed if one.on == one.placed.cycle.end})
        on = f", for the end of a cycle with --on {' or '.join(map(str, last))}" if last else ""
        session.note(f"{text.many(len(owed), 'check-in')} due; give each with syncer check-in KR VALUE{on}")
    if bets:
        how = "syncer check-in --initiative ID --status STATUS"
        session.note(f"the status of {text.many(bets, 'bet')} due; give each with {how}")


def _person(workspace: Workspace, who: str) -> str:
    """The id of a person called by id or name."""
    found = person_called(workspace, who)
    if found is None:
        known = ", ".join(workspace.people) or "none: add yourself to `people` of the workspace file"
        msg = f"nobody in {workspace.id} is called {who or 'like your login'}"
        raise FatalError(msg, hint=f"say who you are with --as ID; there is {known}")
    return found


def _owed_by(
    person: str, session: Session, view: View, named: frozenset[str]
) -> tuple[tuple[Owed, ...], tuple[OwedStatus, ...]]:
    """The numbers that the person owes, and the statuses: those below such a number are asked with it."""
    shown = {rollup.key_result.id for rollup in view.public(named)}
    known, now = stored(view.workspace, view.before), session.app.clock.now()
    numbers = tuple(
        one
        for one in owed_check_ins(view.workspace, known, now)
        if one.placed.key_result.owner == person and one.placed.key_result.id in shown
    )
    with_number = {one.placed.key_result.id for one in numbers}
    bets = tuple(
        one
        for one in owed_statuses(view.workspace, known, now)
        if one.initiative.owner == person and one.placed.key_result.id in shown - with_number
    )
    return numbers, bets


def _show_number(session: Session, owed: Owed, rollup: Rollup, place: str) -> None:
    key_result, cycle = rollup.key_result, owed.placed.cycle
    now = "nobody has checked in a value"
    if owed.last is not None:
        now = f"{key_result.show(owed.last.value)} on {day(owed.last.on)}"
        now += " (stale)" if owed.overdue else ""
    session.say()
    session.say(f"{place}: {text.name(key_result.title)}  [{key_result.id}]")
    if key_result.keep:
        session.say(f"  {now} · {key_result.way}")
        return
    start = f"{key_result.show(key_result.start)} at the start"
    expected = key_result.show(round(expected_value(key_result, cycle, owed.on), 1))
    session.say(f"  {start} → {now} → {expected} expected by {day(min(owed.on, cycle.end))}")


def _show_work(session: Session, rollup: Rollup) -> None:
    if not rollup.work:
        session.say("  no initiative: nothing is bet on this number")
        return
    session.say(f"  {QUESTION}")
    rows = [_row(line) for line in rollup.work]
    for row in text.columns(rows):
        session.say(f"  - {row}")


def _row(line: WorkLine) -> tuple[str, ...]:
    read = f"read {line.read_at:%Y-%m-%d %H:%M} UTC" if line.read_at and not line.stale else ""
    title, state = text.name(line.initiative.title), words.link_state(line) or read
    return (title, work_word(line), words.work_health(line), words.progress(line), state)


def _show_bet(session: Session, owed: OwedStatus, place: str) -> None:
    last, number = owed.last, owed.placed.key_result
    told = f"{last.status.words}, told on {day(last.on)}" if last else "not reported"
    session.say()
    session.say(f"{place}: {text.name(owed.initiative.title)}  [{owed.initiative.id}]")
    session.say(f"  {told} · kept by hand · for {text.name(number.title)}")


def _ask_status(session: Session, configured: Configured, owed: OwedStatus, author: str) -> None:
    former = owed.last.status if owed.last else None
    keeps = f"Enter keeps {former.words}" if former else "Enter skips"
    status = _until_right(f"  status: {_words(WorkStatus)} ({keeps})", _word(WorkStatus)) or former
    if status is None:
        session.say("  skipped")
        return
    entry = report_initiative(
        configured.workspace,
        session.app.ready_store,
        session.app.clock,
        initiative=owed.initiative.id,
        status=status,
        note=_answer("  note (Enter: none)"),
        author=author,
    )
    session.say(f"  stored: {entry.status.words} on {day(entry.on)}")


def _ask(session: Session, configured: Configured, owed: Owed, rollup: Rollup, author: str) -> None:
    value = _until_right("  value (Enter skips)", _value)
    if value is None:
        session.say("  skipped")
        return
    health = _until_right(f"  health: {_words(Health)} (Enter: none)", _word(Health)) or Health.UNKNOWN
    note = _answer("  note (Enter: none)")
    _show_work(session, rollup)
    entry = check_in(
        configured.workspace,
        session.app.ready_store,
        session.app.clock,
        key_result=rollup.key_result.id,
        value=value,
        health=health,
        on=owed.on,
        note=note,
        author=author,
        statuses=_statuses(rollup.work),
    )
    session.say(f"  stored: {rollup.key_result.show(value)} on {day(entry.on)}")


def _statuses(work: Iterable[WorkLine]) -> dict[str, WorkStatus]:
    """What is seen of the work in this act: as the last sync read it, or as the person says."""
    seen: dict[str, WorkStatus] = {}
    for line in work:
        status = line.status
        if line.link is None:
            keeps = f"Enter keeps {status.words}" if status else "Enter skips"
            question = f"  {text.name(line.initiative.title)}: {_words(WorkStatus)} ({keeps})"
            status = _until_right(question, _word(WorkStatus)) or status
        if status is not None and not line.stale:
            seen[line.initiative.id] = status
    return seen


def _value(given: str) -> float | None:
    number = parse_value(given) if given else None
    if number is not None and not math.isfinite(number):
        msg = f"{given} is no number a key result can have; give a finite one"
        raise ValueError(msg)
    return number


def _words(kind: type[StrEnum]) -> str:
    return ", ".join(kind)


def _word(kind: type[_Word]) -> Callable[[str], _Word | None]:
    def read(given: str) -> _Word | None:
        if not given:
            return None
        try:
            return kind(given.replace(" ", "_"))
        except ValueError:
            msg = f"{given!r} is none of {_words(kind)}"
            raise ValueError(msg) from None

    return read


_Read = TypeVar("_Read")


def _until_right(question: str, read: Callable[[str], _Read]) -> _Read:
    while True:
        try:
            return read(_answer(question))
        except ValueError as error:
            sys.stderr.write(f"  {text.plain(str(error))}\n")


def _answer(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _status_document(owed: OwedStatus) -> dict[str, object]:
    return {
        "initiative": owed.initiative.id,
        "title": owed.initiative.title,
        "key_result": owed.placed.key_result.id,
        "status": owed.last.status if owed.last else None,
        "reported_on": owed.last.on if owed.last else None,
    }


def _document(owed: Owed) -> dict[str, object]:
    key_result = owed.placed.key_result
    return {
        "key_result": key_result.id,
        "title": key_result.title,
        "on": owed.on,
        "start": None if key_result.keep else key_result.start,
        "value": owed.last.value if owed.last else None,
        "checked_in_on": owed.last.on if owed.last else None,
        "expected_value": expected_value(key_result, owed.placed.cycle, owed.on),
        "overdue": owed.overdue,
    }
