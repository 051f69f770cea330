"""What the service logs of its syncs: a line per closed one, and each trouble once when it comes and goes."""

from __future__ import annotations

from threading import Lock

from syncer.domain.sync import Due, Wrote
from syncer.engine.notify import EVERYBODY
from syncer.engine.report import ConnectionOutcome, ConnectionReport, SyncReport
from syncer.errors import BusyError, SyncerError
from syncer.observe.logs import get_logger

_log = get_logger(__name__)


class Chronicle:
    """Remembers what is failing, so that it is said once. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failing: dict[tuple[str, ...], str] = {}

    def closed(self, due: Due, report: SyncReport) -> None:
        """A sync is closed: its counts, and the connections whose condition changed."""
        _log.info("sync closed", **_counts(due, report))
        if self._works(("sync", due.workspace)):
            _log.info("workspace syncs again", workspace=due.workspace)
        for connection in report.connections:
            self._connection(report.workspace, connection)
        self._exposed(report)
        self._readers(report)

    def put_off(self, due: Due, error: BusyError) -> None:
        """A sync waits for another run of its workspace."""
        if self._fails(("sync", due.workspace), error.code):
            _log.info("sync put off", workspace=due.workspace, why=error.sentence)

    def failed(self, due: Due, error: Exception) -> None:
        """A sync could not be carried out; it stays owed."""
        sentence = _sentence(error)
        if self._fails(("sync", due.workspace), sentence):
            _log.error(
                "sync failed",
                workspace=due.workspace,
                slot=due.slot.isoformat(),
                why=sentence,
                exc_info=None if isinstance(error, SyncerError) else error,
            )

    def job_failed(self, job: str, error: Exception) -> None:
        """The schedule itself could not do its work; it tries again at its next turn."""
        sentence = _sentence(error)
        if self._fails(("job", job), sentence):
            known = isinstance(error, SyncerError)
            _log.error("schedule failed", job=job, why=sentence, exc_info=None if known else error)

    def job_works(self, job: str) -> None:
        """The schedule did its work."""
        if self._works(("job", job)):
            _log.info("schedule works again", job=job)

    def _connection(self, workspace: str, report: ConnectionReport) -> None:
        key = ("connection", workspace, report.connection)
        if report.outcome is ConnectionOutcome.READ:
            if self._works(key):
                _log.info("connection works again", workspace=workspace, connection=report.connection)
        elif self._fails(key, report.outcome, keeps=report.outcome is ConnectionOutcome.DEFERRED):
            _log.warning(
                "connection failed",
                workspace=workspace,
                connection=report.connection,
                outcome=str(report.outcome),
                why=report.sentence,
                hint=report.hint,
            )

    def _exposed(self, report: SyncReport) -> None:
        everything = ("exposed", report.workspace)
        if not report.exposed:
            if self._works(everything):
                _log.info("nothing confidential stands any more", workspace=report.workspace)
            return
        if self._fails(everything, "; ".join(f"{one.connection}: {one.why}" for one in report.exposed)):
            for one in report.exposed:
                _log.warning(
                    "confidential text stands",
                    workspace=report.workspace,
                    connection=one.connection,
                    items=one.items,
                    why=one.why,
                )

    def _readers(self, report: SyncReport) -> None:
        everybody = ("reader", report.workspace, EVERYBODY)
        if EVERYBODY not in {one.reader for one in report.untold} and self._works(everybody):
            _log.info("notifications arrive again", workspace=report.workspace, reader=EVERYBODY)
        for reader in report.told:
            _log.info("notification sent", workspace=report.workspace, reader=reader)
            if self._works(("reader", report.workspace, reader)):
                _log.info("notifications arrive again", workspace=report.workspace, reader=reader)
        for trouble in report.untold:
            if self._fails(("reader", report.workspace, trouble.reader), trouble.sentence):
                _log.warning(
                    "notification failed",
                    workspace=report.workspace,
                    reader=trouble.reader,
                    why=trouble.sentence,
                )

    def _fails(self, key: tuple[str, ...], how: str, *, keeps: bool = False) -> bool:
        """Whether this is news: it worked before, or failed in another way (which `keeps` plays down)."""
        with self._lock:
            former = self._failing.get(key)
            if former is not None and (keeps or former == how):
                return False
            self._failing[key] = how
            return True

    def _works(self, key: tuple[str, ...]) -> bool:
        with self._lock:
            return self._failing.pop(key, None) is not None


def _sentence(error: Exception) -> str:
    if isinstance(error, SyncerError):
        return f"{error.sentence}; {error.hint}" if error.hint else error.sentence
    return f"{type(error).__name__} was not foreseen: report this as a defect"


def _counts(due: Due, report: SyncReport) -> dict[str, object]:
    run = report.run
    seconds = (run.closed_at - run.started_at).total_seconds() if run and run.closed_at else None
    return {
        "workspace": report.workspace,
        "run": run.id if run else None,
        "slot": due.slot.isoformat(),
        "outcome": str(run.outcome) if run and run.outcome else None,
        "requests": report.requests,
        "writes": report.writes,
        "created": report.wrote[Wrote.CREATED],
        "updated": report.wrote[Wrote.UPDATED],
        "removed": report.wrote[Wrote.REMOVED],
        "changed": len(report.changes),
        "unread": len(report.troubles),
        "held_back": len(report.held_back),
        "exposed": sum(one.items for one in report.exposed),
        "missed": due.missed,
        "seconds": seconds,
    }
