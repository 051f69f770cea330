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
from syncer.engine.courier import Courier, Delivered, RefusedError
from syncer.engine.dispatch import closed, connection_of, deferred_by, dispatch, exposures, may_go
from syncer.engine.lease import Hold
from syncer.engine.publish import is_exposed, leaks
from syncer.engine.pull import Deferred
from syncer.engine.reading import Connect, ConnectionRead, idle, refused
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Exposed, Held
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
    exposed: tuple[Exposed, ...] = ()
    deferred: tuple[Deferred, ...] = ()


@dataclass(slots=True, kw_only=True)
class Round:
    """One round of deliveries: `room` is how many more writes the policy allows.

    `refused` is what leaks and its tracker would not take away; it is among the delivered.
    """

    holding: Hold
    clock: Clock
    workspace: Workspace
    receipts: Mapping[Item, Receipt]
    readable: Mapping[Item, bool]
    room: int
    delivered: list[Delivered] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    refused: list[Held] = field(default_factory=list)

    def courier(self, connector: Connector) -> Courier:
        """Whoever delivers over one connection."""
        return Courier(
            self.holding.store,
            self.holding.lease,
            self.clock,
            connector,
            self.workspace.publish,
            self.workspace.confidential,
        )

    def take_back(
        self, read: ConnectionRead, connector: Connector, rows: Sequence[OutboxRow]
    ) -> ConnectionRead:
        """Writes what is urgent over one connection, whether there is room or not.

        A comment that a person has edited since is not edited by us: it goes as a whole.
        """
        courier = self.courier(connector)

        def deliver(row: OutboxRow) -> None:
            item, kept = row.publication.item, self.workspace.confidential
            one = self._deliver(courier, row, self.receipts.get(item), room=None)
            if one.standing is Standing.EDITED and row.publication.comment is not None:
                receipt = self._receipt(item)
                if receipt is not None and leaks(receipt.facts, kept):
                    one = self._deliver(courier, OutboxRow(publication=receipt.removal), receipt, room=None)
            self.delivered.append(one)
            if one.code or one.standing is Standing.PARTIAL:
                why = f"the tracker refuses to take it away ({one.code or 'again and again'}); {_ASK}"
                still = is_exposed(row, self._receipt(item), kept)
                self.refused.append(Held(one.publication, None, why, still))

        return self._each(read, connector, rows, deliver)

    def write(self, read: ConnectionRead, connector: Connector, rows: Sequence[OutboxRow]) -> ConnectionRead:
        """Writes what is usual over one connection, as long as there is room."""
        courier = self.courier(connector)

        def deliver(row: OutboxRow) -> None:
            one = None
            if self.room > 0:
                one = self._deliver(courier, row, self.receipts.get(row.publication.item), room=self.room)
                self.delivered.append(one)
            if one is None or one.standing is Standing.PARTIAL:
                self.held.append(Held(row.publication, None))

        return self._each(read, connector, rows, deliver)

    def _each(
        self,
        read: ConnectionRead,
        connector: Connector,
        rows: Sequence[OutboxRow],
        deliver: Callable[[OutboxRow], None],
    ) -> ConnectionRead:
        """Row after row until all are done, or the connection itself refuses; then the others wait."""
        after, before = read, (connector.requests, connector.writes)
        for at, row in enumerate(rows):
            try:
                deliver(row)
            except RefusedError as refusal:
                after = refused(read, refusal.error, self.clock.now())
                self.room -= refusal.writes
                self.wait(rows[at:], after.report.until, refusal.error.sentence)
                break
        sent = (connector.requests - before[0], connector.writes - before[1])
        report = after.report
        report = replace(report, requests=report.requests + sent[0], writes=report.writes + sent[1])
        return replace(after, report=report)

    def _deliver(
        self, courier: Courier, row: OutboxRow, receipt: Receipt | None, *, room: int | None
    ) -> Delivered:
        one = courier.deliver(row, receipt, create=may_go(row, self.readable), room=room)
        self.room -= one.writes
        return one

    def _receipt(self, item: Item) -> Receipt | None:
        """As it is after what was delivered just now."""
        with self.holding.store.read() as work:
            return next((one for one in work.receipts(self.workspace.id) if one.item == item), None)

    def wait(self, rows: Sequence[OutboxRow], until: datetime | None, why: str) -> None:
        """Notes rows that this sync has to leave."""
        self.held += [Held(row.publication, until, why, self._is_exposed(row)) for row in rows]

    def _is_exposed(self, row: OutboxRow) -> bool:
        return is_exposed(row, self.receipts.get(row.publication.item), self.workspace.confidential)


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
    """Writes what may be written now, as `dispatch` sorts it, up to the policy's limit.

    What must be taken back because it became confidential goes first, over every connection, and beyond the
    limit. What nothing is owed to is looked at afterwards, as far as `verify` says.
    """
    with holding.store.read() as work:
        rows = work.outbox(workspace.id)
        receipts = {receipt.item: receipt for receipt in work.receipts(workspace.id)}
        health = work.health(workspace.id)
    now = clock.now()
    reports = {read.connection: read.report for read in reads}
    wanted = dispatch(workspace, rows, receipts, readable, reports, away, now)
    turn = Round(
        holding=holding,
        clock=clock,
        workspace=workspace,
        receipts=receipts,
        readable=readable,
        room=workspace.publish.max_writes_per_sync,
        held=list(wanted.held),
    )
    with ExitStack() as closing:
        opened = partial(_opened, health, connect, closing, now)
        apart = [opened(name) for name in wanted.connections if name not in reports]
        after = [_taken_back(turn, read, wanted.urgent, opened) for read in reads]
        after += [_taken_back(turn, read, wanted.urgent) for read in apart]
        after = [_written(turn, read, wanted.usual) for read in after]
        owed = {row.publication.item for row in rows}
        after = [_verified(turn, read, owed, verify) for read in after]
    gone = {one.publication.item for one in turn.delivered if one.standing is Standing.OPTED_OUT}
    turn.held = [one for one in turn.held if one.publication.item not in gone]
    return Deliveries(
        delivered=tuple(turn.delivered),
        reads=tuple(after),
        held_back=tuple(turn.held),
        exposed=exposures((*turn.held, *turn.refused)),
        deferred=deferred_by(wanted.held, reports, away),
    )


