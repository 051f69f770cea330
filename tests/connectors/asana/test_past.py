"""The past that is drawn from dates is the one that was seen, week by week."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot, WorkRef
from tests.connectors.asana.desk import Desk, project_ref


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def read(desk: Desk, ref: WorkRef) -> Snapshot:
    (outcome,) = desk.connector.fetch([ref], ConnectorState()).outcomes
    assert isinstance(outcome, Snapshot)
    return outcome


@pytest.mark.parametrize("kind", ["project", "task"])
def test_the_past_is_as_it_was_seen(desk: Desk, kind: str) -> None:
    project = desk.site.add_project("P")
    parent = desk.site.add_task(project, "Whole", resource_subtype="milestone")
    ref = project_ref(project) if kind == "project" else WorkRef("asana", "task", parent)
    seen, tasks = [], []
    for week in range(5):
        desk.clock.pass_by(days=6)
        home, above = (None, parent) if kind == "task" else (project, None)
        tasks += [desk.site.add_task(home, f"Part {week} {n}", parent=above) for n in range(2)]
        desk.site.complete(tasks[week])
        desk.clock.pass_by(days=1)
        seen.append(read(desk, ref))

    (draw,) = desk.connector.fetch([ref], ConnectorState()).past.values()

    by_moment = {one.taken_at: one.progress for one in draw()}
    assert [by_moment[one.taken_at] for one in seen[:-1]] == [one.progress for one in seen[:-1]]


def test_a_portfolio_has_none(desk: Desk) -> None:
    project = desk.site.add_project("P")
    desk.site.add_task(project, "A")
    portfolio = desk.site.add_portfolio("All", [project])
    desk.clock.pass_by(days=8)

    assert desk.connector.fetch([WorkRef("asana", "portfolio", portfolio)], ConnectorState()).past == {}
