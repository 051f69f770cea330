"""What every command is given: the global options, the app behind them, and where to print."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from syncer.app import App, Configured
    from syncer.ports import Clock


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
            sys.stdout.write(f"{text}\n")

    def note(self, text: str) -> None:
        """A line beside the result."""
        if not self.quiet:
            sys.stderr.write(f"{text}\n")

    def emit(self, document: Mapping[str, Any]) -> None:
        """The result as one JSON object, when that was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(jsonable(document), indent=2, ensure_ascii=False) + "\n")


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