def _taken_back(
    turn: Round,
    read: ConnectionRead,
    rows: Sequence[OutboxRow],
    opened: Callable[[str], ConnectionRead] | None = None,
) -> ConnectionRead:
    """What is urgent; over a connection whose read failed it is `opened` once more."""
    mine = [row for row in rows if connection_of(row) == read.connection]
    if not mine:
        return read
    if read.connector is not None:
        return turn.take_back(read, read.connector, mine)
    after = opened(read.connection) if opened else read
    if after.connector is not None:
        return _failed_all_the_same(read, turn.take_back(after, after.connector, mine).report)
    turn.wait(mine, after.report.until, after.report.sentence)
    return read


def _failed_all_the_same(read: ConnectionRead, after: ConnectionReport) -> ConnectionRead:
    """The failed read, with what was sent since, and with a back-off that was asked for since."""
    report = replace(
        read.report,
        requests=read.report.requests + after.requests,
        writes=read.report.writes + after.writes,
        until=after.until,
    )
    health = replace(read.health, not_before=after.until) if read.health else None
    return replace(read, report=report, health=health)


def _written(turn: Round, read: ConnectionRead, rows: Sequence[OutboxRow]) -> ConnectionRead:
    mine = [row for row in rows if connection_of(row) == read.connection]
    if not mine:
        return read
    if read.connector is None or read.report.outcome is not ConnectionOutcome.READ:
        turn.wait(mine, read.report.until, read.report.sentence)
        return read
    return turn.write(read, read.connector, mine)


def _verified(turn: Round, read: ConnectionRead, owed: Collection[Item], verify: Verify) -> ConnectionRead:
    """Looks at what stands and is owed nothing; what was found out is among the deliveries.

    Where the file lets nothing be written, what should be gone is looked at as well, and nothing is removed:
    a person may have taken it away.
    """
    refused_already = read.report.outcome is not ConnectionOutcome.READ
    if verify is Verify.NOTHING or read.connector is None or refused_already:
        return read
    is_closed = bool(closed(turn.workspace, read.connection))
    kept = turn.workspace.confidential
    mine = [receipt for item, receipt in turn.receipts.items() if item[0] == read.connection]
    if is_closed:
        known = [one for one in mine if one.placement.comment_id and one.standing is not Standing.OPTED_OUT]
        standing = [one for one in known if leaks(one.facts, kept)]
    else:
        usual = [one for one in mine if one.item not in owed and turn.readable.get(one.item)]
        standing = [one for one in usual if one.standing is Standing.STANDING]
    if not standing:
        return read
    after, now = read, turn.clock.now()
    try:
        courier = turn.courier(read.connector)
        turn.delivered += verified(courier, standing, Verify.NOTHING if is_closed else verify, now)
    except RefusedError as refusal:
        after = refused(read, refusal.error, now)
    report = replace(after.report, requests=read.connector.requests, writes=read.connector.writes)
    return replace(after, report=report)


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


_ASK = "name its key result with --kr to read what it says"
"""What a tracker says of an item may name it."""
