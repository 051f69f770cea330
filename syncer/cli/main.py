"""The command `syncer`: global options, the commands, and errors as sentences with an exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from syncer.cli import check, checkin, configure, database, demo, serve, sheets, status, syncing
from syncer.cli.exits import Exit, of_error
from syncer.cli.session import Session
from syncer.errors import SyncerError

app = typer.Typer(
    name="syncer",
    help="Links OKRs to the Jira epics and Asana projects meant to move them, and says whether they do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (demo, configure, check, syncing, serve, status, checkin, sheets, database):
    module.register(app)


def _version(wanted: bool) -> None:  # noqa: FBT001  typer calls it with the flag
    if wanted:
        sys.stdout.write(f"okr-syncer {installed_version('okr-syncer')}\n")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("-c", "--config", help="Workspace file or directory (SYNCER_WORKSPACES, ./workspaces)."),
    ] = None,
    workspace: Annotated[
        list[str] | None, typer.Option("-w", "--workspace", help="Only this workspace; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Nothing on standard error but errors.")
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show tracebacks of errors.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours, as with NO_COLOR set.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.")] = False,
    log_format: Annotated[
        str | None, typer.Option("--log-format", help="Log lines of the service: text or json.")
    ] = None,
    show_version: Annotated[  # noqa: ARG001  typer acts on it before the command
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if no_color:
        os.environ["NO_COLOR"] = "1"  # noqa: TID251  rich and typer look there
    if log_format not in {None, "text", "json"}:
        raise typer.BadParameter(f"{log_format!r} is not text or json", param_hint="--log-format")
    context.obj = Session(
        config=config,
        names=tuple(workspace or ()),
        as_json=as_json,
        quiet=quiet,
        verbose=verbose,
        no_input=no_input,
        log_format=log_format,
    )


def run(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits the process with its code."""
    given = globals_first(list(sys.argv[1:] if arguments is None else arguments))
    verbose, as_json = "-v" in given or "--verbose" in given, "--json" in given
    try:
        app(args=given, prog_name="syncer")
    except SyncerError as error:
        _tell(error, as_json=as_json, verbose=verbose)
        sys.exit(of_error(error))
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would print a second error at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except Exception as error:  # noqa: BLE001  the last line of defence: a sentence, never a traceback
        if verbose:
            traceback.print_exc()
        sentence = (
            f"a fault in okr-syncer itself ({type(error).__name__}); run it again with -v and report it"
        )
        _print_error("internal", sentence, "", as_json=as_json)
        sys.exit(Exit.FAILED)


_FLAGS = frozenset({"--json", "-q", "--quiet", "-v", "--verbose", "--no-color", "--no-input"})


def globals_first(arguments: list[str]) -> list[str]:
    """Global flags written behind the command (`syncer status --json`) work as if they stood before it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    moved = [argument for argument in arguments[:end] if argument in _FLAGS]
    return [*moved, *(a for a in arguments[:end] if a not in _FLAGS), *arguments[end:]]


def _tell(error: SyncerError, *, as_json: bool, verbose: bool) -> None:
    if verbose:
        traceback.print_exception(error)
    _print_error(error.code, error.sentence, error.hint, as_json=as_json)


def _print_error(code: str, sentence: str, hint: str, *, as_json: bool) -> None:
    if as_json:
        sys.stderr.write(json.dumps({"error": {"code": code, "message": sentence, "hint": hint}}) + "\n")
    else:
        sys.stderr.write(f"{sentence}\n" + (f"-> {hint}\n" if hint else ""))
