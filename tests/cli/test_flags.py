"""What holds for every command: global options, JSON, errors, secrets, faults, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.jira.settings import JiraSettings
from syncer.cli import sheets, text
from syncer.cli.main import globals_first
from tests.cli.world import Ran, World, syncer

COMMANDS = [
    ["config", "validate"],
    ["config", "show"],
    ["config", "schema"],
    ["check"],
    ["check", "--offline"],
    ["discover"],
    ["links", "list"],
    ["links", "verify"],
    ["plan"],
    ["sync"],
    ["sync", "--dry-run"],
    ["sync", "--pull-only"],
    ["resync"],
    ["status"],
    ["check-in", "activation", "40"],
    ["check-in", "--initiative", "fonts", "--status", "done"],
    ["signals"],
    ["brief"],
    ["report", "weekly"],
    ["db", "upgrade"],
    ["db", "current"],
]
CANARY = "canary-7f3a9c2e51d84b60"


def child(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "syncer", *map(str, arguments)]
    return subprocess.run(command, text=True, capture_output=True, check=False, timeout=60, **options)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_json_is_one_document_and_nothing_else(synced: World, command: list[str]) -> None:
    ran = synced.run("--json", *command)

    assert ran.code == 0, ran.err
    assert isinstance(ran.json, dict)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_json_there_are_words(synced: World, command: list[str]) -> None:
    ran = synced.run(*command)

    assert ran.code == 0, ran.err
    assert ran.out
    assert not ran.err or ran.err.startswith("acme: 1 confidential key result is not shown")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_json_errors_are_json_on_standard_error(acme: World, command: list[str]) -> None:
    acme.edit("version: 1", "version: one")
    ran = acme.run("--json", *command)

    if command == ["config", "schema"] or command[0] == "db":
        assert ran.code == 0
    elif ran.out:  # what is wrong with the file is the result itself
        assert command in (["config", "validate"], ["check"], ["check", "--offline"])
        assert ran.code == 5
        assert "version" in json.dumps(ran.json)
    else:
        assert ran.code == 5
        assert ran.error["code"] == "config"
        assert ran.error["message"].startswith(f"{acme.file}:")


def test_options_stand_before_or_behind_the_command(synced: World) -> None:
    before = synced.run("--json", "-w", "acme", "db", "current")

    assert before.json == {"current": "0006", "head": "0006"}
    assert syncer("db", "current", "--json", "-w", "acme", "-c", synced.folder) == before
    assert syncer("db", f"--config={synced.folder}", "--json", "current") == before
    assert globals_first(["serve", "--log-format=json"]) == ["--log-format=json", "serve"]
    assert globals_first(["serve", "--log-format", "json"]) == ["--log-format", "json", "serve"]


def test_what_comes_after_two_dashes_is_no_option(synced: World) -> None:
    ran = synced.run("check-in", "activation", "41", "--note", "fine", "--", "--json")

    assert (ran.code, ran.out) == (2, "")
    assert "unexpected extra argument(s) (--json)" in ran.err


def test_usage_is_json_too(acme: World) -> None:
    ran = acme.run("check-in", "activation", "lots", "--json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.error == {
        "code": "usage",
        "message": "Invalid value: 'lots' is not a number; write it like 37 or 5.5",
        "hint": "run it with --help",
    }


def test_a_workspace_that_fails_is_told_in_both_places(synced: World) -> None:
    ran = synced.run("--json", "resync", "--kr", "nix")

    assert ran.code == 1
    assert ran.json["workspaces"] == []
    assert ran.json["errors"][0]["code"] == "skipped"
    assert ran.error["workspace"] == "acme"
    assert ran.error["message"].startswith(
        "no link is called nix; the links are\n  new-flow:jira:ONB-12\n  emails:asana:"
    )
    assert "GRO-4" not in ran.error["message"]


def test_a_traceback_is_for_who_asks_for_it(acme: World) -> None:
    quiet, loud = acme.run("-w", "nix", "status"), acme.run("-w", "nix", "status", "-v")

    assert "Traceback" not in quiet.err
    assert "Traceback (most recent call last)" in loud.err
    assert loud.err.endswith(quiet.err)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_fault_inside_is_a_sentence(synced: World, monkeypatch: pytest.MonkeyPatch, as_json: bool) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("41/0")

    monkeypatch.setattr(sheets, "look", broken)
    sentence = "a fault in okr-syncer itself (ZeroDivisionError); run it again with -v and report it"

    ran = synced.run("brief", *(["--json"] if as_json else []))

    assert (ran.code, ran.out) == (1, "")
    if as_json:
        assert ran.error == {"code": "internal", "message": sentence, "hint": ""}
    else:
        assert ran.err == sentence + "\n"
    assert "41/0" in synced.run("-v", "brief").err


def test_quiet_leaves_the_notes_out_but_no_error(synced: World) -> None:
    assert "confidential" in synced.run("brief").err
    assert synced.run("-q", "brief").err == ""
    assert synced.run("-q", "-w", "nix", "brief").err == "there is no workspace nix; there is acme\n"


def test_a_key_that_a_connector_does_not_act_on_yet_is_named(
    synced: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JiraSettings, "not_used_yet", frozenset({"email"}))

    ran = synced.run("brief")

    assert ran.code == 0
    assert f"{synced.file}: not used yet: connections.jira.email" in ran.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_output_shows_a_token(acme: World, command: list[str]) -> None:
    sites = acme.story.sites
    sites.cloud.token = sites.asana.token = CANARY
    for name in ("acme_jira_token", "acme_asana_token", "acme_platform_token"):
        (acme.folder / "secrets" / name).write_text(CANARY + "\n", encoding="utf-8")

    good, bad = acme.run("-v", *command), acme.run("-v", "--json", *command)

    for printed in (good.out, good.err, bad.out, bad.err):
        assert CANARY not in printed
    assert CANARY.encode() not in acme.database.read_bytes() if acme.database.exists() else True


def test_version() -> None:
    assert syncer("--version") == Ran(0, "okr-syncer 0.1.0\n", "")


def test_without_a_command_there_is_help() -> None:
    ran = syncer()

    assert ran.code == 2
    assert "check-in" in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_as_a_module(acme: World) -> None:
    ran = child("-c", acme.folder, "config", "validate")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{acme.file}: workspace acme is valid\n"


@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_who_leaves_early_is_no_error(acme: World, buffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "syncer", "-c", str(acme.folder), "config", "show"]
    ran = subprocess.run(
        command,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONUNBUFFERED": buffered},
    )
    os.close(writing)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_no_service_to_probe(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_WEB__PORT", str(acme.story.asana.port))
    acme.story.close()

    ran = acme.run("-q", "status", "--probe")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"no service answers at http://127.0.0.1:{acme.story.asana.port}/healthz: "
        "[Errno 111] Connection refused\n-> start one with syncer serve\n"
    )


def test_no_line_drives_a_terminal_and_no_name_floods_it(acme: World) -> None:
    acme.edit("title: Team invitations", f"title: {'very ' * 60}long")
    acme.edit("title: Make the product feel instant", 'title: "Instant\\e[31m\\u202e\\u2028now"')

    ran = acme.run("report", "weekly")

    assert "Instant[31mnow\n" in ran.out
    assert "very very" in ran.out
    assert " long " not in ran.out
    assert max(len(line) for line in ran.out.splitlines()) < 300


def test_a_name_is_one_line_of_at_most_200_characters() -> None:
    assert text.name("a\n b\x1b\u202e") == "a b"
    assert text.name("x" * 200) == "x" * 200
    assert text.name("x" * 201) == "x" * 199 + "…"
