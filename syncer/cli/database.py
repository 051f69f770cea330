"""`syncer db`: upgrade, current."""

from __future__ import annotations

import typer

from syncer.cli.session import session_of


def register(app: typer.Typer) -> None:
    """Adds the group to the command line."""
    group = typer.Typer(no_args_is_help=True, help="The database and its schema.")
    group.command("upgrade")(upgrade)
    group.command("current")(current)
    app.add_typer(group, name="db")


def upgrade(context: typer.Context) -> None:
    """Bring the schema up to date; nothing happens when it is."""
    session = session_of(context)
    store = session.app.store
    before = session.app.revision()
    store.upgrade()
    after = store.current()
    session.say(f"the database is at {after}" + ("" if before == after else f", it was {before or 'empty'}"))
    session.emit({"before": before, "current": after, "head": store.head()})


def current(context: typer.Context) -> None:
    """Say which revision the schema is at, and which one this version wants."""
    session = session_of(context)
    store = session.app.store
    at, head = session.app.revision(), store.head()
    advice = "up to date" if at == head else f"this version wants {head}: run syncer db upgrade"
    session.say(f"{at or 'empty'}; {advice}")
    session.emit({"current": at, "head": head})
