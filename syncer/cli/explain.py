"""`syncer explain`: where a figure comes from, down to the line of the workspace file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.session import Session, session_of
from syncer.domain.explain.figure import Explanation, Figure, Setting
from syncer.domain.render import day
from syncer.engine.explaining import explain, names


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("explain")(explain_command)


def explain_command(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="A key result, an initiative or an open signal.")],
    figure: Annotated[str | None, typer.Argument(help="Only this figure of it, such as gap.")] = None,
) -> None:
    """Where does a figure come from? Its inputs, rule, time and thresholds, with the line that sets each."""
    session = session_of(context)
    document: dict[str, Any] = {}
    known: list[str] = []
    with session.known_store() as store:
        for configured in session.workspaces():
            lines = _lines(configured.path)
            found = explain(configured.workspace, store, session.app.clock, id_, lines)
            known += names(configured.workspace, store)
            if found is not None:
                document[configured.workspace.id] = _only(found, figure)
    if not document:
        raise typer.BadParameter(
            f"no key result, initiative or open signal is called {text.plain(id_)}{_close(id_, known)}"
        )
    for found in document.values():
        _say(session, found)
    session.emit(document)


def _lines(path: Path) -> dict[str, str]:
    from config.load import parse_file  # noqa: PLC0415  heavy

    return {shown: f"{path.name}:{place.line}" for shown, place in parse_file(path).paths()}


def _close(word: str, known: Sequence[str]) -> str:
    from config.sentences import suggestion  # noqa: PLC0415  heavy

    return suggestion(word, known) or f"; there are {', '.join(known) or 'none'}"


def _only(found: Explanation, figure: str | None) -> Explanation:
    if figure is None:
        return found
    figures = tuple(one for one in found.figures if one.name == figure)
    if not figures:
        have = [one.name for one in found.figures]
        raise typer.BadParameter(
            f"{text.plain(found.id)} has no figure {text.plain(figure)}{_close(figure, have)}"
        )
    return replace(found, figures=figures)


def _say(session: Session, found: Explanation) -> None:
    for line in explanation_lines(found):
        session.say(line)


def explanation_lines(found: Explanation) -> Iterator[str]:
    """An explanation as text, one block a figure."""
    yield f"{text.name(found.title)} · {found.kind} {text.plain(found.id)} · as of {day(found.on)}"
    for figure in found.figures:
        yield ""
        yield f"{figure.name}: {text.plain(figure.value)}"
        yield from (f"  {label:<5}{said}" for label, said in _case(figure))


def _case(figure: Figure) -> Iterator[tuple[str, str]]:
    for index, one in enumerate(figure.inputs):
        yield ("from" if index == 0 else ""), text.name(one)
    yield "rule", figure.rule
    if figure.at is not None:
        yield "at", _when(figure.at)
    for index, used in enumerate(figure.thresholds):
        yield ("by" if index == 0 else ""), _set(used)


def _when(at: date | datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if isinstance(at, datetime) else at.isoformat()


def _set(used: Setting) -> str:
    return f"{used.what} {text.plain(used.value)} · {used.where}"
