"""What the service's tests work with: a small workspace, a tracker that answers when told, a real store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.okr import Cycle, Initiative, KeyResult, Objective, PublishPolicy, Rules, Workspace
from syncer.domain.sync import ConnectorState, Delivery, Due, Placement, Receipt, Standing
from syncer.domain.work import Progress, Snapshot, WorkRef, WorkStatus
from syncer.engine.sync import Engine
from syncer.ports import Access, Fetched, Found, Identity
from syncer.store.sql_store import SqlStore, open_store

START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that moves when it is told to."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


class RealClock:
    """The machine's clock, for the tests in which APScheduler's own clock runs beside ours."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  APScheduler reads the machine's clock too


@dataclass
class Tracker:
    """A connector whose one fetch calls `on_fetch` first, which may wait or raise."""

    on_fetch: Callable[[], object] = lambda: None
    requests: int = 0
    writes: int = 0
    closed: int = field(default=0)

    def check(self) -> Identity:
        return Identity("bot", "Tracker", "http://127.0.0.1")

    def discover(self) -> tuple[Found, ...]:
        return ()

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        return ()

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        self.requests += 1
        self.on_fetch()
        return Fetched(tuple(_snapshot(ref) for ref in refs), state)

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        raise AssertionError("nothing is published in these tests")

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        raise AssertionError("nothing is published in these tests")

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        raise AssertionError("nothing is published in these tests")

    def close(self) -> None:
        self.closed += 1


def _snapshot(ref: WorkRef) -> Snapshot:
    return Snapshot(
        ref=ref,
        item_id=f"id-{ref.key}",
        key=ref.key,
        name=ref.key,
        url="http://127.0.0.1/item",
        status=WorkStatus.IN_PROGRESS,
        progress=Progress(done=1, open=2),
        taken_at=START,
    )


def workspace(name: str = "acme", every: timedelta = timedelta(minutes=15)) -> Workspace:
    """One number with one linked bet, nothing published."""
    link = Link(initiative_id="flow", key_result_id="activation", ref=WorkRef("tracker", "epic", "ONB-1"))
    key_result = KeyResult(
        id="activation",
        title="Activation",
        start=34,
        target=52,
        rules=Rules(min_move=1),
        initiatives=(Initiative(id="flow", title="Flow", link=link),),
    )
    objective = Objective(id="onboarding", title="Onboarding", key_results=(key_result,))
    cycle = Cycle(id="all", start=date(2026, 1, 1), end=date(2099, 12, 31), objectives=(objective,))
    return Workspace(
        id=name,
        zone=ZoneInfo("UTC"),
        cycles=(cycle,),
        publish=PublishPolicy(enabled=False),
        sync_every=every,
    )


def store_in(folder: Path) -> SqlStore:
    """A store on a file, set up."""
    store = open_store(f"sqlite:///{folder / 'syncer.db'}")
    store.upgrade()
    return store


def engine_of(store: SqlStore, space: Workspace, tracker: Tracker | None = None) -> Engine:
    """An engine on the store with the tracker."""
    return Engine(workspace=space, store=store, clock=HandClock(), connect=lambda *_: tracker or Tracker())


def owe(store: SqlStore, name: str = "acme", slot: datetime = START, missed: int = 0) -> Due:
    """Notes a due of the workspace, the only one for years, and returns it."""
    due = Due(workspace=name, kind="sync", slot=slot, missed=missed)
    with store.write() as work:
        work.add_due(due)
        work.set_next_slot(name, due.kind, datetime(2099, 1, 1, tzinfo=UTC))
    return due


def owed(store: SqlStore) -> tuple[Due, ...]:
    """What is open in the store."""
    with store.read() as work:
        return work.open_dues()
