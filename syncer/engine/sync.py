"""The one walk: open, plan, fetch, guard, judge, record, deliver, close. See docs/lifecycle.md.

No transaction spans a network call, nothing flows back, and a dry run is the same walk without the lease,
the record and the delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from syncer.domain.comment import Publication
from syncer.domain.declared import Move, moves
from syncer.domain.okr import Workspace
from syncer.domain.sync import ConnectionHealth, ConnectorState, Receipt, RunOutcome, SyncRun, Trigger
from syncer.domain.work import Item, Outcome, Snapshot, WorkRef
from syncer.engine.backfill import is_known
from syncer.engine.deliver import Deliveries, deliver
from syncer.engine.dispatch import Dispatch, deferred_by, dispatch, exposures
from syncer.engine.knowledge import After, Before, conclude, load_before, readable_items
from syncer.engine.lease import Hold, hold
from syncer.engine.notify import Notifiers, begin_telling, run_notify
from syncer.engine.pull import Deferred, PullPlan, Scope, in_back_off, plan_pull
from syncer.engine.reading import Connect, ConnectionRead, deferred_report, read_connection, recovered
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Planned, SyncReport
from syncer.engine.tick import RECONCILE
from syncer.engine.values import ValueSource, ValuesRead, read_values
from syncer.engine.verify import Verify
from syncer.errors import LeaseLostError, SyncerError
from syncer.ports import Clock, Confirm, Connector, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What a sync of one workspace works with.

    `connect` gives connectors that ask the Confirm before each write; with None they write nothing.
    Without `notifiers` nobody is told of anything.
    """

    workspace: Workspace
    store: Store
    clock: Clock
    connect: Callable[[str, Confirm | None], Connector]
    value_sources: Mapping[str, ValueSource] = field(default_factory=dict)
    notifiers: Notifiers = field(default_factory=dict)

    def connected(self, confirm: Confirm | None) -> Connect:
        """The way to connectors that ask this before each write."""
        return lambda connection: self.connect(connection, confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a sync: why, for which slot, and how much of it.

    `fresh` ignores what the connectors remember. `missed` counts the slots that passed before it.
    """

    trigger: Trigger = Trigger.MANUAL
    slot: str = ""
    scope: Scope = field(default_factory=Scope)
    fresh: bool = False
    pull_only: bool = False
    force: bool = False
    missed: int = 0


def run_sync(engine: Engine, wish: Wish) -> SyncReport:
    """Syncs a workspace once under its lease.

    Raises BusyError while another run holds it, LeaseLostError when it was overtaken, StoreError. What goes
    wrong with a tracker is in the report.
    """
    with hold(engine.store, engine.workspace.id) as holding, ExitStack() as closing:
        moved = _moved(engine)
        run, before = _open(engine, wish, holding)
        now = engine.clock.now()
        plans, deferred = _plans(engine, wish, before)
        reads = _read(engine, wish, before, plans, holding.confirm, now)
        closing.callback(_close_all, reads)
        values, before = _values(engine, before, reads, now)
        outcomes = _outcomes(reads)
        after = conclude(engine.workspace, before, outcomes, now, _past(reads))
        run = _record(engine, wish, holding, run, before, after, reads, values)
        away = in_back_off(_heeded(wish, before), now)
        deliveries = _deliver(engine, wish, holding, reads, readable_items(after, outcomes), away)
        deferred = tuple(dict.fromkeys((*deferred, *deliveries.deferred)))
        reads = tuple(recovered(read) if wish.scope.is_whole else read for read in deliveries.reads)
        report = _report(engine, run, reads, deferred, after, values, moved)
        report = replace(
            report,
            delivered=deliveries.delivered,
            held_back=deliveries.held_back,
            exposed=deliveries.exposed,
        )
        report = _close(engine, wish, holding, report, reads)
        outcome = run_notify(
            engine.workspace, {} if wish.pull_only else engine.notifiers, holding, engine.clock
        )
        return replace(report, told=outcome.sent, untold=outcome.troubles)


def plan_sync(engine: Engine, wish: Wish) -> SyncReport:
    """The same walk without the lease: reads, judges, and says what a sync would store and write."""
    with ExitStack() as closing:
        with engine.store.read() as work:
            before = load_before(engine.workspace, work)
        now = engine.clock.now()
        plans, deferred = _plans(engine, wish, before)
        reads = _read(engine, wish, before, plans, None, now)
        closing.callback(_close_all, reads)
        values, before = _values(engine, before, reads, now)
        outcomes = _outcomes(reads)
        after = conclude(engine.workspace, before, outcomes, now, _past(reads))
        if wish.pull_only:
            return _report(engine, None, reads, deferred, after, values, _moved(engine))
        reports = {read.connection: read.report for read in reads}
        away = in_back_off(_heeded(wish, before), now)
        wanted = _dispatched(engine, before, after, readable_items(after, outcomes), reports, away)
        deferred = tuple(dict.fromkeys((*deferred, *deferred_by(wanted.held, reports, away))))
        report = _report(engine, None, reads, deferred, after, values, _moved(engine))
        receipts = {receipt.item: receipt for receipt in before.receipts}
        return replace(
            report,
            planned=_planned(wanted, receipts, engine.workspace.publish.max_writes_per_sync),
            held_back=tuple(held for held in wanted.held if held.until is None),
            exposed=exposures(wanted.held),
        )


def _moved(engine: Engine) -> tuple[Move, ...]:
    """What the file has elsewhere than at the last sync; nothing once this one is open."""
    with engine.store.read() as work:
        return moves(work.declared_cycles(engine.workspace.id), engine.workspace)


def _open(engine: Engine, wish: Wish, holding: Hold) -> tuple[SyncRun, Before]:
    run = SyncRun(
        id=uuid4().hex,
        workspace=engine.workspace.id,
        trigger=wish.trigger,
        slot=wish.slot or f"manual:{uuid4().hex}",
        started_at=engine.clock.now(),
    )
    with engine.store.write(holding.lease) as work:
        work.declare_links(engine.workspace.id, tuple(engine.workspace.links()))
        work.declare_cycles(engine.workspace.id, engine.workspace.cycles, run.started_at)
        work.start_run(run)
        begin_telling(engine.workspace, work, run.started_at)
    with engine.store.read() as work:
        return run, load_before(engine.workspace, work)


def _values(
    engine: Engine, before: Before, reads: Sequence[ConnectionRead], now: datetime
) -> tuple[ValuesRead, Before]:
    """What the value sources and the trackers say of the numbers, and the check-ins with it."""
    told = {key_result: answer for read in reads for key_result, answer in read.numbers.items()}
    values = read_values(engine.workspace, engine.value_sources, told, before.check_ins, now)
    return values, replace(before, check_ins=(*before.check_ins, *values.entries))


def _plans(engine: Engine, wish: Wish, before: Before) -> tuple[tuple[PullPlan, ...], tuple[Deferred, ...]]:
    now = engine.clock.now()
    return plan_pull(engine.workspace, before.links, _heeded(wish, before), wish.scope, now)


def _heeded(wish: Wish, before: Before) -> Mapping[str, ConnectionHealth]:
    """How the connections are, as far as the sync minds it."""
    return {} if wish.force else before.health


def _read(
    engine: Engine,
    wish: Wish,
    before: Before,
    plans: Sequence[PullPlan],
    confirm: Confirm | None,
    now: datetime,
) -> tuple[ConnectionRead, ...]:
    """All connections at the same time, so that a tracker that does not answer holds up no other."""
    last = {item: history[-1] for item, history in before.snapshots.items() if history}
    known = {item for item in last if is_known(item, before.read_at, now)}

    def read(plan: PullPlan) -> ConnectionRead:
        return read_connection(
            plan,
            [link for link in before.links if link.ref in plan.refs],
            _state(wish, before, plan.connection),
            before.health.get(plan.connection),
            engine.connected(confirm),
            now,
            last=last,
            known=known,
            whole=wish.scope.is_whole,
            force=wish.force,
        )

    with ThreadPoolExecutor(max_workers=max(1, len(plans)), thread_name_prefix="read") as threads:
        return tuple(threads.map(read, plans))


def _state(wish: Wish, before: Before, connection: str) -> ConnectorState:
    """What the connector left, nothing where it is to read afresh, and what of ours stands in the tracker."""
    places = (r.placement for r in before.receipts if r.ref.connection == connection)
    own = frozenset(place.container_id for place in places if place.container_id)
    left = ConnectorState() if wish.fresh else before.states.get(connection, ConnectorState())
    return replace(left, own=own)


def _outcomes(reads: Sequence[ConnectionRead]) -> dict[WorkRef, Outcome]:
    return {ref: outcome for read in reads for ref, outcome in read.outcomes.items()}


def _past(reads: Sequence[ConnectionRead]) -> dict[WorkRef, tuple[Snapshot, ...]]:
    return {ref: past for read in reads for ref, past in read.past.items()}


def _deliver(
    engine: Engine,
    wish: Wish,
    holding: Hold,
    reads: Sequence[ConnectionRead],
    readable: Mapping[Item, bool],
    away: Mapping[str, Deferred],
) -> Deliveries:
    if wish.pull_only:
        return Deliveries(delivered=(), reads=tuple(reads))
    verify = Verify.NOTHING
    if wish.fresh:
        verify = Verify.EVERYTHING if wish.trigger is Trigger.MANUAL else Verify.RECENT
    connect = engine.connected(holding.confirm)
    try:
        return deliver(
            holding, engine.clock, engine.workspace, reads, readable, connect, away=away, verify=verify
        )
    except LeaseLostError:
        _have_a_look(engine)
        raise


def _have_a_look(engine: Engine) -> None:
    """What was written after the lease was lost nobody has noted: the next tick has everything looked at."""
    with suppress(SyncerError), engine.store.write() as work:
        work.set_next_slot(engine.workspace.id, RECONCILE, engine.clock.now())


def _kept(read: ConnectionRead, state: ConnectorState, before: Before, wish: Wish) -> ConnectorState:
    """A read of some links says nothing about the others: the connection's own part stays where it was."""
    if wish.scope.is_whole:
        return state
    kept = before.states.get(read.connection, ConnectorState())
    return ConnectorState(kept.connection, state.items)


def _record(
    engine: Engine,
    wish: Wish,
    holding: Hold,
    run: SyncRun,
    before: Before,
    after: After,
    reads: Sequence[ConnectionRead],
    values: ValuesRead,
) -> SyncRun:
    name = engine.workspace.id
    run = replace(run, recorded_at=engine.clock.now())
    touched = [link for link, old in zip(after.links, before.links, strict=True) if link != old]
    with engine.store.write(holding.lease) as work:
        work.save_links(name, touched)
        for entry in values.entries:
            work.add_check_in(name, entry)
        for snapshot in (*after.past, *(change.snapshot for change in after.fresh)):
            work.add_snapshot(name, run.id, snapshot)
        for read in reads:
            if read.health is not None:
                work.save_health(name, read.health)
            if read.state is not None:
                work.save_connector_state(name, read.connection, _kept(read, read.state, before, wish))
        for signal in (*after.judgement.opened, *after.judgement.changed):
            work.open_signal(name, signal, after.at)
        for signal in after.judgement.closed:
            work.close_signal(name, signal.id, after.at)
        for row in after.outbox.put:
            work.put_outbox(row)
        for connection, item_id in after.outbox.drop:
            work.drop_outbox(name, connection, item_id)
        work.save_run(run)
    return run


def _dispatched(
    engine: Engine,
    before: Before,
    after: After,
    readable: Mapping[Item, bool],
    reports: Mapping[str, ConnectionReport],
    away: Mapping[str, Deferred],
) -> Dispatch:
    """What a sync would do with the outbox as it would stand then."""
    rows = {row.publication.item: row for row in (*before.outbox, *after.outbox.put)}
    wanted = [row for item, row in rows.items() if item not in after.outbox.drop]
    receipts = {receipt.item: receipt for receipt in before.receipts}
    return dispatch(engine.workspace, wanted, receipts, readable, reports, away, after.at)


def _planned(wanted: Dispatch, receipts: Mapping[Item, Receipt], room: int) -> tuple[Planned, ...]:
    left = max(0, room - len(wanted.urgent))
    goes = (*wanted.urgent, *wanted.usual[:left])
    return (
        *(_step(row.publication, receipts) for row in goes),
        *(_step(row.publication, receipts, has_room=False) for row in wanted.usual[left:]),
        *(_step(held.publication, receipts, held.until) for held in wanted.held if held.until),
    )


def _step(
    publication: Publication,
    receipts: Mapping[Item, Receipt],
    not_before: datetime | None = None,
    *,
    has_room: bool = True,
) -> Planned:
    return Planned(publication, receipts.get(publication.item), not_before, has_room)


def _report(
    engine: Engine,
    run: SyncRun | None,
    reads: Sequence[ConnectionRead],
    deferred: Sequence[Deferred],
    after: After,
    values: ValuesRead,
    moved: Sequence[Move],
) -> SyncReport:
    return SyncReport(
        workspace=engine.workspace.id,
        run=run,
        connections=(*(read.report for read in reads), *(deferred_report(one) for one in deferred)),
        changes=after.fresh,
        moved=tuple(moved),
        backfilled=len({one.item for one in after.past}),
        troubles=after.troubles,
        values=values.entries,
        value_troubles=values.troubles,
        opened=after.judgement.opened,
        closed=after.judgement.closed,
    )


def _close(
    engine: Engine, wish: Wish, holding: Hold, report: SyncReport, reads: Sequence[ConnectionRead]
) -> SyncReport:
    assert report.run is not None  # noqa: S101  only a sync is closed
    read_any = any(one.outcome is ConnectionOutcome.READ for one in report.connections)
    failed = bool(report.connections) and not read_any
    outcome = RunOutcome.FAILED if failed else RunOutcome.PARTIAL if report.is_partial else RunOutcome.DONE
    run = replace(
        report.run,
        closed_at=engine.clock.now(),
        outcome=outcome,
        counts={**_counts(report), "missed": wish.missed},
    )
    with engine.store.write(holding.lease) as work:
        for read in reads:
            if read.health is not None:
                work.save_health(engine.workspace.id, read.health)
        work.save_run(run)
    return replace(report, run=run)


def _counts(report: SyncReport) -> dict[str, int]:
    return {
        "links": sum(one.links for one in report.connections),
        "requests": report.requests,
        "writes": report.writes,
        "changed": len(report.changes),
        "unread": len(report.troubles),
        "opened": len(report.opened),
        "closed": len(report.closed),
        "held_back": len(report.held_back),
        **{str(wrote): count for wrote, count in report.wrote.items()},
    }


def _close_all(reads: Sequence[ConnectionRead]) -> None:
    for read in reads:
        read.close()
