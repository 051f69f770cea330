"""`syncer close`: a key result is achieved or missed, with a reason where the number says otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from syncer.cli import text
from syncer.cli.checkin import one_workspace, signature
from syncer.cli.session import session_of
from syncer.domain.closing import ClosedAs
from syncer.engine.checkins import find_key_result
from syncer.engine.closing import close


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("close")(close_command)


def close_command(
    context: typer.Context,
    key_result: Annotated[str, typer.Argument(help="Id of the key result.", metavar="KR")],
    word: Annotated[str | None, typer.Option("--as", help="achieved or missed.")] = None,
    score: Annotated[
        float | None, typer.Option("--score", help="A score of your own, 0.0 to 1.0; needs --why.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, where the number says otherwise.")] = "",
    reopen: Annotated[bool, typer.Option("--reopen", help="Take the closing back.")] = False,
    author: Annotated[str | None, typer.Option("--author", help="Who says so.")] = None,
) -> None:
    """Close a key result: `syncer close activation --as missed`. Its check-ins are not due any more then."""
    session = session_of(context)
    configured = one_workspace(session)
    entry = close(
        configured.workspace,
        session.app.ready_store,
        session.app.clock,
        key_result=key_result,
        word=_word(word, reopen=reopen),
        score=score,
        reason=why,
        author=signature(configured, author),
    )
    number = find_key_result(configured.workspace, key_result).key_result
    at = "without a value" if entry.value is None else f"at {number.show(entry.value)}"
    said = "opened again" if reopen else f"closed as {entry.word}"
    by_hand = "" if entry.score is None else f", score {entry.score:.2f} by hand"
    session.say(f"{text.name(number.title)}: {said} {at}{by_hand}")
    session.emit({"closing": entry})


def _word(word: str | None, *, reopen: bool) -> ClosedAs:
    if reopen and word is None:
        return ClosedAs.REOPENED
    if not reopen and word in {"achieved", "missed"}:
        return ClosedAs(word)
    if word in {"done", "cancelled", "dropped"}:
        raise typer.BadParameter(f"{word} is said of initiatives; a key result is achieved or missed")
    raise typer.BadParameter("give --as achieved, --as missed, or --reopen")
