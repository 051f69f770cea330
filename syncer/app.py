"""The composition root: settings, store, connectors, secrets and clock; the one module that knows all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pydantic import model_validator

from config.fields import ConnectionSettings
from config.load import Loaded, load_workspaces
from config.problems import ConfigInvalid
from config.secrets import Secrets
from config.service import ServiceSettings
from config.value_from import VALUE_KINDS
from config.workspace import LINK_KINDS, WorkspaceFile
from syncer.assemble import assemble, status_map
from syncer.domain.okr import Workspace
from syncer.engine.sync import Engine
from syncer.engine.values import CsvValues, ValueSource
from syncer.errors import FatalError
from syncer.ports import Clock, Confirm, Connector, Context, Notifier, Plugin
from syncer.registry import Installed, load_installed
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
    def installed(self) -> Installed:
        """The installed connectors, and those among them that cannot be loaded."""
        return load_installed()

    @property
    def plugins(self) -> Mapping[str, Plugin]:
        """The connectors that can be used, by kind."""
        return self.installed.plugins

    @cached_property
    def loaded(self) -> Loaded:
        """The workspace files as they are now, and what is wrong with those that are not valid."""
        models = {kind: plugin.settings for kind, plugin in self.plugins.items()}
        refused = {kind: _refusing(why) for kind, why in self.installed.broken.items()}
        return load_workspaces(self.settings.workspaces, {**models, **refused})

    @cached_property
    def store(self) -> SqlStore:
        """The store, not migrated: see `ready_store`."""
        return open_store(self.settings.resolved_database_url.get_secret_value())

    @cached_property
    def ready_store(self) -> SqlStore:
        """The store with its schema up to date."""
        self.store.upgrade()
        return self.store

    def revision(self) -> str | None:
        """The revision of the database's schema, None while there is no database; none is made by asking."""
        url = self.settings.resolved_database_url.get_secret_value()
        is_path = url.startswith("sqlite") and "file:" not in url
        return None if is_path and not Path(self.store.name).exists() else self.store.current()

    @contextmanager
    def known_store(self) -> Iterator[SqlStore]:
        """The store for who only reads: it is never made and never upgraded, an empty one stands in for none.

        Raises StoreError for a schema that is not the one of this version.
        """
        if self.revision() is not None:
            self.store.require_head()
            yield self.store
            return
        with tempfile.TemporaryDirectory(prefix="okr-syncer-") as folder:
            store = open_store(f"sqlite:///{folder}/empty.db")
            try:
                store.upgrade()
                yield store
            finally:
                store.close()

    @cached_property
    def secrets(self) -> Secrets:
        """Where tokens are looked up."""
        return Secrets(self.settings.resolved_secrets_dir)

    def workspaces(self, names: Sequence[str] = ()) -> tuple[Configured, ...]:
        """The workspaces of those names, or all of them, in the order of their files.

        Files that are not valid are left out: `loaded.problems` says what is wrong with them. Raises
        ConfigInvalid when no file is valid, FatalError when a name is not there.
        """
        if self.loaded.problems and not self.loaded.files:
            raise ConfigInvalid(self.loaded.problems)
        found = tuple(Configured(path, file, assemble(file)) for path, file in self.loaded.files)
        _refuse_unknown(names, [one.workspace.id for one in found])
        return tuple(one for one in found if not names or one.workspace.id in names)

    def engine(self, configured: Configured, *, may_write: bool, store: SqlStore | None = None) -> Engine:
        """What a sync of the workspace works with; without leave to write no connector lets a write out.

        `store` is `ready_store` unless given.
        """
        allowed = may_write and configured.workspace.publish.enabled
        return Engine(
            workspace=configured.workspace,
            store=store or self.ready_store,
            clock=self.clock,
            connect=lambda connection, confirm: self.connect(
                configured, connection, confirm if allowed else None
            ),
            value_sources=_value_sources(configured),
            notifiers=self.notifiers(configured) if may_write else {},
        )

    def notifiers(self, configured: Configured) -> Mapping[str, Notifier]:
        """Who carries the workspace's messages, by where the address is kept; no address is read here."""
        if not configured.file.notify:
            return {}
        from syncer.notify.apprise_notifier import AppriseNotifier  # noqa: PLC0415  heavy

        return {
            str(entry.to): AppriseNotifier(str(entry.to), partial(self.secrets.resolve, entry.to))
            for entry in configured.file.notify
        }

    def connect(self, configured: Configured, connection: str, confirm: Confirm | None = None) -> Connector:
        """A connector of one connection of the workspace file; without `confirm` it lets no write out."""
        settings = configured.file.connections[connection]
        context = Context(
            workspace=configured.workspace.id,
            connection=connection,
            confirm=confirm,
            secrets=self.secrets,
            clock=self.clock,
            status_map=status_map(configured.file, connection),
        )
        return self.plugins[settings.kind].connect(settings, context)


def _value_sources(configured: Configured) -> dict[str, ValueSource]:
    """The sources that need no connection, by key result."""
    folder = configured.path.parent
    return {
        one.id: CsvValues(
            file=one.value_from.csv,
            read=partial(_below, folder, one.value_from.csv),
            date_column=one.value_from.date_column.lower(),
            value_column=one.value_from.value_column.lower(),
        )
        for cycle in configured.file.cycles
        for objective in cycle.objectives
        for one in objective.key_results
        if one.value_from is not None and one.value_from.csv is not None
    }


def _below(folder: Path, name: str) -> bytes:
    """The content of a file below the folder. Raises FatalError for one that a link leads out of it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        msg = f"{name} leads outside the workspaces folder; put the file below it"
        raise FatalError(msg)
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror}"
        raise FatalError(msg) from error


def _refusing(why: str) -> type[ConnectionSettings]:
    """Settings of a kind whose connector cannot be used: a connection of it is refused at its place."""

    class Refused(ConnectionSettings):
        link_kinds = frozenset(LINK_KINDS)
        value_kinds = frozenset(VALUE_KINDS)
        # Nothing is known of what it could do: nothing else of the file is refused for it.
        carrier_kind = LINK_KINDS[0]

        @model_validator(mode="before")
        @classmethod
        def _refuse(cls, _: Any) -> Any:  # noqa: ANN401  pydantic's signature
            raise ValueError(why)

    return Refused


def _refuse_unknown(names: Iterable[str], known: Sequence[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        msg = f"there is no workspace {', '.join(unknown)}; there is {', '.join(known) or 'none'}"
        raise FatalError(msg)
