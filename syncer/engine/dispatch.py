"""What of the outbox goes out in a sync, in which order, and what waits, and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncer.domain.okr import Workspace
from syncer.domain.sync import OutboxRow, Receipt
from syncer.domain.work import Item
from syncer.engine.publish import Confidential, leaks, leaks_unanswered
from syncer.engine.pull import Deferred
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Exposed, Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The rows that go out: `first` what leaks, past the policy's limit, and `then` the rest, up to it."""

    first: tuple[OutboxRow, ...] = ()
    then: tuple[OutboxRow, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def connections(self) -> tuple[str, ...]:
        """What something is written over, each once."""
        return tuple(dict.fromkeys(over(row) for row in (*self.first, *self.then)))


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

    A comment needs its item read in this sync, and its time to have come. What must be taken back because it
    became confidential needs neither, nor any other removal; a last word, on an item that the file wants no
    comment on, needs no read. Connections that are `away`, by name, take nothing at all. `reports` are those
    of the connections that were to be read; over another one it may be written.
    """
    first, then, held = list[OutboxRow](), list[OutboxRow](), list[Held]()
    for row in rows:
        leaking = takes_back(row, receipts, workspace.confidential)
        if not (leaking or _is_removal(row) or may_go(row, readable)):
            continue
        if not (leaking or _is_removal(row)) and row.not_before and row.not_before > now:
            held.append(Held(row.publication, row.not_before))
        elif why := _closed(workspace, over(row)):
            held += [Held(row.publication, None, why, exposed=True)] if leaking else []
        elif late := away.get(over(row)):
            held.append(Held(row.publication, late.until, late.why, exposed=leaking))
        elif (report := reports.get(over(row))) and not _takes(report, leaking=leaking):
            held.append(Held(row.publication, report.until, report.sentence, exposed=leaking))
        else:
            (first if leaking else then).append(row)
    return Dispatch(first=tuple(first), then=tuple(then), held=tuple(held))


def may_go(row: OutboxRow, readable: Mapping[Item, bool]) -> bool:
    """Whether the item was read just now, or is one that no sync reads any more."""
    return row.publication.is_last_word or readable.get(row.publication.item, False)


def takes_back(row: OutboxRow, receipts: Mapping[Item, Receipt], confidential: Confidential) -> bool:
    """Whether what stands there says what nobody may read any more, or whether it is gone is not known."""
    receipt = receipts.get(row.publication.item)
    if receipt is None and row.in_flight and row.publication.comment is None:
        return True
    return leaks_unanswered(row, confidential) or (receipt is not None and leaks(receipt.facts, confidential))


def over(row: OutboxRow) -> str:
    """The name of the connection a row goes out over."""
    return row.publication.ref.connection


def exposures(held: Iterable[Held]) -> tuple[Exposed, ...]:
    """What waits although it should be gone, counted: nothing in it names an item."""
    counted = Counter((one.publication.ref.connection, one.until, one.why) for one in held if one.exposed)
    return tuple(Exposed(*told, items=count) for told, count in counted.items())


def _is_removal(row: OutboxRow) -> bool:
    return row.publication.comment is None


def _closed(workspace: Workspace, connection: str) -> str:
    """Why the file has nothing written over a connection, empty where it has."""
    if not workspace.publish.enabled:
        return "publish.enabled is false"
    if connection not in workspace.connection_kinds:
        return f"{connection} is no connection of the file any more"
    if connection in workspace.silent:
        return f"{connection} is not to be written over (write_to: off)"
    return ""


def _takes(report: ConnectionReport, *, leaking: bool) -> bool:
    """Whether a connection takes a write after how its read went.

    A brake says that what was read is not to be believed, and a read that failed says nothing of writes. To
    take back nothing need be read or believed.
    """
    if report.outcome in {ConnectionOutcome.BRAKED, ConnectionOutcome.FAILED}:
        return leaking and report.until is None
    return report.outcome is ConnectionOutcome.READ
