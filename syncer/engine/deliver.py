"""Delivering what the outbox owes, connection by connection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from syncer.domain.okr import Workspace
from syncer.domain.sync import ConnectionHealth, OutboxRow, Receipt, Standing
from syncer.domain.work import Item
from syncer.engine.lease import Hold
from syncer.engine.publish import (
    Confidential,
    Courier,
    Delivered,
    Held,
    RefusedError,
    leaks,
    leaks_unanswered,
)
from syncer.engine.pull import Deferred
from syncer.engine.reading import Connect, ConnectionRead, idle, refused
from syncer.engine.report import ConnectionOutcome
from syncer.engine.verify import Verify, verified
from syncer.errors import SyncerError
from syncer.ports import Clock, Connector


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What was delivered, how the connections are after it, and what waits for a later sync.

    `deferred` are those that were left alone although something has to be written over them.
    """

    delivered: tuple[Delivered, ...]
    reads: tuple[ConnectionRead, ...]
    held_back: tuple[Held, ...] = ()
    deferred: tuple[Deferred, ...] = ()


@dataclass(slots=True, kw_only=True)
class Round:
    """One round of deliveries: `room` is how many more writes the policy allows."""

    holding: Hold
    clock: Clock
    workspace: Workspace
    receipts: Mapping[Item, Receipt]
    readable: Mapping[Item, bool]
    room: int
    delivered: list[Delivered] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def courier(self, connector: Connector) -> Courier:
        """Whoever delivers over one connection."""
        return Courier(
            self.holding.store,
            self.holding.lease,
            self.holding.confirm,
            self.clock,
            connector,
            self.workspace.publish,
            self.workspace.confidential,
        )

    def over(self, read: ConnectionRead, connector: Connector, rows: Sequence[OutboxRow]) -> ConnectionRead:
        """Delivers over one connection until it is done, or the connection itself refuses.

        What leaks is taken back whether there is room or not.
        """
        courier, after = self.courier(connector), read
        for row in rows:
            if self.room <= 0 and not _takes_back(row, self.receipts, self.workspace.confidential):
                self.held.append(Held(row.publication, None))
                continue
            try:
                receipt = self.receipts.get(row.publication.item)
                one = courier.deliver(row, receipt, create=may_go(row, self.readable))
            except RefusedError as refusal:
                after = refused(read, refusal.error, self.clock.now())
                break
            self.room -= one.writes
            self.delivered.append(one)
        report = replace(after.report, requests=connector.requests, writes=connector.writes)
        return replace(after, report=report)


def deliver(
    holding: Hold,
    clock: Clock,
    workspace: Workspace,
    reads: Sequence[ConnectionRead],
    readable: Mapping[Item, bool],
    connect: Connect,
    *,
    away: Mapping[str, Deferred] = MappingProxyType({}),
    verify: Verify = Verify.NOTHING,
) -> Deliveries:
    """Writes what may be written now: items just read, when their time has come, up to the policy's limit.

    What must be taken back because it became confidential goes first, over every connection, beyond the
    limit, and also where the item was not read in this sync. A last word, on an item that the file wants
    no comment on, needs no read either. Connections that are `away`, by name, are left alone all the same.
    What nothing is owed to is looked at afterwards, as far as `verify` says.
    """
    with holding.store.read() as work:
        rows = work.outbox(workspace.id)
        receipts = {receipt.item: receipt for receipt in work.receipts(workspace.id)}
        health = work.health(workspace.id)
    urgent = [row for row in rows if is_urgent(row, receipts, workspace.confidential)]
    usual = [row for row in rows if row not in urgent and may_go(row, readable)]
    now = clock.now()
    ready = [*urgent, *(row for row in usual if row.not_before is None or row.not_before <= now)]
    turn = Round(
        holding=holding,
        clock=clock,
        workspace=workspace,
        receipts=receipts,
        readable=readable,
        room=workspace.publish.max_writes_per_sync,
        held=[Held(row.publication, row.not_before) for row in usual if row not in ready],
    )
    others = _others(reads, ready, workspace)
    deferred = {name: away[name] for name in others if name in away}
    turn.held += [_held_by(late, row) for row in ready if (late := deferred.get(_over(row)))]
    with ExitStack() as closing:
        opened = partial(_opened, health, connect, closing, now)
        apart = [opened(name) for name in others if name not in away]
        after = _delivered(turn, (*reads, *apart), ready, opened)
        owed = {row.publication.item for row in rows}
        after = [_verified(turn, read, owed, verify) for read in after]
    return Deliveries(
        delivered=tuple(turn.delivered),
        reads=tuple(after),
        held_back=tuple(turn.held),
        deferred=tuple(deferred.values()),
    )


