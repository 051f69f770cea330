"""The dispatcher of one process: a bounded number of threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from syncer.domain.sync import Due


class LocalDispatcher:
    """Runs dues on threads, oldest first, at most one at a time per workspace. Safe to call from any thread.

    `run` syncs one due and lets no error out. What is not taken stays owed in the store.
    """

    def __init__(self, run: Callable[[Due], object], workers: int) -> None:
        self._run = run
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="sync")
        self._lock = Lock()
        self._taken: dict[str, Due] = {}
        self._futures: dict[str, Future[None]] = {}
        self._is_stopping = False

    def dispatch(self, due: Due) -> None:
        """Takes the due, unless one of its workspace is queued or running, or the service is stopping."""
        with self._lock:
            if self._is_stopping:
                return
            taken = self._taken.get(due.workspace)
            if taken is None:
                self._taken[due.workspace] = due
                self._futures[due.workspace] = self._pool.submit(self._work, due.workspace)
            elif (taken.kind, taken.slot) == (due.kind, due.slot):
                self._taken[due.workspace] = due  # more slots may have been missed since

    def stop(self, grace: float) -> int:
        """Takes nothing more, drops what is queued, gives what runs `grace` seconds; how many run on."""
        with self._lock:
            self._is_stopping = True
            futures = tuple(self._futures.values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        # A cancelled future never counts as done for `wait`, as no worker takes it up any more.
        _, left = wait([future for future in futures if not future.cancelled()], timeout=grace)
        return len(left)

    def _work(self, workspace: str) -> None:
        try:
            with self._lock:
                due = self._taken[workspace]
            self._run(due)
        finally:
            with self._lock:
                del self._taken[workspace], self._futures[workspace]
