"""The three buckets that work is counted in, and the count of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from math import fsum

from syncer.domain.work import Points, Progress, WorkStatus


class Bucket(StrEnum):
    """Where one piece of work counts."""

    DONE = "done"
    OPEN = "open"
    CANCELLED = "cancelled"


def bucket_of(status: WorkStatus) -> Bucket:
    """Where work of a status counts."""
    return {WorkStatus.DONE: Bucket.DONE, WorkStatus.DROPPED: Bucket.CANCELLED}.get(status, Bucket.OPEN)


def tally(pieces: Iterable[tuple[Bucket, float | None]], *, with_points: bool = False) -> Progress:
    """The count of pieces with their points, None where one is not estimated; the same in whatever order."""
    counted = list(pieces)
    found = Counter(bucket for bucket, _ in counted)
    return Progress(
        done=found[Bucket.DONE],
        open=found[Bucket.OPEN],
        cancelled=found[Bucket.CANCELLED],
        points=_points(counted) if with_points else None,
    )


def _points(pieces: list[tuple[Bucket, float | None]]) -> Points:
    # Exact, so that a read in another order is no news.
    total = {kind: fsum(points or 0.0 for bucket, points in pieces if bucket is kind) for kind in Bucket}
    return Points(
        done=total[Bucket.DONE],
        open=total[Bucket.OPEN],
        cancelled=total[Bucket.CANCELLED],
        unestimated=sum(1 for bucket, points in pieces if points is None and bucket is not Bucket.CANCELLED),
    )
