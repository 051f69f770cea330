"""Delivering what the outbox owes, connection by connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syncer.domain.okr import PublishPolicy
from syncer.domain.sync import Receipt
from syncer.engine.lease import Hold
from syncer.engine.publish import Courier, Delivered, Item, item_of, ready
from syncer.engine.reading import ConnectionRead, refused
from syncer.errors import FatalError, LeaseLostError, TemporaryError
from syncer.ports import Clock, OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What was delivered, how the connections are after it, and how many rows wait for a later sync."""

    delivered: tuple[Delivered, ...]
    reads: tuple[ConnectionRead, ...]
    held_back: int = 0


def deliver(
    holding: Hold,
    clock: Clock,
    policy: PublishPolicy,
    reads: Sequence[ConnectionRead],
    readable: Mapping[Item, bool],
) -> Deliveries:
    """Writes what may be written now: items just read, when their time has come, up to the policy's limit."""
    workspace = holding.lease.workspace
    with holding.store.read() as work:
        rows = work.outbox(workspace)
        receipts = {(r.ref.connection, r.item_id): r for r in work.receipts(workspace)}
    go, held = ready(rows, readable, clock.now())
    now, later = go[: policy.max_writes_per_sync], go[policy.max_writes_per_sync :]
    delivered: list[Delivered] = []
    after: list[ConnectionRead] = []
    for read in reads:
        mine = [row for row in now if row.publication.ref.connection == read.connection]
        after.append(_over(holding, clock, policy, read, mine, receipts, delivered))
    return Deliveries(delivered=tuple(delivered), reads=tuple(after), held_back=len(held) + len(later))


def _over(
    holding: Hold,
    clock: Clock,
    policy: PublishPolicy,
    read: ConnectionRead,
    rows: Sequence[OutboxRow],
    receipts: Mapping[Item, Receipt],
    delivered: list[Delivered],
) -> ConnectionRead:
    """Delivers over one connection until it is done or the connection itself refuses."""
    if read.connector is None:
        return read
    courier = Courier(holding.store, holding.lease, holding.confirm, clock, read.connector, policy)
    after = read
    try:
        for row in rows:
            one = courier.deliver(row, receipts.get(item_of(row.publication)))
            delivered.append(one)
    except LeaseLostError:
        raise
    except (FatalError, TemporaryError) as error:
        after = refused(read, error, clock.now())
    report = replace(after.report, requests=read.connector.requests, writes=read.connector.writes)
    return replace(after, report=report)
