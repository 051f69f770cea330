"""A link: which initiative is carried out in which item, and what became of that item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncer.domain.work import Item, LinkState, Outcome, Snapshot, Unread, WorkRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Initiative to item. `publish` is False where the file keeps the item silent.

    `comment_on` is the item that carries its comment where the linked one cannot or shall not.
    `state`, `read_at` (UTC, the last successful read) and `advice` come from the store; a link that was just
    read from the file is active and never read.
    """

    initiative_id: str
    key_result_id: str
    ref: WorkRef
    publish: bool = True
    comment_on: WorkRef | None = None
    state: LinkState = LinkState.ACTIVE
    read_at: datetime | None = field(default=None)
    advice: str = ""

    @property
    def item_id(self) -> str | None:
        """The tracker's immutable id, None before the first successful read."""
        return self.ref.item_id

    @property
    def carrier(self) -> WorkRef:
        """The item its comment stands on."""
        return self.comment_on or self.ref

    @property
    def id(self) -> str:
        """Its name on the command line: `new-flow:jira:ONB-12`."""
        return f"{self.initiative_id}:{self.ref}"


def history_of(link: Link, histories: Mapping[Item, tuple[Snapshot, ...]]) -> tuple[Snapshot, ...]:
    """The snapshots of the linked item, none while it is not known."""
    return histories.get(link.ref.item, ()) if link.ref.item else ()


def carried_by(link: Link, item_id: str) -> Link:
    """The link once the id of the item that its `comment_on` names is known."""
    return replace(link, comment_on=replace(link.carrier, item_id=item_id))


def after_read(link: Link, outcome: Outcome, now: datetime) -> Link:
    """The link as the outcome of a read leaves it; an unread item leaves it as it was but for the advice."""
    match outcome:
        case Snapshot():
            ref = replace(link.ref, item_id=outcome.item_id)
            return replace(link, ref=ref, state=outcome.state, read_at=now, advice="")
        case Unread(why=why):
            return replace(link, advice=why)
        case _:
            return replace(link, state=outcome.state, advice=outcome.advice)
