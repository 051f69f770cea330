"""`syncer review --next`: the next cycle for the workspace file, drawn from one that is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import typer

from syncer.app import Configured
from syncer.cli import text
from syncer.cli.checkin import one_workspace
from syncer.cli.discreet import refuse_unknown, veil
from syncer.cli.next_cycle import cycle_yaml, indent_of, new_ids
from syncer.cli.session import Session
from syncer.domain.next_cycle import NextNumber, proposals
from syncer.domain.okr import Cycle, Workspace
from syncer.engine.review import look_back

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")
"""As ids in a workspace file are, and short enough to stand at the end of others."""


def draw_next(session: Session, named: frozenset[str], asked: frozenset[str], new: str) -> None:
    """Prints the cycle `new`, drawn from the cycle that is asked for or the newest that has begun.

    Of confidential key results only those that are named are in it. Raises BadParameter where the file
    could not have it.
    """
    if not _ID.fullmatch(new):
        raise typer.BadParameter(
            f"{text.name(new)!r} is no id; write letters, digits, - and _, such as 2027-Q1"
        )
    configured = one_workspace(session)
    refuse_unknown(named, [configured.workspace])
    cycle = _latest(session, configured, asked)
    if any(one.id == new for one in configured.workspace.cycles):
        raise typer.BadParameter(f"{new} is in the file already; give the next cycle an id of its own")
    with session.known_store() as store:
        back = look_back(configured.workspace, store, session.app.clock, {cycle.id})
    (seen,) = back.public(named).cycles
    found = proposals(seen.present, seen.stays)
    declared = next(one for one in configured.file.cycles if one.id == cycle.id)
    _refuse_taken(configured.workspace, new_ids(declared, cycle, found, new))
    indent = indent_of(configured.path.read_text(encoding="utf-8"))
    for line in cycle_yaml(declared, cycle, found, new, indent=indent):
        session.say(line)
    veil(back.workspace, named).note(session)
    session.emit({configured.workspace.id: [_next_document(one) for one in found.values()]})


def _refuse_taken(workspace: Workspace, fresh: Iterable[str]) -> None:
    """Ids are unique in the file, at each level; long ones are cut, so that two may become one."""
    objectives = [one for cycle in workspace.cycles for one in cycle.objectives]
    numbers = [placed.key_result for placed in workspace.key_results()]
    taken = {
        *(f"objective {one.id}" for one in objectives),
        *(f"key result {one.id}" for one in numbers),
        *(f"initiative {bet.id}" for one in numbers for bet in one.initiatives),
    }
    for name in fresh:
        if name in taken:
            raise typer.BadParameter(
                f"the {name} would be there twice; give the next cycle another id, or shorten the former ids"
            )
        taken.add(name)


def _latest(session: Session, configured: Configured, asked: frozenset[str]) -> Cycle:
    """The cycle of the file that is named, or the newest that has begun."""
    today = configured.workspace.day(session.app.clock.now())
    begun = [one for one in configured.workspace.cycles if one.start <= today]
    wanted = [one for one in configured.workspace.cycles if one.id in asked] if asked else begun
    if not wanted or len(asked) > 1:
        known = ", ".join(one.id for one in configured.workspace.cycles) or "none"
        raise typer.BadParameter(f"the next cycle is drawn from one cycle of the file; there are {known}")
    return max(wanted, key=lambda one: one.start)


def _next_document(number: NextNumber) -> dict[str, Any]:
    return {
        "key_result": number.outcome.key_result.id,
        "start": number.start,
        "reached": number.reached,
        "initiatives": [
            {
                "initiative": one.evidence.initiative.id,
                "decision": one.decision,
                "because": one.because,
            }
            for one in number.proposals
        ],
    }
