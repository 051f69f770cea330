"""`serve`: two jobs on a timer, threads for the syncs, an address for probes, until a signal comes.

The schedule itself lives in the store (see `syncer.engine.tick`); APScheduler only wakes us, with nothing of
its own to remember, so that a restart or a second service changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from syncer.domain.okr import Workspace
from syncer.domain.sync import Due
from syncer.engine.recover import recover
from syncer.engine.report import SyncReport
from syncer.engine.tick import tick
from syncer.errors import BusyError, SyncerError
from syncer.observe.logs import bound, get_logger
from syncer.ports import Clock, Store
from syncer.service.chronicle import Chronicle
from syncer.service.dispatch_local import LocalDispatcher
from syncer.service.health import listening
from syncer.service.shutdown import leave, leave_after, stop_signals

GRACE = timedelta(seconds=8)
"""How long running syncs may go on after the first signal; containers are killed after 10 s."""
_LAST_MOMENT = timedelta(seconds=9)
_LOOK = 0.5

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What `serve` works with.

    `workspaces` is asked at every turn, so that a reload counts at the next one. `run` carries out one due
    and marks it as done (see `run_due`); what it raises leaves the due open. `port` 0 takes a free one, None
    listens nowhere.
    """

    workspaces: Callable[[], Sequence[Workspace]]
    store: Store
    clock: Clock
    run: Callable[[Due], SyncReport | None]
    version: str
    workers: int = 4
    host: str = "127.0.0.1"
    port: int | None = None
    tick_every: timedelta = timedelta(seconds=15)
    recover_every: timedelta = timedelta(seconds=30)
    grace: timedelta = GRACE


def serve(service: Service) -> int:
    """Serves until SIGTERM or SIGINT and returns the exit code, 0. For the main thread.

    The first signal takes no new work and lets running syncs finish for `grace`; what is cut off then stays
    owed, and its lease runs out by itself. A second signal ends the process at once. Raises FatalError when
    the port cannot be had.
    """
    with stop_signals() as stopping:
        if serve_until(stopping, service, lambda: leave_after(_LAST_MOMENT.total_seconds())):
            leave()
    return 0


def serve_until(stopping: Event, service: Service, on_stop: Callable[[], None] = lambda: None) -> int:
    """Serves until the event is set. Returns how many syncs did not finish in the grace and still run."""
    chronicle = Chronicle()
    dispatcher = LocalDispatcher(lambda due: _work_off(service, chronicle, due), service.workers)
    scheduler = _schedule(service, dispatcher, chronicle)
    count = len(service.workspaces())
    with ExitStack() as open_:
        port = _open_port(open_, service, scheduler)
        scheduler.start()
        _log.info("serving", version=service.version, port=port, workspaces=count)
        while not stopping.wait(_LOOK):
            pass  # a signal that another thread received is seen here, at the latest
        on_stop()
        _log.info("stopping", grace=service.grace.total_seconds())
        scheduler.shutdown(wait=False)
        left = dispatcher.stop(service.grace.total_seconds())
        _log.info("stopped", cut_off=left)
    return left


class _Scheduler(Protocol):
    """The part of APScheduler (which is untyped) that is used here."""

    running: bool

    def start(self) -> None: ...

    def shutdown(self, *, wait: bool) -> None: ...

    def add_job(self, func: Callable[[], None], trigger: object, **options: object) -> object: ...


def _schedule(service: Service, dispatcher: LocalDispatcher, chronicle: Chronicle) -> _Scheduler:
    def tick_now() -> object:
        return tick(service.workspaces(), service.store, service.clock, dispatcher)

    def recover_now() -> object:
        return recover(service.workspaces(), service.store, dispatcher)

    scheduler: _Scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(2)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    _add(scheduler, "tick", tick_now, service.tick_every, chronicle, first=service.clock.now())
    later = service.clock.now() + service.recover_every
    _add(scheduler, "recover", recover_now, service.recover_every, chronicle, first=later)
    return scheduler


def _add(
    scheduler: _Scheduler,
    name: str,
    work: Callable[[], object],
    every: timedelta,
    chronicle: Chronicle,
    *,
    first: datetime,
) -> None:
    def turn() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  the schedule outlives whatever happens in one turn
            chronicle.job_failed(name, error)
        else:
            chronicle.job_works(name)

    trigger = IntervalTrigger(seconds=every.total_seconds(), timezone="UTC")
    scheduler.add_job(turn, trigger, id=name, next_run_time=first)


def _work_off(service: Service, chronicle: Chronicle, due: Due) -> None:
    with bound(workspace=due.workspace):
        try:
            report = service.run(due)
        except BusyError as error:
            chronicle.put_off(due, error)
        except Exception as error:  # noqa: BLE001  one workspace stops no other
            chronicle.failed(due, error)
        else:
            if report is not None:
                chronicle.closed(due, report)


def _open_port(open_: ExitStack, service: Service, scheduler: _Scheduler) -> int | None:
    if service.port is None:
        return None
    checks = {
        "database": lambda: _is_reachable(service.store),
        "scheduler": lambda: bool(scheduler.running),
    }
    return open_.enter_context(listening(service.host, service.port, version=service.version, checks=checks))


def _is_reachable(store: Store) -> bool:
    try:
        with store.read() as work:
            work.open_dues()
    except SyncerError:
        return False
    return True
