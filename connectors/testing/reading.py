"""The suite's part on reading: counts, incremental reads, what becomes of items, names, privacy, budget."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from connectors.buckets import Bucket
from connectors.testing.desk import Ability, Desk, Fate
from connectors.testing.ledger import (
    LONGEST_LABEL,
    Ledger,
    buckets,
    check_sentence,
    connected,
    is_storable,
    needs,
    one,
    seen,
    stocked,
)
from connectors.testing.lives import live_through
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, LinkState, Snapshot, Unread

CANARY = "canary 7f3a91 in a child"
NAMES = {
    "many scripts": "Überarbeitung 支付 🚀 Ω",
    "right to left": "\u202eتجربة\u2066 x",
    "markup": "<b>&amp; {code} [~ana] |*_`\\",
    "one megabyte": "x" * 1_000_000,
    "nul": "before\0after",
    "lone surrogate": "before\ud800after",
    "line breaks": "first\r\nsecond\u2028third",
    "nothing": " ",
}
QUICK, THOROUGH = range(3), range(100, 200)


class ReadingSuite:
    """What every read promises."""

    def test_threebuckets(self, desk: Desk) -> None:
        needs(desk, Ability.CANCEL_CHILD)
        read = one(desk, stocked(desk, "Flow", done=3, open_=2, cancelled=1))
        assert buckets(read.progress) == (3, 2, 1)

    def test_an_item_without_children_has_no_share(self, desk: Desk) -> None:
        assert one(desk, desk.add_item("Empty")).progress.share is None

    def test_a_snapshot_says_what_it_is(self, desk: Desk) -> None:
        read = one(desk, desk.add_item("Rebuild the flow"))
        assert read.name == "Rebuild the flow"
        assert read.item_id, "an item has an immutable id"
        assert read.key, "an item has a label"
        assert read.state is LinkState.ACTIVE
        assert read.taken_at.tzinfo is not None, "times are aware"

    def test_the_same_item_asked_for_twice_is_fetched_once(self, desk: Desk) -> None:
        item = stocked(desk, "Flow", done=1)
        with connected(desk) as connector:
            single = connector.fetch([item], ConnectorState())
            cost = connector.requests
        with connected(desk) as connector:
            twice = connector.fetch([item, item], ConnectorState())
            assert connector.requests <= cost, "asking twice costs no second request"
        assert twice.outcomes in {single.outcomes * 2, single.outcomes}

    def test_an_unknown_address_costs_nobody_else(self, desk: Desk) -> None:
        item, unknown = stocked(desk, "Flow", done=1), desk.unknown()
        outcomes = Ledger(desk, (unknown, item)).read()
        assert seen(outcomes[item]).progress.done == 1
        missing = outcomes[unknown]
        assert isinstance(missing, Gone | Unread), "an address with nothing behind it is no snapshot"
        check_sentence(missing.advice if isinstance(missing, Gone) else missing.why, desk.secret)

    def test_nothing_asked_for_is_nothing_read(self, desk: Desk) -> None:
        with connected(desk) as connector:
            assert connector.fetch([], ConnectorState()).outcomes == ()

    def test_a_quiet_read_says_the_same(self, desk: Desk) -> None:
        items = tuple(stocked(desk, f"Item {n}", done=n, open_=2) for n in range(3))
        ledger = Ledger(desk, items)
        first = ledger.read()
        desk.pass_time(timedelta(minutes=15))
        assert ledger.read() == first == ledger.read_in_full()

    def test_an_item_linked_later_is_read_whole(self, desk: Desk) -> None:
        early, late = (stocked(desk, name, done=2, open_=1) for name in ("Early", "Late"))
        ledger = Ledger(desk, (early,))
        ledger.read()
        desk.pass_time(timedelta(days=2))
        ledger.items = (*ledger.items, late)
        assert buckets(seen(ledger.read()[late]).progress) == (2, 1, 0)

    def test_a_read_of_some_items_moves_nothing_for_the_others(self, desk: Desk) -> None:
        ledger = Ledger(desk, tuple(stocked(desk, name, done=1) for name in ("Asked", "Not asked")))
        asked, other = ledger.items
        ledger.read()
        desk.add_child(other, "meanwhile", Bucket.DONE)
        desk.pass_time(timedelta(hours=2))
        for _ in range(2):
            ledger.read(asked)
            desk.pass_time(timedelta(hours=2))
        assert seen(ledger.read()[other]).progress.done == 2
        assert ledger.read() == ledger.read_in_full()

    def test_a_child_met_in_its_new_home_alone_counts_once(self, desk: Desk) -> None:
        needs(desk, Ability.MOVE_CHILD)
        items = (stocked(desk, "Left", open_=1), desk.add_item("New home"))
        child = desk.add_child(items[0], "on the move", Bucket.DONE)
        ledger = Ledger(desk, items)
        ledger.read()
        desk.move_child(items[0], child, items[1])
        for gap in (timedelta(minutes=1), timedelta(hours=10)):
            desk.pass_time(gap)
            assert seen(ledger.read(items[1])[items[1]]).progress.done == 1
        desk.pass_time(timedelta(hours=10))
        counted = {ref: buckets(seen(outcome).progress) for ref, outcome in ledger.read().items()}
        assert counted == {items[0]: (0, 1, 0), items[1]: (1, 0, 0)}

    @pytest.mark.parametrize("seed", QUICK)
    def test_full_and_incremental_reads_agree(self, desk: Desk, seed: int) -> None:
        live_through(desk, Random(seed), 24)

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", THOROUGH)
    def test_full_and_incremental_reads_agree_at_length(self, desk: Desk, seed: int) -> None:
        live_through(desk, Random(seed), 60)

    @pytest.mark.parametrize("fate", Fate)
    def test_a_fate_is_a_state_of_its_own(self, desk: Desk, fate: Fate) -> None:
        assert (fate in desk.becomes) != (fate in desk.cannot), f"the desk says what becomes of: {fate}"
        needs(desk, fate)
        item, other = stocked(desk, "Flow", done=2, open_=1), stocked(desk, "Other", open_=1)
        ledger = Ledger(desk, (item, other))
        before = ledger.read()
        desk.befall(item, fate)
        desk.pass_time(timedelta(minutes=15))
        after = ledger.read()
        assert after[other] == before[other], "what befalls one item is no news of another"
        _check_fate(seen(before[item]), after[item], desk.becomes[fate], desk.secret)

    @pytest.mark.parametrize("fate", [Fate.ARCHIVE, Fate.TRASH, Fate.HIDE])
    def test_what_comes_back_is_the_same_item(self, desk: Desk, fate: Fate) -> None:
        needs(desk, fate)
        ledger = Ledger(desk, (stocked(desk, "Flow", done=2, open_=1),))
        (item,) = ledger.items
        before = seen(ledger.read()[item])
        desk.befall(item, fate)
        ledger.read()
        desk.restore(item, fate)
        desk.add_child(item, "one more", Bucket.OPEN)
        desk.pass_time(timedelta(minutes=15))
        after = seen(ledger.read()[item])
        assert (after.item_id, after.state) == (before.item_id, LinkState.ACTIVE)
        assert buckets(after.progress) == (2, 2, 0)

    def test_a_renamed_item_is_the_same_one(self, desk: Desk) -> None:
        ledger = Ledger(desk, (stocked(desk, "Flow", done=1),))
        (item,) = ledger.items
        before = seen(ledger.read()[item])
        desk.rename(item, "Another name")
        desk.pass_time(timedelta(minutes=15))
        after = seen(ledger.read()[item])
        assert (after.item_id, after.name) == (before.item_id, "Another name")
        assert after.progress == before.progress

    @pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
    def test_any_name_is_kept_or_said(self, desk: Desk, name: str) -> None:
        item, other = desk.add_item(name), stocked(desk, "Other", done=1)
        desk.add_child(item, name, Bucket.DONE)
        outcomes = Ledger(desk, (item, other)).read()
        assert seen(outcomes[other]).progress.done == 1, "a name costs nobody else"
        match outcomes[item]:
            case Snapshot(name=kept, progress=progress):
                assert is_storable(kept), "a name leaves the connector as every database takes it"
                assert len(kept) <= LONGEST_LABEL, f"a name of {len(kept)} characters is no label"
                assert progress.done == 1
            case Unread(why=why):
                check_sentence(why, desk.secret)
            case gone:
                pytest.fail(f"an odd name does not make an item {gone}")

    def test_no_text_of_a_child_leaves_the_connector(self, desk: Desk) -> None:
        item = desk.add_item("Flow")
        child = desk.add_child(item, CANARY, Bucket.OPEN)
        ledger = Ledger(desk, (item,))
        for bucket in (Bucket.DONE, Bucket.OPEN):
            desk.put_child(item, child, bucket)
            desk.pass_time(timedelta(minutes=15))
            outcomes = ledger.read()
            assert CANARY not in f"{outcomes!r} {ledger.state!r}", "tickets stay where they are"

    def test_a_read_stays_within_its_budget(self, desk: Desk) -> None:
        items = tuple(stocked(desk, f"Item {n}", done=2, open_=3) for n in range(3))
        ledger = Ledger(desk, items)
        ledger.read()
        assert ledger.cost <= desk.budget.first
        desk.pass_time(timedelta(minutes=15))
        ledger.read()
        assert ledger.cost <= desk.budget.quiet

    def test_it_counts_its_requests(self, desk: Desk) -> None:
        needs(desk, Ability.COUNT_REQUESTS)
        item, before = stocked(desk, "Flow", done=1), desk.received()
        with connected(desk) as connector:
            connector.check()
            connector.fetch([item], ConnectorState())
            assert connector.requests == desk.received() - before > 0
            assert connector.writes == 0

    def test_check_says_who_we_are(self, desk: Desk) -> None:
        with connected(desk) as connector:
            identity = connector.check()
        assert identity.account
        assert identity.server
        assert desk.secret not in repr(identity)

    def test_discover_finds_what_can_be_linked(self, desk: Desk) -> None:
        item = stocked(desk, "Flow", done=1)
        desk.add_child(item, CANARY, Bucket.OPEN)
        with connected(desk, confirm=None) as connector:
            found = connector.discover()
        assert (item.kind, item.key) in {(one.kind, one.key) for one in found}
        assert len(found) <= 500
        assert CANARY not in repr(found)

    def test_access_tells_what_may_be_done(self, desk: Desk) -> None:
        item, unknown = stocked(desk, "Flow", done=1), desk.unknown()
        with connected(desk) as connector:
            open_, closed = connector.access([item, unknown])
            assert connector.writes == 0, "rights are asked for, not tried"
        assert (open_.ref, open_.can_read, open_.can_comment, open_.missing) == (item, True, True, "")
        assert (closed.ref, closed.can_read, closed.can_comment) == (unknown, False, False)


def _check_fate(before: Snapshot, after: object, state: LinkState, secret: str) -> None:
    match after:
        case Snapshot():
            assert after.state is state
            assert (after.item_id, after.progress) == (before.item_id, before.progress), "nothing is zeroed"
        case Gone():
            assert after.state is state
            check_sentence(after.advice, secret)
        case _:
            pytest.fail(f"not {state}: {after}")
