"""`syncer check-in --import FILE.csv`: past values, all of them or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from syncer.cli.text import many
from syncer.engine.csv_rows import read_sheet
from syncer.engine.importing import ImportPlan, Sheet, plan_import
from syncer.errors import FatalError

if TYPE_CHECKING:
    from syncer.app import Configured
    from syncer.cli.session import Session


def run(session: Session, configured: Configured, path: Path, author: str, *, dry_run: bool) -> None:
    """Stores what the file says and the store does not know yet; a dry run only says what that would be."""
    app, workspace = session.app, configured.workspace
    sheet = _signed(configured, read_sheet(path.name, _content(path)), author)
    if dry_run:
        with session.known_store() as known, known.read() as work:
            plan = plan_import(workspace, path.name, sheet, work.check_ins(workspace.id), app.clock.now())
    else:
        with app.ready_store.write() as work:
            plan = plan_import(workspace, path.name, sheet, work.check_ins(workspace.id), app.clock.now())
            for entry in plan.entries:
                work.add_check_in(workspace.id, entry)
            if plan.entries:
                work.set_next_slot(workspace.id, "sync", app.clock.now())
    session.say(_sentence(path.name, plan, dry_run=dry_run))
    session.emit({"added": plan.added, "corrections": plan.corrections, "known": plan.known})


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise FatalError(msg) from error


def _signed(configured: Configured, sheet: Sheet, author: str) -> Sheet:
    """Names for ids of people; who imports signs what the file leaves unsigned."""
    person = configured.workspace.person
    return replace(
        sheet,
        requests=tuple(
            (line, replace(one, author=person(one.author) or one.author or author))
            for line, one in sheet.requests
        ),
    )


def _sentence(name: str, plan: ImportPlan, *, dry_run: bool) -> str:
    numbers = len({one.key_result_id for one in plan.entries})
    where = f" on {many(numbers, 'key result')}" if plan.entries else ""
    verb = "would add" if dry_run else "added"
    return (
        f"{name}: {verb} {many(len(plan.added), 'check-in')} and {many(len(plan.corrections), 'correction')}"
        f"{where}; {plan.known} known already"
    )
