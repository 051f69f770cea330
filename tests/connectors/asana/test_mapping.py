"""The status word, the health, the dates and the notes of a project."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from connectors.asana.mapping import Reading, progress, snapshot
from connectors.asana.records import Project, StatusUpdate, Task
from syncer.domain.work import Health, LinkState, Progress, Snapshot, WorkRef, WorkStatus

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
PROJECT = Project(
    gid="12", name="P", url="https://app.asana.com/0/12", archived=False, completed=False, completed_at=None,
    start_on=None, due_on=None, owner=None, owner_name=None, status=None,
)  # fmt: skip
OPEN = Task(gid="1", completed=False)
DONE = replace(OPEN, gid="2", completed=True)
REJECTED = replace(DONE, gid="3", approval="rejected")


def read(
    said: str = "",
    *tasks: Task,
    status_map: Mapping[str, WorkStatus] | None = None,
    at: datetime = NOW,
    project: Project = PROJECT,
) -> Snapshot:
    """The snapshot of a project whose last status update said this."""
    update = StatusUpdate(said, datetime(2026, 11, 10, 8, tzinfo=UTC), frozenset({"42"})) if said else None
    work = progress(tasks, status_map or {})
    reading = Reading(WorkRef("asana", "project", "12"), project, work, update, at)
    return snapshot(reading, status_map or {})


def test_nothing_begun_is_planned() -> None:
    assert read("", OPEN).status is WorkStatus.PLANNED


def test_a_task_done_is_in_progress() -> None:
    assert read("", OPEN, DONE).status is WorkStatus.IN_PROGRESS


def test_a_task_rejected_is_no_beginning() -> None:
    assert read("", OPEN, REJECTED).status is WorkStatus.PLANNED


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 11, 15, 23, 59, tzinfo=UTC), WorkStatus.PLANNED),
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), WorkStatus.IN_PROGRESS),
        (datetime(2026, 11, 16, 1, 0, tzinfo=timezone(timedelta(hours=2))), WorkStatus.PLANNED),
    ],
)
def test_the_start_day_counts_in_utc(at: datetime, status: WorkStatus) -> None:
    assert read("", at=at, project=replace(PROJECT, start_on=date(2026, 11, 16))).status is status


@pytest.mark.parametrize(
    ("said", "status"), [("dropped", WorkStatus.DROPPED), ("on_hold", WorkStatus.ON_HOLD)]
)
def test_what_people_say_goes_before_what_tasks_show(said: str, status: WorkStatus) -> None:
    snapshot = read(said, DONE)
    assert (snapshot.status, snapshot.health, snapshot.notes) == (status, Health.UNKNOWN, ())


@pytest.mark.parametrize("health", [Health.ON_TRACK, Health.AT_RISK, Health.OFF_TRACK])
def test_the_health_is_that_of_the_last_update(health: Health) -> None:
    snapshot = read(health.value, OPEN)
    assert (snapshot.health, snapshot.status, snapshot.notes) == (health, WorkStatus.PLANNED, ())


def test_complete_without_completion_is_in_progress_and_noted() -> None:
    snapshot = read("complete", OPEN)
    assert (snapshot.status, snapshot.done_on) == (WorkStatus.IN_PROGRESS, None)
    assert snapshot.notes == (
        "The last status update says complete, but the project is not marked complete.",
    )


def test_a_completed_project_whose_update_says_complete_is_nothing_to_note() -> None:
    snapshot = read("complete", project=replace(PROJECT, completed=True))
    assert (snapshot.status, snapshot.notes) == (WorkStatus.DONE, ())


@pytest.mark.parametrize("said", ["on_hold", "dropped"])
def test_completion_is_a_fact_and_the_other_word_is_noted(said: str) -> None:
    project = replace(PROJECT, completed=True, completed_at=datetime(2026, 11, 2, 12, tzinfo=UTC))
    snapshot = read(said, project=project, status_map={said: WorkStatus.PLANNED})
    assert (snapshot.status, snapshot.done_on) == (WorkStatus.DONE, date(2026, 11, 2))
    words = said.replace("_", " ")
    assert snapshot.notes == (f"The last status update says {words}, but the project is marked complete.",)


def test_archived_is_on_hold_unless_people_said_something_else() -> None:
    archived = replace(PROJECT, archived=True)
    assert read("", DONE, project=archived).status is WorkStatus.ON_HOLD
    assert read("dropped", DONE, project=archived).status is WorkStatus.DROPPED
    assert read("complete", DONE, project=archived).status is WorkStatus.IN_PROGRESS
    assert read("", project=archived).state is LinkState.ARCHIVED


def test_an_unknown_word_is_noted_and_falls_back() -> None:
    snapshot = read("sailing", OPEN, DONE)
    assert (snapshot.status, snapshot.health) == (WorkStatus.IN_PROGRESS, Health.UNKNOWN)
    assert snapshot.notes == (
        (
            "The status type 'sailing' of the last status update is not known here and was left out; "
            "status_map can say what it means."
        ),
    )


def test_status_map_gives_a_word_a_meaning() -> None:
    snapshot = read("sailing", OPEN, status_map={"sailing": WorkStatus.ON_HOLD})
    assert (snapshot.status, snapshot.notes) == (WorkStatus.ON_HOLD, ())
    assert read("on_hold", status_map={"on_hold": WorkStatus.DROPPED}).status is WorkStatus.DROPPED


def test_a_word_that_means_done_is_dated_by_its_update() -> None:
    snapshot = read("complete", OPEN, status_map={"complete": WorkStatus.DONE})
    assert (snapshot.status, snapshot.done_on) == (WorkStatus.DONE, date(2026, 11, 10))


def test_a_project_opened_again_has_no_done_day() -> None:
    project = replace(PROJECT, completed_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert read("", OPEN, project=project).done_on is None


def test_three_buckets() -> None:
    assert progress([OPEN, DONE, REJECTED], {}) == Progress(done=1, open=1, cancelled=1)


def test_a_task_that_slid_onto_the_next_page_counts_once() -> None:
    assert progress([OPEN, DONE, OPEN], {}) == Progress(done=1, open=1)


def test_a_later_sighting_of_a_task_counts() -> None:
    assert progress([OPEN, replace(OPEN, completed=True)], {}) == Progress(done=1)
