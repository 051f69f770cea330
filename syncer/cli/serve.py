"""`syncer serve`: the service, until a signal ends it."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

import typer

from syncer.cli.session import session_of
from syncer.errors import FatalError

if TYPE_CHECKING:
    from syncer.app import App, Configured
    from syncer.engine.sync import Engine


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(serve)


def serve(context: typer.Context) -> None:
    """Sync every workspace on its schedule. Stop with SIGTERM or Ctrl-C; a second one ends it at once."""
    from syncer.observe.logs import configure  # noqa: PLC0415  heavy
    from syncer.service.due import run_due  # noqa: PLC0415  heavy
    from syncer.service.scheduler import Service  # noqa: PLC0415  heavy
    from syncer.service.scheduler import serve as serve_until_stopped  # noqa: PLC0415  heavy

    session = session_of(context)
    app = session.app
    found = {one.workspace.id: one for one in session.workspaces()}
    log = app.settings.log
    configure(
        format="json" if (session.log_format or log.format) == "json" else "text",
        level="debug" if session.verbose else log.level,
        redact=_tokens(app, tuple(found.values())),
    )

    def engine_for(workspace: str) -> Engine:
        return app.engine(found[workspace], may_write=True)

    service = Service(
        workspaces=lambda: [one.workspace for one in found.values()],
        store=app.ready_store,
        clock=app.clock,
        run=lambda due: run_due(engine_for, app.store, due),
        version=installed_version("okr-syncer"),
        workers=app.settings.workers,
        host=app.settings.web.host,
        port=app.settings.web.port,
    )
    code = serve_until_stopped(service)
    session.spoiled = False  # said at the start; a service that was stopped in good order has not failed
    raise typer.Exit(code)


def _tokens(app: App, configured: tuple[Configured, ...]) -> list[str]:
    """The tokens and addresses that can be read now, so that no log line can ever show one."""
    found = []
    for one in configured:
        tokens = [getattr(settings, "token", None) for settings in one.file.connections.values()]
        for secret in (*tokens, *(entry.to for entry in one.file.notify)):
            if secret is not None:
                try:
                    found.append(app.secrets.resolve(secret))
                except FatalError:
                    continue  # the sync says what is wrong with it
    return found
