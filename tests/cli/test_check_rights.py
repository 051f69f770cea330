"""What `check` says of rights and clocks beside what can be read."""

from __future__ import annotations

from tests.cli.world import World


def test_a_right_to_comment_that_is_missing_is_named_link_by_link(acme: World) -> None:
    acme.story.sites.cloud.bot_may_comment = False

    ran = acme.run("check")

    assert ran.code == 0
    assert "jira         warn epic ONB-12: no comment can be written, " in ran.out
    assert "add comments" in ran.out.casefold()
    assert "give the token's account that right, or set publish: off" in ran.out
    assert "epic GRO-4: no comment" not in ran.out


def test_nothing_is_said_of_rights_where_nothing_is_published(acme: World) -> None:
    acme.story.sites.cloud.bot_may_comment = False
    text = acme.file.read_text(encoding="utf-8").replace(
        "\ncycles:", "\npublish: {enabled: false}\n\ncycles:"
    )
    acme.file.write_text(text, encoding="utf-8")

    assert "no comment can be written" not in acme.run("check").out


def test_the_time_zone_of_the_tracker_is_shown(acme: World) -> None:
    assert "time zone " in acme.run("check").out
