"""Goals, measures and bets are ours, tickets stay where they are: what is stored and shown of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cli.world import World, syncer, writes

SHEETS = [["brief"], ["signals"], ["status"], ["report", "weekly"], ["links", "list"], ["plan"]]
KINDS = {"jira": ["jira", "platform"], "asana": ["asana"]}


def tickets(acme: World) -> dict[str, str]:
    """Key and summary of every issue that nobody linked, in both Jiras."""
    linked = set(re.findall(r"epic: ([A-Z]+-\d+)", acme.file.read_text(encoding="utf-8")))
    sites = (acme.story.sites.cloud, acme.story.sites.datacenter)
    found = {issue.key: issue.summary for site in sites for issue in site.issues() if issue.parent}
    return {key: summary for key, summary in found.items() if key not in linked}


def wanted(acme: World, connections: list[str]) -> list[str]:
    """Leaves those connections alone in the file; the rest of the initiatives is kept by hand."""
    yaml = YAML()
    file = yaml.load(acme.file)
    linked = []
    file["connections"] = {name: file["connections"][name] for name in connections}
    file["status_map"] = {}
    for person in file["people"].values():
        for account in {"jira", "platform", "asana"}.difference(connections):
            person.pop(account, None)
    for objective in file["cycles"][0]["objectives"]:
        for key_result in objective["key_results"]:
            for initiative in key_result["initiatives"]:
                if initiative.get("link", {}).get("connection") in connections:
                    linked.append(initiative["id"])
                else:
                    initiative.pop("link", None)
    yaml.dump(file, acme.file)
    return linked


@pytest.mark.parametrize("command", SHEETS, ids=" ".join)
@pytest.mark.parametrize("flag", [[], ["--json"]], ids=["text", "json"])
def test_no_sheet_names_a_ticket_below_the_linked_item(
    synced: World, command: list[str], flag: list[str]
) -> None:
    below = tickets(synced)
    assert len(below) > 50

    shown = synced.run(*flag, *command).out

    assert [key for key in below if re.search(rf"\b{key}\b", shown)] == []
    assert [summary for summary in below.values() if summary in shown] == []


def test_fifty_more_tickets_are_not_one_row_more(synced: World) -> None:
    tables = [name for (name,) in synced.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    lasting = [name for name in tables if name not in {"sync_runs", "snapshots", "dues", "signals"}]
    flagged = set(synced.rows("SELECT signal_id FROM signals"))
    before = {name: synced.rows(f"SELECT count(*) FROM {name}") for name in lasting}
    for number in range(50):
        synced.story.sites.cloud.add_issue("ONB", "Story", f"One of fifty, {number}", parent="ONB-12")

    assert synced.run("resync", "--initiative", "new-flow").code == 0

    assert {name: synced.rows(f"SELECT count(*) FROM {name}") for name in lasting} == before
    new = set(synced.rows("SELECT signal_id FROM signals")) - flagged
    assert new == {("activation/scope_growth/new-flow",)}, "fifty at once are news, and one line of it"
    assert all(
        "One of fifty" not in str(row) for name in tables for row in synced.rows(f"SELECT * FROM {name}")
    )
    shown = synced.run("links", "show", "new-flow").out
    assert re.search(r"/6\d\b", shown), "the fifty are counted"


def test_taking_a_link_away_leaves_both_sides_as_they_were(synced: World) -> None:
    synced.edit("                link: {connection: jira, epic: ONB-12}\n", "")
    epic = synced.story.sites.cloud.issue("ONB-12")
    known = synced.rows("SELECT item_id, said FROM snapshots ORDER BY id")

    assert synced.run("sync").code == 0

    assert synced.story.sites.cloud.issue("ONB-12") == epic
    assert [request for request in writes(*synced.story.stand_ins) if request.method == "DELETE"] == []
    assert synced.rows("SELECT item_id, said FROM snapshots ORDER BY id")[: len(known)] == known
    assert synced.rows("SELECT count(*) FROM links WHERE initiative_id = 'new-flow'") == [(1,)]


@pytest.mark.parametrize(
    "connections",
    [KINDS["jira"], KINDS["asana"], [*KINDS["jira"], *KINDS["asana"]], []],
    ids=["Jira alone", "Asana alone", "both", "neither"],
)
def test_it_works_with_either_tracker_with_both_and_with_none(acme: World, connections: list[str]) -> None:
    linked = wanted(acme, connections)

    assert acme.run("sync").code == 0
    assert acme.run("check-in", "activation", "37").code == 0

    assert {one for (one,) in acme.rows("SELECT initiative_id FROM links WHERE item_id IS NOT NULL")} == set(
        linked
    )
    assert "Increase Day 7 activation from 34% to 52%" in acme.run("brief").out
    asked = {stand_in for stand_in in acme.story.stand_ins if stand_in.requests}
    assert len(asked) == len(connections)
    if connections:
        assert sum(acme.comments().values()) > 0


def test_a_workspace_file_alone_is_enough_to_begin(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "version: 1\nworkspace: own\ncycles:\n"
        "- id: q\n  start: 2020-01-01\n  end: 2099-12-31\n  objectives:\n"
        "  - id: o\n    title: Why\n    key_results:\n"
        "    - {id: nps, title: Raise NPS from 20 to 40, start: 20, target: 40,"
        " initiatives: [{id: calls, title: Call every new customer}]}\n",
        encoding="utf-8",
    )

    assert syncer("-c", tmp_path, "sync").code == 0
    assert syncer("-c", tmp_path, "check-in", "--initiative", "calls", "--status", "in_progress").code == 0
    assert "in progress" in syncer("-c", tmp_path, "report", "weekly").out


def test_a_bet_that_is_taken_to_another_number_is_said(synced: World) -> None:
    bet = """              - id: fonts
                title: Smaller fonts
                owner: ben
"""
    text = synced.file.read_text(encoding="utf-8")
    assert text.count(bet) == 1
    anchor = "              - id: new-flow\n"
    moved = text.replace(bet, "").replace(anchor, bet + anchor)
    synced.file.write_text(moved, encoding="utf-8")

    planned, ran, again = synced.run("plan"), synced.run("sync"), synced.run("sync")

    said = "  ~ fonts: moved from key result page-load to activation\n"
    assert said in planned.out
    assert said in ran.out
    assert said not in again.out
