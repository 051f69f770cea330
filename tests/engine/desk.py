"""One workspace on a tracker in memory and a real store, with a clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import inspect, text

from connectors.testing.memory import MemoryConnector, MemoryTracker
from syncer.domain.okr import Workspace
from syncer.domain.work import Health, Progress, WorkStatus
from syncer.engine.checkins import check_in
from syncer.engine.report import SyncReport
from syncer.engine.sync import Engine, Wish, plan_sync, run_sync
from syncer.ports import Confirm, Connector, Context
from syncer.store.sql_store import SqlStore
from tests.domain import build


@dataclass
class MovableClock:
    """A clock that stands until it is moved."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def pass_(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


class NoSecrets:
    def resolve(self, ref: object) -> str:
        raise AssertionError(ref)


@dataclass
class Desk:
    """What an engine test works with."""

    store: SqlStore
    workspace: Workspace = field(default_factory=lambda: build.workspace(build.key_result()))
    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    clock: MovableClock = field(default_factory=lambda: MovableClock(build.noon("2026-11-02")))
    opened: list[MemoryConnector] = field(default_factory=list)

    def engine(self) -> Engine:
        return Engine(
            workspace=self.workspace,
            store=self.store,
            clock=self.clock,
            connect=lambda name, confirm: self.connect(name, confirm=confirm),
        )

    def connect(self, name: str, *, confirm: Confirm | None) -> Connector:
        context = Context(
            workspace=self.workspace.id,
            connection=name,
            confirm=confirm if self.workspace.publish.enabled else None,
            secrets=NoSecrets(),
            clock=self.clock,
        )
        connector = MemoryConnector(self.tracker, context)
        self.opened.append(connector)
        return connector

    def epic(self, key: str = "ONB-12", item_id: str = "10042", **fields: Any) -> None:
        wanted = {
            "ref": build.ref(key),
            "item_id": item_id,
            "key": key,
            "name": f"Epic {key}",
            "status": WorkStatus.IN_PROGRESS,
            "progress": Progress(done=3, open=7),
        }
        self.tracker.add(build.snapshot(**{**wanted, **fields}))

    def check_in(self, value: float, on: str | None = None, health: Health = Health.UNKNOWN) -> None:
        check_in(
            self.workspace,
            self.store,
            self.clock,
            key_result="activation",
            value=value,
            on=date.fromisoformat(on) if on else None,
            health=health,
            author="Ana Ruiz",
        )

    def sync(self, **wish: Any) -> SyncReport:
        return run_sync(self.engine(), Wish(**wish))

    def plan(self, **wish: Any) -> SyncReport:
        return plan_sync(self.engine(), Wish(**wish))

    def configure(self, **changes: Any) -> None:
        self.workspace = replace(self.workspace, **changes)

    def rows(self) -> dict[str, int]:
        """Rows per table, to see that nothing was added."""
        with self.store._engine.connect() as connection:
            names = inspect(connection).get_table_names()
            return {
                name: int(connection.execute(text(f'select count(*) from "{name}"')).scalar_one())
                for name in names
            }