def may_go(row: OutboxRow, readable: Mapping[Item, bool]) -> bool:
    """Whether the item was read just now, or is one that no sync reads any more."""
    return row.publication.is_last_word or readable.get(row.publication.item, False)


def _takes_back(row: OutboxRow, receipts: Mapping[Item, Receipt], confidential: Confidential) -> bool:
    """Whether what stands there says what nobody may read any more, or whether it is gone is not known."""
    receipt = receipts.get(row.publication.item)
    if receipt is None and row.in_flight and row.publication.comment is None:
        return True
    return leaks_unanswered(row, confidential) or (receipt is not None and leaks(receipt.facts, confidential))


def is_urgent(row: OutboxRow, receipts: Mapping[Item, Receipt], confidential: Confidential) -> bool:
    """Whether it waits neither for its interval nor for its item to be read."""
    return row.publication.comment is None or _takes_back(row, receipts, confidential)


def _delivered(
    turn: Round,
    reads: Sequence[ConnectionRead],
    ready: Sequence[OutboxRow],
    opened: Callable[[str], ConnectionRead],
) -> list[ConnectionRead]:
    """What leaks first, over every connection, a braked one too; then the rest."""
    leaking = [row for row in ready if _takes_back(row, turn.receipts, turn.workspace.confidential)]
    after = [_past_a_brake(turn, _turn(turn, read, leaking), leaking, opened) for read in reads]
    return [_turn(turn, read, [row for row in ready if row not in leaking]) for read in after]


def _past_a_brake(
    turn: Round, read: ConnectionRead, leaking: Sequence[OutboxRow], opened: Callable[[str], ConnectionRead]
) -> ConnectionRead:
    """A brake says that what was read is not to be believed. To take back nothing need be believed."""
    mine = [row for row in leaking if _over(row) == read.connection]
    if not mine or read.report.outcome is not ConnectionOutcome.BRAKED:
        return read
    connector = opened(read.connection).connector
    if connector is None:
        return read
    after, before = turn.over(read, connector, mine), read.report
    sent = (before.requests + connector.requests, before.writes + connector.writes)
    return replace(after, report=replace(after.report, requests=sent[0], writes=sent[1]))


def _turn(turn: Round, read: ConnectionRead, ready: Sequence[OutboxRow]) -> ConnectionRead:
    mine = [row for row in ready if _over(row) == read.connection]
    refused_already = read.report.outcome is not ConnectionOutcome.READ
    if not mine or read.connector is None or refused_already:
        return read
    return turn.over(read, read.connector, mine)


def _verified(turn: Round, read: ConnectionRead, owed: Collection[Item], verify: Verify) -> ConnectionRead:
    """Looks at what stands and is owed nothing; what was found out is among the deliveries."""
    refused_already = read.report.outcome is not ConnectionOutcome.READ
    if verify is Verify.NOTHING or read.connector is None or refused_already:
        return read
    standing = [
        receipt
        for item, receipt in turn.receipts.items()
        if item[0] == read.connection
        and item not in owed
        and turn.readable.get(item)
        and receipt.standing is Standing.STANDING
    ]
    if not standing:
        return read
    after, now = read, turn.clock.now()
    try:
        turn.delivered += verified(turn.courier(read.connector), standing, verify, now)
    except RefusedError as refusal:
        after = refused(read, refusal.error, now)
    report = replace(after.report, requests=read.connector.requests, writes=read.connector.writes)
    return replace(after, report=report)


def _held_by(late: Deferred, row: OutboxRow) -> Held:
    return Held(row.publication, late.until, late.why)


def _over(row: OutboxRow) -> str:
    return row.publication.ref.connection


def _others(reads: Sequence[ConnectionRead], ready: Sequence[OutboxRow], workspace: Workspace) -> list[str]:
    """Connections that nothing was read over, and that something has to be written over all the same."""
    known = {read.connection for read in reads}
    wanted = dict.fromkeys(_over(row) for row in ready)
    return [name for name in wanted if name not in known and name in workspace.connection_kinds]


def _opened(
    health: Mapping[str, ConnectionHealth],
    connect: Connect,
    closing: ExitStack,
    now: datetime,
    name: str,
) -> ConnectionRead:
    """A connection to write over without reading; `closing` frees it."""
    try:
        connector = connect(name)
    except SyncerError as error:
        return refused(idle(name, health.get(name)), error, now)
    closing.callback(connector.close)
    return idle(name, health.get(name), connector)
