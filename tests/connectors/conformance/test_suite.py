"""The suite itself: each of these connectors breaks one promise, and the test that is named catches it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.testing.conformance import Bucket, ConnectorSuite, Fate, Fault
from connectors.testing.desk import unleased
from connectors.testing.memory import MemoryComment, MemoryConnector
from connectors.testing.publishing import overtaken
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Standing, Wrote
from syncer.domain.work import Gone, LinkState, Outcome, Progress, Snapshot, Unread, WorkRef
from syncer.errors import (
    CredentialsError,
    LeaseLostError,
    ReadOnlyError,
    SkippableError,
    SyncerError,
    TemporaryError,
)
from syncer.ports import Confirm, Fetched
from tests.connectors.conformance.place import TOKEN, context
from tests.connectors.conformance.test_memory import MemoryDesk


def per_outcome(change: Callable[[Outcome], Outcome]) -> type[MemoryConnector]:
    class Changed(MemoryConnector):
        def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
            fetched = MemoryConnector.fetch(self, refs, state)
            return replace(fetched, outcomes=tuple(map(change, fetched.outcomes)))

    return Changed


def on_failure(instead: Callable[[SyncerError, WorkRef], Outcome | SyncerError]) -> type[MemoryConnector]:
    class Failing(MemoryConnector):
        def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
            try:
                return MemoryConnector.fetch(self, refs, state)
            except SyncerError as error:
                answers = [instead(error, ref) for ref in refs]
                if isinstance(answers[0], SyncerError):
                    raise answers[0] from None
                return Fetched(tuple(one for one in answers if not isinstance(one, SyncerError)), state)

    return Failing


def zeroed(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Snapshot) and outcome.state is LinkState.ARCHIVED:
        return replace(outcome, progress=Progress())
    return outcome


def emptied(_: SyncerError, ref: WorkRef) -> Snapshot:
    desk = MemoryDesk()
    return replace(desk.tracker.items[desk.add_item("Flow").key.removeprefix("M-")].snapshot, ref=ref)


class Forgetful(MemoryConnector):
    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        return MemoryConnector.fetch(self, refs[:-1], state)


class Stale(MemoryConnector):
    """Counts no more than it counted when it first saw the item."""

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        fetched = MemoryConnector.fetch(self, refs, state)
        seen = [one for one in fetched.outcomes if isinstance(one, Snapshot)]
        parts = {one.item_id: state.items.get(one.item_id, str(one.progress.done)) for one in seen}
        counted = (replace(one, progress=Progress(done=int(parts[one.item_id]))) for one in seen)
        return Fetched(tuple(counted), ConnectorState("seen", parts))


class Wasteful(MemoryConnector):
    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
        for ref in refs:
            MemoryConnector.fetch(self, [ref], state)
        return MemoryConnector.fetch(self, refs, state)


class Posting(MemoryConnector):
    """Never edits."""

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        del placement
        return MemoryConnector.publish(self, publication, None)


class Deaf(MemoryConnector):
    """Does not hear what humans want."""

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        item = self.tracker.items[publication.item_id]
        item.comments = [replace(one, edited_by_human=False) for one in item.comments]
        delivery = MemoryConnector.publish(self, publication, placement)
        again = delivery.standing is Standing.OPTED_OUT
        return MemoryConnector.publish(self, publication, None) if again else delivery


class Unguarded(MemoryConnector):
    def _write(self, step: str) -> None:
        self.context = context("memory", MemoryDesk().clock, confirm=unleased)
        MemoryConnector._write(self, step)


class Unfenced(MemoryConnector):
    def _write(self, step: str) -> None:
        self.context = replace(self.context, confirm=unleased)
        MemoryConnector._write(self, step)


class Blind(MemoryConnector):
    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        MemoryConnector.find_published(self, ref, item_id, marker)
        return ()


class Trusting(MemoryConnector):
    """Takes any comment for ours."""

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:
        del ref, marker
        comments: list[MemoryComment] = self.tracker.items[item_id].comments
        return tuple(Placement(comment.id) for comment in comments)


class Clinging(MemoryConnector):
    """Takes nothing away."""

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        if publication.comment is None:
            return Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)
        return MemoryConnector.publish(self, publication, placement)


class Gossip(MemoryDesk):
    """A tracker whose children's names end up in the notes."""

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        child = super().add_child(item, name, bucket)
        self.tracker.change(item.key.removeprefix("M-"), notes=(name,))
        return child


