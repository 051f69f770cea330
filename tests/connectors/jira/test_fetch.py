"""What one fetch makes of a site: outcomes, buckets, words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, LinkState, Points, Progress, Snapshot, Unread, WorkStatus
from syncer.errors import CredentialsError, FatalError, TemporaryError
from tests.connectors.jira.desk import desk, on, page, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


@BOTH
def test_an_epic_is_read_with_its_buckets(deployment: Deployment) -> None:
    with desk(deployment) as d:
        seen = d.one("ONB-1")
        assert (seen.item_id, seen.key, seen.name) == (d.id_of("ONB-1"), "ONB-1", "Rebuild the flow")
        assert seen.url == f"{d.server.url}/browse/ONB-1"
        assert seen.progress == Progress(done=1, open=1, cancelled=1, points=Points(done=3, open=5))
        assert (seen.status, seen.state) == (WorkStatus.PLANNED, LinkState.ACTIVE)
        assert (seen.start, seen.due, seen.done_on) == (date(2026, 10, 1), date(2026, 11, 30), None)
        assert seen.owner_name == "Ana Ruiz"
        assert (seen.taken_at, seen.notes) == (d.clock.moment, ())


@BOTH
def test_an_epic_without_children_has_nothing_to_count(deployment: Deployment) -> None:
    with desk(deployment) as d:
        assert d.one("ONB-5").progress.share is None


@BOTH
def test_sub_tasks_do_not_count(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3")
        assert d.one("ONB-1").progress.basis == "1/2 · 1 cancelled"


@BOTH
def test_a_renamed_and_moved_epic_is_the_same_one(deployment: Deployment) -> None:
    with desk(deployment) as d:
        known = ref("ONB-1", d.one("ONB-1").item_id)
        d.site.rename("ONB-1", "Another name")
        assert d.site.move("ONB-1", "WEB") == "WEB-1"
        for asked in (known, ref("ONB-1")):
            (after,) = d.connect().fetch([asked], ConnectorState()).outcomes
            assert isinstance(after, Snapshot)
            assert (after.item_id, after.key, after.name) == (known.item_id, "WEB-1", "Another name")
            assert after.progress.basis == "1/2 · 1 cancelled"
            assert after.ref.key == "ONB-1"


def test_an_id_is_read_whatever_the_key_says() -> None:
    with desk() as d:
        (seen,) = d.connect().fetch([ref("WEB-99", d.id_of("ONB-1"))], ConnectorState()).outcomes
        assert isinstance(seen, Snapshot)
        assert seen.key == "ONB-1"


@BOTH
@pytest.mark.parametrize("change", ["hide", "delete"])
def test_a_missing_epic_is_not_visible_after_a_direct_read(deployment: Deployment, change: str) -> None:
    with desk(deployment) as d:
        known = ref("ONB-1", d.id_of("ONB-1"))
        getattr(d.site, change)("ONB-1")
        gone, other = d.connect().fetch([known, ref("ONB-5")], ConnectorState()).outcomes
        assert isinstance(gone, Gone)
        assert gone.state is LinkState.NOT_VISIBLE
        assert "it was deleted, or the account lost the right to browse it" in gone.advice
        assert isinstance(other, Snapshot)
        version = 3 if deployment == "cloud" else 2
        assert f"GET /rest/api/{version}/issue/{known.item_id}" in d.paths()


def test_an_archived_project_on_data_center_is_said() -> None:
    with desk("datacenter") as d:
        d.site.archive_project("ONB")
        gone = d.gone("ONB-1")
        assert gone.state is LinkState.ARCHIVED
        assert gone.advice == "ONB-1 is archived; restore it or change the link."


def test_archived_on_data_center_costs_nothing_once_known_and_takes_nobodys_turn() -> None:
    with desk("datacenter") as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(7)]
        refs = [ref(key, d.id_of(key)) for key in keys]
        d.site.archive_project("WEB")
        first = d.connect().fetch(refs, ConnectorState())
        assert [type(o) for o in first.outcomes] == [Gone] * 5 + [Unread] * 2
        second = d.connect().fetch(refs, first.state)
        assert [type(o) for o in second.outcomes] == [Gone] * 7
        third = d.connect()
        state = ConnectorState(first.state.connection, {**first.state.items, **second.state.items})
        outcomes = third.fetch(refs, state).outcomes
        assert outcomes == second.outcomes
        assert {o.state for o in outcomes if isinstance(o, Gone)} == {LinkState.ARCHIVED}
        assert third.requests == 1
        d.site.archive_project("WEB", archived=False)
        assert [type(o) for o in d.connect().fetch(refs, state).outcomes] == [Snapshot] * 7


def test_many_missing_at_once_are_asked_for_a_few_at_a_time() -> None:
    with desk() as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(6)]
        refs = [*(ref(key, d.id_of(key)) for key in keys), ref("ONB-1")]
        for key in keys:
            d.site.hide(key)
        connector = d.connect()
        first = connector.fetch(refs, ConnectorState())
        assert [type(o) for o in first.outcomes] == [Gone] * 5 + [Unread, Snapshot]
        assert isinstance(first.outcomes[5], Unread)
        assert first.outcomes[5].why.startswith(
            "Jira leaves out 6 linked issues at once; 5 of them are asked"
        )
        second = connector.fetch(refs, first.state)
        assert [type(o) for o in second.outcomes] == [Gone] * 6 + [Snapshot]
        direct = [path for path in d.paths() if path.startswith("GET /rest/api/3/issue/")]
        assert len(direct) == len(set(direct)) == 6


def test_a_hidden_epic_that_is_shown_again_is_read_and_missed_anew() -> None:
    with desk() as d:
        known = [ref("ONB-1", d.id_of("ONB-1"))]
        connector = d.connect()
        d.site.hide("ONB-1")
        hidden = connector.fetch(known, ConnectorState())
        d.site.reveal("ONB-1")
        shown = connector.fetch(known, hidden.state)
        assert isinstance(shown.outcomes[0], Snapshot)
        d.site.hide("ONB-1")
        assert isinstance(connector.fetch(known, shown.state).outcomes[0], Gone)
        direct = [path for path in d.paths() if path.startswith("GET /rest/api/3/issue/")]
        assert len(direct) == 2


def test_sprints_are_no_links() -> None:
    with desk() as d:
        (outcome,) = d.connect().fetch([ref("7", kind="sprint")], ConnectorState()).outcomes
        assert outcome == Unread(
            ref("7", kind="sprint"),
            "a sprint is a slice of time that ends with work left over; link an epic or a version",
        )


@pytest.mark.parametrize("key", ["not a key", "../myself", "ONB", ""])
def test_what_is_no_key_is_not_asked_for(key: str) -> None:
    with desk() as d:
        assert d.unread(key) == f"'{key}' is no issue key; write one like ONB-12"
        assert not any("bulkfetch" in path for path in d.paths())


@BOTH
def test_a_story_is_no_epic(deployment: Deployment) -> None:
    with desk(deployment) as d:
        assert d.unread("ONB-2") == (
            "ONB-2 is of type Story, not an epic; "
            "link the epic above it, or set allow_issue: true on the link"
        )


@BOTH
def test_a_sub_task_is_no_epic(deployment: Deployment) -> None:
    with desk(deployment) as d:
        key = d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3")
        sentence = f"{key} is a sub-task, part of the issue above it; link the epic or the issue above it"
        for options in (frozenset[str](), frozenset({"allow_issue"})):
            (outcome,) = d.connect().fetch([replace(ref(key), options=options)], ConnectorState()).outcomes
            assert outcome == Unread(ref(key), sentence)


def test_an_initiative_above_epics_counts_its_epics() -> None:
    with desk() as d:
        top = d.site.add_issue("ONB", "Initiative", "Everything")
        d.site.add_issue("ONB", "Epic", "Part", parent=top, status="Done")
        assert d.one(top).progress.basis == "1/1"


WORDS = [
    ("To Do", None, WorkStatus.PLANNED),
    ("In Progress", None, WorkStatus.IN_PROGRESS),
    ("Done", "Done", WorkStatus.DONE),
    ("Done", None, WorkStatus.DONE),
    ("Done", "Won't Do", WorkStatus.DROPPED),
    ("Done", "Duplicate", WorkStatus.DROPPED),
    ("In Progress", "Won't Do", WorkStatus.IN_PROGRESS),
]


@pytest.mark.parametrize(("status", "resolution", "word"), WORDS)
def test_the_status_word_comes_from_category_and_resolution(
    status: str, resolution: str | None, word: WorkStatus
) -> None:
    with desk() as d:
        d.site.set_status("ONB-1", status, resolution)
        assert d.one("ONB-1").status is word


def test_the_workspace_has_the_last_word_about_a_status() -> None:
    words = {"on hold": WorkStatus.ON_HOLD, "Won’t Do": WorkStatus.DROPPED, "In Review": WorkStatus.DONE}
    with desk() as d:
        d.site.set_status("ONB-1", "On Hold")
        d.site.set_status("ONB-2", "Won't Do")
        d.site.set_status("ONB-3", "In Review")
        d.site.set_status("ONB-4", "On Hold", "Won't Do")
        seen = d.one("ONB-1", status_map=words)
        assert seen.status is WorkStatus.ON_HOLD
        assert seen.progress.basis == "1/2 · 1 cancelled"


def test_a_status_without_category_is_planned_with_a_note() -> None:
    with desk() as d:
        d.site.set_status("ONB-1", "Imported")
        seen = d.one("ONB-1")
        assert seen.status is WorkStatus.PLANNED
        assert seen.notes == (
            "The status 'Imported' has no category in Jira and is taken as planned; status_map can say more.",
        )


def test_an_unknown_category_is_no_crash() -> None:
    with desk() as d:
        d.site.set_status("ONB-1", "Imported")
        d.site.set_status("ONB-3", "Imported")
        raw = page(
            [
                {
                    "id": d.id_of("ONB-1"),
                    "key": "ONB-1",
                    "fields": {
                        "summary": "x",
                        "status": {"name": "Odd", "statusCategory": {"key": "brand-new"}},
                        "issuetype": {"name": "Epic", "hierarchyLevel": 1},
                    },
                }
            ]
        )
        d.server.fault = on("POST", "bulkfetch", raw)
        seen = d.one("ONB-1")
        assert seen.status is WorkStatus.IN_PROGRESS
        assert seen.notes == (
            "The status 'Odd' has the unknown category 'brand-new' and is taken as in progress.",
            "1 of its issues are in a status without a known category and count as open.",
        )
        assert seen.progress.basis == "1/2 · 1 cancelled"


def test_done_on_is_the_day_where_the_site_is() -> None:
    with desk() as d:
        d.clock.moment = d.clock.moment.replace(hour=23, minute=30)
        d.site.set_status("ONB-1", "Done", "Done")
        assert d.one("ONB-1").done_on == date(2026, 11, 17)


def test_a_status_that_is_mapped_to_done_tells_no_day_while_its_category_is_another() -> None:
    with desk() as d:
        d.site.set_status("ONB-1", "In Progress")
        seen = d.one("ONB-1", status_map={"In Progress": WorkStatus.DONE})
        assert (seen.status, seen.done_on) == (WorkStatus.DONE, None)


def test_done_on_without_a_resolution_is_when_the_category_changed() -> None:
    with desk() as d:
        d.clock.moment += timedelta(days=2)
        d.site.set_status("ONB-1", "Done")
        d.clock.moment += timedelta(days=2)
        assert d.one("ONB-1").done_on == date(2026, 11, 18)


def test_points_come_from_the_named_field_of_the_project() -> None:
    with desk() as d:
        for wanted in ("Story point estimate", "customfield_10016", {"ONB": "story point estimate"}):
            assert d.one("ONB-1", points_field=wanted).progress.points == Points(done=3, open=5)


def test_a_points_field_that_is_not_there_is_said() -> None:
    with desk() as d:
        seen = d.one("ONB-1", points_field="Effort")
        assert seen.progress.points is None
        assert seen.notes == ("Jira has no points field 'Effort'; see points_field.",)


@BOTH
def test_items_without_an_estimate_are_counted(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.add_issue("ONB", "Story", "More", parent="ONB-1")
        points = d.one("ONB-1").progress.points
        assert points is not None
        assert points.unestimated == 1


@BOTH
def test_short_pages_are_followed_to_the_end(deployment: Deployment) -> None:
    with desk(deployment) as d:
        for n in range(7):
            d.site.add_issue("ONB", "Story", f"More {n}", parent="ONB-1")
        d.site.page_size = 3
        assert d.one("ONB-1").progress.basis == "1/9 · 1 cancelled"


@BOTH
def test_the_second_fetch_asks_less_and_says_the_same(deployment: Deployment) -> None:
    with desk(deployment) as d:
        first = d.connect().fetch([ref("ONB-1")], ConnectorState())
        asked = len(d.server.requests)
        second = d.connect().fetch([ref("ONB-1")], first.state)
        assert second == first
        assert (asked, len(d.server.requests) - asked) == (4, 2)


def test_a_state_of_another_site_or_day_is_not_believed() -> None:
    with desk() as d:
        kept = d.connect().fetch([ref("ONB-1")], ConnectorState()).state
        for state in (ConnectorState("garbage"), ConnectorState("[]"), ConnectorState(kept.connection[:-9])):
            assert isinstance(d.connect().fetch([ref("ONB-1")], state).outcomes[0], Snapshot)
        d.clock.moment += timedelta(days=1)
        before = len(d.server.requests)
        d.connect().fetch([ref("ONB-1")], kept)
        assert len(d.server.requests) - before == 4


def test_two_hundred_epics_with_ten_thousand_children_are_read_in_few_requests() -> None:
    with desk() as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(200)]
        for number in range(10_000):
            d.site.add_issue("WEB", "Story", "Work", parent=keys[(number * number) % 200])
        outcomes = d.read(*keys)
        counted = [outcome.progress.counted for outcome in outcomes if isinstance(outcome, Snapshot)]
        assert (len(counted), sum(counted)) == (200, 10_000)
        assert len(d.server.requests) <= 104
        assert [o.ref.key for o in outcomes] == keys


def test_a_dead_id_fails_only_its_own_epic() -> None:
    refused = Response.of(
        400, {"errorMessages": ["A value with ID '10001' does not exist for the field 'parent'."]}
    )
    with desk(fault=on("POST", "search/jql", refused)) as d:
        dead, alive = d.read("ONB-1", "ONB-5")
        assert isinstance(dead, Unread)
        assert dead.why.startswith("Jira refuses to search below it: Jira refused the request (400): A value")
        assert isinstance(alive, Snapshot)


def test_a_refusal_without_a_name_is_found_by_halves() -> None:
    with desk() as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(8)]
        bad = d.id_of(keys[5])

        def fault(_: int, request: Any) -> Response | None:
            if request.path.endswith("search/jql") and bad in request.json["jql"]:
                return Response.of(400, {"errorMessages": ["Issue does not exist."]})
            return None

        d.server.fault = fault
        outcomes = d.read(*keys)
        assert [type(o) for o in outcomes] == [Snapshot] * 5 + [Unread] + [Snapshot] * 2


def test_a_refusal_of_everything_is_not_asked_forever() -> None:
    with desk() as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(60)]
        d.server.fault = on("POST", "search/jql", *[Response.of(400, {"errorMessages": ["No."]})] * 99)
        outcomes = d.read(*keys)
        assert {type(o) for o in outcomes} == {Unread}
        assert len([path for path in d.paths() if path.endswith("search/jql")]) <= 60


def test_an_unreadable_child_concerns_its_epic_alone() -> None:
    with desk() as d:
        child = {"id": "77", "key": "ONB-77", "fields": {"parent": {"id": d.id_of("ONB-1")}, "status": None}}
        child["fields"]["issuetype"] = {"name": "Story"}  # type: ignore[index]
        d.server.fault = on("POST", "search/jql", page([child], isLast=True))
        bad, good = d.read("ONB-1", "ONB-5")
        assert bad == Unread(ref("ONB-1"), "Jira sent ONB-77 without a readable 'status'")
        assert isinstance(good, Snapshot)


def test_a_child_that_belongs_nowhere_leaves_its_chunk_unread() -> None:
    with desk() as d:
        d.server.fault = on("POST", "search/jql", page([{"id": "77", "key": "ONB-77", "fields": {}}]))
        assert {type(o) for o in d.read("ONB-1", "ONB-5")} == {Unread}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", None),
        ("status", "Done"),
        ("status", {"name": "Done"}),
        ("issuetype", None),
        ("duedate", "soon"),
        ("resolutiondate", 7),
        ("resolution", "Done"),
        ("assignee", "ana"),
    ],
)
def test_an_unreadable_epic_is_a_sentence_and_loses_nothing_else(field: str, value: object) -> None:
    with desk() as d:
        names = ["ONB-1", "ONB-5"]
        found = d.connect()._client.bulk_fetch(names, ("*all",))["issues"]
        found[0]["fields"][field] = value
        d.server.fault = on("POST", "bulkfetch", page(found))
        bad, good = d.read(*names)
        assert bad == Unread(ref("ONB-1"), f"Jira sent ONB-1 without a readable '{field}'")
        assert isinstance(good, Snapshot)


def test_an_issue_jira_has_trouble_with_is_unread() -> None:
    body = page([], issueErrors=[{"id": "ONB-1", "errorMessage": "lock timeout"}])
    with desk(fault=on("POST", "bulkfetch", body)) as d:
        assert d.unread("ONB-1") == "Jira could not read it just now: lock timeout"


PARTIAL = [
    (
        [page([], nextPageToken="a", isLast=False), page([], nextPageToken="a", isLast=False)],
        "Jira repeated a page token, so its answer has no end",
    ),
    ([page([], isLast=False)], "Jira announced another page and did not say where it is"),
    ([page([], isLast=True, warnings=["x"])], "Jira warns that its answer is partial, so it is not used"),
    ([Response.of(200, {}, X_AAccountId="x")], "Jira sent a page without a list of issues"),
    ([Response(200, b'{"issues": [', {"X-AAccountId": "x"})], "sent an answer that is cut off or is no JSON"),
    ([Response(200, b"<html>", {"X-AAccountId": "x"})], "answered with a web page instead of data"),
]


@pytest.mark.parametrize(("answers", "sentence"), PARTIAL)
def test_a_partial_answer_is_a_failure(answers: list[Response], sentence: str) -> None:
    with desk(fault=on("POST", "search/jql", *answers)) as d, pytest.raises(TemporaryError, match=sentence):
        d.read("ONB-1")


@pytest.mark.parametrize("end", [{"isLast": True, "nextPageToken": "more"}, {"nextPageToken": None}, {}])
def test_every_way_to_end_is_an_end(end: dict[str, Any]) -> None:
    with desk(fault=on("POST", "search/jql", page([], **end))) as d:
        assert d.one("ONB-1").progress == Progress(points=Points())


def test_pages_that_end_before_their_total_are_a_failure() -> None:
    short = Response.of(200, {"issues": [], "total": 3}, X_AUSERNAME="bot")
    sentence = "Jira announced 3 issues and sent 0"
    with (
        desk("datacenter", fault=on("POST", "search", short)) as d,
        pytest.raises(TemporaryError, match=sentence),
    ):
        d.read("ONB-1")


def test_a_search_window_on_data_center_is_split_and_then_said() -> None:
    with desk("datacenter") as d:
        second = d.site.add_issue("WEB", "Epic", "Another")
        for n in range(4):
            d.site.add_issue("WEB", "Story", f"Work {n}", parent=second)

        def fault(_: int, request: Any) -> Response | None:
            if (
                request.path.endswith("/search")
                and "cf[" in request.json["jql"]
                and "WEB" in request.json["jql"]
            ):
                return Response.of(200, {"issues": [], "total": 7, "maxResultWindow": 0}, X_AUSERNAME="bot")
            return None

        d.server.fault = fault
        first, other = d.read("ONB-1", second)
        assert isinstance(first, Snapshot)
        assert other == Unread(ref(second), "Jira shows no more than 0 issues of one search")


@pytest.mark.parametrize("status", [400, 402, 403, 404])
def test_a_refusal_of_what_every_jira_has_stops_the_connection(status: int) -> None:
    with desk(fault=on("GET", "field", Response.of(status, {}))) as d, pytest.raises(FatalError):
        d.read("ONB-1")


@BOTH
def test_an_anonymous_answer_is_no_emptiness(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.anonymous = True
        with pytest.raises(CredentialsError, match="Jira does not accept the token"):
            d.read("ONB-1")


def test_data_center_names_the_anonymous() -> None:
    answer = Response.of(200, {"issues": [], "total": 0}, X_AUSERNAME="anonymous")
    sentence = "Jira answers us as anonymous"
    with (
        desk("datacenter", fault=on("POST", "search", answer)) as d,
        pytest.raises(CredentialsError, match=sentence),
    ):
        d.read("ONB-1")


@BOTH
def test_a_revoked_token_is_said(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.token_revoked = True
        with pytest.raises(CredentialsError, match="Jira does not accept the token"):
            d.read("ONB-1")


def test_no_token_reaches_an_error_or_a_repr() -> None:
    body = {"errorMessages": ["sandbox-token", "b2tyLWJvdEBhY21lLmV4YW1wbGU6c2FuZGJveC10b2tlbg=="]}
    with desk(fault=on("POST", "bulkfetch", Response.of(403, body))) as d:
        connector = d.connect()
        with pytest.raises(FatalError) as caught:
            connector.fetch([ref("ONB-1")], ConnectorState())
        assert str(caught.value) == "Jira does not let the token do this (403): ***; ***"
        assert "sandbox-token" not in repr(caught.value.__cause__) + repr(connector)


def test_one_failing_chunk_stops_the_fetch_and_nothing_stays_under_way() -> None:
    with desk() as d:
        keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(350)]
        d.server.fault = on("POST", "bulkfetch", *[Response.of(401, {})] * 4)
        connector = d.connect()
        with pytest.raises(CredentialsError, match="Jira does not accept the token"):
            connector.fetch([ref(key) for key in keys], ConnectorState())
        assert connector.requests == len(d.server.requests)


def test_without_refs_nothing_is_searched() -> None:
    with desk() as d:
        assert d.read() == ()
        assert not any("search" in path or "bulkfetch" in path for path in d.paths())


@BOTH
def test_nothing_personal_is_asked_of_children(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.read("ONB-1")
        asked = set(d.server.requests[-1].json["fields"])
        custom = {name for name in asked if name.startswith("customfield_")}
        dates = {"updated", "created", "resolutiondate", "statuscategorychangedate"}
        assert asked - custom - dates == {"status", "resolution", "parent", "issuetype"}
        assert custom == (
            {"customfield_10016"} if deployment == "cloud" else {"customfield_10002", "customfield_10008"}
        )


def test_a_resolution_is_named_by_its_word_or_its_id() -> None:
    with desk() as d:
        d.site.set_status("ONB-2", "Done", "Duplicate")
        assert d.one("ONB-1").progress.basis == "0/1 · 2 cancelled"
        for name in ("Duplicate", "resolution:Duplicate", "resolution:10002"):
            seen = d.one("ONB-1", status_map={name: WorkStatus.DONE})
            assert seen.progress.basis == "1/2 · 1 cancelled"


def test_a_status_is_named_by_its_word_or_its_id() -> None:
    with desk() as d:
        number = d.site.status_named("In Progress").id
        for name in ("in progress", number):
            assert d.one("ONB-1", status_map={name: WorkStatus.DROPPED}).progress.basis == "1/1 · 2 cancelled"


@BOTH
def test_one_project_may_have_its_own_word_for_a_status(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.add_project("WEB", "Web")
        onb, web = (d.site.add_issue(project, "Epic", "Flow", status="On Hold") for project in ("ONB", "WEB"))
        for project, epic in (("ONB", onb), ("WEB", web)):
            d.site.add_issue(project, "Story", "s", parent=epic, status="On Hold")
        words = {"ONB/On Hold": WorkStatus.DROPPED, "On Hold": WorkStatus.ON_HOLD}
        first, second = (d.one(key, status_map=words) for key in (onb, web))
        assert (first.status, first.progress.basis) == (WorkStatus.DROPPED, "0/0 · 1 cancelled")
        assert (second.status, second.progress.basis) == (WorkStatus.ON_HOLD, "0/1")
