"""Holding a workspace for the length of a sync, prolonged while it works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from syncer.errors import LeaseLostError, SyncerError, TemporaryError
from syncer.ports import Lease, Store

LIFETIME = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease in use."""

    store: Store
    lease: Lease

    def confirm(self) -> None:
        """Prolongs the lease. Raises LeaseLostError when it went to another, or nobody can tell; StoreError.

        Who asks in the middle of a write would take a TemporaryError of the store for one of the tracker.
        """
        try:
            self.store.renew(self.lease, LIFETIME)
        except LeaseLostError:
            raise
        except TemporaryError as error:
            msg = f"the lease of workspace {self.lease.workspace} cannot be confirmed: {error.sentence}"
            raise LeaseLostError(msg, hint=error.hint) from error


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
            return  # the next write will tell
        except SyncerError:
            continue  # the database was busy for a moment; the next beat, or the next write, will tell
