"""Fetching over every connection of a workspace, each for itself: one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncer.domain.link import Link
from syncer.domain.okr import KeyResult
from syncer.domain.sync import ConnectionHealth, ConnectorState
from syncer.domain.work import Item, Outcome, Snapshot, Unread, WorkRef
from syncer.engine.guard import believed, guard
from syncer.engine.pull import Deferred, PullPlan
from syncer.engine.report import ConnectionOutcome, ConnectionReport
from syncer.engine.values import Answer
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError, UnsafePullError
from syncer.ports import Connector, Fetched, NumberReader, Past

_log = logging.getLogger(__name__)

Connect = Callable[[str], Connector]
"""Connection name to connector. Raises FatalError, for instance when a secret cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRead:
    """What came over one connection; `connector` is None where it could not be used.

    `numbers` are the values of key results, by id, or why one could not be read; `past` is that
    of items whose history does not reach up to now.
    """

    connection: str
    outcomes: Mapping[WorkRef, Outcome]
    numbers: Mapping[str, Answer] = field(default_factory=dict)
    past: Mapping[WorkRef, tuple[Snapshot, ...]] = field(default_factory=dict)
    before: ConnectionHealth | None = None
    health: ConnectionHealth | None
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
    last: Mapping[Item, Snapshot],
    known: Collection[Item],
    whole: bool,
    force: bool,
) -> ConnectionRead:
    """Fetches what is planned; whatever goes wrong becomes a sentence and leaves every ref unread.

    `last` holds the latest snapshot of each item by connection and item id; `known` are the items of which
    no past is wanted. `force` goes past the brakes.
    `whole` says that the plan holds every link of the connection: only then it counts as read.
    """
    connector: Connector | None = None
    before_at = before.read_at if before else None
    try:
        connector = connect(plan.connection)
        fetched = connector.fetch(plan.asked, state) if plan.asked else Fetched((), state)
        outcomes = _complete(plan, {outcome.ref: outcome for outcome in fetched.outcomes})
        if not force:
            outcomes = _braked(plan, links, outcomes, last, before_at, now)
        numbers = _numbers(plan, connector)
    except SyncerError as error:
        return _given_up(plan, before, error, connector, now)
    except Exception as error:  # noqa: BLE001  a fault in one connector stops no other connection
        _log.debug("fault in the connector of %s", plan.connection, exc_info=True)
        return _given_up(plan, before, _unforeseen(plan.connection, error), connector, now)
    return ConnectionRead(
        connection=plan.connection,
        outcomes=outcomes,
        numbers=numbers,
        past=_past(fetched.past, outcomes, known),
        state=fetched.state,
        before=before,
        health=ConnectionHealth(connection=plan.connection, read_at=now if whole else before_at),
        report=ConnectionReport(
            connection=plan.connection,
            outcome=ConnectionOutcome.READ,
            links=len(plan.refs),
            requests=connector.requests,
            writes=connector.writes,
        ),
        connector=connector,
    )


def _braked(
    plan: PullPlan,
    links: Sequence[Link],
    outcomes: Mapping[WorkRef, Outcome],
    last: Mapping[Item, Snapshot],
    before_at: datetime | None,
    now: datetime,
) -> dict[WorkRef, Outcome]:
    """The outcomes as far as they are believed; what only carries comments may lose all of its work."""
    found = {**outcomes, **believed({ref: outcomes[ref] for ref in plan.refs}, last)}
    guard(plan.connection, links, found, before_at, now)
    return found


def _past(
    drawn: Mapping[WorkRef, Past],
    outcomes: Mapping[WorkRef, Outcome],
    known: Collection[Item],
) -> dict[WorkRef, tuple[Snapshot, ...]]:
    """The past of items that want one. A fault while it is drawn costs the past and nothing else."""
    found: dict[WorkRef, tuple[Snapshot, ...]] = {}
    for ref, draw in drawn.items():
        outcome = outcomes.get(ref)
        if not isinstance(outcome, Snapshot) or outcome.item in known:
            continue
        try:
            found[ref] = draw()
        except Exception as error:  # noqa: BLE001  as above
            fault = type(error).__name__
            _log.warning("%s: a fault while its past was drawn (%s); report it as a defect", ref, fault)
            _log.debug("the fault", exc_info=True)
    return found


