"""What the store knew before a sync, and what the reads have added to it. Pure but for one load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import Closing, standing_closings
from syncer.domain.link import Link, after_read, carried_by, history_of
from syncer.domain.okr import Workspace
from syncer.domain.rollup import Known, Work
from syncer.domain.signals.finding import Signal
from syncer.domain.sync import ConnectionHealth, ConnectorState, OutboxRow, Receipt
from syncer.domain.work import Gone, Item, LinkState, Outcome, Snapshot, Unread, WorkRef, changes
from syncer.engine.backfill import backfilled, last_reads
from syncer.engine.judge import Judgement, judge
from syncer.engine.publish import OutboxPlan, plan_publish
from syncer.engine.pull import resting
from syncer.engine.receipts import unanswered_receipts
from syncer.engine.report import ItemChange, LinkTrouble
from syncer.engine.retired import last_words
from syncer.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the store knew at the start; `read_at` is when each item was last read, for whichever link."""

    links: tuple[Link, ...]
    read_at: Mapping[Item, datetime]
    health: Mapping[str, ConnectionHealth]
    states: Mapping[str, ConnectorState]
    snapshots: Mapping[Item, tuple[Snapshot, ...]]
    check_ins: tuple[CheckIn, ...]
    reports: tuple[InitiativeCheckIn, ...]
    closings: tuple[Closing, ...]
    signals: tuple[Signal, ...]
    receipts: tuple[Receipt, ...]
    outbox: tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What the reads have added, and what follows from it."""

    at: datetime
    links: tuple[Link, ...]
    past: tuple[Snapshot, ...]
    fresh: tuple[ItemChange, ...]
    troubles: tuple[LinkTrouble, ...]
    judgement: Judgement
    outbox: OutboxPlan


def load_before(workspace: Workspace, work: UnitOfWork) -> Before:
    """Everything a sync needs to know, with the links as the file has them now."""
    name = workspace.id
    receipts, outbox = work.receipts(name), work.outbox(name)
    ids = {row.publication.ref: row.publication.item_id for row in outbox}
    ids.update((receipt.ref, receipt.item_id) for receipt in receipts)
    known = work.links(name)
    links = _carried(as_declared(tuple(workspace.links()), known), ids)
    connections = {link.ref.connection for link in links}
    return Before(
        links=links,
        read_at=last_reads(known),
        health=work.health(name),
        states={connection: work.connector_state(name, connection) for connection in connections},
        snapshots=work.snapshots(name),
        check_ins=work.check_ins(name),
        reports=work.initiative_check_ins(name),
        closings=work.closings(name),
        signals=work.open_signals(name),
        receipts=receipts,
        outbox=outbox,
    )


def as_declared(declared: Sequence[Link], stored: Sequence[Link]) -> tuple[Link, ...]:
    """The file's links with what the store knows of them, as declaring them would leave them."""
    known = {(link.initiative_id, link.ref): link for link in stored}
    return tuple(
        _remembered(link, old) if (old := known.get((link.initiative_id, link.ref))) else link
        for link in declared
    )


def _remembered(link: Link, old: Link) -> Link:
    ref = replace(link.ref, item_id=old.item_id)
    return replace(link, ref=ref, state=old.state, read_at=old.read_at, advice=old.advice)


def _carried(links: Sequence[Link], ids: Mapping[WorkRef, str]) -> tuple[Link, ...]:
    """The links with the item id of what `comment_on` names, where it is known."""
    return tuple(
        carried_by(link, ids[link.comment_on]) if link.comment_on and link.comment_on in ids else link
        for link in links
    )


def stored(workspace: Workspace, before: Before) -> Known:
    """What the store has for a judgement, with nothing read beside it."""
    return _known(workspace, before, before.links, before.snapshots)


def as_of(known: Known, moment: datetime) -> Known:
    """What was known of the work at a moment (UTC) of the past; values hold for their own days."""
    return replace(known, work={id_: _work_as_of(work, moment) for id_, work in known.work.items()})


def _work_as_of(work: Work, moment: datetime) -> Work:
    link = work.link
    if link is not None and link.read_at is not None and link.read_at > moment:
        # What was read since says nothing of the state it had then, but that it could be read.
        link = replace(link, state=LinkState.ACTIVE, read_at=moment)
    return Work(
        link=link,
        snapshots=tuple(one for one in work.snapshots if one.taken_at <= moment),
        reports=tuple(one for one in work.reports if one.at <= moment),
    )


def _known(
    workspace: Workspace,
    before: Before,
    links: Sequence[Link],
    histories: Mapping[Item, tuple[Snapshot, ...]],
) -> Known:
    return Known(
        check_ins=before.check_ins,
        work=_work(workspace, links, histories, before.reports),
        closings=standing_closings(before.closings, workspace),
    )


