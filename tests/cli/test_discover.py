"""What the tokens can see and nobody linked, and what becomes of the file it is added to."""

from __future__ import annotations

from connectors.sandbox.server import Request, Wire
from tests.cli.world import World, writes

PROJECTS = ["onboarding", "web-app", "growth", "support-desk", "platform"]


def test_it_prints_what_can_be_pasted(acme: World) -> None:
    ran = acme.run("discover")

    assert (ran.code, ran.err) == (0, "")
    url = f"{acme.story.jira.url}/browse/WEB"
    assert f'- id: web-app    # {url}\n  title: "Web app"\n' in ran.out
    assert '  link: {connection: jira, project: "WEB"}\n' in ran.out
    assert writes(*acme.story.stand_ins) == []


def test_what_is_linked_is_not_found_again_under_its_new_key(synced: World) -> None:
    found = synced.run("--json", "discover").json["acme"]

    assert [one["id"] for one in found] == PROJECTS
    assert {one["connection"] for one in found} == {"jira", "platform"}


def test_added_it_is_linked_and_the_file_stays_as_it_was(acme: World) -> None:
    before = acme.file.read_text(encoding="utf-8").splitlines()

    ran = acme.run("discover", "--add", "activation", "--only", "WEB", "--only", "GRO")

    assert (ran.code, ran.out) == (0, f"added 2 to activation in {acme.file}\n")
    after = acme.file.read_text(encoding="utf-8").splitlines()
    fresh = [line for line in after if line not in before]
    assert [line for line in after if line in before] == before
    assert fresh == [
        "              - id: web-app",
        "                title: Web app",
        "                link: {connection: jira, project: WEB}",
        "              - id: growth",
        "                title: Growth",
        "                link: {connection: jira, project: GRO}",
    ]
    assert acme.run("links", "show", "web-app").code == 0


def test_a_second_time_adds_nothing(acme: World) -> None:
    acme.run("discover", "--add", "activation")
    once = acme.file.read_bytes()

    ran = acme.run("discover", "--add", "activation")

    assert (ran.code, ran.out) == (0, f"added 0 to activation in {acme.file}\n")
    assert acme.file.read_bytes() == once
    assert sorted(one.name for one in acme.folder.iterdir()) == [
        "acme.yaml",
        "secrets",
        "workspace.schema.json",
    ]


def test_a_backlog_is_no_focus(acme: World) -> None:
    acme.edit("focus_limit: 5", "focus_limit: 4")
    before = acme.file.read_bytes()

    ran = acme.run("discover", "--add", "page-load")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "5 items are not linked yet, page-load takes 4; choose with --only KEY\n"
    assert acme.file.read_bytes() == before


def test_no_such_key_result(acme: World) -> None:
    ran = acme.run("discover", "--add", "nix")

    assert (ran.code, ran.out) == (2, "")
    assert "no key result is called nix; there are activation, " in ran.err


def test_a_tracker_that_does_not_answer_hides_no_other(acme: World) -> None:
    def refuse(_: int, __: Request) -> Wire:
        return Wire.REFUSE

    acme.story.datacenter.fault = refuse

    ran = acme.run("discover")

    assert ran.code == 3
    assert "- id: web-app" in ran.out
    assert ran.err.startswith("platform: ")


def test_a_foreign_name_is_one_quoted_line(acme: World) -> None:
    acme.story.sites.cloud.edit_project("WEB", name='Web "app"\n  evil: \x1b[31m' + "x" * 300)

    out = acme.run("discover").out
    acme.run("discover", "--add", "activation", "--only", "WEB")

    line = next(line for line in out.splitlines() if line.startswith('  title: "Web'))
    assert line.startswith('  title: "Web \\"app\\" evil: [31mxxx')
    assert line.endswith('x…"')
    assert acme.run("config", "validate").code == 0
