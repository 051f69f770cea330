"""The named points of a sync at which a process can be killed or stopped, and the child that it happens to.

They stand at the ports that a sync goes through, around every commit, every renewal of the lease and every
step of the connector. The program itself holds nothing of them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

from connectors.sandbox.server import Request, Wire
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement
from syncer.domain.work import WorkRef
from syncer.ports import Connector, Fetched, Lease, Notifier, Store
from syncer.store.sql_store import SqlStore
from tests.faults.yard import Yard, is_write

STEPS = (
    "lease",
    "open",
    "fetch",
    "record",
    "intent",
    "look",
    "publish",
    "confirm",
    "receipt",
    "close",
    "release",
)
POINTS = tuple(f"{side} {step}" for step in STEPS for side in ("before", "after"))
TELLING = tuple(f"{side} {step}" for step in ("tell", "noted") for side in ("before", "after"))
"""Where a sync is when there is something to tell."""

ON_THE_WIRE = ("a write unheard", "a write acted upon")
"""Two more: the tracker sees no more of us than the connection, or acts and nobody hears its answer."""

Reached = Callable[[str], None]

_NAMES = (
    ("start_run", "open"),
    ("save_links", "record"),
    ("save_run", "close"),
    ("save_receipt", "receipt"),
    ("put_outbox", "intent"),
    ("add_told", "noted"),
)


BEFORE_COMMIT = tuple(f"before {step}" for _, step in _NAMES)
"""Points inside a transaction."""


class Noted:
    """A transaction that knows by what is done in it which step of a sync it is."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self._called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self._called.add(name)
        return getattr(self._work, name)

    @property
    def step(self) -> str:
        return next((step for method, step in _NAMES if method in self._called), "nothing of those")


class PointedStore:
    """A store that says where a sync is."""

    def __init__(self, store: SqlStore, reached: Reached) -> None:
        self._store = store
        self._reached = reached

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Any]:
        with self._store.write(lease) as work:
            noted = Noted(work)
            yield noted
            self._reached(f"before {noted.step}")
        self._reached(f"after {noted.step}")

    def acquire(self, workspace: str, lifetime: timedelta) -> Lease:
        with _around(self._reached, "lease"):
            return self._store.acquire(workspace, lifetime)

    def renew(self, lease: Lease, lifetime: timedelta) -> None:
        with _around(self._reached, "confirm"):
            self._store.renew(lease, lifetime)

    def release(self, lease: Lease) -> None:
        with _around(self._reached, "release"):
            self._store.release(lease)


class PointedConnector:
    """A connector that says where a sync is."""

    def __init__(self, connector: Connector, reached: Reached) -> None:
        self._connector = connector
        self._reached = reached

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        with _around(self._reached, "fetch"):
            return self._connector.fetch(refs, state)

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        with _around(self._reached, "look"):
            return self._connector.find_published(ref, item_id, marker)

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        with _around(self._reached, "publish"):
            return self._connector.publish(publication, placement)


class PointedNotifier:
    """A notifier that says where a sync is."""

    def __init__(self, notifier: Notifier, reached: Reached) -> None:
        self._notifier = notifier
        self._reached = reached

    def check(self) -> str:
        return self._notifier.check()

    def send(self, title: str, body: str) -> None:
        with _around(self._reached, "tell"):
            self._notifier.send(title, body)


@contextmanager
def _around(reached: Reached, step: str) -> Iterator[None]:
    reached(f"before {step}")
    yield
    reached(f"after {step}")


def sync_with_points(yard: Yard, reached: Reached) -> None:
    """One sync that says where it is."""
    yard.sync(
        store=lambda store: _store(PointedStore(store, reached)),
        connector=lambda connector: _connector(PointedConnector(connector, reached)),
        notifier=lambda notifier: PointedNotifier(notifier, reached),
    )


def _store(store: Any) -> Store:
    return store  # type: ignore[no-any-return]  # the rest of the port is the wrapped one's


def _connector(connector: Any) -> Connector:
    return connector  # type: ignore[no-any-return]  # as above


@contextmanager
def child(yard: Yard, point: str, nth: int, number: signal.Signals) -> Iterator[int]:
    """A process that syncs the yard and sends itself a signal when it reaches the point the n-th time."""
    left = nth

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if name == point and left == 0:
            os.kill(os.getpid(), number)

    pid = os.fork()
    if pid == 0:
        try:
            sync_with_points(yard, reached)
        finally:
            os._exit(0)
    try:
        yield pid
    finally:
        _end(pid)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def killed_at(yard: Yard, point: str, nth: int) -> bool:
    """Whether a sync got to the point the n-th time and was killed there; else it ended as usual."""
    if point in ON_THE_WIRE:
        return _killed_on_the_wire(yard, nth, acts=point == "a write acted upon")
    with child(yard, point, nth, signal.SIGKILL) as pid:
        _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _killed_on_the_wire(yard: Yard, nth: int, *, acts: bool) -> bool:
    left, known, victims = nth, Event(), list[int]()

    def fault(number: int, request: Request) -> Wire | None:
        nonlocal left
        del number
        left -= is_write(request)
        if not is_write(request) or left != 0:
            return None
        known.wait()
        os.kill(victims[0], signal.SIGKILL)
        return Wire.LOSE_ANSWER if acts else Wire.REFUSE

    yard.tracker.server.fault = fault
    with child(yard, "", 1, signal.SIGKILL) as pid:
        victims.append(pid)
        known.set()
        _, status = os.waitpid(pid, 0)
    yard.tracker.server.fault = None
    return os.WIFSIGNALED(status)
