"""`syncer check-in`: a value on a key result, or a status on an initiative kept by hand."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncer.cli import importing, text, walk
from syncer.cli.discreet import Named
from syncer.cli.session import Session, session_of
from syncer.domain.checkin import parse_value
from syncer.domain.pace import expected_value
from syncer.domain.render import day
from syncer.domain.work import Health, WorkStatus
from syncer.engine.checkins import check_in, find_key_result, report_initiative
from syncer.errors import FatalError

if TYPE_CHECKING:
    from syncer.app import Configured


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    # A number may be below zero: -5 is a value here, no option.
    app.command("check-in", context_settings={"ignore_unknown_options": True})(check_in_command)


Author = Annotated[
    str | None,
    typer.Option("--author", "--as", help="Who says so; else who of `people` has your login as id."),
]
History = Annotated[
    bool, typer.Option("--history", help="Show what was checked in for KR, corrected values too.")
]
Source = Annotated[
    Path | None,
    typer.Option("--import", help="CSV file of past values: key_result,date,value[,health,note,author]."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="With --import: say what would be added, store nothing.")
]


def check_in_command(
    context: typer.Context,
    key_result: Annotated[str | None, typer.Argument(help="Id of the key result.", metavar="KR")] = None,
    value: Annotated[str | None, typer.Argument(help="Its value.", metavar="VALUE")] = None,
    health: Annotated[
        Health | None, typer.Option("--health", help="How you say it goes; kept beside what is measured.")
    ] = None,
    initiative: Annotated[
        str | None, typer.Option("--initiative", help="Id of an initiative without a link.")
    ] = None,
    status: Annotated[WorkStatus | None, typer.Option("--status", help="Its status.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day it is true for, YYYY-MM-DD.")] = None,
    note: Annotated[str, typer.Option("--note", help="A sentence for the others.")] = "",
    author: Author = None,
    named: Named = None,
    history: History = False,
    source: Source = None,
    dry_run: DryRun = False,
) -> None:
    """Check in: `syncer check-in activation 37 --health at_risk`, or `--initiative ID --status done`.

    Without arguments it walks through what is due for you: the number first, then the work under it.
    """
    session = session_of(context)
    configured = one_workspace(session)
    who = signature(configured, author)
    if source is not None:
        if key_result is not None or not _nothing_said(initiative, history, health, status, on, note):
            raise typer.BadParameter("--import takes everything from the file; give nothing beside it")
        importing.run(session, configured, source, who, dry_run=dry_run)
    elif dry_run:
        raise typer.BadParameter("--dry-run goes with --import FILE.csv")
    elif initiative is not None:
        if status is None or key_result is not None:
            raise typer.BadParameter("give --initiative ID --status STATUS, and no key result")
        _report(session, configured, initiative, status, _day(on), note, who)
    elif history and key_result is not None and value is None:
        _history(session, configured, key_result)
    elif key_result is None and _nothing_said(history, health, status, on, note):
        walk.run(session, configured, author or _login(), frozenset(named or ()))
    elif key_result is None or value is None or history:
        raise typer.BadParameter("give a key result and its value, or --initiative ID --status STATUS")
    else:
        _check_in(session, configured, key_result, _number(value), health, _day(on), note, who)


def signature(configured: Configured, author: str | None) -> str:
    """Who says so, by name: the one given, else who of `people` has the login as id, else nobody."""
    person = configured.workspace.person
    return person(_login()) or "" if author is None else person(author) or author


def _nothing_said(*options: object) -> bool:
    return not any(options)


def _history(session: Session, configured: Configured, key_result: str) -> None:
    number = find_key_result(configured.workspace, key_result).key_result
    with session.known_store() as store, store.read() as work:
        entries = [one for one in work.check_ins(configured.workspace.id) if one.key_result_id == key_result]
    entries.sort(key=lambda one: (one.on, one.at))
    held = {one.on: one for one in entries}
    for one in entries:
        session.say(text.history_line(number, one, held[one.on]))
    if not entries:
        session.say(f"{text.name(number.title)}: nobody has checked in a value")
    session.emit({"check_ins": [{"held": held[one.on] is one, "check_in": one} for one in entries]})


def one_workspace(session: Session) -> Configured:
    """The one workspace that is meant. Raises FatalError where several are."""
    found = session.workspaces()
    if len(found) != 1:
        names = ", ".join(one.workspace.id for one in found)
        msg = f"this is for one workspace; choose one with -w: {names}"
        raise FatalError(msg)
    return found[0]


def _check_in(
    session: Session,
    configured: Configured,
    key_result: str,
    value: float,
    health: Health | None,
    on: date | None,
    note: str,
    author: str,
) -> None:
    app, workspace = session.app, configured.workspace
    entry = check_in(
        workspace,
        app.ready_store,
        app.clock,
        key_result=key_result,
        value=value,
        health=health or Health.UNKNOWN,
        on=on,
        note=note,
        author=author,
    )
    placed = find_key_result(workspace, key_result)
    number = placed.key_result
    expected = number.show(round(expected_value(number, placed.cycle, entry.on), 1))
    links = [bet.link for bet in number.initiatives if bet.link is not None]
    speaks = (
        workspace.publish.enabled
        and not number.confidential
        and placed.is_live(workspace.day(entry.at))
        and any(link.publish for link in links)
    )
    follow = "; the comments follow with the next sync" if speaks else ""
    session.say(
        f"{text.name(number.title)}: {number.show(value)} on {day(entry.on)}, {expected} expected{follow}"
    )
    if entry.on > placed.cycle.end:
        session.say(
            f"{placed.cycle.id} ended on {day(placed.cycle.end)}: this tells whether late work moved the "
            "number, and changes neither its status nor its score"
        )
    session.emit({"check_in": entry, "expected": expected_value(number, placed.cycle, entry.on)})


def _report(
    session: Session,
    configured: Configured,
    initiative: str,
    status: WorkStatus,
    on: date | None,
    note: str,
    author: str,
) -> None:
    app = session.app
    entry = report_initiative(
        configured.workspace,
        app.ready_store,
        app.clock,
        initiative=initiative,
        status=status,
        on=on,
        note=note,
        author=author,
    )
    session.say(f"{initiative}: {status.words} on {day(entry.on)}")
    session.emit({"check_in": entry})


def _number(value: str) -> float:
    try:
        return parse_value(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a date; write YYYY-MM-DD") from None


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
