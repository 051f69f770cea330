"""`syncer report weekly`: what is known, for people. Confidential numbers only when named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named, refuse_unknown, veil
from syncer.cli.session import Session, print_out, session_of
from syncer.cli.sheet_words import a_week_before
from syncer.cli.weekly_rows import Row, as_csv, as_html, as_markdown, rows_of
from syncer.domain.render import number_word, work_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.signals.finding import Signal
from syncer.engine.view import View, look


class Format(StrEnum):
    """How the weekly sheet is printed."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    CSV = "csv"
    JSON = "json"


_FORMS: Mapping[Format, Callable[[Sequence[Row]], str]] = {
    Format.MD: as_markdown,
    Format.HTML: as_html,
    Format.CSV: as_csv,
}


def weekly(
    context: typer.Context,
    key_results: Named = None,
    form: Annotated[Format, typer.Option("--format", help="One form of the same figures.")] = Format.TEXT,
) -> None:
    """The weekly sheet: every number then and now against its pace, with its initiatives beside it."""
    session = session_of(context)
    session.as_json = session.as_json or form is Format.JSON
    named = frozenset(key_results or ())
    document: dict[str, Any] = {}
    rows: list[Row] = []
    for view in views(session, named):
        rollups, standing = view.public(named), view.public_signals(named)
        document[view.workspace.id] = [rollup_document(rollup, standing) for rollup in rollups]
        rows += rows_of(view.workspace.id, rollups, standing)
        if form is Format.TEXT:
            say_all(session, text.weekly_sheet(view.workspace.id, rollups, standing))
        note_hidden(session, view, named)
        note_over(session, view)
    if form in _FORMS and not session.as_json:
        print_out(_FORMS[form](rows))
    session.emit(document)


def views(session: Session, named: frozenset[str]) -> list[View]:
    """What is known of every workspace. Refuses names that no key result in them has."""
    workspaces = [one.workspace for one in session.workspaces()]
    refuse_unknown(named, workspaces)
    with session.known_store() as store:
        return [look(one, store, session.app.clock) for one in workspaces]


def say_all(session: Session, lines: Iterable[str]) -> None:
    """Says line by line."""
    for line in lines:
        session.say(line)


def note_hidden(session: Session, view: View, named: frozenset[str]) -> None:
    """Says beside the result how many key results are kept back."""
    if not named:
        veil(view.workspace).note(session)


def open_signals(view: View, named: frozenset[str]) -> str:
    """How many disconnects stand, and how many more are put aside: `3 open signals, 1 snoozed`."""
    awake, there = len(view.awake(named)), len(view.public_signals(named))
    return text.many(awake, "open signal") + (f", {there - awake} snoozed" if there > awake else "")


def note_over(session: Session, view: View) -> None:
    """Says beside a result that is empty why it is."""
    if not view.rollups and view.workspace.cycles:
        session.note(
            f"{view.workspace.id}: no cycle runs now; syncer review looks back at those that are over"
        )


def rollup_document(rollup: Rollup, signals: Sequence[Signal]) -> dict[str, Any]:
    """One key result's row group as JSON shows it: the same figures as the text."""
    key_result, latest, before = rollup.key_result, rollup.latest, a_week_before(rollup)
    late = rollup.numbers.late
    return {
        "cycle": rollup.placed.cycle.id,
        "week_to": rollup.on,
        "objective": rollup.placed.objective.title,
        "key_result": key_result.id,
        "title": key_result.title,
        "owner": rollup.owner,
        "unit": key_result.unit,
        "start": key_result.start,
        "target": key_result.target,
        "keep": key_result.keep,
        "value_a_week_ago": before.value if before else None,
        "value": latest.value if latest else None,
        "checked_in_on": latest.on if latest else None,
        "late_value": late.value if late else None,
        "late_value_on": late.on if late else None,
        "reported_health": latest.health if latest else None,
        "share": rollup.share,
        "expected_share": rollup.expected_share,
        "expected_value": rollup.expected_value,
        "measured_status": rollup.status,
        "shown_status": number_word(rollup)[0],
        "stale": rollup.number_stale,
        "closed_as": rollup.closing.word if rollup.closing else None,
        "closed_on": rollup.closed_on,
        "closed_because": rollup.closing.reason if rollup.closing else None,
        "movement_in_window": rollup.movement,
        "window_days": key_result.rules.window.days,
        "thresholds": {
            "on_track_gap": key_result.rules.on_track_gap,
            "behind_gap": key_result.rules.behind_gap,
            "min_move": key_result.rules.min_move,
            "settle_days": key_result.rules.settle.days,
        },
        "signals": [
            {"kind": one.kind, "initiative": one.initiative_id}
            for one in signals
            if one.key_result_id == key_result.id
        ],
        "initiatives": [_line_document(line) for line in rollup.work],
    }


def _line_document(line: WorkLine) -> dict[str, Any]:
    progress = line.progress
    return {
        "initiative": line.initiative.id,
        "title": line.initiative.title,
        "status": work_word(line),
        "owner": line.owner,
        "done": progress.done if progress else None,
        "open": progress.open if progress else None,
        "cancelled": progress.cancelled if progress else None,
        "basis": progress.basis if progress else None,
        "points": progress.points if progress else None,
        "health": line.health,
        "due": line.due,
        "done_on": line.done_on,
        "link": str(line.link.ref) if line.link else None,
        "link_state": line.link.state if line.link else None,
        "item": line.snapshot.key if line.snapshot else None,
        "url": line.snapshot.url if line.snapshot else None,
        "read_at": line.read_at,
        "stale": line.stale,
    }
