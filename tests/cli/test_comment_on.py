"""A query's comment on an issue that the file names, from `check` to the issue itself."""

from __future__ import annotations

import pytest

from tests.cli.world import World, writes

WORK = "link: {connection: jira, epic: WEB-4}"


@pytest.fixture
def carrier(acme: World) -> str:
    """An issue that is nobody's epic; the link to WEB-4 has become a query that names it."""
    site = acme.story.sites.cloud
    key = site.issue(min(site.children_of(site.issue("ONB-12").id))).key
    acme.edit(WORK, f'link: {{connection: jira, jql: "project = WEB", comment_on: {key}}}')
    return key


def test_the_issue_has_the_one_comment(acme: World, carrier: str) -> None:
    checked = acme.run("check")
    assert f"jira         ok   comment_on {carrier}: " in checked.out
    assert f"epic {carrier}" not in checked.out

    planned = acme.run("plan")
    assert f"create the comment on jira:{carrier}" in planned.out

    synced = acme.run("sync")
    assert synced.code == 0, synced.out
    (comment,) = [one for one in acme.story.comments() if one.item == carrier]
    assert "In-app tooltips" in comment.text
    assert "WEB-4" not in {one.item for one in acme.story.comments()}
    acme.calm()
    assert acme.run("resync").code == 0
    assert writes(*acme.story.stand_ins) == []


def test_work_below_an_issue_that_only_carries_a_comment_counts_for_nobody(acme: World) -> None:
    acme.edit(WORK, 'link: {connection: jira, jql: "project = WEB", comment_on: WEB-4}')

    out = acme.run("check").out

    alike = [line for line in out.splitlines() if "alike" in line]
    assert "comment_on WEB-4" in out
    assert [line.partition(" in ")[2].partition(",")[0] for line in alike] == [
        "jql project = WEB and epic WEB-5 alike",
        "jql project = WEB and epic WEB-6 alike",
    ]


def test_work_that_two_links_find_below_the_carrier_is_told_of_the_links(acme: World) -> None:
    acme.edit(WORK, 'link: {connection: jira, jql: "parent = WEB-4", comment_on: WEB-4}')
    acme.edit(
        "link: {connection: jira, epic: WEB-6}",
        'link: {connection: jira, jql: "project = WEB AND parent = WEB-4"}',
    )
    site = acme.story.sites.cloud
    count = len(site.children_of(site.issue("WEB-4").id))

    (told,) = [line for line in acme.run("check").out.splitlines() if "alike" in line]

    named = "jql parent = WEB-4 and jql project = WEB AND parent = WEB-4"
    assert told == (f"jira         warn {count} pieces of work in {named} alike, counted for each of them")


def test_a_right_that_is_missing_there_is_told(acme: World, carrier: str) -> None:
    acme.story.sites.cloud.bot_may_comment = False
    assert f"jira         warn comment_on {carrier}: no comment can be written, " in acme.run("check").out


def test_one_that_is_not_there_is_told(acme: World) -> None:
    acme.edit(WORK, 'link: {connection: jira, jql: "project = WEB", comment_on: WEB-999}')
    assert "comment_on WEB-999: not visible" in acme.run("check").out
    synced = acme.run("sync")
    assert synced.code != 0
    assert "comment_on WEB-999: not visible; " in synced.out


def test_it_is_shown_with_its_link(acme: World, carrier: str) -> None:
    acme.run("sync")
    assert f"comment  standing on {carrier}\n" in acme.run("links", "show", "tooltips").out


def test_one_that_is_lost_is_told_wherever_links_are_looked_at(acme: World, carrier: str) -> None:
    acme.run("sync")
    acme.story.sites.cloud.delete(carrier)
    assert acme.run("sync").code == 3

    told = f"comment_on {carrier}: "
    assert told in acme.run("status").out
    assert told in acme.run("links", "show", "tooltips").out
    verified = acme.run("links", "verify", "tooltips")
    assert verified.code == 3
    assert " comment_on " in verified.out


def test_it_can_be_named_to_be_resumed(acme: World, carrier: str) -> None:
    acme.run("sync")
    site = acme.story.sites.cloud
    (comment,) = site.comments(carrier)
    site.delete_comment(carrier, comment.id)
    acme.run("resync")

    resumed = acme.run("links", "resume", carrier)

    assert "the next sync writes its comment anew" in resumed.out


@pytest.mark.parametrize("silent", ["whole", "link", "confidential"])
def test_nothing_is_asked_of_it_where_nothing_may_be_written(acme: World, silent: str) -> None:
    publish = ", publish: off" if silent == "link" else ""
    acme.edit(WORK, f'link: {{connection: jira, jql: "project = WEB", comment_on: ONB-9999{publish}}}')
    if silent == "whole":
        acme.edit("version: 1\n", "version: 1\npublish: {enabled: false}\n")
    if silent == "confidential":
        acme.edit("            min_move: 1\n", "            min_move: 1\n            confidential: true\n")

    assert acme.run("sync").code == 0
