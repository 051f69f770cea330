"""`syncer brief`: is the work moving the number? For all, or for one person by what they answer for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named
from syncer.cli.persons import person_called
from syncer.cli.session import session_of
from syncer.cli.sheets import note_hidden, note_over, say_all, views
from syncer.domain.render import is_it_moving
from syncer.domain.roles import Concerns, concerns_of, delivery
from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import Signal
from syncer.engine.view import View


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(brief)


def brief(
    context: typer.Context,
    key_results: Named = None,
    person: Annotated[
        str | None,
        typer.Option("--for", help="A person of the file: the impact of their numbers, then their bets."),
    ] = None,
) -> None:
    """Is the work moving the number? One sentence per key result, with figures."""
    session = session_of(context)
    named = frozenset(key_results or ())
    found = views(session, named)
    who = _ids(found, person) if person is not None else {}
    document: dict[str, Any] = {}
    for view in found if person is None else [one for one in found if one.workspace.id in who]:
        rollups, signals = view.public(named), view.public_signals(named)
        if person is None:
            say_all(session, _sentences(rollups, signals, answered=bool(named)))
            document[view.workspace.id] = [_document(rollup, signals) for rollup in rollups]
        else:
            concerns = concerns_of(who[view.workspace.id], rollups, view.workspace)
            say_all(session, _concern_lines(person, concerns, signals))
            document[view.workspace.id] = _concern_document(concerns, signals)
        note_hidden(session, view, named)
        note_over(session, view)
    session.emit(document)


def _ids(found: Sequence[View], person: str) -> dict[str, str]:
    """Workspace to the person's id in it, where they are known."""
    called = {view.workspace.id: person_called(view.workspace, person) for view in found}
    known = sorted({id_ for view in found for id_ in view.workspace.people})
    if not any(called.values()):
        raise typer.BadParameter(
            f"nobody is called {text.plain(person)}; there are {', '.join(known) or 'none'}"
        )
    return {workspace: id_ for workspace, id_ in called.items() if id_}


def _sentences(rollups: Sequence[Rollup], signals: Sequence[Signal], *, answered: bool) -> Iterator[str]:
    for rollup in rollups:
        yield text.brief_sentence(rollup, signals)
        if answered:
            yield from text.answers(rollup)


def _concern_lines(person: str, concerns: Concerns, signals: Sequence[Signal]) -> Iterator[str]:
    """Impact for who owns the number, delivery for who owns the bet."""
    yield from (text.brief_sentence(rollup, signals) for rollup in concerns.numbers)
    yield from (delivery(rollup, line) for rollup, line in concerns.bets)
    if not concerns.numbers and not concerns.bets:
        yield f"nothing to show for {text.name(person)}: no key result and no initiative of a cycle that runs"


def _document(rollup: Rollup, signals: Sequence[Signal]) -> dict[str, Any]:
    return {
        "key_result": rollup.key_result.id,
        "sentence": text.brief_sentence(rollup, signals),
        "initiatives": {line.initiative.id: is_it_moving(rollup, line) for line in rollup.work},
    }


def _concern_document(concerns: Concerns, signals: Sequence[Signal]) -> dict[str, Any]:
    return {
        "numbers": [_document(rollup, signals) for rollup in concerns.numbers],
        "bets": [
            {
                "initiative": line.initiative.id,
                "key_result": rollup.key_result.id,
                "sentence": delivery(rollup, line),
            }
            for rollup, line in concerns.bets
        ],
    }
