"""The suite's part on comments: one, edited in place, found again, left alone when a human wants it so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.testing.desk import WORKSPACE, Ability, Desk, Fate, Fault
from connectors.testing.ledger import (
    MOST_STEPS,
    check_error,
    check_sentence,
    connected,
    deliver,
    needs,
    one,
    owed,
    stocked,
)
from syncer.domain.comment import Publication, marker
from syncer.domain.sync import Placement, Receipt, Standing, Wrote
from syncer.domain.work import WorkRef
from syncer.errors import (
    LeaseLostError,
    NotFoundError,
    ReadOnlyError,
    SkippableError,
    SyncerError,
    TemporaryError,
)
from syncer.ports import Confirm, Connector

WORDS = {
    "markup": "<b>&amp;</b> {code}*x*{code} [~ana] @ana |a|b| _c_ `d` \\ ![](x) # 1.",
    "many scripts": "支付 🚀 \u202eتجربة\u2066",
    "nul and surrogate": "a\0b\ud800c",
    "line breaks": "first\r\nsecond\u2028third\n\nfourth",
    "white space": "  two  spaces  ",
    "too much": "word " * 30_000,
}


def overtaken() -> None:
    """The `Confirm` of a run whose workspace another one has taken over."""
    raise LeaseLostError("another run has taken over")


class PublishingSuite:
    """What a comment promises."""

    def test_one_comment_edited_in_place(self, desk: Desk) -> None:
        item, item_id = _linked(desk)
        with connected(desk) as connector:
            first = deliver(connector, owed(item, item_id, "first"))[-1]
            assert (first.standing, first.wrote) == (Standing.STANDING, Wrote.CREATED)
            created = desk.created()
            second = deliver(connector, owed(item, item_id, "second"), first.placement)[-1]
        assert (second.standing, second.wrote) == (Standing.STANDING, Wrote.UPDATED)
        assert second.placement == first.placement
        assert desk.created() == created, "an edit creates nothing"
        (text,) = desk.comments(item)
        assert "second" in text
        assert "first" not in text

    def test_publishing_the_same_again_adds_nothing(self, desk: Desk) -> None:
        item, item_id = _linked(desk)
        for _ in range(2):
            with connected(desk) as connector:
                found = connector.find_published(item, item_id, marker(WORKSPACE, item_id))
                at = found[0] if found else None
                assert deliver(connector, owed(item, item_id, "same"), at)[-1].standing is Standing.STANDING
        assert len(desk.comments(item)) == 1

    def test_our_comment_carries_its_marker(self, desk: Desk) -> None:
        item, item_id = _published(desk)[:2]
        (text,) = desk.comments(item)
        assert marker(WORKSPACE, item_id) in text

    def test_a_comment_is_no_work(self, desk: Desk) -> None:
        item = stocked(desk, "Flow", done=2, open_=1)
        before = one(desk, item)
        with connected(desk) as connector:
            deliver(connector, owed(item, before.item_id, "words"))
        assert one(desk, item).progress == before.progress, "what we write does not count"

    def test_it_is_found_by_its_marker_alone(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        other, other_id = _linked(desk)
        with connected(desk) as connector:
            assert connector.find_published(item, item_id, marker(WORKSPACE, item_id)) == (placement,)
            assert connector.find_published(item, item_id, marker("elsewhere", item_id)) == ()
            assert connector.find_published(other, other_id, marker(WORKSPACE, other_id)) == ()

    def test_nobody_can_make_us_adopt_theirs(self, desk: Desk) -> None:
        needs(desk, Ability.FORGE_COMMENT)
        item, item_id = _linked(desk)
        desk.forge_comment(item, f"not yours {marker(WORKSPACE, item_id)}")
        with connected(desk) as connector:
            try:
                assert connector.find_published(item, item_id, marker(WORKSPACE, item_id)) == ()
            except SkippableError as error:
                check_sentence(error.sentence, desk.secret)  # it may be the work of an account we once were

    def test_what_became_of_it_is_seen_without_a_write(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        receipt = Receipt(
            workspace=WORKSPACE, ref=item, item_id=item_id, placement=placement, standing=Standing.STANDING
        )
        with connected(desk, confirm=None) as connector:
            assert connector.verify([receipt]) == {item_id: Standing.STANDING}
            if Ability.EDIT_COMMENT not in desk.cannot:
                desk.edit_comment(item)
                assert connector.verify([receipt]) == {item_id: Standing.EDITED}
            desk.delete_comment(item)
            assert connector.verify([receipt]) == {item_id: Standing.OPTED_OUT}

    def test_a_second_comment_is_seen_and_can_be_removed(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        mark = marker(WORKSPACE, item_id)
        with connected(desk) as connector:
            deliver(connector, owed(item, item_id, "words"), None)
            first, *others = connector.find_published(item, item_id, mark)
            assert first == placement, "the oldest comes first"
            for other in others:
                assert deliver(connector, owed(item, item_id), other)[-1].standing is Standing.WITHDRAWN
            assert connector.find_published(item, item_id, mark) == (placement,)
        assert len(desk.comments(item)) == 1

    @pytest.mark.parametrize("write", [1, 2])
    def test_a_comment_whose_answer_was_lost_is_adopted(self, desk: Desk, write: int) -> None:
        needs(desk, Ability.LOSE_ANSWER)
        twin, twin_id = _linked(desk)
        with connected(desk) as connector:
            start = desk.created()
            deliver(connector, owed(twin, twin_id, "undisturbed"))
            cost = desk.created() - start
            if write > cost:
                pytest.skip(f"a comment takes {cost} creating write here")
            item, item_id = _linked(desk)
            start = desk.created()
            desk.lose_answer(write)
            assert _until_it_stands(connector, owed(item, item_id, "words")) == 1, "one answer was lost"
            assert desk.created() - start == cost, "a creating write is never repeated"
        assert len(desk.comments(item)) == 1

    def test_a_deleted_comment_is_a_wish(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        desk.delete_comment(item)
        with connected(desk) as connector:
            delivery = deliver(connector, owed(item, item_id, "again"), placement)[-1]
            assert (delivery.standing, delivery.wrote) == (Standing.OPTED_OUT, Wrote.NOTHING)
            assert connector.writes == 0 or desk.comments(item) == []
        assert desk.comments(item) == []

    def test_a_comment_lost_with_its_item_is_no_wish(self, desk: Desk) -> None:
        needs(desk, Fate.DELETE)
        item, item_id, placement = _published(desk)
        desk.befall(item, Fate.DELETE)
        with connected(desk) as connector, pytest.raises(NotFoundError) as caught:
            deliver(connector, owed(item, item_id, "again"), placement)
        check_sentence(caught.value.sentence, desk.secret)

    def test_what_a_human_edited_is_left_alone(self, desk: Desk) -> None:
        needs(desk, Ability.EDIT_COMMENT)
        item, item_id, placement = _published(desk)
        desk.edit_comment(item)
        before = desk.comments(item)
        with connected(desk) as connector:
            delivery = deliver(connector, owed(item, item_id, "ours"), placement)[-1]
        assert (delivery.standing, delivery.wrote) == (Standing.EDITED, Wrote.NOTHING)
        assert desk.comments(item) == before

    def test_what_a_human_edited_is_written_over_where_somebody_says_so(self, desk: Desk) -> None:
        needs(desk, Ability.EDIT_COMMENT)
        item, item_id, placement = _published(desk)
        desk.edit_comment(item)
        with connected(desk) as connector:
            allowed = replace(owed(item, item_id, "ours"), over_edits=True)
            delivery = deliver(connector, allowed, placement)[-1]
        assert (delivery.standing, delivery.wrote) == (Standing.STANDING, Wrote.UPDATED)
        (comment,) = desk.comments(item)
        assert "ours" in comment

    def test_it_is_withdrawn_without_a_trace(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        with connected(desk) as connector:
            assert deliver(connector, owed(item, item_id), placement)[-1].standing is Standing.WITHDRAWN
            assert desk.comments(item) == []
            assert connector.find_published(item, item_id, marker(WORKSPACE, item_id)) == ()
            again = deliver(connector, owed(item, item_id), None)[-1]
            assert (again.standing, again.wrote) == (Standing.WITHDRAWN, Wrote.NOTHING)

    def test_withdrawing_what_a_human_deleted_is_no_failure(self, desk: Desk) -> None:
        item, item_id, placement = _published(desk)
        desk.delete_comment(item)
        with connected(desk) as connector:
            assert deliver(connector, owed(item, item_id), placement)[-1].standing is Standing.WITHDRAWN

    @pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
    def test_any_words_stand_and_are_still_ours(self, desk: Desk, words: str) -> None:
        item, item_id = _linked(desk)
        with connected(desk) as connector:
            placement = deliver(connector, owed(item, item_id, words, "end"))[-1].placement
            assert len(desk.comments(item)) == 1
            assert connector.find_published(item, item_id, marker(WORKSPACE, item_id)) == (placement,)
            assert deliver(connector, owed(item, item_id, words), placement)[-1].standing is Standing.STANDING

    @pytest.mark.parametrize(
        ("confirm", "error"), [(None, ReadOnlyError), (overtaken, LeaseLostError)], ids=["reads", "overtaken"]
    )
    def test_a_run_that_may_not_write_writes_nothing(
        self, desk: Desk, confirm: Confirm | None, error: type[SyncerError]
    ) -> None:
        item, item_id, placement = _published(desk)
        before, created = desk.comments(item), desk.created()
        other, other_id = _linked(desk)
        with connected(desk, confirm=confirm) as connector:
            for publication, at in (
                (owed(item, item_id, "new"), placement),
                (owed(item, item_id), placement),
                (owed(other, other_id, "new"), None),
            ):
                with pytest.raises(error) as caught:
                    deliver(connector, publication, at)
                check_sentence(caught.value.sentence, desk.secret)
            assert connector.writes == 0
        assert (desk.comments(item), desk.comments(other)) == (before, [])
        assert desk.created() == created

    def test_each_write_asks_for_its_lease_right_before_it(self, desk: Desk) -> None:
        item, item_id = _linked(desk)
        asked: list[int] = []
        with connected(desk, confirm=lambda: asked.append(connector.writes)) as connector:
            placement = deliver(connector, owed(item, item_id, "first"))[-1].placement
            deliver(connector, owed(item, item_id, "second"), placement)
            deliver(connector, owed(item, item_id), placement)
            assert asked == [*range(connector.writes)]
            assert len(asked) >= len(("created", "updated", "removed"))

    @pytest.mark.parametrize("fault", Fault)
    def test_a_refused_comment_is_said(self, desk: Desk, fault: Fault) -> None:
        needs(desk, fault)
        item, item_id = _linked(desk)
        with connected(desk) as connector:
            connector.check()
            desk.fail(fault)
            with pytest.raises(SyncerError) as caught:
                deliver(connector, owed(item, item_id, "words"))
            if isinstance(caught.value, TemporaryError):
                check_error(caught.value, desk.secret)
            check_sentence(caught.value.sentence, desk.secret)
        desk.mend()
        assert len(desk.comments(item)) <= 1


def _linked(desk: Desk) -> tuple[WorkRef, str]:
    item = stocked(desk, "Flow", open_=1)
    return item, one(desk, item).item_id


def _published(desk: Desk) -> tuple[WorkRef, str, Placement]:
    item, item_id = _linked(desk)
    with connected(desk) as connector:
        delivery = deliver(connector, owed(item, item_id, "words"))[-1]
    assert delivery.standing is Standing.STANDING
    return item, item_id, delivery.placement


def _until_it_stands(connector: Connector, publication: Publication) -> int:
    """Delivers as the engine does, which looks for its comment after a lost answer; how many were lost."""
    at: Placement | None = None
    lost = 0
    for _ in range(MOST_STEPS):
        try:
            delivery = connector.publish(publication, at)
        except TemporaryError as error:
            assert error.outcome_unknown, "a write that may have arrived says so"
            lost += 1
            found = connector.find_published(publication.ref, publication.item_id, publication.marker)
            at = found[0] if found else None
            continue
        at = delivery.placement
        if delivery.standing is Standing.STANDING:
            return lost
    pytest.fail("the comment never stands")
