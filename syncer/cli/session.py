"""What every command is given: the global options, the app behind them, and where to print."""

from __future__ import annotations

import dataclasses
import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from syncer.cli import text as words
from syncer.errors import SyncerError

if TYPE_CHECKING:
    from syncer.app import App, Configured
    from syncer.ports import Clock
    from syncer.store.sql_store import SqlStore


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
    spoiled: bool = False
    """Whether a workspace file is not valid: then the others are worked on, and the process ends with 5."""
    without_database: bool = False

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
        """The workspaces that were asked for; what other files lack is said, and which keys do nothing yet.

        Raises ConfigInvalid when no file is valid.
        """
        from config.problems import ConfigInvalid  # noqa: PLC0415  heavy
        from config.show import unused  # noqa: PLC0415  heavy

        loaded = self.app.loaded
        if loaded.problems and loaded.files and not self.spoiled:
            self.spoiled = True
            self.tell(ConfigInvalid(loaded.problems))
        found = self.app.workspaces(self.names)
        for configured in found:
            for path in unused(configured.file):
                self.note(f"{configured.path}: not used yet: {path}")
        return found

    @contextmanager
    def known_store(self, *, silently: bool = False) -> Iterator[SqlStore]:
        """The store for a command that only reads; that there is none yet is said, unless `silently`."""
        if self.app.revision() is None and not (silently or self.without_database):
            self.without_database = True
            self.note(f"no database yet at {self.app.store.name}; run syncer sync")
        with self.app.known_store() as store:
            yield store

    def say(self, text: str = "") -> None:
        """A line of the result, for people, without what could drive their terminal."""
        if not self.as_json:
            print_out(words.plain(text))

    def note(self, text: str) -> None:
        """A line beside the result."""
        if not self.quiet:
            sys.stderr.write(f"{words.plain(text)}\n")

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
        sys.stderr.write(words.plain(f"{about}{sentence}\n" + (f"-> {hint}\n" if hint else "")))


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
