"""The plan as Markdown: readable in a pull request, and nothing foreign in it is markup."""

from __future__ import annotations

import json

from syncer.cli.markdown import escape
from tests.cli.world import World


def test_a_first_plan_shows_every_comment_whole(acme: World) -> None:
    out = acme.run("plan", "--format", "markdown").out

    assert out.startswith("## Plan for acme\n\n")
    assert " to write. Nothing was changed.\n" in out
    assert "\n### Create the comment on jira:ONB\\-12\n\n```diff\n+ OKR rollup" in out
    assert out.count("```") % 2 == 0


def test_a_comment_that_stands_is_shown_as_a_diff(synced: World) -> None:
    synced.run("check-in", "activation", "37")
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")

    out = synced.run("plan", "--format", "markdown").out

    (_, _, after) = out.partition("### Update the comment on jira:ONB\\-12\n\n```diff\n")
    diff = after.partition("\n```")[0].splitlines()
    assert any(line.startswith("- Number: ") for line in diff)
    assert any(line.startswith("+ Number: 37 %") for line in diff)


def test_publishing_that_is_off_is_said(acme: World) -> None:
    acme.edit("version: 1\n", "version: 1\npublish: {enabled: false}\n")

    out = acme.run("plan", "--format", "markdown").out

    assert "Publishing is off for this workspace" in out
    assert "```" not in out


def test_format_json_is_the_same_as_json(acme: World) -> None:
    by_format = json.loads(acme.run("plan", "--format", "json").out)
    by_option = acme.run("--json", "plan").json
    planned = [by["workspaces"][0]["planned"] for by in (by_format, by_option)]
    assert planned[0] == planned[1] != []


def test_foreign_text_is_no_markup() -> None:
    assert escape("@ana **x** ![i](http://e.x) <b> a|b") == (
        "\\@ana \\*\\*x\\*\\* \\!\\[i\\]\\(http://e.x\\) \\<b\\> a\\|b"
    )


def test_a_plan_in_markdown_changes_nothing(acme: World) -> None:
    acme.run("plan", "--format", "markdown")

    assert sum(acme.comments().values()) == 0


def test_a_number_that_could_not_be_read_is_said(acme: World) -> None:
    acme.edit(
        "            min_move: 1\n", "            min_move: 1\n            value_from: {csv: gone.csv}\n"
    )

    out = acme.run("plan", "--format", "markdown").out

    assert "- number activation: " in out.partition("### What cannot be read")[2]
