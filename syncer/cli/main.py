"""The command `syncer`: global options, the commands, and errors as sentences with an exit code."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from syncer.cli import (
    brief,
    check,
    checkin,
    closing,
    configure,
    database,
    demo,
    discover,
    explain,
    init,
    links,
    lint,
    reports,
    review,
    serve,
    signals,
    status,
    syncing,
)
from syncer.cli.exits import Exit, of_error
from syncer.cli.session import ReaderGoneError, Session, print_error, session_of, tell
from syncer.errors import SyncerError

app = typer.Typer(
    name="syncer",
    help="Links OKRs to the Jira epics and Asana projects meant to move them, and says whether they do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demo,
    init,
    discover,
    configure,
    check,
    links,
    syncing,
    serve,
    status,
    checkin,
    closing,
    brief,
    signals,
    explain,
    reports,
    lint,
    review,
    database,
):
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
    session = session_of(context)
    session.config = config
    session.names = tuple(workspace or ())
    session.as_json, session.quiet, session.verbose = as_json, quiet, verbose
    session.no_input, session.log_format = no_input, log_format


def run(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits the process with its code."""
    given = globals_first(list(sys.argv[1:] if arguments is None else arguments))
    flags = given[: given.index("--")] if "--" in given else given
    verbose, as_json = not {"-v", "--verbose"}.isdisjoint(flags), "--json" in flags
    session = Session()
    try:
        with _terminated():
            code = app(args=given, prog_name="syncer", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except SyncerError as error:
        tell(error, as_json=as_json, verbose=verbose)
        code = of_error(error)
    except (BrokenPipeError, ReaderGoneError):
        # What is left in the buffer would break the pipe again at the interpreter's own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.DONE
    except typer.Abort:
        code = Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence: a sentence, never a traceback
        code = (
            _usage(error, as_json=as_json)
            if isinstance(error, _USAGE)
            else _fault(error, as_json=as_json, verbose=verbose)
        )
    if session.spoiled and code not in {Exit.USAGE, Exit.INTERRUPTED}:
        code = Exit.CONFIG
    sys.exit(int(code or Exit.DONE))


_USAGE: type = typer.BadParameter.__mro__[2]
"""Every complaint about the command line; typer does not export it under one name in all its versions."""


def _usage(error: Any, *, as_json: bool) -> int:  # noqa: ANN401  see _USAGE
    if as_json:
        print_error("usage", error.format_message(), "run it with --help", as_json=True)
    else:
        error.show()
    return int(error.exit_code)


def _fault(error: Exception, *, as_json: bool, verbose: bool) -> Exit:
    if verbose:
        traceback.print_exc()
    sentence = f"a fault in okr-syncer itself ({type(error).__name__}); run it again with -v and report it"
    print_error("internal", sentence, "", as_json=as_json)
    return Exit.FAILED


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: leases are given back and temporary folders removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    former = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


_FLAGS = frozenset({"--json", "-q", "--quiet", "-v", "--verbose", "--no-color", "--no-input"})
_VALUED = frozenset({"-c", "--config", "-w", "--workspace", "--log-format"})
_WITH_VALUE = ("--config=", "--workspace=", "--log-format=")


def globals_first(arguments: list[str]) -> list[str]:
    """Global options written behind the command (`syncer status --json`) work as if they stood before it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    moved: list[str] = []
    kept: list[str] = []
    waiting = iter(arguments[:end])
    for argument in waiting:
        if argument in _VALUED:
            moved += [argument, *islice(waiting, 1)]
        elif argument in _FLAGS or argument.startswith(_WITH_VALUE):
            moved.append(argument)
        else:
            kept.append(argument)
    return [*moved, *kept, *arguments[end:]]
