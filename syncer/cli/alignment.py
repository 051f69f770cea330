"""`syncer report map`: how every goal connects down to the linked item, and what connects to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named
from syncer.cli.map_page import map_page
from syncer.cli.map_words import (
    NO_NUMBER,
    NOTHING_BET,
    Goals,
    as_text,
    bare_objectives,
    bet_of,
    item_of,
    number_of,
    stands,
)
from syncer.cli.session import print_out, session_of
from syncer.cli.sheets import note_hidden, views
from syncer.domain.rollup import Rollup


class Format(StrEnum):
    """How the map is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    HTML = "html"


def alignment_map(
    context: typer.Context,
    form: Annotated[
        Format,
        typer.Option("--format", help="html is one page; mermaid is drawn by GitHub and by many wikis."),
    ] = Format.TEXT,
    key_results: Named = None,
) -> None:
    """The alignment map: objective, key result, initiative, linked item; what hangs in the air is said."""
    session, named = session_of(context), frozenset(key_results or ())
    document: dict[str, Any] = {}
    shown: list[Goals] = []
    for view in views(session, named):
        rollups = view.public(named)
        today = view.workspace.day(session.app.clock.now())
        bare = () if named else bare_objectives(view.workspace, today)
        document[view.workspace.id] = [*map(_branch, rollups), *map(_bare, bare)]
        shown.append(Goals(view.workspace.id, rollups, bare))
        note_hidden(session, view, named)
    if not session.as_json:
        print_out(text.plain(_FORMS[form](shown)))
    session.emit(document)


def _lines(draw: Callable[[Goals], Iterable[str]]) -> Callable[[Sequence[Goals]], str]:
    return lambda shown: "\n".join(line for goals in shown for line in draw(goals))


def mermaid(goals: Goals) -> Iterator[str]:
    """A flowchart from left to right; foreign words are nothing but labels."""
    yield "flowchart LR"
    yield f"  w{_label(goals.workspace)}"
    groups = groupby(goals.rollups, key=lambda rollup: rollup.placed.objective)
    number = 0
    for place, (objective, members) in enumerate(groups):
        yield f"  w --> o{place}{_label(objective.title)}"
        for rollup in members:
            number += 1
            yield f"  o{place} --> k{number}{_label(number_of(rollup))}"
            yield from _bets(rollup, number)
    for place, title in enumerate(goals.bare):
        yield f"  w --> b{place}{_label(title)}"
        yield f"  b{place} -.-> m{place}{_label(NO_NUMBER)}"


def _bets(rollup: Rollup, number: int) -> Iterator[str]:
    for count, line in enumerate(rollup.work):
        node = f"{number}x{count}"
        yield f"  k{number} --> i{node}{_label(bet_of(line))}"
        arrow = "-->" if stands(line) else "-.->"
        yield f"  i{node} {arrow} l{node}{_label(item_of(line))}"
    if not rollup.work:
        yield f"  k{number} -.-> n{number}{_label(NOTHING_BET)}"


def _label(words: str) -> str:
    """Quoted, with everything that mermaid or HTML would act on written as an entity."""
    named = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"}
    return f'["{"".join(named.get(letter, letter) for letter in text.name(words))}"]'


def _bare(objective: str) -> dict[str, Any]:
    return {"objective": objective, "key_result": None, "title": None, "initiatives": []}


def _branch(rollup: Rollup) -> dict[str, Any]:
    return {
        "objective": rollup.placed.objective.title,
        "key_result": rollup.key_result.id,
        "title": rollup.key_result.title,
        "initiatives": [
            {
                "initiative": line.initiative.id,
                "title": line.initiative.title,
                "item": item_of(line) if line.link else None,
                "link_state": line.link.state if line.link else None,
                "stale": line.stale if line.link else None,
            }
            for line in rollup.work
        ],
    }


_FORMS: Mapping[Format, Callable[[Sequence[Goals]], str]] = {
    Format.TEXT: _lines(as_text),
    Format.MERMAID: _lines(mermaid),
    Format.HTML: map_page,
}
