"""What of the outbox goes out in a sync, in which order, and what waits, and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncer.domain.okr import Workspace
from syncer.domain.sync import OutboxRow, Receipt, Standing
from syncer.domain.work import Item
from syncer.engine.publish import Confidential, is_exposed, leaks, leaks_unanswered
from syncer.engine.pull import Deferred
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Exposed, Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The rows that go out: `urgent` ones, past the policy's limit, then `usual` ones, as far as it goes."""

    urgent: tuple[OutboxRow, ...] = ()
    usual: tuple[OutboxRow, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def connections(self) -> tuple[str, ...]:
        """What something is written over, each once."""
        return tuple(dict.fromkeys(connection_of(row) for row in (*self.urgent, *self.usual)))


def dispatch(
    workspace: Workspace,
    rows: Sequence[OutboxRow],
    receipts: Mapping[Item, Receipt],
    readable: Mapping[Item, bool],
    reports: Mapping[str, ConnectionReport],
    away: Mapping[str, Deferred],
    now: datetime,
) -> Dispatch:
    """Sorts the rows by what this sync may do with them.

    Urgent is what must be taken back because it became confidential, or because nobody knows whether it is
    gone. A usual comment needs its time to have come and its item read in this sync; a removal, or a last
    word, on an item that the file wants no comment on, needs no read. Connections that are `away`, by name,
    take nothing at all. `reports` are those of the connections that were to be read; over another one it may
    be written. What the file lets nobody write, and what needs a read that there was not, is left unsaid.
    """
    urgent, usual, held = list[OutboxRow](), list[OutboxRow](), list[Held]()
    for row in rows:
        is_urgent = _is_urgent(row, receipts, workspace.confidential)
        if not (is_urgent or row.publication.comment is None or may_go(row, readable)):
            continue
        exposed = is_exposed(row, receipts.get(row.publication.item), workspace.confidential)
        if why := closed(workspace, connection_of(row)):
            held += [Held(row.publication, None, why, exposed)] if exposed else []
        elif not is_urgent and row.not_before and row.not_before > now:
            held.append(Held(row.publication, row.not_before))
        elif hindrance := _hindrance(connection_of(row), reports, away, is_urgent=is_urgent):
            held.append(Held(row.publication, *hindrance, exposed))
        else:
            (urgent if is_urgent else usual).append(row)
    return Dispatch(urgent=_grouped(urgent, reports), usual=_grouped(usual, reports), held=tuple(held))


def _hindrance(
    connection: str,
    reports: Mapping[str, ConnectionReport],
    away: Mapping[str, Deferred],
    *,
    is_urgent: bool,
) -> tuple[datetime | None, str] | None:
    """Until when, and why, nothing goes out over a connection."""
    report = reports.get(connection)
    if connection in away:
        return away[connection].until, away[connection].why
    if report is not None and not _takes(report, is_urgent=is_urgent):
        return report.until, report.sentence
    return None


def deferred_by(
    held: Iterable[Held], reports: Mapping[str, ConnectionReport], away: Mapping[str, Deferred]
) -> tuple[Deferred, ...]:
    """The connections in back-off that nothing was to be read over, and that something waits for."""
    names = dict.fromkeys(one.publication.ref.connection for one in held if one.why)
    return tuple(away[name] for name in names if name in away and name not in reports)


def _grouped(rows: Sequence[OutboxRow], reports: Mapping[str, ConnectionReport]) -> tuple[OutboxRow, ...]:
    """Connection by connection, those that were read first, as they are written over."""
    turns = list(dict.fromkeys((*reports, *(connection_of(row) for row in rows))))
    return tuple(sorted(rows, key=lambda row: turns.index(connection_of(row))))


def may_go(row: OutboxRow, readable: Mapping[Item, bool]) -> bool:
    """Whether the item was read just now, or needs no read because nothing is to be kept up to date there."""
    return row.publication.is_last_word or readable.get(row.publication.item, False)


def exposed_items(
    receipts: Iterable[Receipt], outbox: Iterable[OutboxRow], confidential: Confidential
) -> frozenset[Item]:
    """The items on which something may stand that is confidential now, as far as the store knows."""
    standing = {
        one.item
        for one in receipts
        if one.standing is not Standing.OPTED_OUT and leaks(one.facts, confidential)
    }
    cut_off = {
        row.publication.item
        for row in outbox
        if leaks_unanswered(row, confidential)
        or (row.in_flight and leaks(row.publication.facts, confidential))
    }
    return frozenset(standing | cut_off)


def connection_of(row: OutboxRow) -> str:
    """The name of the connection a row goes out over."""
    return row.publication.ref.connection


def exposures(held: Iterable[Held]) -> tuple[Exposed, ...]:
    """What waits although it should be gone, counted: nothing in it names an item."""
    counted = Counter((one.publication.ref.connection, one.until, one.why) for one in held if one.exposed)
    return tuple(Exposed(*told, items=count) for told, count in counted.items())


def _is_urgent(row: OutboxRow, receipts: Mapping[Item, Receipt], confidential: Confidential) -> bool:
    """Whether what stands there is to be gone at once, or whether it is gone is not known."""
    receipt = receipts.get(row.publication.item)
    unknown = receipt is None and row.in_flight and row.publication.comment is None
    return unknown or is_exposed(row, receipt, confidential)


def closed(workspace: Workspace, connection: str) -> str:
    """Why the file has nothing written over a connection, empty where it does not say so."""
    if not workspace.publish.enabled:
        return "publish.enabled is false"
    if connection not in workspace.connection_kinds:
        return f"{connection} is no connection of the file any more"
    if connection in workspace.silent:
        return f"{connection} is not to be written over (write_to: off)"
    return ""


def _takes(report: ConnectionReport, *, is_urgent: bool) -> bool:
    """Whether a connection takes a write after how its read went.

    A brake says that what was read is not to be believed, and a read that failed says nothing of writes. To
    take back nothing need be read or believed.
    """
    if report.outcome in {ConnectionOutcome.BRAKED, ConnectionOutcome.FAILED}:
        return is_urgent and report.until is None
    return report.outcome is ConnectionOutcome.READ