def conclude(
    workspace: Workspace,
    before: Before,
    outcomes: Mapping[WorkRef, Outcome],
    now: datetime,
    past: Mapping[WorkRef, tuple[Snapshot, ...]] = MappingProxyType({}),
) -> After:
    """Puts what was read beside what was known, and judges it at the moment `now` (UTC).

    The `past` of an item, as far as the store does not know it, comes before what was read.
    """
    seen = {ref: outcome for ref, outcome in outcomes.items() if isinstance(outcome, Snapshot)}
    read = [
        after_read(link, outcomes[link.ref], now) if link.ref in outcomes else link for link in before.links
    ]
    ids = {ref: snapshot.item_id for ref, snapshot in seen.items()}
    links = tuple(_advised(link, outcomes) for link in _carried(read, ids))
    linked = {link.ref for link in links}
    begun = backfilled(workspace, links, before.snapshots, before.read_at, seen, past)
    filled = {item: (*before.snapshots.get(item, ()), *new) for item, new in begun.items()}
    reached = {**before.snapshots, **filled}
    fresh = _fresh([one for ref, one in seen.items() if ref in linked], before.snapshots, reached)
    histories = _histories(reached, fresh)
    known = _known(workspace, before, links, histories)
    judgement = judge(workspace, known, before.signals, now)
    standing = (*before.receipts, *unanswered_receipts(before.outbox, before.receipts))
    return After(
        at=now,
        links=links,
        past=tuple(snapshot for history in begun.values() for snapshot in history),
        fresh=fresh,
        troubles=tuple(_troubles(links, outcomes)),
        judgement=judgement,
        outbox=plan_publish(
            (
                *judgement.publications,
                *last_words(workspace, links, standing, resting(workspace, now)),
            ),
            before.receipts,
            before.outbox,
            workspace.publish,
            workspace.confidential,
            now,
        ),
    )


def _fresh(
    seen: Iterable[Snapshot],
    stored: Mapping[Item, tuple[Snapshot, ...]],
    reached: Mapping[Item, tuple[Snapshot, ...]],
) -> tuple[ItemChange, ...]:
    """What says something else than when it was last read, as the newest word of the history `reached`."""
    found: dict[Item, ItemChange] = {}
    for snapshot in seen:
        item = snapshot.item
        last = stored[item][-1] if stored.get(item) else None
        if last is None or not last.says_the_same_as(snapshot):
            # A clock that was set back makes no read older than the one before it.
            at = max(one.taken_at for one in (snapshot, *reached.get(item, ())[-1:]))
            found[item] = ItemChange(replace(snapshot, taken_at=at), changes(last, snapshot))
    return tuple(found.values())


def _histories(
    stored: Mapping[Item, tuple[Snapshot, ...]], fresh: Sequence[ItemChange]
) -> Mapping[Item, tuple[Snapshot, ...]]:
    new = {one.snapshot.item: one.snapshot for one in fresh}
    items = {**stored, **{item: stored.get(item, ()) for item in new}}
    return {item: (*past, new[item]) if item in new else past for item, past in items.items()}


def _work(
    workspace: Workspace,
    links: Sequence[Link],
    histories: Mapping[Item, tuple[Snapshot, ...]],
    reports: Sequence[InitiativeCheckIn],
) -> dict[str, Work]:
    """Links of the file with their history; initiatives without one have their reports."""
    declared = {(link.initiative_id, link.ref) for link in workspace.links()}
    work = {
        link.initiative_id: Work(link=link, snapshots=history_of(link, histories))
        for link in links
        if (link.initiative_id, link.ref) in declared
    }
    for report in reports:
        known = work.get(report.initiative_id, Work())
        work[report.initiative_id] = replace(known, reports=(*known.reports, report))
    return work


def _troubles(links: Sequence[Link], outcomes: Mapping[WorkRef, Outcome]) -> Iterable[LinkTrouble]:
    for link in links:
        outcome = outcomes.get(link.ref)
        if (outcome is not None and not isinstance(outcome, Snapshot)) or (
            link.comment_on and link.comment_on in outcomes and link.advice
        ):
            yield LinkTrouble(link, link.advice)


def _advised(link: Link, outcomes: Mapping[WorkRef, Outcome]) -> Link:
    """The link with what keeps its comment from standing where `comment_on` wants it."""
    carrier = outcomes.get(link.comment_on) if link.comment_on else None
    if carrier is None or link.ref not in outcomes or _is_active(carrier) or link.advice:
        return link
    return replace(link, advice=_uncarried(carrier))


def _is_active(outcome: Outcome) -> bool:
    return isinstance(outcome, Snapshot) and outcome.state is LinkState.ACTIVE


def _uncarried(outcome: Outcome) -> str:
    """Why no comment can stand on the item that `comment_on` names."""
    named = f"comment_on {outcome.ref.key}"
    match outcome:
        case Unread(why=why):
            return f"{named}: {why}"
        case Gone(state=state, advice=advice):
            return f"{named}: {state.words}; {advice}"
        case _:
            return f"{named}: {outcome.state.words}, no comment is written there"


def readable_items(after: After, outcomes: Mapping[WorkRef, Outcome]) -> dict[Item, bool]:
    """The items to carry comments that were read just now and are active: nothing else is written to.

    Some of what they tell of has been read as well; the rest stands in the comment as what could not be.
    """
    active = {ref for ref, outcome in outcomes.items() if _is_active(outcome)}
    return {
        item: True
        for link in after.links
        if (item := link.carrier.item) and link.publish and {link.ref, link.carrier} <= active
    }
