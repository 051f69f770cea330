"""`syncer config`: validate, show, schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from syncer.cli.exits import Exit
from syncer.cli.session import print_out, session_of


def register(app: typer.Typer) -> None:
    """Adds the group to the command line."""
    group = typer.Typer(
        no_args_is_help=True, help="The workspace files: check them, show them, their schema."
    )
    group.command("validate")(validate)
    group.command("show")(show)
    group.command("schema")(schema)
    app.add_typer(group, name="config")


def validate(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="File or directory; else as with -c.")] = None,
) -> None:
    """Check every workspace file and print all errors at once as file:line:col: path: message."""
    from config.show import unused  # noqa: PLC0415  heavy

    session = session_of(context)
    if path is not None:
        session.config = path
    loaded = session.app.loaded
    for problem in loaded.problems:
        session.say(str(problem))
    for file, workspace in loaded.files:
        for key in unused(workspace):
            session.note(f"{file}: not used yet: {key}")
        session.say(f"{file}: workspace {workspace.workspace} is valid")
    if loaded.problems:
        session.say(f"{len(loaded.problems)} error{'s' if len(loaded.problems) > 1 else ''}")
    session.emit(
        {
            "valid": [str(file) for file, _ in loaded.files],
            "not_used_yet": {str(file): unused(workspace) for file, workspace in loaded.files},
            "problems": [
                {
                    "file": p.file,
                    "line": p.place.line if p.place else None,
                    "column": p.place.column if p.place else None,
                    "path": p.path,
                    "message": p.message,
                }
                for p in loaded.problems
            ],
        }
    )
    raise typer.Exit(Exit.CONFIG if loaded.problems else Exit.DONE)


def show(
    context: typer.Context,
    with_sources: Annotated[
        bool, typer.Option("--sources", help="Say for each value where it stands.")
    ] = False,
) -> None:
    """Show every value that holds, defaults included; secrets appear as references only."""
    from config.load import sources  # noqa: PLC0415  heavy
    from config.show import describe  # noqa: PLC0415  heavy

    session = session_of(context)
    document = {}
    for configured in session.workspaces():
        rows = describe(configured.file, sources(configured.path))
        document[configured.workspace.id] = [
            {"path": path, "value": value, "source": source} for path, value, source in rows
        ]
        session.say(f"# {configured.path}")
        for path, value, source in rows:
            session.say(f"{path} = {value}" + (f"    # {source}" if with_sources else ""))
    session.emit(document)


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the workspace file, for editors."""
    from config.schema import workspace_schema  # noqa: PLC0415  heavy

    session = session_of(context)
    models = {kind: plugin.settings for kind, plugin in session.app.plugins.items()}
    print_out(json.dumps(workspace_schema(models), indent=2, ensure_ascii=False))
