"""Reading only what changed: what it costs, and that it never says anything else than a full read."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.jira_site import Deployment
from connectors.sandbox.server import Response
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, LinkState, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import CredentialsError, TemporaryError
from tests.connectors.jira.desk import ANA, Desk, desk, on, page, ref

BOTH = pytest.mark.parametrize("deployment", ["cloud", "datacenter"])


class Syncing:
    """Fetches the same links again and again, keeping state and ids as the engine does."""

    def __init__(self, d: Desk, *keys: str, **options: Any) -> None:
        self.desk = d
        self.refs = [ref(key) for key in keys]
        self.options = options
        self.state = ConnectorState()
        self.asked = 0

    def __call__(self, *, minutes: float = 15) -> tuple[Outcome, ...]:
        self.desk.clock.moment += timedelta(minutes=minutes)
        before = len(self.desk.server.requests)
        fetched = self.desk.connect(**self.options).fetch(self.refs, self.state)
        self.asked = len(self.desk.server.requests) - before
        self.state = merged(self.state, fetched.state)
        self.refs = [known(r, o) for r, o in zip(self.refs, fetched.outcomes, strict=True)]
        return fetched.outcomes

    def full(self) -> tuple[Outcome, ...]:
        return self.desk.connect(**self.options).fetch(self.refs, ConnectorState()).outcomes

    def basis(self) -> list[str]:
        return [o.progress.basis if isinstance(o, Snapshot) else type(o).__name__ for o in self()]


def merged(old: ConnectorState, new: ConnectorState) -> ConnectorState:
    return ConnectorState(new.connection, {**old.items, **new.items})


def known(old: WorkRef, outcome: Outcome) -> WorkRef:
    return replace(old, item_id=outcome.item_id) if isinstance(outcome, Snapshot) else old


def stock(d: Desk, epics: int, children: int) -> list[str]:
    keys = [d.site.add_issue("WEB", "Epic", f"Bet {n}") for n in range(epics)]
    for number in range(children):
        d.site.add_issue("WEB", "Story", "Work", parent=keys[number % epics])
    return keys


COSTS = [
    ("cloud", 200, 10_000, 104, 3, 3),
    ("cloud", 500, 5_000, 60, 2, 2),
    ("datacenter", 200, 10_000, 13, 2, 2),
    ("datacenter", 500, 5_000, 8, 2, 2),
]


@pytest.mark.parametrize(("deployment", "epics", "children", "full", "quiet", "changed"), COSTS)
def test_what_a_sync_costs(
    deployment: Deployment, epics: int, children: int, full: int, quiet: int, changed: int
) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, *stock(d, epics, children), deployment=deployment)
        first = sync()
        assert sync.asked <= full
        assert sync() == first
        assert sync.asked == quiet
        for n in range(20):
            d.site.set_status(f"WEB-{epics + 1 + 37 * n}", "Done", "Done")
        after = sync()
        assert sync.asked == changed
        assert sum(o.progress.done for o in after if isinstance(o, Snapshot)) == 20


@BOTH
def test_twenty_changes_to_children_and_epics_are_four_requests(deployment: Deployment) -> None:
    with desk(deployment) as d:
        keys = stock(d, 200, 1000)
        sync = Syncing(d, *keys)
        sync()
        for n in range(10):
            d.site.rename(keys[n], f"Renamed {n}")
            d.site.set_status(f"WEB-{201 + n}", "Done", "Done")
        seen = sync()
        assert sync.asked <= 4
        assert [o.name for o in seen[:10] if isinstance(o, Snapshot)] == [f"Renamed {n}" for n in range(10)]


Act = Callable[[Desk], object]


def _nothing(d: Desk) -> None:
    """Nobody does anything."""


EDITS: list[Act] = [
    _nothing,
    lambda d: d.site.set_status("ONB-3", "Done", "Done"),
    lambda d: d.site.set_status("ONB-2", "To Do"),
    lambda d: d.site.set_points("ONB-3", 8),
    lambda d: d.site.set_points("ONB-3", None),
    lambda d: d.site.add_issue("ONB", "Story", "More", parent="ONB-1", points=2),
    lambda d: d.site.add_issue("ONB", "Sub-task", "Part", parent="ONB-3"),
    lambda d: d.site.delete("ONB-2"),
    lambda d: d.site.hide("ONB-3"),
    lambda d: d.site.reparent("ONB-3", "ONB-5"),
    lambda d: d.site.reparent("ONB-3", None),
    lambda d: d.site.move("ONB-3", "WEB"),
    lambda d: d.site.move("ONB-1", "WEB"),
    lambda d: d.site.rename("ONB-1", "Another name"),
    lambda d: d.site.assign("ONB-1", None),
    lambda d: d.site.set_due("ONB-1", None),
    lambda d: d.site.set_status("ONB-1", "Done", "Won't Do"),
    lambda d: d.site.delete("ONB-1"),
    lambda d: d.site.hide("ONB-1"),
    lambda d: d.site.delete("ONB-5"),
    lambda d: d.site.hide_project("ONB"),
    lambda d: d.site.edit_project("ONB", trashed=True),
    lambda d: d.site.archive_project("ONB"),
    lambda d: d.site.write_comment("ONB-1", ANA, "Hello"),
]


@BOTH
@pytest.mark.parametrize("edit", EDITS)
def test_a_sync_says_what_a_full_read_says(deployment: Deployment, edit: Act) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        sync()
        edit(d)
        assert sync() == sync.full()
        assert sync() == sync.full()


AWAY_AND_BACK: list[tuple[Act, Act]] = [
    (lambda d: d.site.hide("ONB-1"), lambda d: d.site.reveal("ONB-1")),
    (lambda d: d.site.hide("ONB-3"), lambda d: d.site.reveal("ONB-3")),
    (lambda d: d.site.hide_project("ONB"), lambda d: d.site.reveal_project("ONB")),
    (lambda d: d.site.archive_project("ONB"), lambda d: d.site.archive_project("ONB", archived=False)),
]


@BOTH
@pytest.mark.parametrize(("away", "back"), AWAY_AND_BACK)
def test_what_comes_back_is_read_again(deployment: Deployment, away: Act, back: Act) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        first = sync()
        away(d)
        assert sync() != first
        back(d)
        assert sync() == first


def test_a_child_that_moved_between_linked_epics_is_counted_once() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        assert sync.basis() == ["1/2 · 1 cancelled", "0/0"]
        d.site.reparent("ONB-3", "ONB-5")
        assert sync.basis() == ["1/1 · 1 cancelled", "0/1"]
        assert sync.asked == 2


@BOTH
def test_a_status_in_another_category_is_seen_the_next_day(deployment: Deployment) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, "ONB-1")
        assert sync.basis() == ["1/2 · 1 cancelled"]
        d.site.recategorise("In Progress", "done")
        d.clock.moment += timedelta(hours=15)
        assert sync.basis() == ["2/2 · 1 cancelled"]


def test_a_part_older_than_a_day_is_not_built_upon() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1")
        sync()
        sync(minutes=25 * 60)
        assert not any(b"updated >=" in request.body for request in d.server.requests)


@BOTH
@pytest.mark.parametrize(
    "change", [{"points_field": "Story Points"}, {"status_map": {"To Do": WorkStatus.DROPPED}}]
)
def test_other_settings_mean_a_full_read(deployment: Deployment, change: dict[str, Any]) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, "ONB-1")
        sync()
        sync.options = change
        assert sync() == sync.full()


@pytest.mark.parametrize("minutes", [-5, -1, 1, 5])
def test_a_clock_that_is_wrong_loses_nothing(minutes: int) -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1")
        ours = d.clock.moment
        d.site.now = lambda: d.clock.moment + timedelta(minutes=minutes)
        assert sync.basis() == ["1/2 · 1 cancelled"]
        d.site.set_status("ONB-3", "Done", "Done")
        assert sync.basis() == ["2/2 · 1 cancelled"]
        assert sync.asked == 2
        assert d.connect().check().clock_skew == minutes * 60
        assert d.clock.moment > ours


def test_a_clock_that_jumped_is_noticed_by_the_servers() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1")
        sync()
        d.site.now = lambda: d.clock.moment + timedelta(hours=3)
        assert sync.basis() == ["1/2 · 1 cancelled"]
        windows = [r.json["jql"] for r in d.server.requests if b"updated >=" in r.body]
        assert ['updated >= "-27m"' in windows[0], 'updated >= "-207m"' in windows[1]] == [True, True]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns", "Pacific/Niue"])
def test_no_time_zone_matters(zone: str) -> None:
    with desk() as d:
        d.site.bot = replace(d.site.bot, zone=zone)
        d.site.zone = "Asia/Kathmandu"
        sync = Syncing(d, "ONB-1")
        sync()
        d.site.set_status("ONB-3", "Done", "Done")
        assert sync.basis() == ["2/2 · 1 cancelled"]


HALF = [
    ("search/jql", page([], isLast=True, warnings=["x"]), "Jira warns that its answer is partial"),
    ("search/jql", page([], isLast=False), "Jira announced another page and did not say where it is"),
    ("search/jql", Response(200, b'{"issues": [', {"X-AAccountId": "x"}), "cut off or is no JSON"),
    ("search/jql", Response.of(200, {"issues": []}, X_AAccountId="anonymous"), "answers us as anonymous"),
    ("search/jql", page([{"key": "ONB-2"}], isLast=True), "without an id in a list of ids"),
]


@pytest.mark.parametrize("passed", [0, 1])
@pytest.mark.parametrize(("path", "answer", "sentence"), HALF)
def test_half_an_answer_lowers_nothing(passed: int, path: str, answer: Response, sentence: str) -> None:
    if passed == 0 and "list of ids" in sentence:
        pytest.skip("the first search reads more than ids")
    with desk() as d:
        sync = Syncing(d, "ONB-1")
        first = sync()
        kept = sync.state
        d.server.fault = on("POST", path, *[None] * passed, answer)
        with pytest.raises((TemporaryError, CredentialsError), match=sentence):
            sync()
        assert sync.state == kept
        d.server.fault = None
        assert sync() == first


def test_a_scan_that_finds_nothing_is_not_believed() -> None:
    with desk() as d:
        for n in range(8):
            d.site.add_issue("ONB", "Story", f"Work {n}", parent="ONB-1")
        sync = Syncing(d, "ONB-1")
        first = sync()
        d.server.fault = on("POST", "search/jql", None, page([], isLast=True))
        assert sync() == first
        assert sync.asked == 3


def test_issues_that_vanish_together_are_a_lost_right() -> None:
    with desk() as d:
        for n in range(8):
            d.site.add_issue("WEB", "Story", f"Work {n}", parent="ONB-1")
        sync = Syncing(d, "ONB-1", "ONB-5")
        sync()
        d.site.hide_project("WEB")
        for _ in range(2):
            lost, other = sync()
            assert isinstance(lost, Unread)
            assert lost.why.startswith("Jira no longer shows 8 of the 11 issues that belong to it")
            assert isinstance(other, Snapshot)
        d.site.reveal_project("WEB")
        assert sync.basis() == ["1/10 · 1 cancelled", "0/0"]
        d.site.hide_project("WEB")
        sync.state = ConnectorState()
        assert sync.basis() == ["1/2 · 1 cancelled", "0/0"]


def test_what_bulkfetch_cannot_read_now_keeps_its_figures() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        first = sync()
        d.site.delete("ONB-2")
        d.server.fault = on(
            "POST", "bulkfetch", page([], issueErrors=[{"id": "10002", "errorMessage": "lock"}])
        )
        lost, other = sync()
        assert lost == Unread(ref("ONB-1"), "Jira could not read an issue under it just now: lock")
        assert other == first[1]
        assert sync.basis() == ["0/1 · 1 cancelled", "0/0"]


def test_a_partial_fetch_leaves_the_others_their_watermark() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        sync()
        both, one = list(sync.refs), [sync.refs[1]]
        d.site.set_status("ONB-3", "Done", "Done")
        sync.refs = one
        for _ in range(3):
            sync()
        assert set(d.connect().fetch(one, sync.state).state.items) == {d.id_of("ONB-5")}
        sync.refs = both
        assert sync.basis() == ["2/2 · 1 cancelled", "0/0"]
        assert sync.asked == 2


def test_a_dead_epic_costs_the_others_no_full_read() -> None:
    with desk() as d:
        keys = stock(d, 150, 600)
        sync = Syncing(d, *keys)
        sync()
        d.site.delete(keys[7])
        seen = sync()
        assert [type(o) for o in seen].count(Snapshot) == 149
        assert isinstance(seen[7], Gone)
        # A refused search, two bulk reads, search and scan again, the direct read, its project.
        assert sync.asked == 7
        sync()
        assert sync.asked == 3


def test_the_state_holds_no_word_of_an_issue_below() -> None:
    with desk() as d:
        d.site.add_issue("ONB", "Story", "SECRET-SUMMARY", parent="ONB-1", assignee=ANA)
        sync = Syncing(d, "ONB-5", "ONB-1")
        sync()
        text = sync.state.connection + "".join(sync.state.items.values())
        assert "SECRET" not in text
        assert "To Do" not in sync.state.connection
        assert "Ana Ruiz" in text, "the owner of the linked epic itself is part of its snapshot"


@BOTH
@pytest.mark.parametrize("seed", range(12))
def test_any_history_ends_where_a_full_read_ends(deployment: Deployment, seed: int) -> None:
    dice = random.Random(seed)
    with desk(deployment) as d:
        epics = ["ONB-1", "ONB-5", *stock(d, 3, 6)]
        sync = Syncing(d, *epics)
        sync()
        for _ in range(12):
            for _ in range(dice.randint(0, 4)):
                happen(d, dice, epics)
            seen = sync(minutes=dice.choice([1, 15, 60, 600]))
            braked = [i for i, o in enumerate(seen) if isinstance(o, Unread) and "no longer shows" in o.why]
            full = sync.full()
            assert [o for i, o in enumerate(seen) if i not in braked] == [
                o for i, o in enumerate(full) if i not in braked
            ]


def happen(d: Desk, dice: random.Random, epics: Sequence[str]) -> None:
    stories = [i.id for i in d.site.issues() if i.type in {"Story", "Bug"}]
    visible = [e for e in epics if d.site.find(e)]
    story = dice.choice(stories)
    act = dice.randrange(9)
    if act < 3:
        d.site.set_status(
            story, dice.choice(["To Do", "In Progress", "Done"]), dice.choice([None, "Won't Do"])
        )
    elif act == 3:
        d.site.reparent(story, dice.choice([*epics, None]))
    elif act == 4 and len(stories) > 4:
        d.site.delete(story)
    elif act == 5:
        d.site.hide(story)
    elif act == 6:
        d.site.hidden.clear()
    elif act == 7:
        d.site.add_issue("WEB", "Story", "New", parent=dice.choice(epics))
    elif visible:
        d.site.rename(dice.choice(visible), f"Name {dice.random()}")


def test_a_late_index_is_right_after_the_next_full_read() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1", "ONB-5")
        sync()
        d.site.index_lag = timedelta(hours=2)
        d.site.set_status("ONB-3", "Done", "Done")
        d.site.reparent("ONB-2", "ONB-5")
        d.site.add_issue("ONB", "Story", "New", parent="ONB-5")
        sync()
        sync(minutes=121)
        sync.state = ConnectorState()
        assert sync.basis() == ["1/1 · 1 cancelled", "1/2"]


def test_an_archived_project_is_told_by_its_own_record() -> None:
    with desk() as d:
        sync = Syncing(d, "ONB-1")
        sync()
        for edit, state in (({"archived": True}, LinkState.ARCHIVED), ({"trashed": True}, LinkState.TRASHED)):
            d.site.edit_project("ONB", **edit)
            (gone,) = sync()
            assert isinstance(gone, Gone)
            assert gone.state is state
            assert gone.advice.startswith("Its project is")
            d.site.edit_project("ONB", archived=False, trashed=False)
            assert isinstance(sync()[0], Snapshot)


@BOTH
def test_parts_without_what_statuses_mean_are_not_built_upon(deployment: Deployment) -> None:
    with desk(deployment) as d:
        sync = Syncing(d, "ONB-1")
        first = sync()
        sync.state = replace(sync.state, connection="")
        assert sync() == first


def test_a_state_with_words_nobody_knows_is_read_anew() -> None:
    with desk() as d:
        first = d.connect().fetch([ref("ONB-1")], ConnectorState())
        ((name, part),) = first.state.items.items()
        told = json.loads(part)
        told["gone"] = "eaten"
        garbled = ConnectorState(first.state.connection, {name: json.dumps(told)})
        (outcome,) = d.connect().fetch([ref("ONB-1")], garbled).outcomes
        assert isinstance(outcome, Snapshot)