def _numbers(plan: PullPlan, connector: Connector) -> dict[str, Answer]:
    """Each number, or why not; what stops the connection stops the numbers, and not what was read before.

    Raises what stopped it where nothing at all was read over the connection.
    """
    told: dict[str, Answer] = {}
    stopped: SyncerError | None = None
    for one in plan.numbers:
        told[one.id] = answer = stopped or _number(plan.connection, connector, one)
        stopped = answer if isinstance(answer, FatalError | TemporaryError) else None
    if not plan.refs and stopped and all(answer is stopped for answer in told.values()):
        raise stopped
    return told


def _number(connection: str, connector: Connector, key_result: KeyResult) -> Answer:
    if key_result.value_at is None or not isinstance(connector, NumberReader):
        return FatalError(f"{connection} keeps no numbers; take value_from out of {key_result.id}")
    try:
        return connector.read_value(key_result.value_at, key_result.unit)
    except SyncerError as error:
        return error
    except Exception as error:  # noqa: BLE001  what goes wrong with one number costs nothing else
        _log.debug("fault in the connector of %s", connection, exc_info=True)
        return _unforeseen(connection, error)


def _given_up(
    plan: PullPlan,
    before: ConnectionHealth | None,
    error: SyncerError,
    connector: Connector | None,
    now: datetime,
) -> ConnectionRead:
    sent = (connector.requests, connector.writes) if connector else (0, 0)
    if connector:
        connector.close()
    return _failed(plan, before, error, sent, now)


def _unforeseen(connection: str, error: Exception) -> FatalError:
    return FatalError(
        f"{connection}: a fault in its connector ({type(error).__name__}); nothing of it was stored",
        hint="report it with the log of the same command at SYNCER_LOG__LEVEL=debug",
    )


def _complete(plan: PullPlan, outcomes: dict[WorkRef, Outcome]) -> dict[WorkRef, Outcome]:
    for ref in plan.asked:
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
        outcomes={ref: Unread(ref, error.sentence) for ref in plan.asked},
        numbers={one.id: error for one in plan.numbers},
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


def idle(
    connection: str, before: ConnectionHealth | None, connector: Connector | None = None
) -> ConnectionRead:
    """A connection nothing is read over in this sync: how it is stays as it was `before`."""
    return ConnectionRead(
        connection=connection,
        outcomes={},
        before=before,
        health=None,
        report=ConnectionReport(connection=connection, outcome=ConnectionOutcome.READ),
        connector=connector,
    )


def refused(read: ConnectionRead, error: SyncerError, now: datetime) -> ConnectionRead:
    """The same read after its connection refused a write: what was read stays good."""
    until = _later(now, error.retry_after if isinstance(error, TemporaryError) else None)
    health = replace(
        read.health or read.before or ConnectionHealth(connection=read.connection),
        failing_since=(read.before.failing_since if read.before else None) or now,
        code=error.code,
        sentence=error.sentence,
        not_before=until,
    )
    report = replace(
        read.report, outcome=_outcome(error), sentence=error.sentence, hint=error.hint, until=until
    )
    return replace(read, health=health, report=report)


def recovered(read: ConnectionRead) -> ConnectionRead:
    """The same read: a connection that nothing is read over is well again once it has answered."""
    before, answered = read.before, read.report.outcome is ConnectionOutcome.READ and read.report.requests > 0
    if read.health is not None or before is None or before.failing_since is None or not answered:
        return read
    health = ConnectionHealth(connection=read.connection, read_at=before.read_at)
    return replace(read, health=health)


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
