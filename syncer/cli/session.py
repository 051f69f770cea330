"""What every command is given: the global options, the app behind them, and where to print."""

from __future__ import annotations

import dataclasses
import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from syncer.errors import SyncerError

if TYPE_CHECKING:
    from syncer.app import App, Configured
    from syncer.ports import Clock


class ReaderGoneError(Exception):
    """Whoever read standard output has seen enough. Not an OSError: typer ends with 1 on a broken pipe."""


def print_out(text: str) -> None:
    """A line on standard output."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        raise ReaderGoneError from None


@dataclass
class Session:
    """One invocation. Results go to standard output, everything else to standard error."""

    config: Path | None = None
    names: tuple[str, ...] = ()
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_input: bool = False
    log_format: str | None = None
    document: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def app(self) -> App:
        """The app on the given configuration; raises ConfigInvalid for service settings that are wrong."""
        from config.service import ServiceSettings, unknown_variables  # noqa: PLC0415  heavy
        from syncer.app import App  # noqa: PLC0415  heavy

        for sentence in unknown_variables():
            self.note(f"warning: {sentence}")
        return App(ServiceSettings.read(self.config))

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock."""
        from syncer.app import SystemClock  # noqa: PLC0415  heavy

        return SystemClock()

    def workspaces(self) -> tuple[Configured, ...]:
        """The workspaces that were asked for; keys of their files that do nothing yet are named."""
        from config.show import unused  # noqa: PLC0415  heavy

        found = self.app.workspaces(self.names)
        for configured in found:
            for path in unused(configured.file):
                self.note(f"{configured.path}: not used yet: {path}")
        return found

    def say(self, text: str = "") -> None:
        """A line of the result, for people."""
        if not self.as_json:
            print_out(text)

    def note(self, text: str) -> None:
        """A line beside the result."""
        if not self.quiet:
            sys.stderr.write(f"{text}\n")

    def tell(self, error: SyncerError, workspace: str = "") -> None:
        """An error that does not end the command, also when all is quiet; `workspace` is what it concerns."""
        tell(error, workspace, as_json=self.as_json, verbose=self.verbose)

    def emit(self, document: Mapping[str, Any]) -> None:
        """The result as one JSON object, when that was asked for."""
        if self.as_json:
            print_out(json.dumps(jsonable(document), indent=2, ensure_ascii=False))


def tell(error: SyncerError, workspace: str = "", *, as_json: bool, verbose: bool) -> None:
    """An error on standard error, its traceback before it for who asked for it."""
    if verbose:
        traceback.print_exception(error)
    print_error(error.code, error.sentence, error.hint, workspace, as_json=as_json)


def print_error(code: str, sentence: str, hint: str, workspace: str = "", *, as_json: bool) -> None:
    """The sentence and what to do about it, or both as one line of JSON."""
    if as_json:
        found = {"code": code, "message": sentence, "hint": hint}
        found |= {"workspace": workspace} if workspace else {}
        sys.stderr.write(json.dumps({"error": found}, ensure_ascii=False) + "\n")
    else:
        about = f"{workspace}: " if workspace else ""
        sys.stderr.write(f"{about}{sentence}\n" + (f"-> {hint}\n" if hint else ""))


def session_of(context: typer.Context) -> Session:
    """The session that the global options made."""
    found = context.find_object(Session)
    return found or Session()


def jsonable(value: Any) -> Any:  # noqa: ANN401, PLR0911  whatever a command has to show
    """Domain values as JSON has them: days and moments in ISO form, durations in seconds."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(key): jsonable(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [jsonable(one) for one in value]
        case Path():
            return str(value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            return value
