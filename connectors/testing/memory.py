"""A tracker in memory and the connector to it: the whole contract of syncer.ports.Connector, no wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing, Wrote
from syncer.domain.work import Gone, LinkState, Outcome, Progress, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import NotFoundError, ReadOnlyError, TemporaryError
from syncer.ports import Access, Context, Fetched, Found, Identity

LONGEST_LABEL = 500
"""Characters; a longer name is cut."""

Fault = Callable[[str], None]
"""Called with the name of a step (`fetch`, `find`, `create`, `created`, `update`, …); may raise."""


def no_fault(step: str) -> None:
    """Everything works."""


@dataclass(slots=True)
class MemoryComment:
    """A comment as it stands; `edited_by_human` is what a tracker tells by its author."""

    id: str
    marker: str
    text: str
    edited_by_human: bool = False


@dataclass(slots=True)
class MemoryItem:
    """One epic or project: what a read of it gives, and the comments on it."""

    snapshot: Snapshot
    state: LinkState = LinkState.ACTIVE
    unread: str = ""
    comments: list[MemoryComment] = field(default_factory=list)


@dataclass(slots=True)
class MemoryTracker:
    """The items by immutable id, editable as people edit a tracker. `fault` is called before each step.

    `past` are the snapshots of weeks before that the dates of an item's work would tell.
    """

    items: dict[str, MemoryItem] = field(default_factory=dict)
    past: dict[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    fault: Fault = field(default=no_fault)
    steps: list[str] = field(default_factory=list)
    _last_comment: int = 0

    def add(self, snapshot: Snapshot) -> None:
        """An item as it would be read."""
        self.items[snapshot.item_id] = MemoryItem(snapshot)

    def change(self, item_id: str, **fields: object) -> None:
        """Somebody works on the item."""
        item = self.items[item_id]
        item.snapshot = replace(item.snapshot, **fields)  # type: ignore[arg-type]

    def work(
        self, item_id: str, status: WorkStatus, *, done: int, open_: int = 0, cancelled: int = 0
    ) -> None:
        """Tickets move between the buckets."""
        self.change(item_id, status=status, progress=Progress(done=done, open=open_, cancelled=cancelled))

    def comments(self, item_id: str) -> list[str]:
        """The texts as they stand."""
        return [comment.text for comment in self.items[item_id].comments]

    def step(self, name: str) -> None:
        """Notes a step and lets the fault have its say."""
        self.steps.append(name)
        self.fault(name)

    def next_comment_id(self) -> str:
        """A fresh id; ids of deleted comments never come back."""
        self._last_comment += 1
        return str(self._last_comment)


@dataclass(slots=True)
class MemoryConnector:
    """Reads and writes a MemoryTracker under a context's rules."""

    tracker: MemoryTracker
    context: Context
    requests: int = 0
    writes: int = 0

    def check(self) -> Identity:
        """Everybody is the bot here."""
        self._read("check")
        return Identity("okr-bot", "a tracker in memory", "memory://")

    def discover(self) -> tuple[Found, ...]:
        """Every item that is active."""
        self._read("discover")
        active = (item.snapshot for item in self.tracker.items.values() if item.state is LinkState.ACTIVE)
        return tuple(Found(one.ref.kind, one.key, label(one.name), one.url, one.owner_name) for one in active)

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        """What can be read can be commented on."""
        self._read("access")
        seen = [isinstance(self._outcome(ref), Snapshot) for ref in refs]
        return tuple(Access(ref, can, can) for ref, can in zip(refs, seen, strict=True))

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        """One read for all refs."""
        self._read("fetch")
        now = self.context.clock.now()
        outcomes = tuple(self._outcome(ref) for ref in refs)
        stamped = tuple(replace(one, taken_at=now) if isinstance(one, Snapshot) else one for one in outcomes)
        past = {
            one.ref: partial(self.tracker.past.__getitem__, one.item_id)
            for one in stamped
            if isinstance(one, Snapshot) and one.item_id in self.tracker.past
        }
        return Fetched(stamped, ConnectorState(connection=state.connection or "read"), past=past)

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        """By marker; a human's edit does not take it away."""
        self._read("find")
        found = (comment for comment in self._item(ref, item_id).comments if comment.marker == marker)
        return tuple(Placement(comment.id) for comment in found)

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """One look for all of them."""
        self._read("verify")
        return {r.item_id: self._verified(r) for r in receipts if r.item_id in self.tracker.items}

    def _verified(self, receipt: Receipt) -> Standing:
        comments = self.tracker.items[receipt.item_id].comments
        standing = next((c for c in comments if c.id == receipt.placement.comment_id), None)
        if standing is None:
            return Standing.OPTED_OUT
        return Standing.EDITED if standing.edited_by_human else Standing.STANDING

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Creates, edits in place, or removes one comment."""
        item = self._item(publication.ref, publication.item_id)
        if placement is None or placement.comment_id is None:
            return self._create(item, publication)
        standing = next((c for c in item.comments if c.id == placement.comment_id), None)
        if publication.comment is None:
            if standing is None:
                return Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
            self._write("remove")
            item.comments = [c for c in item.comments if c.id != placement.comment_id]
            return Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)
        if standing is None:
            return Delivery(placement, Standing.OPTED_OUT, Wrote.NOTHING)
        if standing.edited_by_human and not publication.over_edits:
            return Delivery(placement, Standing.EDITED, Wrote.NOTHING)
        self._write("update")
        standing.edited_by_human = False
        standing.text = publication.comment.plain
        self.tracker.step("updated")
        return Delivery(placement, Standing.STANDING, Wrote.UPDATED)

    def close(self) -> None:
        """There is nothing to free."""

    def _create(self, item: MemoryItem, publication: Publication) -> Delivery:
        if publication.comment is None:
            return Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
        self._write("create")
        comment = MemoryComment(self.tracker.next_comment_id(), publication.marker, publication.comment.plain)
        item.comments.append(comment)
        self.tracker.step("created")
        return Delivery(Placement(comment.id), Standing.STANDING, Wrote.CREATED)

    def _outcome(self, ref: WorkRef) -> Outcome:
        item = self.tracker.items.get(ref.item_id or "") or self._by_key(ref.key)
        if item is None:
            return Gone(ref, LinkState.NOT_VISIBLE, f"{ref} is deleted or hidden from okr-bot")
        if item.unread:
            return Unread(ref, item.unread)
        if not item.state.is_readable:
            return Gone(ref, item.state, f"{ref} is {item.state.words}")
        return replace(item.snapshot, ref=ref, state=item.state, name=label(item.snapshot.name))

    def _by_key(self, key: str) -> MemoryItem | None:
        return next((item for item in self.tracker.items.values() if item.snapshot.key == key), None)

    def _item(self, ref: WorkRef, item_id: str) -> MemoryItem:
        if item_id not in self.tracker.items:
            msg = f"{ref} is not there any more"
            raise NotFoundError(msg)
        return self.tracker.items[item_id]

    def _read(self, step: str) -> None:
        self.requests += 1
        self.tracker.step(step)

    def _write(self, step: str) -> None:
        if self.context.confirm is None:
            msg = f"a comment was about to be written ({step}) in a run that only reads"
            raise ReadOnlyError(msg)
        self.context.confirm()
        self.requests += 1
        self.writes += 1
        self.tracker.step(step)


def label(name: str) -> str:
    """A name as every database takes it: one line of UTF-8 without NUL, of bearable length."""
    return " ".join(name[:LONGEST_LABEL].replace("\0", " ").encode("utf-8", "replace").decode().split())


def lose_answer(step: str) -> Fault:
    """A fault that lets the write of a step (`created`, `updated`) happen and loses the answer to it."""

    def fault(name: str) -> None:
        if name == step:
            msg = "the tracker did not answer; whether it acted is unknown"
            raise TemporaryError(msg, outcome_unknown=True)

    return fault
