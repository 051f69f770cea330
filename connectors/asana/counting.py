"""The tasks of one project, counted: each once, rollup tasks left out by gid."""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.asana.mapping import bucket, progress
from connectors.asana.paging import PAGE
from connectors.asana.records import Hit, Task
from connectors.asana.state import Count
from connectors.buckets import Bucket
from syncer.domain.work import Progress, WorkStatus

JITTER: Final = timedelta(seconds=10)
"""So far Asana's own servers may disagree about when something was changed."""

_RECENT_MOST: Final = 200
_FINGERPRINT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a count is made: by which rules, when, whether the other homes of tasks and all gids are kept."""

    rules: str
    at: datetime
    status_map: Mapping[str, WorkStatus]
    homes: bool = False
    members: bool = False
    sync: str = ""


def counted(tasks: Sequence[Task], how: Counting) -> Count:
    """The count of a project whose tasks were listed, page by page, in this order."""
    work = {task.gid: task for task in tasks if not task.is_rollup}
    sums = progress(tuple(work.values()), how.status_map)
    floor = _floor(tasks)
    shared = {gid: bucket(task, how.status_map) for gid, task in work.items() if len(task.homes) > 1}
    return Count(
        rules=how.rules,
        at=how.at,
        since=how.at,
        done=sums.done,
        open=sums.open,
        cancelled=sums.cancelled,
        pages=max(1, -(-len(tasks) // PAGE)),
        floor=floor,
        recent=_recent(tasks, floor),
        own=tuple(sorted({task.gid for task in tasks if task.is_rollup})),
        sync=how.sync,
        shared=shared if how.homes else None,
        members=fingerprints(task.gid for task in tasks) if how.members else "",
    )


def _floor(tasks: Sequence[Task]) -> datetime | None:
    # What changed while later pages were read is surely newer than everything on the first one.
    first = [task.modified_at for task in tasks[:PAGE] if task.modified_at]
    return max(first) - JITTER if first else None


def _recent(tasks: Sequence[Task], floor: datetime | None) -> dict[str, datetime]:
    newer = [t for t in tasks if floor and t.modified_at and t.modified_at > floor]
    newer.sort(key=lambda task: task.modified_at or task.gid, reverse=True)
    return {task.gid: task.modified_at for task in newer[:_RECENT_MOST] if task.modified_at}


def is_news(hit: Hit, count: Count) -> bool:
    """Whether a task that a search found says something that the count does not hold yet."""
    if hit.gid in count.own:
        return False
    if count.floor is not None and hit.modified_at <= count.floor:
        return False
    return count.recent.get(hit.gid) != hit.modified_at


def fingerprints(gids: Iterable[str]) -> str:
    """A short name for a set of tasks, in which `is_member` finds each of them (and, rarely, another)."""
    sums = sorted({zlib.crc32(gid.encode()) for gid in gids})
    return base64.b64encode(b"".join(one.to_bytes(_FINGERPRINT, "big") for one in sums)).decode()


def members_of(text: str) -> frozenset[bytes]:
    """The fingerprints in a short name."""
    raw = base64.b64decode(text)
    return frozenset(raw[start : start + _FINGERPRINT] for start in range(0, len(raw), _FINGERPRINT))


def fingerprint(gid: str) -> bytes:
    """The fingerprint of one task."""
    return zlib.crc32(gid.encode()).to_bytes(_FINGERPRINT, "big")


def together(counts: Sequence[Count]) -> Progress:
    """The work of several projects; a task that is in more than one of them counts once, as last seen."""
    shared: dict[str, Bucket] = {}
    sums: Counter[Bucket] = Counter()
    for count in sorted(counts, key=lambda one: one.at):
        here = count.shared or {}
        shared |= here
        sums.update({Bucket.DONE: count.done, Bucket.OPEN: count.open, Bucket.CANCELLED: count.cancelled})
        sums.subtract(here.values())
    sums.update(shared.values())
    return Progress(done=sums[Bucket.DONE], open=sums[Bucket.OPEN], cancelled=sums[Bucket.CANCELLED])
