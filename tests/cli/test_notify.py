"""`syncer sync` tells people over real HTTP; nothing else does, and the address is shown nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.world import World
from tests.notify.postbox import SECRET, Postbox, postbox

EVERYTHING = "signal.opened, signal.closed, digest.weekly, connection.failed, connection.recovered"
CONFIDENTIAL = ("retention", "Lift net revenue", "101.3", "109.7", "GRO-4", "Renewal", "renewals")


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as made:
        yield made


@pytest.fixture
def told(acme: World, box: Postbox) -> World:
    """The story's folder with a reader of everything."""
    keep_address(acme, box.url)
    acme.edit(
        "connections:\n", f"notify:\n  - {{to: {{file: news_url}}, on: [{EVERYTHING}]}}\nconnections:\n"
    )
    return acme


def keep_address(acme: World, url: str) -> None:
    (acme.folder / "secrets" / "news_url").write_text(url + "\n", encoding="utf-8")


def test_a_sync_tells_once_and_a_second_one_is_silent(told: World, box: Postbox) -> None:
    ran = told.run("sync")

    assert ran.code == 0
    assert "  told {file: news_url}\n" in ran.out
    (letter,) = box.take()
    assert letter.title.startswith("okr-syncer acme: ")
    opened = told.rows("SELECT count(*) FROM signals WHERE signal_id NOT LIKE 'retention/%'")[0][0]
    assert f" {opened} signals opened" in letter.title
    assert [word for word in CONFIDENTIAL if word in f"{letter.title}{letter.body}"] == []

    assert told.run("sync").code == 0
    assert box.take() == []


def test_a_connection_that_fails_and_recovers_is_told_once_each(told: World, box: Postbox) -> None:
    assert told.run("sync").code == 0
    box.take()
    good, told.story.sites.cloud.token = told.story.sites.cloud.token, "another"
    for _ in range(2):
        assert told.run("sync").code == 4
    (failed,) = box.take()
    assert failed.title == "okr-syncer acme: 1 connection failed"
    assert failed.body.startswith("Could not be read\n- connection jira: failing since ")

    told.story.sites.cloud.token = good
    for _ in range(2):
        assert told.run("sync", "--force").code == 0
    (recovered,) = box.take()
    assert recovered.body == "Works again\n- connection jira: read again"


@pytest.mark.parametrize("command", [["plan"], ["sync", "--dry-run"], ["sync", "--pull-only"], ["check"]])
def test_what_is_no_full_sync_tells_nobody(told: World, box: Postbox, command: list[str]) -> None:
    assert told.run(*command).code == 0
    assert (box.take(), box.refused) == ([], 0)


def test_a_reader_that_cannot_be_reached_fails_no_sync_and_is_in_the_status(
    told: World, box: Postbox
) -> None:
    box.answer = 500
    sentence = "{file: news_url}: the service did not take the message; "

    ran = told.run("sync")
    assert ran.code == 0
    assert f"  ! not told: {sentence}" in ran.out
    status = told.run("status")
    assert "  ! not told since " in status.out
    assert sentence in status.out
    (untold,) = told.run("--json", "status").json["acme"]["untold"]
    assert untold["reader"] == "{file: news_url}"

    box.answer = 200
    assert "  told {file: news_url}\n" in told.run("sync").out
    assert len(box.take()) == 1
    assert "not told" not in told.run("status").out


@pytest.mark.parametrize("command", [["sync"], ["status"], ["check"], ["config", "show"], ["plan"]])
@pytest.mark.parametrize("answer", [200, 500])
def test_no_command_shows_the_address(told: World, box: Postbox, command: list[str], answer: int) -> None:
    box.answer = answer
    told.run("sync")
    for flags in (["-v"], ["-v", "--json"]):
        ran = told.run(*flags, *command)
        assert SECRET not in ran.out + ran.err
    assert SECRET.encode() not in told.database.read_bytes()


def test_check_names_the_service_or_what_is_wrong_with_the_address(told: World) -> None:
    assert "notify       ok   {file: news_url}: JSON, nothing sent\n" in told.run("check").out

    keep_address(told, f"nonsense://{SECRET}")
    ran = told.run("check")
    assert "notify       FAIL {file: news_url} is no URL that Apprise knows; " in ran.out
    assert (ran.code, SECRET in ran.out + ran.err) == (1, False)


def test_an_address_that_is_not_there_is_named_by_its_place(told: World) -> None:
    (told.folder / "secrets" / "news_url").unlink()
    ran = told.run("sync")
    assert ran.code == 0
    assert "  ! not told: secret file news_url is not there; looked in " in ran.out
