"""No command names a confidential key result, its items or their figures to who did not ask for it."""

from __future__ import annotations

import re

import pytest

from tests.cli.world import World

NOTE = "acme: 1 confidential key result is not shown; name one with --kr ID\n"
SECRET = ("retention", "Lift net revenue", "101.3", "109.7", "GRO-4", "Renewal", "renewals")
FRESH = [["plan"], ["sync", "--dry-run"], ["sync"], ["resync"], ["links", "list"], ["links", "show"]]


def told(out: str) -> list[str]:
    return [word for word in SECRET if word in out]


@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", [*FRESH, ["links", "verify"]], ids=" ".join)
def test_it_is_not_named(acme: World, command: list[str], flag: list[str]) -> None:
    ran = acme.run(*flag, *command)

    assert told(ran.out) == []
    assert NOTE in ran.err
    assert ran.code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "--kr", "retention"],
        ["sync", "--kr", "retention"],
        ["resync", "--kr", "retention"],
        ["resync", "--link", "GRO-4"],
        ["resync", "--initiative", "renewals"],
        ["links", "list", "--kr", "retention"],
        ["links", "show", "renewals"],
        ["links", "verify", "jira:GRO-4"],
        ["check", "--kr", "retention"],
    ],
    ids=" ".join,
)
def test_it_is_shown_to_who_names_it(synced: World, command: list[str]) -> None:
    synced.story.sites.cloud.rename("GRO-4", "Renewal guide")

    ran = synced.run(*command)

    assert "GRO-4" in ran.out
    assert NOTE not in ran.err
    assert ran.code == 0


def test_what_has_nothing_to_hide_says_nothing(synced: World) -> None:
    ran = synced.run("sync")

    assert (ran.code, ran.err) == (0, "")


def test_trouble_with_it_is_counted_in_the_exit_code_alone(synced: World) -> None:
    synced.story.sites.cloud.delete("GRO-4")

    ran = synced.run("sync")

    assert (ran.code, told(ran.out), ran.err) == (3, [], NOTE)


def test_check_says_that_it_can_be_read_and_no_more(synced: World) -> None:
    ran = synced.run("check")

    assert "jira         ok   epic GRO-4: readable\n" in ran.out
    assert [word for word in told(ran.out) if word != "GRO-4"] == []
    assert ran.err == NOTE
    named = synced.run("check", "--kr", "retention")
    assert "jira         ok   epic GRO-4: Renewal playbook, planned " in named.out


def test_an_item_that_serves_another_number_too_is_shown(acme: World) -> None:
    acme.edit("link: {connection: jira, epic: GRO-4}", "link: {connection: jira, epic: GRO-3}")

    ran = acme.run("sync")

    assert "  ~ GRO-3 Team invitations: " in ran.out
    assert "retention" not in ran.out


def test_what_is_taken_back_is_counted_and_not_named(synced: World) -> None:
    first = "          - id: activation\n"
    synced.edit(first, f"{first}            confidential: true\n")

    plan, markdown = synced.run("plan"), synced.run("plan", "--format", "markdown")
    as_json = synced.run("--json", "plan").json["workspaces"][0]
    ran = synced.run("sync")

    assert "to close, 3 comments to write. Nothing was changed." in plan.out
    assert "to close, 3 comments to write. Nothing was changed." in markdown.out
    assert (as_json["comments"], as_json["planned"]) == ({"to_write": 3}, [])
    assert ", comments: 3 removed; " in ran.out
    assert "ONB-12" not in plan.out + markdown.out + ran.out


def test_a_refusal_does_not_list_it(synced: World) -> None:
    for command in (["links", "show", "nix"], ["resync", "--link", "nix"]):
        ran = synced.run(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "no link is called nix; the links are\n  new-flow:jira:ONB-12\n  emails:asana:" in ran.err
        assert told(ran.err) == []


def test_a_link_by_its_initiative(synced: World) -> None:
    ran = synced.run("links", "show", "new-flow")

    assert ran.out.startswith("new-flow:jira:ONB-12 (epic) for key result activation\n")
    assert ran.out.count(" for key result ") == 1


def test_no_key_result_of_that_name(synced: World) -> None:
    for command in (["plan"], ["sync"], ["check"], ["links", "list"]):
        ran = synced.run(*command, "--kr", "nix")
        assert ran.code == 2
        assert "no key result is called nix; there are activation, first-response, " in ran.err


@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", [["plan"], ["plan", "--format", "markdown"], ["sync"]], ids=" ".join)
def test_it_is_not_named_when_it_leaves_the_file(synced: World, command: list[str], flag: list[str]) -> None:
    text = synced.file.read_text(encoding="utf-8")
    without, cuts = re.subn(r" {10}- id: retention\n(?: {11,}.*\n)+", "", text)
    assert cuts == 1
    synced.file.write_text(without, encoding="utf-8")

    ran = synced.run(*flag, *command)

    assert ran.code in {0, 3}
    assert told(ran.out) == []


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("shared", [True, False], ids=["shared item", "link taken away"])
def test_a_plan_does_not_show_what_it_takes_back(acme: World, form: str, shared: bool) -> None:
    link, title = "link: {connection: jira, epic: ONB-12}", "Increase Day 7 activation"
    secret = (title, "34 %", "Rebuild the onboarding flow")
    if shared:
        acme.edit("link: {connection: platform, epic: SUP-2}", link)
    acme.run("sync")
    acme.edit("          - id: activation\n", "          - id: activation\n            confidential: true\n")
    if not shared:
        acme.edit(f"                {link}\n", "")

    ran = acme.run("plan", "--format", form)

    assert " the comment on jira:ONB" in ran.out
    assert "hat stands there is not shown: it tells of a key result that is confidential now" in ran.out
    assert [word for word in secret if word in ran.out] == []
    assert title in acme.run("plan", "--kr", "activation", "--format", form).out
