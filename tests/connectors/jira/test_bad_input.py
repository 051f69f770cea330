"""Answers that are not what Jira documents: each is a sentence on its link, and nothing else is lost."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Request, Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Outcome, Snapshot, Unread, WorkStatus
from syncer.errors import TemporaryError
from tests.connectors.jira.desk import Desk, desk, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
GONE = object()


class Bending:
    """Lets the stand-in answer and then changes one field of one issue wherever it is sent."""

    def __init__(self, d: Desk, key: str, path: str, value: object) -> None:
        self.site, self.key, self.path, self.value = d.server.application, key, path.split("."), value

    def __call__(self, _: int, request: Request) -> Response | None:
        answer = self.site.respond(request)
        if answer.status != 200 or b'"issues"' not in answer.body:
            return None
        body = Response(200, answer.body).body
        document = Request("GET", "", {}, {}, body).json
        for issue in document["issues"]:
            if issue["key"] == self.key:
                self._bend(issue)
        return Response(200, Response.of(200, document).body, answer.headers)

    def _bend(self, issue: dict[str, Any]) -> None:
        for name in self.path[:-1]:
            issue = issue.get(name) or {}
        if self.value is GONE:
            issue.pop(self.path[-1], None)
        else:
            issue[self.path[-1]] = self.value


def bent(d: Desk, key: str, path: str, value: object) -> tuple[Outcome, ...]:
    d.server.fault = Bending(d, key, path, value)
    return d.connect().fetch([ref("ONB-1"), ref("ONB-5")], ConnectorState()).outcomes


EPIC = [
    ("fields.summary", None, "summary"),
    ("fields.summary", GONE, "summary"),
    ("fields.summary", 7, "summary"),
    ("fields.status", None, "status"),
    ("fields.status", "Done", "status"),
    ("fields.status.name", 3, "status"),
    ("fields.status.statusCategory", None, "status"),
    ("fields.status.statusCategory.key", 3, "status"),
    ("fields.issuetype", None, "issuetype"),
    ("fields.issuetype", [], "issuetype"),
    ("fields.duedate", "soon", "duedate"),
    ("fields.duedate", 20261130, "duedate"),
    ("fields.resolutiondate", 7, "resolutiondate"),
    ("fields.resolutiondate", "2026-11-16T10:00:00", "resolutiondate"),
    ("fields.resolution", "Done", "resolution"),
    ("fields.resolution", {"name": None}, "resolution"),
    ("fields.assignee", "ana", "assignee"),
    ("fields.project", "ONB", "project"),
]


@BOTH
@pytest.mark.parametrize(("path", "value", "field"), EPIC)
def test_an_epic_that_cannot_be_read(deployment: Deployment, path: str, value: object, field: str) -> None:
    with desk(deployment) as d:
        bad, good = bent(d, "ONB-1", path, value)
        assert bad == Unread(ref("ONB-1"), f"Jira sent ONB-1 without a readable '{field}'")
        assert isinstance(good, Snapshot)


CHILD = [
    ("fields.status", None, "status"),
    ("fields.status.statusCategory.key", None, "status"),
    ("fields.issuetype", "Story", "issuetype"),
    ("fields.resolution", 1, "resolution"),
    ("fields.updated", "yesterday", "updated"),
    ("fields.updated", 1763283600, "updated"),
]


@BOTH
@pytest.mark.parametrize(("path", "value", "field"), CHILD)
def test_a_child_that_cannot_be_read(deployment: Deployment, path: str, value: object, field: str) -> None:
    with desk(deployment) as d:
        bad, good = bent(d, "ONB-3", path, value)
        assert bad == Unread(ref("ONB-1"), f"Jira sent ONB-3 without a readable '{field}'")
        assert isinstance(good, Snapshot)


@BOTH
@pytest.mark.parametrize("value", ["5", True, [5], {"value": 5}, float("nan"), float("inf"), 1e300])
def test_an_estimate_that_is_no_number(deployment: Deployment, value: object) -> None:
    with desk(deployment) as d:
        field = "customfield_10016" if deployment == "cloud" else "customfield_10002"
        bad, good = bent(d, "ONB-3", f"fields.{field}", value)
        assert bad == Unread(ref("ONB-1"), f"Jira sent ONB-3 without a readable '{field}'")
        assert isinstance(good, Snapshot)


@BOTH
@pytest.mark.parametrize("value", [None, 10003, "", "x", "²", "1" * 40, GONE])
def test_an_issue_without_an_id_leaves_what_it_may_concern_unread(
    deployment: Deployment, value: object
) -> None:
    with desk(deployment) as d:
        bad, _ = bent(d, "ONB-3", "id", value)
        assert bad == Unread(ref("ONB-1"), "Jira sent an issue without a readable id and key")


NAMES = [
    ("x" * 1_000_000, "x" * 255),
    ("nul\0 and\x1b escape", "nul and escape"),
    ("right\u202eto left\u202c", "rightto left"),
    ("half a pair \ud800 here", "half a pair here"),
    ("two\nlines\r\nand a\ttab", "two lines and a tab"),
    ("Überarbeitung 日本語 🎯", "Überarbeitung 日本語 🎯"),
]


@BOTH
@pytest.mark.parametrize(("value", "shown"), NAMES)
def test_a_name_that_is_no_name(deployment: Deployment, value: str, shown: str) -> None:
    with desk(deployment) as d:
        seen, _ = bent(d, "ONB-1", "fields.summary", value)
        assert isinstance(seen, Snapshot)
        assert seen.name == shown
        seen.name.encode()


ODD = [
    (
        "fields.status",
        {"id": "7", "name": "Odd", "statusCategory": {"key": "new-one"}},
        WorkStatus.IN_PROGRESS,
    ),
    ("fields.issuetype.name", "Überraschung", WorkStatus.PLANNED),
    ("fields.something", {"extra": [1, 2]}, WorkStatus.PLANNED),
    ("fields.resolution", GONE, WorkStatus.PLANNED),
    ("fields.assignee", GONE, WorkStatus.PLANNED),
    ("fields.project", GONE, WorkStatus.PLANNED),
]


@pytest.mark.parametrize(("path", "value", "word"), ODD)
def test_what_is_new_or_missing_without_harm(path: str, value: object, word: WorkStatus) -> None:
    with desk() as d:
        seen, _ = bent(d, "ONB-1", path, value)
        assert isinstance(seen, Snapshot)
        assert (seen.status, seen.progress.basis) == (word, "1/2 · 1 cancelled")


def test_an_epic_below_itself_and_a_circle_count_once() -> None:
    with desk() as d:
        d.site.reparent("ONB-1", "ONB-1")
        assert d.one("ONB-1").progress.basis == "1/2 · 1 cancelled"
        d.site.reparent("ONB-1", "ONB-5")
        d.site.reparent("ONB-5", "ONB-1")
        assert [d.one(key).progress.counted for key in ("ONB-1", "ONB-5")] == [3, 1]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"v": 3}', '{"v": 3, "for": 1, "kin": 7}', "[" * 5000]
)
def test_a_state_that_is_garbage_is_a_full_read(text: str) -> None:
    with desk() as d:
        item = d.id_of("ONB-1")
        for state in (
            ConnectorState(text),
            ConnectorState("", {item: text}),
            ConnectorState(text, {item: text}),
        ):
            (seen,) = d.connect().fetch([ref("ONB-1", item)], state).outcomes
            assert isinstance(seen, Snapshot)
            assert seen.progress.basis == "1/2 · 1 cancelled"


@pytest.mark.parametrize("issues", [None, {}, "none", 7])
def test_a_page_without_a_list_stops_the_connection(issues: object) -> None:
    with desk() as d:
        answer = Response.of(200, {"issues": issues, "isLast": True}, X_AAccountId="712020:0b0t")
        d.server.fault = lambda _, request: answer if request.path.endswith("search/jql") else None
        with pytest.raises(TemporaryError, match="Jira sent a page without a list of issues"):
            d.read("ONB-1")
