"""What is counted, and that nothing depends on the order in which it was read."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.buckets import Bucket, bucket_of, tally
from syncer.domain.work import Points, Progress, WorkStatus

points = st.none() | st.sampled_from([0.1, 0.2, 0.3, 0.5, 1.0, 1e6])
pieces = st.lists(st.tuples(st.sampled_from(Bucket), points), max_size=20)


@pytest.mark.parametrize(
    ("status", "bucket"),
    [
        (WorkStatus.PLANNED, Bucket.OPEN),
        (WorkStatus.IN_PROGRESS, Bucket.OPEN),
        (WorkStatus.ON_HOLD, Bucket.OPEN),
        (WorkStatus.DONE, Bucket.DONE),
        (WorkStatus.DROPPED, Bucket.CANCELLED),
    ],
)
def test_every_status_has_its_bucket(status: WorkStatus, bucket: Bucket) -> None:
    assert bucket_of(status) is bucket


def test_points_are_added_up_per_bucket_and_those_missing_counted() -> None:
    counted = [(Bucket.DONE, 5.0), (Bucket.OPEN, 3.0), (Bucket.OPEN, None), (Bucket.CANCELLED, None)]

    assert tally(counted) == Progress(done=1, open=2, cancelled=1)
    assert tally(counted, with_points=True).points == Points(done=5, open=3, unestimated=1)


@given(pieces, st.randoms())
def test_another_order_is_no_news(some: list[tuple[Bucket, float | None]], random: Random) -> None:
    """Sums of fractions depend on their order, and a difference in the last digit would be stored."""
    shuffled = list(some)
    random.shuffle(shuffled)

    assert tally(shuffled, with_points=True) == tally(some, with_points=True)
