"""Links of kind project, version and jql, and plain issues: what counts, which word, what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, LinkState, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from tests.connectors.jira.desk import ANA, Desk, desk, on, ref
from tests.connectors.jira.test_changes import Syncing

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


def read(d: Desk, *refs: WorkRef) -> tuple[Outcome, ...]:
    return d.connect().fetch(refs, ConnectorState()).outcomes


def one(d: Desk, kind: str, key: str, *options: str) -> Snapshot:
    (outcome,) = read(d, replace(ref(key, kind=kind), options=frozenset(options)))
    assert isinstance(outcome, Snapshot), outcome
    return outcome


def why(d: Desk, kind: str, key: str) -> str:
    (outcome,) = read(d, ref(key, kind=kind))
    assert isinstance(outcome, Unread), outcome
    return outcome.why


@BOTH
def test_a_project_counts_its_work_once(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.edit_project("ONB", lead=ANA)
        d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3")
        seen = one(d, "project", "onb")
        assert not seen.own_status
        # ONB-1 is a heading over three issues, the sub-task a part of one; the empty epic ONB-5 is work.
        assert seen.progress.basis == "1/3 · 1 cancelled"
        assert (seen.item_id, seen.key, seen.name) == ("10000", "ONB", "Onboarding")
        assert (seen.status, seen.owner_name) == (WorkStatus.IN_PROGRESS, "Ana Ruiz")
        assert seen.url == f"{d.server.url}/browse/ONB"


@BOTH
def test_a_version_is_done_when_it_is_released(deployment: Deployment) -> None:
    with desk(deployment) as d:
        version = d.site.add_version("ONB", "1.2: Spring", start="2026-10-01", release="2026-11-30").id
        for key in ("ONB-2", "ONB-3"):
            d.site.fix_in(key, version)
        seen = one(d, "version", "ONB:1.2: Spring")
        assert (seen.item_id, seen.name, seen.progress.basis) == (version, "1.2: Spring", "1/2")
        assert (seen.status, seen.start, seen.due) == (
            WorkStatus.IN_PROGRESS,
            date(2026, 10, 1),
            date(2026, 11, 30),
        )
        assert not seen.own_status
        d.site.edit_version(version, released=True, name="1.2")
        after = one(d, "version", version)
        assert after.own_status
        assert (after.status, after.done_on, after.name) == (WorkStatus.DONE, date(2026, 11, 30), "1.2")
        d.site.edit_version(version, archived=True)
        assert one(d, "version", version).state is LinkState.ARCHIVED


@BOTH
def test_a_query_is_what_it_finds(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.label("ONB-2", "tips")
        d.site.label("ONB-3", "tips")
        seen = one(d, "jql", "  labels =  tips   ORDER BY updated DESC ")
        assert (seen.key, seen.progress.basis) == ("labels = tips", "1/2")
        assert seen.item_id == one(d, "jql", "labels = tips").item_id
        assert seen.item_id.startswith("jql-")
        assert not seen.own_status
        assert seen.url == f"{d.server.url}/issues/?jql=labels%20%3D%20tips"
        assert one(d, "jql", "issuetype = Epic").progress.basis == "0/2"


@BOTH
@pytest.mark.parametrize(("kind", "key"), [("project", "WEB"), ("jql", "project = WEB")])
def test_it_is_done_only_where_the_file_says_so(deployment: Deployment, kind: str, key: str) -> None:
    with desk(deployment) as d:
        assert one(d, kind, key).status is WorkStatus.PLANNED
        assert one(d, kind, key, "done_when_empty").status is WorkStatus.DONE
        work = d.site.add_issue("WEB", "Story", "Work")
        assert one(d, kind, key, "done_when_empty").status is WorkStatus.PLANNED
        d.site.set_status(work, "Done", "Done")
        assert one(d, kind, key).status is WorkStatus.IN_PROGRESS
        assert one(d, kind, key, "done_when_empty").status is WorkStatus.DONE


def test_overlapping_queries_count_each_for_themselves() -> None:
    with desk() as d:
        d.site.label("ONB-2", "tips")
        everything, tips = read(d, ref("project = ONB", kind="jql"), ref("labels = tips", kind="jql"))
        assert isinstance(everything, Snapshot)
        assert isinstance(tips, Snapshot)
        assert (everything.progress.basis, tips.progress.basis) == ("1/3 · 1 cancelled", "1/1")


@BOTH
def test_an_issue_is_linked_where_the_file_allows_it(deployment: Deployment) -> None:
    with desk(deployment) as d:
        d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3", status="Done")
        d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3")
        seen = one(d, "epic", "ONB-3", "allow_issue")
        assert (seen.key, seen.status, seen.progress.basis) == ("ONB-3", WorkStatus.IN_PROGRESS, "1/2")
        assert one(d, "epic", "ONB-1", "allow_issue").progress.basis == "1/2 · 1 cancelled"


@BOTH
def test_syncs_of_every_kind_say_what_full_reads_say(deployment: Deployment) -> None:
    with desk(deployment) as d:
        version = d.site.add_version("ONB", "1.2").id
        d.site.fix_in("ONB-2", version)
        sync = Syncing(d)
        sync.refs = [
            ref("ONB", kind="project"),
            ref("ONB:1.2", kind="version"),
            ref("labels = tips", kind="jql"),
            replace(ref("ONB-3"), options=frozenset({"allow_issue"})),
            ref("ONB-1"),
        ]
        sync()
        for act in (
            lambda: d.site.label("ONB-3", "tips"),
            lambda: d.site.fix_in("ONB-3", version),
            lambda: d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3"),
            lambda: d.site.set_status("ONB-3", "Done"),
            lambda: d.site.label("ONB-3"),
            lambda: d.site.delete("ONB-2"),
            lambda: d.site.move("ONB-3", "WEB"),
            lambda: d.site.edit_version(version, released=True),
            lambda: d.site.edit_project("ONB", name="Welcome"),
            lambda: d.site.hide("ONB-4"),
        ):
            act()
            assert sync() == sync.full()
            assert sync() == sync.full()


def test_a_quiet_sync_of_a_project_on_cloud_is_three_requests() -> None:
    with desk() as d:
        for n in range(300):
            d.site.add_issue("WEB", "Story", f"Work {n}")
        sync = Syncing(d)
        sync.refs = [ref("WEB", kind="project")]
        sync()
        sync()
        assert sync.asked == 3


STATES = [
    (
        "project",
        "ONB",
        lambda d: d.site.archive_project("ONB"),
        LinkState.ARCHIVED,
        "Project ONB is archived",
    ),
    ("project", "ONB", lambda d: d.site.edit_project("ONB", trashed=True), LinkState.TRASHED, "in the trash"),
    (
        "project",
        "ONB",
        lambda d: d.site.hide_project("ONB"),
        LinkState.NOT_VISIBLE,
        "does not show this project",
    ),
    ("version", "ONB:1.2", lambda d: d.site.versions.clear(), LinkState.GONE, "deleted or merged"),
    ("version", "ONB:1.2", lambda d: d.site.hide_project("ONB"), LinkState.NOT_VISIBLE, "show this version"),
    (
        "version",
        "ONB:1.2",
        lambda d: d.site.archive_project("ONB"),
        LinkState.ARCHIVED,
        "project is archived",
    ),
]


@BOTH
@pytest.mark.parametrize(("kind", "key", "act", "state", "advice"), STATES)
def test_what_became_of_a_place_is_told(
    deployment: Deployment, kind: str, key: str, act: object, state: LinkState, advice: str
) -> None:
    with desk(deployment) as d:
        d.site.add_version("ONB", "1.2")
        sync = Syncing(d)
        sync.refs = [ref(key, kind=kind)]
        sync()
        assert callable(act)
        act(d)
        (gone,) = sync()
        assert isinstance(gone, Gone)
        assert gone.state is state
        assert advice in gone.advice


def test_a_project_that_comes_back_is_read_again() -> None:
    with desk() as d:
        sync = Syncing(d)
        sync.refs = [ref("ONB", kind="project")]
        first = sync()
        d.site.hide_project("ONB")
        assert isinstance(sync()[0], Gone)
        d.site.reveal_project("ONB")
        assert sync() == first


REFUSED = [
    (
        "project",
        "no such thing",
        "'no such thing' is no project key; write one like ONB, or the project's id",
    ),
    ("version", "1.2", "'1.2' names no version; write PROJECT:Version name, or the version's id"),
    ("version", "ONB:9", "Project ONB has no version '9'; the newest are: none at all"),
    ("jql", "ORDER BY created", "the query restricts nothing; name at least a project or a label"),
    ("jql", "project = ONB) OR (project = WEB", "the query closes a bracket that it never opened"),
    ("jql", "(project = ONB", "the query opens a bracket that it never closes"),
    ("jql", 'labels = "tips', 'the query has a quotation mark that is never closed: "'),
    ("jql", "project = ONB AND", "Jira refused the request (400): Error in the JQL Query"),
    ("jql", "parent = ONB-99", "An issue with key 'ONB-99' does not exist for field 'parent'."),
    ("jql", "project = GONE", "The value 'GONE' does not exist for the field 'project'."),
    ("jql", "cf[99999] = 1", "Field 'cf[99999]' does not exist or you do not have permission to view it."),
    ("jql", "labels = " + "x" * 10_000, "the query is longer than 10,000 characters"),
]


@BOTH
@pytest.mark.parametrize(("kind", "key", "sentence"), REFUSED)
def test_what_cannot_be_read_is_a_sentence_and_loses_nothing_else(
    deployment: Deployment, kind: str, key: str, sentence: str
) -> None:
    with desk(deployment) as d:
        bad, good = read(d, ref(key, kind=kind), ref("ONB-1"))
        assert isinstance(bad, Unread)
        assert sentence in bad.why
        assert isinstance(good, Snapshot)


@BOTH
def test_too_much_is_a_sentence(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.jira.search.MOST", 120)
    monkeypatch.setattr("connectors.jira.search.IDS_AT_ONCE", 50)
    with desk(deployment) as d:
        big = d.site.add_issue("WEB", "Epic", "Everything")
        for n in range(130):
            d.site.add_issue("WEB", "Story", f"Work {n}", parent=big)
        sentence = "more than 120 issues belong to it; link something smaller, or a narrower query"
        outcomes = read(d, ref("WEB", kind="project"), ref(big), ref("ONB-1"))
        assert [o.why for o in outcomes[:2] if isinstance(o, Unread)] == [sentence] * 2
        assert isinstance(outcomes[2], Snapshot)


def test_a_query_whose_search_fails_later_is_a_sentence_again() -> None:
    with desk() as d:
        sync = Syncing(d)
        sync.refs = [ref("project = ONB", kind="jql"), ref("ONB-1")]
        first = sync()
        refused = Response.of(400, {"errorMessages": ["The query is too old."]})
        d.server.fault = on("POST", "search/jql", None, None, refused)
        bad, good = sync()
        assert bad == Unread(sync.refs[0], "Jira refused the request (400): The query is too old.")
        assert good == first[1]
        assert sync() == first
        d.clock.moment += timedelta(hours=1)


@BOTH
def test_work_that_two_links_find_is_counted_for_both_and_told(deployment: Deployment) -> None:
    with desk(deployment) as d:
        epic, project = ref("ONB-1"), ref("ONB", kind="project")

        fetched = d.connect().fetch([epic, project], ConnectorState())

        assert fetched.shared() == {(epic, project): 3}
        assert d.connect().fetch([epic, ref("ONB-5")], ConnectorState()).shared() == {}
