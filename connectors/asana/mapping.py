"""From Asana's records to what the product knows: buckets, a status word, a health. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from connectors.asana.records import Project, StatusUpdate, Task
from syncer.domain.work import Health, LinkState, Progress, Snapshot, WorkRef, WorkStatus

_HEALTH: Final = {
    "on_track": Health.ON_TRACK,
    "at_risk": Health.AT_RISK,
    "off_track": Health.OFF_TRACK,
}
_SAID: Final = {"dropped": WorkStatus.DROPPED, "on_hold": WorkStatus.ON_HOLD}
_KNOWN: Final = frozenset({*_HEALTH, *_SAID, "complete"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a snapshot of a project is made of. `update`: the newest of somebody else."""

    ref: WorkRef
    project: Project
    tasks: Sequence[Task]
    update: StatusUpdate | None
    at: datetime


def snapshot(reading: Reading, status_map: Mapping[str, WorkStatus]) -> Snapshot:
    """What the project says at the time of the reading.

    `status_map` gives status types of updates another word; a completed project is done whatever was posted.
    """
    project, update = reading.project, reading.update
    work = progress(reading.tasks)
    status = _status(reading, work, status_map)
    return Snapshot(
        ref=reading.ref,
        item_id=project.gid,
        key=project.gid,
        name=project.name,
        url=project.url,
        status=status,
        progress=work,
        state=LinkState.ARCHIVED if project.archived else LinkState.ACTIVE,
        health=_HEALTH.get(update.status_type, Health.UNKNOWN) if update else Health.UNKNOWN,
        owner=project.owner,
        owner_name=project.owner_name,
        start=project.start_on,
        due=project.due_on,
        done_on=_done_on(project, update, status),
        notes=_notes(project, update, status_map),
        taken_at=reading.at,
    )


def progress(tasks: Sequence[Task]) -> Progress:
    """The three buckets; rollup tasks are not work, and a task listed twice counts once."""
    work = {task.gid: task for task in tasks if not task.is_rollup}.values()
    cancelled = sum(task.rejected for task in work)
    done = sum(task.completed for task in work) - cancelled
    return Progress(done=done, open=len(work) - done - cancelled, cancelled=cancelled)


def _status(reading: Reading, work: Progress, status_map: Mapping[str, WorkStatus]) -> WorkStatus:
    project, said = reading.project, reading.update.status_type if reading.update else ""
    if project.completed:
        return WorkStatus.DONE
    if said in status_map:
        return status_map[said]
    if said in _SAID:
        return _SAID[said]
    if project.archived:
        return WorkStatus.ON_HOLD
    begun = project.start_on is not None and project.start_on <= reading.at.astimezone(UTC).date()
    return WorkStatus.IN_PROGRESS if begun or work.done or said == "complete" else WorkStatus.PLANNED


def _done_on(project: Project, update: StatusUpdate | None, status: WorkStatus) -> date | None:
    if status is not WorkStatus.DONE:
        return None
    when = project.completed_at or (update.created_at if update and not project.completed else None)
    return when.astimezone(UTC).date() if when else None


def _notes(
    project: Project, update: StatusUpdate | None, status_map: Mapping[str, WorkStatus]
) -> tuple[str, ...]:
    if update is None:
        return ()
    said = update.status_type
    notes = []
    if said not in _KNOWN and said not in status_map:
        notes.append(
            f"The status type {said!r} of the last status update is not known here and was left out; "
            f"status_map can say what it means."
        )
    if said == "complete" and not project.completed:
        notes.append("The last status update says complete, but the project is not marked complete.")
    if said in _SAID and project.completed:
        notes.append(f"The last status update says {_SAID[said].words}, but the project is marked complete.")
    return tuple(notes)
