"""Rows to domain values and back. A ref that comes out of the store carries its item's id."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Row

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.signals.finding import Signal
from syncer.domain.snooze import Snooze
from syncer.domain.sync import (
    ConnectionHealth,
    Due,
    OutboxRow,
    Placement,
    Receipt,
    RunOutcome,
    Standing,
    SyncRun,
    Trigger,
)
from syncer.domain.work import Health, LinkState, Snapshot, WorkRef, WorkStatus
from syncer.store import codec

Values = dict[str, Any]
AnyRow = Row[Any]


def address(ref: WorkRef) -> str:
    """A digest of connection, kind and key, the same for ever: it is part of a stored identity."""
    named = f"{ref.connection}\x00{ref.kind}\x00{ref.key}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


def link_identity(workspace: str, link: Link) -> Values:
    """The columns that make a link the same link."""
    return {"workspace": workspace, "initiative_id": link.initiative_id, "address": address(link.ref)}


def link_declared(link: Link, position: int) -> Values:
    """What the file says about a link beyond its identity."""
    return {"key_result_id": link.key_result_id, "publish": link.publish, "position": position}


def link_read(link: Link) -> Values:
    """What reads have left on a link."""
    return {
        "state": link.state.value,
        "item_id": link.item_id,
        "read_at": link.read_at,
        "advice": link.advice,
    }


def link_address(link: Link) -> Values:
    """The address in full, beside its digest."""
    return {"connection": link.ref.connection, "kind": link.ref.kind, "key": link.ref.key}


def to_link(row: AnyRow) -> Link:
    """A row of links."""
    return Link(
        initiative_id=row.initiative_id,
        key_result_id=row.key_result_id,
        ref=WorkRef(row.connection, row.kind, row.key, row.item_id),
        publish=row.publish,
        state=LinkState(row.state),
        read_at=row.read_at,
        advice=row.advice,
    )


def from_snapshot(workspace: str, run_id: str, snapshot: Snapshot) -> Values:
    """A row of snapshots."""
    return {
        "workspace": workspace,
        "connection": snapshot.ref.connection,
        "item_id": snapshot.item_id,
        "run_id": run_id,
        "taken_at": snapshot.taken_at,
        "said": codec.encode_snapshot(snapshot),
    }


def to_snapshot(row: AnyRow) -> Snapshot:
    """A row of snapshots."""
    return codec.decode_snapshot(row.said, row.connection, row.item_id, row.taken_at)


def from_check_in(workspace: str, check_in: CheckIn) -> Values:
    """A row of check_ins."""
    return {
        "workspace": workspace,
        "key_result_id": check_in.key_result_id,
        "on_day": check_in.on,
        "entered_at": check_in.at,
        "value": check_in.value,
        "health": check_in.health.value,
        "note": check_in.note,
        "author": check_in.author,
        "source": check_in.source,
    }


def to_check_in(row: AnyRow) -> CheckIn:
    """A row of check_ins."""
    return CheckIn(
        key_result_id=row.key_result_id,
        on=row.on_day,
        at=row.entered_at,
        value=row.value,
        health=Health(row.health),
        note=row.note,
        author=row.author,
        source=row.source,
    )


def from_initiative_check_in(workspace: str, check_in: InitiativeCheckIn) -> Values:
    """A row of initiative_check_ins."""
    return {
        "workspace": workspace,
        "initiative_id": check_in.initiative_id,
        "on_day": check_in.on,
        "entered_at": check_in.at,
        "status": check_in.status.value,
        "note": check_in.note,
        "author": check_in.author,
    }


def to_initiative_check_in(row: AnyRow) -> InitiativeCheckIn:
    """A row of initiative_check_ins."""
    return InitiativeCheckIn(
        initiative_id=row.initiative_id,
        on=row.on_day,
        at=row.entered_at,
        status=WorkStatus(row.status),
        note=row.note,
        author=row.author,
    )


def from_snooze(workspace: str, snooze: Snooze) -> Values:
    """A row of snoozes."""
    return {
        "workspace": workspace,
        "signal_id": snooze.signal_id,
        "entered_at": snooze.at,
        "until_day": snooze.until,
        "reason": snooze.reason,
        "author": snooze.author,
    }


def to_snooze(row: AnyRow) -> Snooze:
    """A row of snoozes."""
    return Snooze(
        signal_id=row.signal_id, at=row.entered_at, until=row.until_day, reason=row.reason, author=row.author
    )


def from_closing(workspace: str, closing: Closing) -> Values:
    """A row of closings."""
    return {
        "workspace": workspace,
        "key_result_id": closing.key_result_id,
        "entered_at": closing.at,
        "word": closing.word.value,
        "value": closing.value,
        "score": closing.score,
        "cycle_id": closing.cycle,
        "reason": closing.reason,
        "author": closing.author,
    }


def to_closing(row: AnyRow) -> Closing:
    """A row of closings."""
    return Closing(
        key_result_id=row.key_result_id,
        at=row.entered_at,
        word=ClosedAs(row.word),
        value=row.value,
        score=row.score,
        cycle=row.cycle_id or "",
        reason=row.reason,
        author=row.author,
    )


def signal_says(signal: Signal) -> Values:
    """What a standing signal may come to say anew."""
    return {"severity": signal.severity.value, "finding": codec.encode_signal(signal)}


def to_signal(row: AnyRow) -> Signal:
    """A row of signals."""
    return codec.decode_signal(row.finding, row.first_seen)


def from_health(workspace: str, health: ConnectionHealth) -> Values:
    """A row of connection_health."""
    return {
        "workspace": workspace,
        "connection": health.connection,
        "read_at": health.read_at,
        "failing_since": health.failing_since,
        "code": health.code,
        "sentence": health.sentence,
        "not_before": health.not_before,
    }


def to_health(row: AnyRow) -> ConnectionHealth:
    """A row of connection_health."""
    return ConnectionHealth(
        connection=row.connection,
        read_at=row.read_at,
        failing_since=row.failing_since,
        code=row.code,
        sentence=row.sentence,
        not_before=row.not_before,
    )


def from_receipt(receipt: Receipt) -> Values:
    """A row of receipts."""
    return {
        "workspace": receipt.workspace,
        "connection": receipt.ref.connection,
        "item_id": receipt.item_id,
        "kind": receipt.ref.kind,
        "key": receipt.ref.key,
        "comment_id": receipt.placement.comment_id,
        "container_id": receipt.placement.container_id,
        "standing": receipt.standing.value,
        "digest": receipt.digest,
        "facts": codec.encode_facts(receipt.facts),
        "text": receipt.text,
        "published_at": receipt.published_at,
    }


def to_receipt(row: AnyRow) -> Receipt:
    """A row of receipts."""
    return Receipt(
        workspace=row.workspace,
        ref=WorkRef(row.connection, row.kind, row.key, row.item_id),
        item_id=row.item_id,
        placement=Placement(row.comment_id, row.container_id),
        standing=Standing(row.standing),
        digest=row.digest,
        facts=codec.decode_facts(row.facts),
        text=row.text,
        published_at=row.published_at,
    )


def from_outbox_row(owed: OutboxRow) -> Values:
    """A row of outbox."""
    publication = owed.publication
    return {
        "workspace": publication.workspace,
        "connection": publication.ref.connection,
        "item_id": publication.item_id,
        "kind": publication.ref.kind,
        "key": publication.ref.key,
        "comment": codec.encode_comment(publication.comment) if publication.comment else None,
        "facts": codec.encode_facts(publication.facts),
        "not_before": owed.not_before,
        "in_flight": owed.in_flight,
        "unanswered": codec.encode_ids(owed.unanswered) if owed.unanswered else None,
    }


def to_outbox_row(row: AnyRow) -> OutboxRow:
    """A row of outbox."""
    publication = Publication(
        workspace=row.workspace,
        ref=WorkRef(row.connection, row.kind, row.key, row.item_id),
        item_id=row.item_id,
        comment=codec.decode_comment(row.comment) if row.comment is not None else None,
        facts=codec.decode_facts(row.facts),
    )
    return OutboxRow(
        publication=publication,
        not_before=row.not_before,
        in_flight=row.in_flight,
        unanswered=codec.decode_ids(row.unanswered) if row.unanswered else frozenset(),
    )


def from_run(run: SyncRun) -> Values:
    """A row of sync_runs."""
    return {
        "id": run.id,
        "workspace": run.workspace,
        "trigger": run.trigger.value,
        "slot": run.slot,
        "started_at": run.started_at,
        "recorded_at": run.recorded_at,
        "closed_at": run.closed_at,
        "outcome": run.outcome.value if run.outcome else None,
        "counts": codec.encode_counts(run.counts),
    }


def to_run(row: AnyRow) -> SyncRun:
    """A row of sync_runs."""
    return SyncRun(
        id=row.id,
        workspace=row.workspace,
        trigger=Trigger(row.trigger),
        slot=row.slot,
        started_at=row.started_at,
        recorded_at=row.recorded_at,
        closed_at=row.closed_at,
        outcome=RunOutcome(row.outcome) if row.outcome else None,
        counts=codec.decode_counts(row.counts),
    )


def to_due(row: AnyRow) -> Due:
    """A row of dues."""
    return Due(workspace=row.workspace, kind=row.kind, slot=row.slot, missed=row.missed)
