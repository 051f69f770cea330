"""Holding a workspace for the length of a sync, prolonged while it works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from syncer.errors import LeaseLostError, SyncerError
from syncer.ports import Lease, Store

LIFETIME = timedelta(seconds=120)


@dataclass(slots=True)
class Hold:
    """A lease in use."""

    store: Store
    lease: Lease
    _lost: threading.Event = field(default_factory=threading.Event)

    def confirm(self) -> None:
        """Prolongs the lease. Raises LeaseLostError when it went to somebody else."""
        if self._lost.is_set():
            msg = f"workspace {self.lease.workspace} was taken over by another run; this one stops"
            raise LeaseLostError(msg)
        self.store.renew(self.lease, LIFETIME)


@contextmanager
def hold(store: Store, workspace: str) -> Iterator[Hold]:
    """Takes the lease and gives it back. Raises BusyError while somebody else holds it.

    A thread prolongs it while a long fetch runs: requests have time-outs, so a sync that hangs still ends.
    """
    holding = Hold(store, store.acquire(workspace, LIFETIME))
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(holding, over), name=f"lease-{workspace}", daemon=True)
    beat.start()
    try:
        yield holding
    finally:
        over.set()
        beat.join()
        with suppress(SyncerError):  # a lease that cannot be given back runs out by itself
            store.release(holding.lease)


def _beat(holding: Hold, over: threading.Event) -> None:
    while not over.wait(LIFETIME.total_seconds() / 4):
        try:
            holding.store.renew(holding.lease, LIFETIME)
        except LeaseLostError:
            holding._lost.set()  # noqa: SLF001  the two are one thing in this module
            return
        except SyncerError:
            continue  # the database was busy for a moment; the next beat, or the next write, will tell