def raw(outcome: Outcome) -> Outcome:
    return replace(outcome, name="a\0b") if isinstance(outcome, Snapshot) else outcome


BROKEN: dict[str, tuple[type[MemoryConnector], str, dict[str, Any]]] = {
    "forgets a ref": (Forgetful, "test_an_unknown_address_costs_nobody_else", {}),
    "misses changes": (Stale, "test_full_and_incremental_reads_agree", {"seed": 1}),
    "zeroes what is archived": (
        per_outcome(zeroed),
        "test_a_fate_is_a_state_of_its_own",
        {"fate": Fate.ARCHIVE},
    ),
    "calls a failure gone": (
        on_failure(lambda error, ref: Gone(ref, LinkState.GONE, error.sentence)),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "calls a failure empty": (
        on_failure(emptied),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "goes on with a refused token": (
        on_failure(lambda error, ref: Unread(ref, error.sentence)),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.UNAUTHORIZED},
    ),
    "asks for a token that is good": (
        on_failure(lambda error, _: CredentialsError(error.sentence)),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "forgets how long to wait": (
        on_failure(lambda error, _: TemporaryError(error.sentence)),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.SLOW_DOWN},
    ),
    "stops nothing": (
        on_failure(lambda error, _: SkippableError(error.sentence)),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "tells the secret": (
        on_failure(lambda _, __: TemporaryError("The tracker has a problem", hint=f"Is {TOKEN} right?")),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "says nothing": (
        on_failure(lambda _, __: TemporaryError("")),
        "test_a_failure_is_said_and_loses_nothing",
        {"fault": Fault.BROKEN},
    ),
    "hands names through": (per_outcome(raw), "test_any_name_is_kept_or_said", {"name": "a\0b"}),
    "wastes requests": (Wasteful, "test_a_read_stays_within_its_budget", {}),
    "posts again": (Posting, "test_one_comment_edited_in_place", {}),
    "posts again after a lost answer": (
        Blind,
        "test_a_comment_whose_answer_was_lost_is_adopted",
        {"write": 1},
    ),
    "takes any comment for ours": (Trusting, "test_it_is_found_by_its_marker_alone", {}),
    "brings a deleted comment back": (Deaf, "test_a_deleted_comment_is_a_wish", {}),
    "overwrites a human": (Deaf, "test_what_a_human_edited_is_left_alone", {}),
    "leaves what was withdrawn": (Clinging, "test_it_is_withdrawn_without_a_trace", {}),
    "asks for no lease": (Unfenced, "test_each_write_asks_for_its_lease_right_before_it", {}),
    "writes without its lease": (
        Unfenced,
        "test_a_run_that_may_not_write_writes_nothing",
        {"confirm": overtaken, "error": LeaseLostError},
    ),
    "writes in a dry run": (
        Unguarded,
        "test_a_run_that_may_not_write_writes_nothing",
        {"confirm": None, "error": ReadOnlyError},
    ),
}


def caught(desk: MemoryDesk, test: str, arguments: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(ConnectorSuite(), test)(desk, **arguments)


@pytest.mark.parametrize(("connector", "test", "arguments"), BROKEN.values(), ids=BROKEN)
def test_a_broken_promise_is_caught(
    connector: type[MemoryConnector], test: str, arguments: dict[str, Any]
) -> None:
    class Broken(MemoryDesk):
        def connect(self, *, confirm: Confirm | None = unleased) -> MemoryConnector:
            given = context("memory", self.clock, confirm=confirm)
            return connector(self.tracker, given)

    caught(Broken(), test, arguments)


def test_a_tracker_that_tells_of_its_children_is_caught() -> None:
    caught(Gossip(), "test_no_text_of_a_child_leaves_the_connector", {})
