"""Fetching over every connection of a workspace, each for itself: one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncer.domain.link import Link
from syncer.domain.sync import ConnectionHealth, ConnectorState
from syncer.domain.work import Outcome, Snapshot, Unread, WorkRef
from syncer.engine.guard import believed, guard
from syncer.engine.pull import Deferred, PullPlan
from syncer.engine.report import ConnectionOutcome, ConnectionReport
from syncer.errors import CredentialsError, SyncerError, TemporaryError, UnsafePullError
from syncer.ports import Connector

Connect = Callable[[str], Connector]
"""Connection name to connector. Raises FatalError, for instance when a secret cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRead:
    """What came over one connection; `connector` is None where it could not be used."""

    connection: str
    outcomes: Mapping[WorkRef, Outcome]
    health: ConnectionHealth
    report: ConnectionReport
    state: ConnectorState | None = None
    connector: Connector | None = field(default=None, repr=False)

    def close(self) -> None:
        """Frees the connector's sockets."""
        if self.connector is not None:
            self.connector.close()


def read_connection(
    plan: PullPlan,
    links: Sequence[Link],
    state: ConnectorState,
    before: ConnectionHealth | None,
    connect: Connect,
    now: datetime,
    *,
    last: Mapping[tuple[str, str], Snapshot],
    force: bool = False,
) -> ConnectionRead:
    """Fetches the plan's refs; whatever goes wrong becomes a sentence and leaves every ref unread.

    `last` holds the latest snapshot of each item by connection and item id; `force` goes past the brakes.
    """
    connector: Connector | None = None
    try:
        connector = connect(plan.connection)
        fetched = connector.fetch(plan.refs, state)
        outcomes = _complete(plan, {outcome.ref: outcome for outcome in fetched.outcomes})
        if not force:
            outcomes = believed(outcomes, last)
            guard(plan.connection, links, outcomes)
    except SyncerError as error:
        sent = (connector.requests, connector.writes) if connector else (0, 0)
        if connector:
            connector.close()
        return _failed(plan, before, error, sent, now)
    return ConnectionRead(
        connection=plan.connection,
        outcomes=outcomes,
        state=fetched.state,
        health=ConnectionHealth(connection=plan.connection, read_at=now),
        report=ConnectionReport(
            connection=plan.connection,
            outcome=ConnectionOutcome.READ,
            links=len(plan.refs),
            requests=connector.requests,
            writes=connector.writes,
        ),
        connector=connector,
    )


def _complete(plan: PullPlan, outcomes: dict[WorkRef, Outcome]) -> dict[WorkRef, Outcome]:
    for ref in plan.refs:
        outcomes.setdefault(ref, Unread(ref, f"{ref}: the tracker's answer did not mention it"))
    return outcomes


def _failed(
    plan: PullPlan,
    before: ConnectionHealth | None,
    error: SyncerError,
    sent: tuple[int, int],
    now: datetime,
) -> ConnectionRead:
    retry_after = error.retry_after if isinstance(error, TemporaryError) else None
    until = _later(now, retry_after)
    return ConnectionRead(
        connection=plan.connection,
        outcomes={ref: Unread(ref, error.sentence) for ref in plan.refs},
        health=ConnectionHealth(
            connection=plan.connection,
            read_at=before.read_at if before else None,
            failing_since=(before.failing_since if before else None) or now,
            code=error.code,
            sentence=error.sentence,
            not_before=until,
        ),
        report=ConnectionReport(
            connection=plan.connection,
            outcome=_outcome(error),
            sentence=error.sentence,
            hint=error.hint,
            until=until,
            links=len(plan.refs),
            requests=sent[0],
            writes=sent[1],
        ),
    )


def refused(read: ConnectionRead, error: SyncerError, now: datetime) -> ConnectionRead:
    """The same read after its connection refused a write: what was read stays good."""
    until = _later(now, error.retry_after if isinstance(error, TemporaryError) else None)
    health = replace(
        read.health, failing_since=now, code=error.code, sentence=error.sentence, not_before=until
    )
    report = replace(
        read.report, outcome=_outcome(error), sentence=error.sentence, hint=error.hint, until=until
    )
    return replace(read, health=health, report=report)


def _later(now: datetime, seconds: float | None) -> datetime | None:
    with suppress(OverflowError):
        return now + timedelta(seconds=seconds) if seconds else None
    return None


def _outcome(error: SyncerError) -> ConnectionOutcome:
    match error:
        case CredentialsError():
            return ConnectionOutcome.CREDENTIALS
        case UnsafePullError():
            return ConnectionOutcome.BRAKED
        case _:
            return ConnectionOutcome.FAILED


def deferred_report(deferred: Deferred) -> ConnectionReport:
    """A connection that was left alone this time."""
    return ConnectionReport(
        connection=deferred.connection,
        outcome=ConnectionOutcome.DEFERRED,
        sentence=f"{deferred.connection}: unread until {deferred.until:%Y-%m-%d %H:%M} UTC: {deferred.why}",
        until=deferred.until,
    )
