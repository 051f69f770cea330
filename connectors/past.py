"""What an item was like before it was read, week by week, as far as the dates of its work tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connectors.buckets import Bucket, tally
from syncer.domain.work import DRAWN, Health, Progress, Snapshot, WorkStatus

WEEKS: Final = 26
"""How far back: two quarters, so that a cycle that is linked late is known from its first day."""

NOTE: Final = DRAWN


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work: when it came into being and ended (None: it is open), and where it counts now.

    Both moments are aware.
    """

    bucket: Bucket
    created: datetime
    ended: datetime | None = None
    points: float | None = None


def past_of(now: Snapshot, pieces: Iterable[Piece | None], begun: date | None = None) -> tuple[Snapshot, ...]:
    """The snapshots that would have been taken, oldest first; none where a date is missing.

    It begins with the first week in which there was any work. `begun` is the day since when the item is in
    progress, where the tracker tells. What was moved, reopened or deleted since is not known to have been
    there: the counts are those of what belongs to the item now.
    """
    known: list[Piece] = []
    for piece in pieces:
        if piece is None or (piece.bucket is not Bucket.OPEN and piece.ended is None):
            return ()
        known.append(piece)
    return tuple(_changed(_weeks(now, known, begun)))


def _weeks(now: Snapshot, pieces: Sequence[Piece], begun: date | None) -> Iterator[Snapshot]:
    for at in _moments(now, pieces):
        there = [piece for piece in pieces if piece.created <= at]
        if not there:
            continue
        stood = (_stood(piece, at) for piece in there)
        progress = tally(stood, with_points=now.progress.points is not None)
        status = _status(now, progress, at, begun)
        yield replace(
            now,
            taken_at=at,
            progress=progress,
            status=status,
            done_on=now.done_on if status is WorkStatus.DONE else None,
            health=Health.UNKNOWN,
            notes=(NOTE,),
        )


def _moments(now: Snapshot, pieces: Sequence[Piece]) -> list[datetime]:
    """Week by week; and where only the work tells when the item was done, when its last piece was."""
    first = now.taken_at - timedelta(weeks=WEEKS)
    weeks = [first + timedelta(weeks=week) for week in range(WEEKS)]
    ended = [piece.ended for piece in pieces if piece.ended is not None]
    if now.status is WorkStatus.DONE and now.done_on is None and len(ended) == len(pieces) > 0:
        last = max(ended).astimezone(UTC)
        weeks += [last] if first < last < now.taken_at else []
    return sorted(set(weeks))


def _changed(snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
    last: Snapshot | None = None
    for one in snapshots:
        if last is None or not last.says_the_same_as(one):
            last = one
            yield one


def _stood(piece: Piece, at: datetime) -> tuple[Bucket, float | None]:
    is_open = piece.ended is None or piece.ended > at
    return (Bucket.OPEN if is_open else piece.bucket), piece.points


def _status(now: Snapshot, progress: Progress, at: datetime, begun: date | None) -> WorkStatus:
    """What can be told: ended by its day, under way by its work or its dates, else as yet planned.

    Of work that rests or was dropped nobody knows whether it rested then: it is not said to have.
    """
    on = at.astimezone(UTC).date()
    if now.status is WorkStatus.DONE and (now.done_on <= on if now.done_on else not progress.open):
        return WorkStatus.DONE
    rests = now.status in {WorkStatus.ON_HOLD, WorkStatus.DROPPED}
    since = begun or now.start
    started = progress.done > 0 or (since is not None and since <= on)
    return WorkStatus.IN_PROGRESS if started or rests else WorkStatus.PLANNED
