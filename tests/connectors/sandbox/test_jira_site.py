from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.jira_adf import text_of
from connectors.sandbox.jira_search import Asked, search
from connectors.sandbox.jira_site import Deployment, JiraSite
from tests.connectors.sandbox.jira_desk import ANA, Clock, planned

Edit = Callable[[JiraSite], object]


@pytest.fixture
def world() -> tuple[JiraSite, Clock]:
    return planned("cloud")


@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_a_site_survives_json_with_all_it_knows(deployment: Deployment) -> None:
    site, clock = planned(deployment)
    site.add_status("Blocked", "indeterminate")
    site.recategorise("On Hold", "new")
    site.set_status("ONB-2", "Done", "Done")
    moved = site.move("ONB-5", "WEB")
    site.hide("ONB-3")
    site.label("ONB-4", "tooltips")
    site.archive_project("WEB")
    site.hide_project("WEB")
    comment = site.write_comment("ONB-1", ANA, "hello", properties={"okr-syncer": 1})
    loaded = JiraSite.load(json.loads(json.dumps(site.dump())), clock)
    assert loaded.dump() == site.dump()
    assert list(loaded.issues()) == list(site.issues())
    assert loaded.issue("ONB-5").key == moved
    assert loaded.children_of("10001") == {"10002", "10003", "10004"}
    assert loaded.comments("ONB-1") == [comment]
    assert loaded.find("ONB-3") is None


def test_ids_and_keys_are_never_used_twice_also_after_loading(world: tuple[JiraSite, Clock]) -> None:
    site, clock = world
    last = site.issue("ONB-5").id
    comment = site.write_comment("ONB-5", ANA, "hello").id
    site.delete("ONB-5")
    loaded = JiraSite.load(site.dump(), clock)
    for one in (site, loaded):
        again = one.issue(one.add_issue("ONB", "Epic", "Another"))
        assert (again.key, int(again.id)) == ("ONB-6", int(last) + 1)
        assert int(one.write_comment("ONB-6", ANA, "hello").id) == int(comment) + 1


def test_deleting_an_epic_frees_its_children_and_takes_sub_tasks_and_comments(
    world: tuple[JiraSite, Clock],
) -> None:
    site, clock = world
    sub_task = site.add_issue("ONB", "Sub-task", "A detail", parent="ONB-2")
    site.write_comment("ONB-1", ANA, "hello")
    before = site.issue("ONB-2").updated
    clock.forward(minutes=5)
    site.delete("ONB-1")
    assert (site.issue("ONB-2").parent, site.issue("ONB-2").updated) == (None, before)
    site.delete("ONB-2")
    for key in ("ONB-1", "ONB-2", sub_task):
        with pytest.raises(KeyError):
            site.issue(key)
    assert list(site.book) == []


def test_a_status_moves_its_category_date_and_the_resolution_as_given(
    world: tuple[JiraSite, Clock],
) -> None:
    site, clock = world
    clock.forward(minutes=1)
    site.set_status("ONB-2", "In Progress")
    started = site.issue("ONB-2").category_changed
    clock.forward(minutes=1)
    site.set_status("ONB-2", "In Review")
    assert site.issue("ONB-2").category_changed == started
    site.set_status("ONB-2", "Done", "Won't Do")
    assert (site.issue("ONB-2").resolution, site.issue("ONB-2").resolved) == ("Won't Do", clock.moment)
    site.set_status("ONB-2", "To Do")
    assert (site.issue("ONB-2").resolution, site.issue("ONB-2").resolved) == (None, None)


@pytest.mark.parametrize(
    "edit",
    [
        lambda site: site.set_status("ONB-2", "Done"),
        lambda site: site.assign("ONB-2", ANA),
        lambda site: site.set_due("ONB-2", "2026-12-01"),
        lambda site: site.set_points("ONB-2", 3),
        lambda site: site.rename("ONB-2", "Other"),
        lambda site: site.label("ONB-2", "x"),
        lambda site: site.reparent("ONB-2", "ONB-5"),
        lambda site: site.move("ONB-2", "WEB"),
        lambda site: site.write_comment("ONB-2", ANA, "hello"),
    ],
)
def test_what_a_human_edits_moves_updated(world: tuple[JiraSite, Clock], edit: Edit) -> None:
    site, clock = world
    clock.forward(minutes=5)
    edit(site)
    assert site.issue("ONB-2").updated == clock.moment


@pytest.mark.parametrize(
    "edit",
    [
        lambda site: site.recategorise("To Do", "done"),
        lambda site: site.archive_project("ONB"),
        lambda site: site.hide("ONB-2"),
    ],
)
def test_what_changes_progress_without_touching_an_issue(world: tuple[JiraSite, Clock], edit: Edit) -> None:
    site, clock = world
    before = site.issue("ONB-2").updated
    clock.forward(minutes=5)
    edit(site)
    assert site.issue("ONB-2").updated == before


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda site: site.set_status("ONB-2", "Shipped"), "No status 'Shipped'; there are"),
        (lambda site: site.set_status("ONB-2", "Done", "Magic"), "No resolution 'Magic'; there are"),
        (lambda site: site.add_issue("NOPE", "Epic", "x"), "No project 'NOPE'; there are"),
        (lambda site: site.add_issue("ONB", "Saga", "x"), "No issue type 'Saga'; there are"),
    ],
)
def test_what_is_not_there_is_named_beside_what_is(
    world: tuple[JiraSite, Clock], edit: Edit, sentence: str
) -> None:
    site, _ = world
    with pytest.raises(KeyError) as refused:
        edit(site)
    assert refused.value.args[0].startswith(sentence)


def test_a_comment_belongs_to_its_issue(world: tuple[JiraSite, Clock]) -> None:
    site, _ = world
    comment = site.write_comment("ONB-1", ANA, "hello").id
    with pytest.raises(KeyError):
        site.edit_comment("ONB-2", comment, ANA, "other")
    with pytest.raises(KeyError):
        site.delete_comment("ONB-2", comment)
    assert [text_of(kept.body) for kept in site.comments("ONB-1")] == ["hello"]


@pytest.mark.parametrize(
    ("moment", "stamp"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30:00.000+0200"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T02:30:00.000+0100"),
        (datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC), "2026-07-01T14:00:00.123+0200"),
    ],
)
def test_timestamps_are_in_the_zone_of_the_site(
    world: tuple[JiraSite, Clock], moment: datetime, stamp: str
) -> None:
    assert world[0].stamp(moment) == stamp


@pytest.mark.parametrize("seed", range(5))
def test_the_index_lags_by_exactly_its_lag_and_narrowing_loses_nothing(seed: int) -> None:
    site, clock = planned("cloud")
    site.index_lag = timedelta(minutes=3)
    dice, seen = random.Random(seed), []
    for _ in range(60):
        clock.forward(minutes=1)
        key = dice.choice(["ONB-2", "ONB-3", "ONB-4"])
        site.reparent(key, dice.choice(["ONB-1", "ONB-5"]))
        truth = {issue.id for issue in site.issues() if issue.parent == "10001"}
        seen.append((clock.moment, truth))
        late = [children for at, children in seen if at <= clock.moment - site.index_lag]
        if late:
            assert set(search(site, Asked("parent = ONB-1"))) == late[-1]
