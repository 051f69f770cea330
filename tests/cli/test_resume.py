"""`links resume`: what a person deleted comes back when it is asked for."""

from __future__ import annotations

import pytest

from tests.cli.world import World


@pytest.fixture
def opted_out(synced: World) -> World:
    """The comment on ONB-12 was deleted by a person, and a sync has seen it."""
    cloud = synced.story.sites.cloud
    (mine,) = cloud.comments("ONB-12")
    cloud.delete_comment("ONB-12", mine.id)
    synced.run("check-in", "activation", "37")
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")
    synced.run("sync")
    return synced


def test_the_next_sync_writes_it_anew(opted_out: World) -> None:
    ran = opted_out.run("links", "resume", "ONB-12")

    assert (ran.code, ran.out) == (0, "new-flow:jira:ONB-12: the next sync writes its comment anew\n")
    assert "  comment on jira:ONB-12: created\n" in opted_out.run("sync").out
    assert len(opted_out.story.sites.cloud.comments("ONB-12")) == 1


def test_status_names_the_way_back(opted_out: World) -> None:
    assert "not written again until syncer links resume\n" in opted_out.run("status").out
    opted_out.run("links", "resume", "ONB-12")
    assert "links resume" not in opted_out.run("status").out


def test_where_nothing_was_left_alone_it_says_so(synced: World) -> None:
    ran = synced.run("links", "resume", "ONB-12")

    assert ran.out == "new-flow:jira:ONB-12: nothing to resume, its comment: standing\n"


def test_an_unknown_link_is_refused(synced: World) -> None:
    ran = synced.run("links", "resume", "NO-1")

    assert ran.code == 1
    assert "no link is called NO-1; the links are" in ran.err


def test_it_is_said_as_json(opted_out: World) -> None:
    ran = opted_out.run("--json", "links", "resume", "ONB-12")

    assert ran.json == {"acme": [{"link": "new-flow:jira:ONB-12", "resumed": True}]}
