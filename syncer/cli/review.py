"""`syncer review`: what the cycle can teach, what finished and changed nothing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named, refuse_unknown, veil
from syncer.cli.session import session_of
from syncer.domain.evidence import Evidence, Outcome, Verdict, Why, evidence_of, in_order, outcome_of
from syncer.domain.okr import Workspace
from syncer.domain.pace import movement_words
from syncer.domain.render import day
from syncer.domain.rollup import Rollup
from syncer.engine.review import look_back
from syncer.ports import Clock, Store


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(review)


def review(context: typer.Context, key_results: Named = None) -> None:
    """What did the cycle teach? Every bet against its number; correlation, never proof."""
    session = session_of(context)
    named = frozenset(key_results or ())
    workspaces = [one.workspace for one in session.workspaces()]
    refuse_unknown(named, workspaces)
    document: dict[str, Any] = {}
    for workspace in workspaces:
        with session.known_store() as store:
            rollups = _public(look_back(workspace, store, session.app.clock), named)
        found = in_order(one for rollup in rollups for one in evidence_of(rollup))
        outcomes = [outcome_of(rollup) for rollup in rollups]
        document[workspace.id] = {
            "initiatives": [_evidence_document(one) for one in found],
            "key_results": [_outcome_document(one) for one in outcomes],
        }
        for line in review_lines(workspace.id, rollups, found, outcomes):
            session.say(line)
        if not named:
            veil(workspace).note(session)
    session.emit(document)


def public_lines(workspace: Workspace, store: Store, clock: Clock) -> Iterator[str]:
    """The review as text, with nothing confidential in it."""
    rollups = _public(look_back(workspace, store, clock), frozenset())
    found = in_order(one for rollup in rollups for one in evidence_of(rollup))
    return review_lines(workspace.id, rollups, found, [outcome_of(rollup) for rollup in rollups])


def _public(rollups: Sequence[Rollup], named: frozenset[str]) -> list[Rollup]:
    wanted = [one for one in rollups if not named or one.key_result.id in named]
    return [one for one in wanted if named or not one.key_result.confidential]


_HEADINGS = {
    Verdict.DID_NOT_MOVE: "Finished, and the number did not move",
    Verdict.MOVED: "Finished, and the number moved",
    Verdict.CANNOT_TELL: "Cannot tell",
    Verdict.NEVER_SHIPPED: "Never shipped",
}


def review_lines(
    workspace: str, rollups: Sequence[Rollup], found: Sequence[Evidence], outcomes: Sequence[Outcome]
) -> Iterator[str]:
    """The review as text, the bets before the numbers."""
    cycles = list(dict.fromkeys(rollup.placed.cycle.id for rollup in rollups))
    yield f"{workspace} · {', '.join(cycles) or 'no cycle'} · review"
    for verdict, of_verdict in groupby(found, key=lambda one: one.verdict):
        yield ""
        yield _HEADINGS[verdict]
        for one in of_verdict:
            yield f"  {text.name(one.initiative.title)} → {text.name(one.key_result.title)}"
            yield from (f"    {line}" for line in evidence_lines(one))
    yield ""
    yield "Key results"
    yield from (f"  {outcome_line(one)}" for one in outcomes)
    yield ""


def evidence_lines(one: Evidence) -> Iterator[str]:
    """One bet in words, with every figure that the verdict rests on."""
    if one.shipped_on is None:
        yield "dropped" if one.why is Why.DROPPED else one.why.value
        return
    yield f"shipped {day(one.shipped_on)}{_at(one, one.at_ship)}"
    if one.movement is not None and one.settled is not None:
        within = f"within {one.key_result.rules.settle.days} days"
        yield f"{within} the number {movement_words(one.key_result, one.movement)}{_at(one, one.settled)}"
    elif one.settles_on is not None:
        yield f"{one.why.value}: it had until {day(one.settles_on)}"
    if one.expected is not None:
        yield f"it was expected to move it by {one.key_result.show_move(one.expected).removeprefix('+')}"
    if one.overlapping:
        others = ", ".join(text.name(title) for title in one.overlapping)
        yield f"its time overlaps with that of {others}{_TOGETHER if one.why is Why.OVERLAPPING else ''}"


_TOGETHER = "; which of them it was cannot be told"


def _at(one: Evidence, reading: Any) -> str:  # noqa: ANN401  a Reading or nothing
    return f" ({one.key_result.show(reading.value)} on {day(reading.on)})" if reading else ""


def outcome_line(one: Outcome) -> str:
    """A key result with its last value and its score."""
    title = text.name(one.key_result.title)
    if one.last is None or one.score is None:
        return f"{title}: nobody checked in a value; no score"
    value = one.key_result.show(one.last.value)
    return f"{title}: {value} on {day(one.last.on)}, {one.key_result.way}; score {one.score:.2f}"


def _evidence_document(one: Evidence) -> dict[str, Any]:
    return {
        "initiative": one.initiative.id,
        "title": one.initiative.title,
        "key_result": one.key_result.id,
        "owner": one.owner,
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


def _outcome_document(one: Outcome) -> dict[str, Any]:
    return {"key_result": one.key_result.id, "last": one.last, "score": one.score}
