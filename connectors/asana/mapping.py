"""From Asana's records to what the product knows: buckets, a status word, a health. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from connectors.asana.records import LinkedTask, Project, StatusUpdate, Task
from connectors.asana.row import shown
from connectors.buckets import Bucket, bucket_of, tally
from connectors.past import Piece, past_of
from syncer.domain.work import Health, LinkState, Progress, Snapshot, WorkRef, WorkStatus

_HEALTH: Final = {
    "on_track": Health.ON_TRACK,
    "at_risk": Health.AT_RISK,
    "off_track": Health.OFF_TRACK,
}
_SAID: Final = {"dropped": WorkStatus.DROPPED, "on_hold": WorkStatus.ON_HOLD}
_KNOWN: Final = frozenset({*_HEALTH, *_SAID, "complete"})
_WORD: Final = 40
_MILESTONE: Final = "milestone"

StatusMap = Mapping[str, WorkStatus]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a snapshot of a project or portfolio is made of. `update`: the newest of somebody else."""

    ref: WorkRef
    project: Project
    work: Progress
    update: StatusUpdate | None
    at: datetime
    notes: tuple[str, ...] = ()


def snapshot(reading: Reading, status_map: StatusMap) -> Snapshot:
    """What the project or portfolio says at the time of the reading.

    `status_map` gives status types of updates another word; a completed project is done whatever was posted,
    a portfolio only where its link says `done_when: empty`.
    """
    project, update = reading.project, reading.update
    status = _status(reading, status_map)
    return Snapshot(
        ref=reading.ref,
        item_id=project.gid,
        key=project.gid,
        name=project.name,
        url=project.url,
        status=status,
        own_status=reading.ref.kind == "project" or _is_said(update, status_map),
        progress=reading.work,
        state=LinkState.ARCHIVED if project.archived else LinkState.ACTIVE,
        health=_HEALTH.get(update.status_type, Health.UNKNOWN) if update else Health.UNKNOWN,
        owner=project.owner,
        owner_name=project.owner_name,
        start=project.start_on,
        due=project.due_on,
        done_on=_done_on(project, update, status),
        notes=(*_notes(reading, status_map), *reading.notes),
        taken_at=reading.at,
    )


def not_a_bet(task: LinkedTask, *, allow_issue: bool = False) -> str | None:
    """Why a task cannot be linked, None if it can."""
    if task.parent is not None:
        return f"{task.gid} is a sub-task, part of the task above it; link the project or the task above it"
    if allow_issue or task.subtype == _MILESTONE:
        return None
    return f"{task.gid} is no milestone; link its project, or set allow_issue: true on the link"


def task_snapshot(
    ref: WorkRef, task: LinkedTask, subtasks: Sequence[Task], at: datetime, status_map: StatusMap
) -> Snapshot:
    """What a linked task or milestone says; its progress are its subtasks, never itself."""
    work = progress(subtasks, status_map)
    status = _task_status(task.completed, task.approval, status_map)
    if status is WorkStatus.PLANNED and (work.done or _has_begun(task.start_on, at)):
        status = WorkStatus.IN_PROGRESS
    done_at = task.completed_at if status in {WorkStatus.DONE, WorkStatus.DROPPED} else None
    return Snapshot(
        ref=ref,
        item_id=task.gid,
        key=task.gid,
        name=task.name,
        url=task.url,
        status=status,
        progress=work,
        owner=task.owner,
        owner_name=task.owner_name,
        start=task.start_on,
        due=task.due_on,
        done_on=done_at.astimezone(UTC).date() if done_at else None,
        taken_at=at,
    )


def bucket(task: Task, status_map: StatusMap) -> Bucket:
    """Where it counts: by completion and approval, and what `status_map` says of the approval."""
    return bucket_of(_task_status(task.completed, task.approval, status_map))


def _task_status(completed: bool, approval: str, status_map: StatusMap) -> WorkStatus:  # noqa: FBT001
    if approval in status_map:
        return status_map[approval]
    if completed and approval == "rejected":
        return WorkStatus.DROPPED
    return WorkStatus.DONE if completed else WorkStatus.PLANNED


def progress(tasks: Sequence[Task], status_map: StatusMap) -> Progress:
    """The three buckets; rollup tasks are not work, and a task listed twice counts once."""
    work = {task.gid: task for task in tasks if not task.is_rollup}.values()
    return tally((bucket(task, status_map), None) for task in work)


def past(now: Snapshot, tasks: Sequence[Task], status_map: StatusMap) -> tuple[Snapshot, ...]:
    """What a project or task was like before, by the dates of the tasks that were just listed."""
    work = {task.gid: task for task in tasks if not task.is_rollup}.values()
    return past_of(now, (_piece(task, status_map) for task in work))


def _piece(task: Task, status_map: StatusMap) -> Piece | None:
    if task.created_at is None:
        return None
    where = bucket(task, status_map)
    return Piece(where, task.created_at, None if where is Bucket.OPEN else task.completed_at)


def _status(reading: Reading, status_map: StatusMap) -> WorkStatus:
    project, said = reading.project, reading.update.status_type if reading.update else ""
    work = reading.work
    if project.completed or ("done_when_empty" in reading.ref.options and work.done and not work.open):
        return WorkStatus.DONE
    if said in status_map and (reading.ref.kind == "project" or status_map[said] is not WorkStatus.DONE):
        return status_map[said]
    if said in _SAID:
        return _SAID[said]
    if project.archived and said != "complete":
        return WorkStatus.ON_HOLD
    begun = _has_begun(project.start_on, reading.at)
    return WorkStatus.IN_PROGRESS if begun or work.done or said == "complete" else WorkStatus.PLANNED


def _is_said(update: StatusUpdate | None, status_map: StatusMap) -> bool:
    """Whether somebody gave a portfolio a status: nobody can mark it complete, so that none is not one."""
    said = update.status_type if update else ""
    return said in _SAID or status_map.get(said, WorkStatus.DONE) is not WorkStatus.DONE


def _has_begun(start_on: date | None, at: datetime) -> bool:
    return start_on is not None and start_on <= at.astimezone(UTC).date()


def _done_on(project: Project, update: StatusUpdate | None, status: WorkStatus) -> date | None:
    if status is not WorkStatus.DONE:
        return None
    said = update.created_at if update and update.status_type not in _HEALTH else None
    when = project.completed_at or (said if not project.completed else None)
    return when.astimezone(UTC).date() if when else None


def _notes(reading: Reading, status_map: StatusMap) -> tuple[str, ...]:
    project, update, kind = reading.project, reading.update, reading.ref.kind
    if update is None:
        return ()
    said = update.status_type
    notes = []
    if said not in _KNOWN and said not in status_map:
        notes.append(
            f"The status type {shown(said)[:_WORD]!r} of the last status update is not known here and was "
            f"left out; status_map can say what it means."
        )
    if said == "complete" and not project.completed:
        whose = "but the project is not marked complete" if kind == "project" else "which a portfolio is not"
        notes.append(f"The last status update says complete, {whose}.")
    if said in _SAID and project.completed:
        notes.append(f"The last status update says {_SAID[said].words}, but the project is marked complete.")
    return tuple(notes)
