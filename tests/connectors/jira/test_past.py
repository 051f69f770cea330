"""The past that is drawn from dates is the one that was seen, week by week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.sandbox.jira_site import Deployment
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Snapshot, WorkRef, WorkStatus
from tests.connectors.jira.desk import Desk, desk, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


def live(d: Desk, of: WorkRef) -> list[Snapshot]:
    """Five weeks of work, each seen on its last day."""
    seen = []
    for week in range(5):
        d.clock.moment += timedelta(days=6)
        d.site.add_issue("ONB", "Story", f"Late {week}", parent="ONB-1", points=week)
        if week in {1, 3}:
            done = {1: "ONB-3", 3: "ONB-7"}[week]
            d.site.set_status(done, "Done", "Done")
        if week == 2:
            d.site.set_status("ONB-1", "In Progress")
        d.clock.moment += timedelta(days=1)
        (outcome,) = d.connect().fetch([of], ConnectorState()).outcomes
        assert isinstance(outcome, Snapshot)
        seen.append(outcome)
    return seen


@BOTH
@pytest.mark.parametrize("of", [ref("ONB-1"), ref("ONB", kind="project")], ids=["epic", "project"])
def test_the_past_is_as_it_was_seen(deployment: Deployment, of: WorkRef) -> None:
    with desk(deployment) as d:
        seen = live(d, of)

        (draw,) = d.connect().fetch([of], ConnectorState()).past.values()

        by_moment = {one.taken_at: one for one in draw()}
        at = [one for one in seen[:-1] if one.taken_at in by_moment]
        assert len(at) >= 3
        assert [by_moment[one.taken_at].progress for one in at] == [one.progress for one in at]
        begun = [one for one in at if one.status is not WorkStatus.PLANNED]
        assert [by_moment[one.taken_at].status for one in begun] == [one.status for one in begun]


@BOTH
def test_an_issue_that_was_opened_again_did_not_begin_when_it_was_resolved(deployment: Deployment) -> None:
    """Some workflows leave the resolution where it is: its day says nothing of work that goes on."""
    with desk(deployment) as d:
        d.site.add_issue("ONB", "Story", "Write them", parent="ONB-5")
        for weeks, status in ((1, "Done"), (2, "In Progress"), (2, "In Progress")):
            d.site.set_status("ONB-5", status, "Done")
            d.clock.moment += timedelta(weeks=weeks)

        (draw,) = d.connect().fetch([ref("ONB-5")], ConnectorState()).past.values()

        begun = [one.taken_at for one in draw() if one.status is not WorkStatus.PLANNED]
        assert begun == ([d.clock.moment - timedelta(weeks=4)] if deployment == "cloud" else [])


def test_what_is_read_by_its_changes_alone_has_no_past() -> None:
    with desk("cloud") as d:
        live(d, ref("ONB-1"))
        known = ref("ONB-1", d.id_of("ONB-1"))
        first = d.connect().fetch([known], ConnectorState())
        assert first.past[known]()
        d.clock.moment += timedelta(hours=1)

        assert d.connect().fetch([known], first.state).past[known]() == ()


@BOTH
def test_it_costs_no_request(deployment: Deployment) -> None:
    """All dates come with the issues that are counted anyway."""
    with desk(deployment) as d:
        d.connect().fetch([ref("ONB-1")], ConnectorState())
        searches = [path for path in d.paths() if "/search" in path]
        # Data Center reads the epics themselves by a search, too.
        assert len(searches) == (1 if deployment == "cloud" else 2)
