"""`syncer signals`: the disconnects that stand open, one of them, and all there ever were."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.checkin import one_workspace
from syncer.cli.discreet import Named, refuse_unknown
from syncer.cli.exits import Exit
from syncer.cli.session import Session, session_of
from syncer.cli.sheets import note_hidden, open_signals, views
from syncer.domain.okr import Workspace
from syncer.domain.render import day
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.engine.snoozing import snooze

FailOn = Annotated[
    list[str] | None, typer.Option("--fail-on", help="Exit with 10 when a signal of this kind is open.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    group = typer.Typer(help="The open disconnects between number and work, with their evidence.")
    group.callback(invoke_without_command=True)(signals)
    group.command("show")(show)
    group.command("snooze")(snooze_command)
    group.command("history")(history)
    app.add_typer(group, name="signals")


def signals(context: typer.Context, fail_on: FailOn = None, key_results: Named = None) -> None:
    """The open disconnects between number and work, with their evidence."""
    if context.invoked_subcommand is not None:
        return
    _refuse_unknown_kinds(fail_on or [])
    session, named = session_of(context), frozenset(key_results or ())
    document: dict[str, Any] = {}
    hit = False
    for view in views(session, named):
        found = view.awake(named)
        document[view.workspace.id] = found
        hit = hit or any(signal.kind in (fail_on or ()) for signal in found)
        session.say(f"{view.workspace.id}: {open_signals(view, named)}")
        for signal in found:
            session.say()
            _say(session, signal)
        note_hidden(session, view, named)
    session.emit(document)
    raise typer.Exit(Exit.SOMETHING_TO_SEE if hit else Exit.DONE)


def snooze_command(
    context: typer.Context,
    signal_id: Annotated[str, typer.Argument(metavar="ID", help="As `syncer signals history` prints it.")],
    until: Annotated[str, typer.Option("--until", help="The last day of it, YYYY-MM-DD.")],
    why: Annotated[str, typer.Option("--why", help="Why it can wait.")],
    author: Annotated[str, typer.Option("--author", help="Who says so.")] = "",
) -> None:
    """Put an open signal aside for a while; it stays in the history and in the review."""
    session = session_of(context)
    configured = one_workspace(session)
    try:
        day_until = date.fromisoformat(until)
    except ValueError as error:
        raise typer.BadParameter(f"{until!r} is not a day; write YYYY-MM-DD") from error
    entry = snooze(
        configured.workspace,
        session.app.store,
        session.app.clock,
        signal_id=signal_id,
        until=day_until,
        reason=why,
        author=author,
    )
    until_when = f"{text.plain(entry.signal_id)} is snoozed until {day(entry.until)}"
    session.say(f"{until_when}: {text.name(entry.reason)}")
    session.emit({configured.workspace.id: entry})


def _refuse_unknown_kinds(kinds: list[str]) -> None:
    from syncer.domain.signals import KINDS  # noqa: PLC0415  only to check the names

    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise typer.BadParameter(f"no signal is called {', '.join(unknown)}; there are {', '.join(KINDS)}")


def show(
    context: typer.Context,
    signal_id: Annotated[str, typer.Argument(metavar="ID", help="As `syncer signals history` prints it.")],
    key_results: Named = None,
) -> None:
    """One open signal with its evidence."""
    session, named = session_of(context), frozenset(key_results or ())
    there = [(view.workspace.id, one) for view in views(session, named) for one in view.public_signals(named)]
    found = {workspace: one for workspace, one in there if one.id == signal_id}
    if not found:
        known = ", ".join(one.id for _, one in there) or "none"
        raise typer.BadParameter(f"no open signal is called {text.plain(signal_id)}; open are: {known}")
    for signal in found.values():
        _say(session, signal)
    session.emit(found)


def history(context: typer.Context, key_results: Named = None) -> None:
    """Every signal there ever was, with the days on which it was opened and closed."""
    session, named = session_of(context), frozenset(key_results or ())
    workspaces = [one.workspace for one in session.workspaces()]
    refuse_unknown(named, workspaces)
    document: dict[str, Any] = {}
    with session.known_store() as store, store.read() as work:
        for workspace in workspaces:
            shown = _shown(workspace, named)
            spans = [one for one in work.signal_history(workspace.id) if one.signal.key_result_id in shown]
            document[workspace.id] = [_span_document(one) for one in spans]
            session.say(f"{workspace.id}: {text.many(len(spans), 'signal')} since the first sync")
            for line in text.columns([_row(workspace, one) for one in spans]):
                session.say(f"  {line}")
    session.emit(document)


def _shown(workspace: Workspace, named: frozenset[str]) -> frozenset[str]:
    all_of_them = frozenset(placed.key_result.id for placed in workspace.key_results())
    return all_of_them & named if named else all_of_them - workspace.confidential


def _row(workspace: Workspace, span: SignalSpan) -> tuple[str, ...]:
    ended = f"closed {day(workspace.day(span.closed_at))}" if span.closed_at else "open"
    since = f"opened {day(workspace.day(span.opened_at))}"
    return span.signal.id, since, ended, text.name(span.signal.headline)


def _span_document(span: SignalSpan) -> dict[str, Any]:
    return {
        "id": span.signal.id,
        "opened_at": span.opened_at,
        "closed_at": span.closed_at,
        "signal": span.signal,
    }


def _say(session: Session, signal: Signal) -> None:
    for line in text.signal_lines(signal):
        session.say(line)
