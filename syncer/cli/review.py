"""`syncer review`: what the cycle can teach, what finished and changed nothing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from syncer.cli.discreet import Named, note_kept_back, refuse_unknown
from syncer.cli.review_next import draw_next
from syncer.cli.review_words import Chapter, as_markdown, as_text, bets, flags, numbers
from syncer.cli.session import Session, session_of
from syncer.domain.evidence import Evidence, in_order, outcome_of
from syncer.domain.okr import Workspace
from syncer.domain.rollup import Rollup
from syncer.engine.review import CycleReview, LookBack, look_back
from syncer.ports import Clock, Store


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
        if form is Format.MD:
            raise typer.BadParameter("--next prints YAML for the workspace file; leave --format md away")
        draw_next(session, named, asked, next_)
        return
    backs = _look_back(session, named, asked)
    document: dict[str, Any] = {}
    for back in backs:
        shown = back.public(named)
        document[back.workspace.id] = _document(shown)
        written = as_markdown if form is Format.MD else as_text
        for line in written(_title(shown), list(_chapters(shown))):
            session.say(line)
        _note_departed(session, back, asked)
        if not named:
            note_kept_back(session, back.workspace.id, len(back.confidential))
    session.emit(document)


def public_lines(workspace: Workspace, store: Store, clock: Clock) -> Iterator[str]:
    """The review as text, with nothing confidential in it."""
    back = look_back(workspace, store, clock).public()
    return as_text(_title(back), list(_chapters(back)))


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


def _chapters(shown: LookBack) -> Iterator[Chapter]:
    """The bets before the numbers, then what was flagged on the way."""
    yield from bets(in_order(one for cycle in shown.cycles for one in cycle.evidence))
    yield numbers(
        [
            (outcome_of(one), cycle.former[one.key_result.id], cycle.removed.get(one.key_result.id))
            for cycle, one in _each(shown)
        ]
    )
    yield from flags((cycle.flags, cycle.rollups) for cycle in shown.cycles)


def _each(shown: LookBack) -> Iterator[tuple[CycleReview, Rollup]]:
    return ((cycle, rollup) for cycle in shown.cycles for rollup in cycle.rollups)


def _note_departed(session: Session, back: LookBack, asked: frozenset[str]) -> None:
    if back.departed and not asked:
        gone = ", ".join(cycle.id for cycle in back.departed)
        session.note(f"{back.workspace.id}: {gone} left the file; syncer review --cycle ID looks back at it")


def _document(shown: LookBack) -> dict[str, Any]:
    found = in_order(one for cycle in shown.cycles for one in cycle.evidence)
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
        "fell_back": one.fell_back,
        "expected_movement": one.expected,
        "min_move": one.key_result.rules.min_move,
        "overlapping": one.overlapping,
        "came_on": one.came_on,
        "left_on": one.left_on,
        "taken_to": one.taken_to,
    }


def _outcome_document(rollup: Rollup, review: CycleReview) -> dict[str, Any]:
    one = outcome_of(rollup)
    return {
        "key_result": one.key_result.id,
        "cycle": review.cycle.id,
        "last": one.last,
        "score": one.score,
        "closing": one.closing,
        "left_on": review.removed.get(one.key_result.id),
        "formerly": [
            {"until": way.until, "start": way.key_result.start, "target": way.key_result.target}
            for way in review.former[one.key_result.id]
        ],
    }
