"""`syncer review`: what the cycle can teach, what finished and changed nothing first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from syncer.app import Configured
from syncer.cli import text
from syncer.cli.checkin import one_workspace
from syncer.cli.discreet import Named, refuse_unknown, veil
from syncer.cli.next_cycle import cycle_yaml, new_ids
from syncer.cli.review_words import Part, as_markdown, as_text, bets, flags, numbers
from syncer.cli.session import Session, session_of
from syncer.domain.evidence import Evidence, evidence_of, in_order, outcome_of
from syncer.domain.next_cycle import NextNumber, proposals
from syncer.domain.okr import Cycle, Workspace
from syncer.domain.rollup import Rollup
from syncer.engine.review import CycleReview, LookBack, look_back
from syncer.ports import Clock, Store

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")
"""As ids in a workspace file are, and short enough to stand at the end of others."""


class Format(StrEnum):
    """How the review is written."""

    TEXT = "text"
    MD = "md"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(review)


def review(
    context: typer.Context,
    key_results: Named = None,
    cycles: Annotated[
        list[str] | None,
        typer.Option("--cycle", help="Only this cycle, also one that has left the file; repeatable."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="One form of the same words.")] = Format.TEXT,
    next_: Annotated[
        str | None,
        typer.Option("--next", metavar="ID", help="Print the next cycle for the file, every bet undecided."),
    ] = None,
) -> None:
    """What did the cycle teach? Every bet against its number; correlation, never proof."""
    session = session_of(context)
    session.as_json = session.as_json or form is Format.JSON
    named, asked = frozenset(key_results or ()), frozenset(cycles or ())
    if next_ is not None:
        _say_next(session, named, asked, next_)
        return
    backs = _look_back(session, named, asked)
    document: dict[str, Any] = {}
    for back in backs:
        shown = back.public(named)
        document[back.workspace.id] = _document(shown)
        written = as_markdown if form is Format.MD else as_text
        for line in written(_title(shown), list(_parts(shown))):
            session.say(line)
        _note_departed(session, back, asked)
        if not named:
            veil(back.workspace).note(session)
    session.emit(document)


def public_lines(workspace: Workspace, store: Store, clock: Clock) -> Iterator[str]:
    """The review as text, with nothing confidential in it."""
    back = look_back(workspace, store, clock).public()
    return as_text(_title(back), list(_parts(back)))


def _look_back(session: Session, named: frozenset[str], asked: frozenset[str]) -> list[LookBack]:
    backs = []
    for configured in session.workspaces():
        with session.known_store() as store:
            backs.append(look_back(configured.workspace, store, session.app.clock, asked))
    known = {cycle.id for one in session.workspaces() for cycle in one.workspace.cycles}
    known |= {cycle.id for back in backs for cycle in back.departed}
    if asked - known:
        unknown = ", ".join(sorted(asked - known))
        raise typer.BadParameter(
            f"no cycle is called {unknown}; there are {', '.join(sorted(known)) or 'none'}"
        )
    _refuse_unseen(named, backs, [one.workspace for one in session.workspaces()])
    return [back for back in backs if back.workspace.cycles or not asked]


def _refuse_unseen(named: frozenset[str], backs: Sequence[LookBack], files: Sequence[Workspace]) -> None:
    """Refuses key results that nobody knows, and says of the others why they are not looked back at."""
    unseen = named - {rollup.key_result.id for back in backs for rollup in back.rollups}
    gone = {
        one.id
        for back in backs
        for cycle in back.departed
        for objective in cycle.objectives
        for one in objective.key_results
    }
    refuse_unknown(unseen - gone, files)
    for id_ in sorted(unseen):
        is_there = any(id_ == placed.key_result.id for file in files for placed in file.key_results())
        why = f"the cycle of {id_} has not begun, or is none of those named"
        left = f"{id_} is in a cycle that left the file; name that with --cycle"
        raise typer.BadParameter(why if is_there else left)


def _title(back: LookBack) -> str:
    cycles = ", ".join(cycle.id for cycle in back.workspace.cycles)
    return f"{back.workspace.id} · {cycles or 'no cycle'} · review"


def _parts(shown: LookBack) -> Iterator[Part]:
    """The bets before the numbers, then what was flagged on the way."""
    yield from bets(in_order(one for rollup in shown.rollups for one in evidence_of(rollup)))
    yield numbers([(outcome_of(one), cycle.former[one.key_result.id]) for cycle, one in _each(shown)])
    yield from flags((cycle.flags, cycle.rollups) for cycle in shown.cycles)


def _each(shown: LookBack) -> Iterator[tuple[CycleReview, Rollup]]:
    return ((cycle, rollup) for cycle in shown.cycles for rollup in cycle.rollups)


def _note_departed(session: Session, back: LookBack, asked: frozenset[str]) -> None:
    if back.departed and not asked:
        gone = ", ".join(cycle.id for cycle in back.departed)
        session.note(f"{back.workspace.id}: {gone} left the file; syncer review --cycle ID looks back at it")


def _say_next(session: Session, named: frozenset[str], asked: frozenset[str], new: str) -> None:
    if not _ID.fullmatch(new):
        raise typer.BadParameter(
            f"{text.name(new)!r} is no id; write letters, digits, - and _, such as 2027-Q1"
        )
    configured = one_workspace(session)
    refuse_unknown(named, [configured.workspace])
    cycle = _latest(session, configured, asked)
    if any(cycle_.id == new for cycle_ in configured.workspace.cycles):
        raise typer.BadParameter(f"{new} is in the file already; give the next cycle an id of its own")
    with session.known_store() as store:
        back = look_back(configured.workspace, store, session.app.clock, {cycle.id})
    found = proposals(back.public(named).rollups)
    declared = next(one for one in configured.file.cycles if one.id == cycle.id)
    _refuse_taken(configured.workspace, new_ids(declared, cycle, found, new))
    for line in cycle_yaml(declared, cycle, found, new, indent=_indent(configured.path)):
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


def _indent(file: Path) -> int:
    """How far the entries under `cycles:` stand in."""
    found = re.search(
        r"^cycles:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( *)- ", file.read_text(encoding="utf-8"), re.MULTILINE
    )
    return len(found[1]) if found else 2


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


def _document(shown: LookBack) -> dict[str, Any]:
    found = in_order(one for rollup in shown.rollups for one in evidence_of(rollup))
    return {
        "initiatives": [_evidence_document(one) for one in found],
        "key_results": [_outcome_document(one, cycle) for cycle, one in _each(shown)],
        "flagged": [
            {
                "signal": flag.signal.id,
                "severity": flag.signal.severity,
                "opened_on": flag.opened_on,
                "closed_on": flag.closed_on,
                "snoozed": flag.snoozed,
            }
            for cycle in shown.cycles
            for flag in cycle.flags
        ],
    }


def _evidence_document(one: Evidence) -> dict[str, Any]:
    return {
        "initiative": one.initiative.id,
        "title": one.initiative.title,
        "key_result": one.key_result.id,
        "owner": one.owner,
        "kind": one.initiative.link.ref.kind if one.initiative.link else None,
        "verdict": one.verdict,
        "why": one.why,
        "at_start": one.at_start,
        "shipped_on": one.shipped_on,
        "at_ship": one.at_ship,
        "settles_on": one.settles_on,
        "settled": one.settled,
        "movement": one.movement,
        "expected_movement": one.expected,
        "min_move": one.key_result.rules.min_move,
        "overlapping": one.overlapping,
    }


def _outcome_document(rollup: Rollup, review: CycleReview) -> dict[str, Any]:
    one = outcome_of(rollup)
    return {
        "key_result": one.key_result.id,
        "cycle": review.cycle.id,
        "last": one.last,
        "score": one.score,
        "closing": one.closing,
        "formerly": [
            {"until": way.until, "start": way.key_result.start, "target": way.key_result.target}
            for way in review.former[one.key_result.id]
        ],
    }
