"""What an item was like before it was linked, from the dates of its work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.buckets import Bucket
from connectors.past import NOTE, WEEKS, Piece, past_of
from syncer.domain.work import Health, Points, Progress, Snapshot, WorkStatus
from tests.domain import build

NOW = build.noon("2026-11-16")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def now(**changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "status": WorkStatus.IN_PROGRESS,
        "taken_at": NOW,
        "start": None,
        "health": Health.AT_RISK,
    }
    return build.snapshot(**{**fields, **changes})


def test_each_week_shows_what_stood_then() -> None:
    pieces = [
        Piece(Bucket.DONE, ago(50), ago(20)),
        Piece(Bucket.DONE, ago(50), ago(2)),
        Piece(Bucket.CANCELLED, ago(50), ago(10)),
        Piece(Bucket.OPEN, ago(9)),
    ]

    past = past_of(now(), pieces)

    assert [(one.taken_at, one.progress.basis, one.status.value) for one in past] == [
        (ago(49), "0/3", "planned"),
        (ago(14), "1/3", "in_progress"),
        (ago(7), "1/3 · 1 cancelled", "in_progress"),
    ]
    assert {(one.health, one.notes) for one in past} == {(Health.UNKNOWN, (NOTE,))}


def test_it_is_done_from_its_day_on() -> None:
    done = now(status=WorkStatus.DONE, done_on=date(2026, 11, 1))

    past = past_of(done, [Piece(Bucket.DONE, ago(40), ago(30))])

    assert [(one.status.value, one.done_on) for one in past] == [
        ("planned", None),
        ("in_progress", None),
        ("done", date(2026, 11, 1)),
    ]


def test_a_day_on_which_it_began_is_believed() -> None:
    open_ = [Piece(Bucket.OPEN, ago(30))]

    assert [one.status.value for one in past_of(now(), open_, ago(12).date())] == ["planned", "in_progress"]
    assert [one.status.value for one in past_of(now(start=ago(40).date()), open_)] == ["in_progress"]


def test_nobody_is_said_to_have_rested() -> None:
    for status in (WorkStatus.ON_HOLD, WorkStatus.DROPPED):
        (only,) = past_of(now(status=status), [Piece(Bucket.OPEN, ago(30))])
        assert only.status is WorkStatus.IN_PROGRESS


def test_without_a_date_nothing_is_made_up() -> None:
    dated = Piece(Bucket.DONE, ago(30), ago(20))

    assert past_of(now(), [dated, None]) == ()
    assert past_of(now(), [dated, Piece(Bucket.DONE, ago(30))]) == ()
    assert past_of(now(), []) == ()


def test_points_are_counted_where_they_are_now() -> None:
    pieces = [
        Piece(Bucket.DONE, ago(30), ago(3), 5.0),
        Piece(Bucket.OPEN, ago(30), None, 8.0),
        Piece(Bucket.OPEN, ago(30)),
    ]

    (only,) = past_of(now(progress=Progress(done=1, open=2, points=Points(done=5, open=8))), pieces)

    assert only.progress.points == Points(done=0, open=13, unestimated=1)


moments = st.floats(0.1, 300).map(ago)
pieces = st.builds(
    lambda bucket, times: Piece(bucket, min(times), None if bucket is Bucket.OPEN else max(times)),
    st.sampled_from(Bucket),
    st.tuples(moments, moments),
)


@given(st.lists(pieces, max_size=12))
def test_the_past_is_in_order_never_grows_backwards_and_ends_where_it_is_now(some: list[Piece]) -> None:
    past = past_of(now(), some)

    assert [one.taken_at for one in past] == sorted({one.taken_at for one in past})
    assert len(past) <= WEEKS
    totals = [one.progress.done + one.progress.open + one.progress.cancelled for one in past]
    assert totals == sorted(totals)
    assert all(total <= len(some) for total in totals)
    done = [one.progress.done for one in past]
    assert done == sorted(done)


def test_where_only_the_work_tells_it_was_done_with_its_last_piece() -> None:
    emptied = now(status=WorkStatus.DONE, done_on=None)

    past = past_of(emptied, [Piece(Bucket.DONE, ago(60), ago(50)), Piece(Bucket.DONE, ago(60), ago(45))])

    assert [one.status.value for one in past][-1] == "done"
    assert past[-1].taken_at == ago(45)


def test_an_item_that_was_opened_again_was_under_way_while_its_work_was_being_done() -> None:
    past = past_of(now(), [Piece(Bucket.DONE, ago(60), ago(50)), Piece(Bucket.OPEN, ago(60))], ago(1).date())

    assert [one.status.value for one in past] == ["planned", "in_progress"]
