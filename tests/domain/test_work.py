from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.domain.work import Health, LinkState, Points, Progress, Snapshot, WorkStatus, changes
from tests.domain.build import day, ref, snapshot

counts = st.integers(min_value=0, max_value=500)


def test_cancelled_children_are_neither_done_nor_owed() -> None:
    progress = Progress(done=6, open=4, cancelled=2)

    assert progress.share == pytest.approx(0.6)
    assert progress.basis == "6/10 · 2 cancelled"


def test_cancelling_what_is_open_shows_what_was_done_and_what_was_cancelled() -> None:
    assert Progress(done=6, cancelled=6).basis == "6/6 · 6 cancelled"


@pytest.mark.parametrize("progress", [Progress(), Progress(cancelled=12)])
def test_where_nothing_counts_there_is_no_share(progress: Progress) -> None:
    assert progress.share is None


@given(done=counts, still_open=counts, cancelled=counts, more=counts)
def test_cancelled_children_never_change_the_share(
    done: int, still_open: int, cancelled: int, more: int
) -> None:
    few = Progress(done=done, open=still_open, cancelled=cancelled)
    many = Progress(done=done, open=still_open, cancelled=cancelled + more)

    assert few.share == many.share


@pytest.mark.parametrize("buckets", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_a_bucket_holds_no_fewer_than_no_items(buckets: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="a bucket cannot hold fewer than no items"):
        snapshot(buckets=buckets)


def test_words_for_people_have_no_underscores() -> None:
    assert (WorkStatus.IN_PROGRESS.words, Health.ON_TRACK.words) == ("in progress", "on track")
    assert LinkState.NOT_VISIBLE.words == "not visible"


def test_an_address_is_the_same_with_and_without_the_id_of_its_item() -> None:
    known = snapshot().ref

    assert ref() == known
    assert str(known) == "jira:ONB-12"


def test_snapshots_that_say_the_same_are_equal_whenever_they_were_taken() -> None:
    assert snapshot("2026-11-02") == snapshot("2026-11-16")


def test_changes_are_told_in_words_and_a_fixed_order() -> None:
    before = snapshot(buckets=(6, 4, 0), due=day("2026-12-01"))
    after = snapshot(buckets=(8, 0, 2), status=WorkStatus.DONE, key="NEW-7", owner_name="Ben Ott")

    assert [str(change) for change in changes(before, after)] == [
        "status in progress -> done",
        "work 6/10 -> 8/8 · 2 cancelled",
        "owner nobody -> Ben Ott",
        "due 2026-12-01 -> none",
        "key ONB-12 -> NEW-7",
    ]


def test_a_first_snapshot_differs_in_that_it_is_there() -> None:
    assert [str(change) for change in changes(None, snapshot())] == ["first read: in progress 6/10"]


def test_equal_snapshots_have_no_changes() -> None:
    assert changes(snapshot("2026-11-02"), snapshot("2026-11-16")) == ()


OTHERWISE: dict[str, Any] = {
    "key": "NEW-7",
    "name": "Another name",
    "url": "https://acme.atlassian.net/browse/NEW-7",
    "status": WorkStatus.ON_HOLD,
    "progress": Progress(done=6, open=4, points=Points(done=0.1, open=0.2)),
    "state": LinkState.ARCHIVED,
    "health": Health.AT_RISK,
    "owner": "5b10a2844c20165700ede21g",
    "owner_name": "Ben Ott",
    "start": day("2026-10-02"),
    "due": day("2026-12-01"),
    "done_on": day("2026-11-03"),
    "own_status": False,
    "notes": ("it is done, and 4 of its children are open",),
}


def test_whatever_a_snapshot_says_anew_is_told() -> None:
    """Else a sync would say that an item has changed, and not in what."""
    says = {one.name for one in fields(Snapshot)} - {"ref", "item_id", "taken_at"}
    before = snapshot()

    assert set(OTHERWISE) == says
    assert [name for name in says if not changes(before, replace(before, **{name: OTHERWISE[name]}))] == []


def test_points_notes_and_namesakes_are_told_in_words() -> None:
    before = snapshot(owner="1", owner_name="Ben Ott", progress=Progress(open=2, points=Points(open=5)))
    estimated = Progress(open=2, points=Points(open=8.5, unestimated=1))

    after = replace(before, owner="2", progress=estimated, notes=("no status category",))

    assert [str(change) for change in changes(before, after)] == [
        "points 0/5 -> 0/8.5 · 1 not estimated",
        "owner Ben Ott -> Ben Ott, another account",
        "notes none -> no status category",
    ]
