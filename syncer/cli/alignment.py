"""`syncer report map`: how every goal connects down to the linked item, and what connects to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named
from syncer.cli.session import print_out, session_of
from syncer.cli.sheets import note_hidden, views
from syncer.domain.render import number_word, work_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.work import LinkState


class Format(StrEnum):
    """How the map is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"


NOTHING_BET = "no initiative: nothing is bet on it"
NO_LINK = "no link: kept by hand"


def alignment_map(
    context: typer.Context,
    form: Annotated[
        Format, typer.Option("--format", help="mermaid is drawn by GitHub and by many wikis.")
    ] = Format.TEXT,
    key_results: Named = None,
) -> None:
    """The alignment map: objective, key result, initiative, linked item; what hangs in the air is said."""
    session, named = session_of(context), frozenset(key_results or ())
    document: dict[str, Any] = {}
    drawn: list[str] = []
    for view in views(session, named):
        rollups = view.public(named)
        document[view.workspace.id] = [_branch(rollup) for rollup in rollups]
        if form is Format.MERMAID:
            drawn += mermaid(view.workspace.id, rollups)
        else:
            drawn += as_text(view.workspace.id, rollups)
        note_hidden(session, view, named)
    if not session.as_json:
        print_out("\n".join(text.plain(line) for line in drawn))
    session.emit(document)


def as_text(workspace: str, rollups: Sequence[Rollup]) -> Iterator[str]:
    """A tree, one line a node."""
    yield workspace
    for objective, members in groupby(rollups, key=lambda rollup: rollup.placed.objective):
        yield f"└ {text.name(objective.title)}"
        for rollup in members:
            yield f"  └ {_number(rollup)}"
            yield from (f"    └ {_bet(line)} → {_item(line)}" for line in rollup.work)
            if not rollup.work:
                yield f"    ! {NOTHING_BET}"


def mermaid(workspace: str, rollups: Sequence[Rollup]) -> Iterator[str]:
    """A flowchart from left to right; foreign words are nothing but labels."""
    yield "flowchart LR"
    yield f"  w{_label(workspace)}"
    groups = groupby(rollups, key=lambda rollup: rollup.placed.objective)
    number = 0
    for place, (objective, members) in enumerate(groups):
        yield f"  w --> o{place}{_label(objective.title)}"
        for rollup in members:
            number += 1
            yield f"  o{place} --> k{number}{_label(_number(rollup))}"
            yield from _bets(rollup, number)


def _bets(rollup: Rollup, number: int) -> Iterator[str]:
    for count, line in enumerate(rollup.work):
        node = f"{number}x{count}"
        yield f"  k{number} --> i{node}{_label(_bet(line))}"
        arrow = "-->" if _stands(line) else "-.->"
        yield f"  i{node} {arrow} l{node}{_label(_item(line))}"
    if not rollup.work:
        yield f"  k{number} -.-> n{number}{_label(NOTHING_BET)}"


def _label(words: str) -> str:
    """Quoted, with everything that mermaid or HTML would act on written as an entity."""
    named = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;"}
    return f'["{"".join(named.get(letter, letter) for letter in text.name(words))}"]'


def _number(rollup: Rollup) -> str:
    return f"{text.name(rollup.key_result.title)} ({rollup.key_result.way}, {number_word(rollup)[0]})"


def _bet(line: WorkLine) -> str:
    return f"{text.name(line.initiative.title)} ({work_word(line)})"


def _stands(line: WorkLine) -> bool:
    return line.link is not None and line.link.state in {LinkState.ACTIVE, LinkState.ARCHIVED}


def _item(line: WorkLine) -> str:
    if line.link is None:
        return NO_LINK
    called = line.snapshot.key if line.snapshot else line.link.ref.key
    state = "" if _stands(line) else f", {line.link.state.words}"
    return f"{line.link.ref.connection}:{text.name(called)}{state}"


def _branch(rollup: Rollup) -> dict[str, Any]:
    return {
        "objective": rollup.placed.objective.title,
        "key_result": rollup.key_result.id,
        "title": rollup.key_result.title,
        "initiatives": [
            {
                "initiative": line.initiative.id,
                "title": line.initiative.title,
                "item": _item(line) if line.link else None,
                "link_state": line.link.state if line.link else None,
            }
            for line in rollup.work
        ],
    }
