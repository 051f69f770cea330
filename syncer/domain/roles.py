"""What one person answers for: numbers for their impact, bets for their delivery. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.domain.foreign import name
from syncer.domain.okr import Workspace
from syncer.domain.render import day, is_it_moving, work_words
from syncer.domain.rollup import Rollup, WorkLine


@dataclass(frozen=True, slots=True)
class Concerns:
    """The numbers a person owns, and the bets they own, each with the number it is to move."""

    numbers: tuple[Rollup, ...]
    bets: tuple[tuple[Rollup, WorkLine], ...]


def concerns_of(person: str, rollups: Sequence[Rollup], workspace: Workspace) -> Concerns:
    """Of the person with this id; dropped bets concern nobody any more."""
    return Concerns(
        numbers=tuple(one for one in rollups if one.key_result.owner == person),
        bets=tuple(
            (one, line)
            for one in rollups
            for line in one.bets
            if delivers(person, line.initiative.owner, line.owner, workspace)
        ),
    )


def delivers(person: str, named: str | None, called: str | None, workspace: Workspace) -> bool:
    """Whether a bet is the person's: the file has `named` it so by id, or names nobody.

    Then `called`, the name of who the account in the tracker belongs to, says whose it is.
    """
    return named == person if named else called == (workspace.person(person) or person)


def delivery(rollup: Rollup, line: WorkLine) -> str:
    """A bet for who delivers it: how far it is and until when, and then what its number does."""
    due = f", finished {day(line.done_on)}" if line.done_on else f", due {day(line.due)}" if line.due else ""
    late = ", overdue" if line.overdue(rollup.on) else ""
    stale = ", not read for too long" if line.stale else ""
    answer = is_it_moving(rollup, line)
    far = f"{name(line.initiative.title)}: {work_words(line)}{due}{late}{stale}"
    return f"{far}; {name(rollup.key_result.title)}: {answer[0].lower()}{answer[1:]}"
