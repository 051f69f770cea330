"""The words of the alignment map, the same in every form, and the map as a tree of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from syncer.cli import text
from syncer.cli.sheet_words import coverage, link_state
from syncer.domain.okr import Workspace
from syncer.domain.render import number_word, work_word
from syncer.domain.rollup import Rollup, WorkLine

NO_NUMBER = "no key result: nothing says whether it is reached"
NOTHING_BET = "no initiative: nothing is bet on it"
NO_LINK = "no link: kept by hand"


@dataclass(frozen=True, slots=True)
class Goals:
    """A workspace with what of it may be shown; `bare` are the titles of objectives without a key result."""

    workspace: str
    rollups: Sequence[Rollup]
    bare: Sequence[str] = ()


def bare_objectives(workspace: Workspace, on: date) -> tuple[str, ...]:
    """Of cycles that run on a day: nobody looks for a number in those that are over."""
    running = [cycle for cycle in workspace.cycles if cycle.start <= on <= cycle.end]
    return tuple(one.title for cycle in running for one in cycle.objectives if not one.key_results)


def as_text(goals: Goals) -> Iterator[str]:
    """A tree, one line a node."""
    yield goals.workspace
    if goals.rollups:
        yield f"  {coverage(goals.rollups)}"
    for objective, members in groupby(goals.rollups, key=lambda rollup: rollup.placed.objective):
        yield f"└ {text.name(objective.title)}"
        for rollup in members:
            yield f"  └ {number_of(rollup)}"
            yield from (f"    └ {bet_of(line)} → {item_of(line)}" for line in rollup.work)
            if not rollup.work:
                yield f"    ! {NOTHING_BET}"
    for title in goals.bare:
        yield f"└ {text.name(title)}"
        yield f"  ! {NO_NUMBER}"


def number_of(rollup: Rollup) -> str:
    """The key result, where its number shall go and how it stands."""
    return f"{text.name(rollup.key_result.title)} ({rollup.key_result.way}, {number_word(rollup)[0]})"


def bet_of(line: WorkLine) -> str:
    """The initiative and how its work stands."""
    return f"{text.name(line.initiative.title)} ({work_word(line)})"


def stands(line: WorkLine) -> bool:
    """Whether an item that can be seen stands behind the initiative."""
    return line.link is not None and line.link.state.is_readable


def item_of(line: WorkLine) -> str:
    """The linked item, and what is wrong with the link or its figures."""
    state = link_state(line)
    return f"{item_name(line)}, {state}" if state else item_name(line)


def item_name(line: WorkLine) -> str:
    """The linked item by its connection and key."""
    if line.link is None:
        return NO_LINK
    called = line.snapshot.key if line.snapshot else line.link.ref.key
    return f"{line.link.ref.connection}:{text.name(called)}"
