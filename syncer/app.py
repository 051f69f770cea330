"""The composition root: settings, store, connectors, secrets and clock; the one module that knows all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from config.load import Loaded, load_workspaces
from config.problems import ConfigInvalid
from config.secrets import Secrets
from config.service import ServiceSettings
from config.workspace import WorkspaceFile
from syncer.assemble import assemble, status_map
from syncer.domain.okr import Workspace
from syncer.engine.sync import Engine
from syncer.errors import FatalError
from syncer.ports import Clock, Connector, Context, Plugin
from syncer.registry import load_plugins
from syncer.store.sql_store import SqlStore, open_store


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place where time comes in


@dataclass(frozen=True, slots=True)
class Configured:
    """A workspace with the file it came from."""

    path: Path
    file: WorkspaceFile
    workspace: Workspace


@dataclass(frozen=True)
class App:
    """Everything a command or the service needs; nothing is read before it is asked for."""

    settings: ServiceSettings
    clock: Clock = field(default_factory=SystemClock)

    @cached_property
    def plugins(self) -> Mapping[str, Plugin]:
        """The installed connectors by kind."""
        return load_plugins()

    @cached_property
    def loaded(self) -> Loaded:
        """The workspace files as they are now, and what is wrong with those that are not valid."""
        return load_workspaces(self.settings.workspaces, {k: p.settings for k, p in self.plugins.items()})

    @cached_property
    def store(self) -> SqlStore:
        """The store, not migrated: see `ready_store`."""
        return open_store(self.settings.resolved_database_url.get_secret_value())

    @cached_property
    def ready_store(self) -> SqlStore:
        """The store with its schema up to date."""
        self.store.upgrade()
        return self.store

    @cached_property
    def secrets(self) -> Secrets:
        """Where tokens are looked up."""
        return Secrets(self.settings.resolved_secrets_dir)

    def workspaces(self, names: Sequence[str] = (), *, skip_invalid: bool = False) -> tuple[Configured, ...]:
        """The workspaces of those names, or all of them, in the order of their files.

        Raises ConfigInvalid when a file is not valid (unless they are to be skipped), FatalError when a name
        is not there.
        """
        if self.loaded.problems and not skip_invalid:
            raise ConfigInvalid(self.loaded.problems)
        found = tuple(Configured(path, file, assemble(file)) for path, file in self.loaded.files)
        _refuse_unknown(names, [one.workspace.id for one in found])
        return tuple(one for one in found if not names or one.workspace.id in names)

    def engine(self, configured: Configured, *, may_write: bool) -> Engine:
        """What a sync of the workspace works with; without leave to write no connector lets a write out."""
        allowed = may_write and configured.workspace.publish.enabled
        return Engine(
            workspace=configured.workspace,
            store=self.ready_store,
            clock=self.clock,
            connect=lambda connection: self.connect(configured, connection, may_write=allowed),
        )

    def connect(self, configured: Configured, connection: str, *, may_write: bool) -> Connector:
        """A connector of one connection of the workspace file."""
        settings = configured.file.connections[connection]
        context = Context(
            workspace=configured.workspace.id,
            connection=connection,
            may_write=may_write,
            secrets=self.secrets,
            clock=self.clock,
            status_map=status_map(configured.file, connection),
        )
        return self.plugins[settings.kind].connect(settings, context)


def _refuse_unknown(names: Iterable[str], known: Sequence[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        msg = f"there is no workspace {', '.join(unknown)}; there is {', '.join(known) or 'none'}"
        raise FatalError(msg)
