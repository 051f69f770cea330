"""`syncer report`: the group of the reports."""

from __future__ import annotations

import typer

from syncer.cli.alignment import alignment_map
from syncer.cli.sheets import weekly


def register(app: typer.Typer) -> None:
    """Adds the group to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Reports.")
    group.command("weekly")(weekly)
    group.command("map")(alignment_map)
    app.add_typer(group, name="report")
