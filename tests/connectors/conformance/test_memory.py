from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.testing.conformance import Ability, Bucket, Budget, ConnectorSuite, Desk, Fate, Fault
from connectors.testing.desk import unleased
from connectors.testing.memory import MemoryConnector, MemoryTracker, no_fault
from syncer.domain.work import LinkState, Progress, Snapshot, WorkRef, WorkStatus
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError
from syncer.ports import Confirm
from tests.connectors.conformance.place import TOKEN, Clock, context

NO_WIRE = "there is no wire"
ERRORS: Mapping[Fault, Callable[[], SyncerError]] = {
    Fault.UNAUTHORIZED: lambda: CredentialsError("The tracker in memory does not accept the token"),
    Fault.FORBIDDEN: lambda: FatalError("The tracker in memory forbids it"),
    Fault.SLOW_DOWN: lambda: TemporaryError("The tracker in memory asks us to slow down", retry_after=3600),
    Fault.BROKEN: lambda: TemporaryError("The tracker in memory has a problem of its own"),
}
STATES = {
    Fate.ARCHIVE: LinkState.ARCHIVED,
    Fate.TRASH: LinkState.TRASHED,
    Fate.HIDE: LinkState.FORBIDDEN,
    Fate.DELETE: LinkState.NOT_VISIBLE,
}


class MemoryDesk:
    cannot: Mapping[Ability | Fault | Fate, str] = {
        **dict.fromkeys(set(Fault) - set(ERRORS), NO_WIRE),
        Fate.MOVE: "there is one place only",
        Ability.FORGE_COMMENT: "comments have no author",
        Ability.REPEAT_PAGE: "there are no pages",
        Ability.COUNT_REQUESTS: NO_WIRE,
    }
    becomes: Mapping[Fate, LinkState] = STATES
    budget = Budget(first=1, quiet=1)
    secret = TOKEN

    def __init__(self) -> None:
        self.clock = Clock()
        self.tracker = MemoryTracker()
        self._children: dict[str, dict[str, Bucket]] = {}
        self._last = 0

    def connect(self, *, confirm: Confirm | None = unleased) -> MemoryConnector:
        given = context("memory", self.clock, confirm=confirm)
        return MemoryConnector(self.tracker, given)

    def add_item(self, name: str) -> WorkRef:
        item_id = self._next()
        ref = WorkRef("memory", "epic", f"M-{item_id}")
        self.tracker.add(
            Snapshot(
                ref=ref,
                item_id=item_id,
                key=ref.key,
                name=name,
                url=f"memory://{item_id}",
                status=WorkStatus.PLANNED,
                progress=Progress(),
                taken_at=self.clock.now(),
            )
        )
        self._children[item_id] = {}
        return ref

    def unknown(self) -> WorkRef:
        return WorkRef("memory", "epic", "M-0")

    def rename(self, item: WorkRef, name: str) -> None:
        self.tracker.change(_id(item), name=name)

    def befall(self, item: WorkRef, fate: Fate) -> None:
        if fate is Fate.DELETE:
            del self.tracker.items[_id(item)]
        else:
            self.tracker.items[_id(item)].state = STATES[fate]

    def restore(self, item: WorkRef, fate: Fate) -> None:
        del fate
        self.tracker.items[_id(item)].state = LinkState.ACTIVE

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        del name
        child = self._next()
        self.put_child(item, child, bucket)
        return child

    def put_child(self, item: WorkRef, child: str, bucket: Bucket) -> None:
        self._children[_id(item)][child] = bucket
        self._count(item)

    def move_child(self, item: WorkRef, child: str, to: WorkRef) -> None:
        self.put_child(to, child, self._children[_id(item)][child])
        self.delete_child(item, child)

    def delete_child(self, item: WorkRef, child: str) -> None:
        del self._children[_id(item)][child]
        self._count(item)

    def comments(self, item: WorkRef) -> list[str]:
        return self.tracker.comments(_id(item))

    def delete_comment(self, item: WorkRef) -> None:
        self.tracker.items[_id(item)].comments.clear()

    def edit_comment(self, item: WorkRef) -> None:
        (comment,) = self.tracker.items[_id(item)].comments
        comment.text, comment.edited_by_human = "mine now", True

    def forge_comment(self, item: WorkRef, text: str) -> None:
        raise NotImplementedError(item, text)

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        left = after

        def answer(step: str) -> None:
            nonlocal left
            if step not in {"created", "updated"}:
                left -= 1
            if left < 0:
                error = ERRORS[fault]()
                raise error

        self.tracker.fault = answer

    def lose_answer(self, write: int) -> None:
        left = write

        def answer(step: str) -> None:
            nonlocal left
            left -= step == "created"
            if step == "created" and left == 0:
                raise TemporaryError("The tracker in memory did not answer", outcome_unknown=True)

        self.tracker.fault = answer

    def repeat_page(self, item: WorkRef) -> None:
        raise NotImplementedError(item)

    def mend(self) -> None:
        self.tracker.fault = no_fault

    def created(self) -> int:
        return self.tracker.steps.count("create")

    def received(self) -> int:
        raise NotImplementedError

    def pass_time(self, by: timedelta) -> None:
        self.clock.pass_by(by)

    def _next(self) -> str:
        self._last += 1
        return str(self._last)

    def _count(self, item: WorkRef) -> None:
        buckets = list(self._children[_id(item)].values())
        done, open_, cancelled = (buckets.count(bucket) for bucket in Bucket)
        record = self.tracker.items[_id(item)]
        record.snapshot = replace(
            record.snapshot, progress=Progress(done=done, open=open_, cancelled=cancelled)
        )


def _id(item: WorkRef) -> str:
    return item.key.removeprefix("M-")


class TestMemory(ConnectorSuite):
    @pytest.fixture
    def desk(self) -> Desk:
        return MemoryDesk()
