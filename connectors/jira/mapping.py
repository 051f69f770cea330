"""From Jira's records to the product's words: buckets, status, snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from connectors.jira.records import Child, Epic, Status
from syncer.domain.work import Points, Progress, Snapshot, WorkRef, WorkStatus

CANCELLED_RESOLUTIONS: Final = frozenset(
    {
        "won't do",
        "won't fix",
        "duplicate",
        "cannot reproduce",
        "declined",
        "incomplete",
        "obsolete",
        "invalid",
        "cancelled",
        "canceled",
        "abandoned",
    }
)
"""Resolutions, in lower case, that end an issue without its work being done."""

_BY_CATEGORY: Final = {
    "new": WorkStatus.PLANNED,
    "indeterminate": WorkStatus.IN_PROGRESS,
    "undefined": WorkStatus.PLANNED,
}

StatusMap = Mapping[str, WorkStatus]


class Bucket(Enum):
    """Where one child counts."""

    DONE = "done"
    OPEN = "open"
    CANCELLED = "cancelled"


def bucket(child: Child, status_map: StatusMap) -> Bucket:
    """The bucket of a child: the workspace's own word for its status first, then category and resolution."""
    mapped = _mapped(child.status, status_map)
    if mapped is not None:
        return {WorkStatus.DONE: Bucket.DONE, WorkStatus.DROPPED: Bucket.CANCELLED}.get(mapped, Bucket.OPEN)
    if child.status.category != "done":
        return Bucket.OPEN
    return Bucket.CANCELLED if _is_cancelled(child.resolution) else Bucket.DONE


def progress(children: Iterable[Child], status_map: StatusMap, *, with_points: bool) -> Progress:
    """The buckets of an epic's children; sub-tasks are part of their parents and do not count."""
    sorted_in = [(bucket(child, status_map), child) for child in children if not child.subtask]
    count = {kind: sum(1 for found, _ in sorted_in if found is kind) for kind in Bucket}
    return Progress(
        done=count[Bucket.DONE],
        open=count[Bucket.OPEN],
        cancelled=count[Bucket.CANCELLED],
        points=_points(sorted_in) if with_points else None,
    )


def _points(sorted_in: list[tuple[Bucket, Child]]) -> Points:
    total = {kind: sum(child.points or 0.0 for found, child in sorted_in if found is kind) for kind in Bucket}
    return Points(
        done=total[Bucket.DONE],
        open=total[Bucket.OPEN],
        cancelled=total[Bucket.CANCELLED],
        unestimated=sum(
            1 for found, child in sorted_in if child.points is None and found is not Bucket.CANCELLED
        ),
    )


def work_status(epic: Epic, status_map: StatusMap) -> tuple[WorkStatus, tuple[str, ...]]:
    """The status word of an epic, and a note where Jira's category says little."""
    mapped = _mapped(epic.status, status_map)
    if mapped is not None:
        return mapped, ()
    name, category = epic.status.name, epic.status.category
    if category == "done":
        return (WorkStatus.DROPPED if _is_cancelled(epic.resolution) else WorkStatus.DONE), ()
    if category == "undefined":
        note = (
            f"The status '{name}' has no category in Jira and is taken as planned; status_map can say more."
        )
        return WorkStatus.PLANNED, (note,)
    if category not in _BY_CATEGORY:
        note = f"The status '{name}' has the unknown category '{category}' and is taken as in progress."
        return WorkStatus.IN_PROGRESS, (note,)
    return _BY_CATEGORY[category], ()


def snapshot(
    ref: WorkRef, epic: Epic, counts: Progress, *, site: str, status_map: StatusMap, taken_at: datetime
) -> Snapshot:
    """The epic as the product keeps it; `site` is the address people open in a browser."""
    status, notes = work_status(epic, status_map)
    return Snapshot(
        ref=ref,
        item_id=epic.id,
        key=epic.key,
        name=epic.name,
        url=f"{site}/browse/{epic.key}",
        status=status,
        progress=counts,
        owner=epic.owner,
        owner_name=epic.owner_name,
        start=epic.start,
        due=epic.due,
        done_on=epic.ended if status is WorkStatus.DONE else None,
        notes=notes,
        taken_at=taken_at,
    )


def not_an_epic(epic: Epic) -> str | None:
    """Why an issue cannot be linked as `epic`, None if it can.

    Cloud tells the hierarchy level. Data Center does not, and type names can be changed: there an issue is
    an epic when a field of the epic family is set on it or its type is still called Epic.
    """
    if epic.subtask:
        return f"{epic.key} is a sub-task; link the epic above it"
    if epic.level is not None:
        is_epic = epic.level >= 1
    else:
        is_epic = epic.marked_epic or epic.type_name.casefold() == "epic"
    return None if is_epic else f"{epic.key} is of type {epic.type_name}, not an epic; link the epic above it"


def _mapped(status: Status, status_map: StatusMap) -> WorkStatus | None:
    wanted = _folded(status.name)
    return next((word for name, word in status_map.items() if _folded(name) == wanted), None)


def _is_cancelled(resolution: str | None) -> bool:
    return resolution is not None and _folded(resolution) in CANCELLED_RESOLUTIONS


def _folded(name: str) -> str:
    return name.strip().casefold().replace("’", "'")
