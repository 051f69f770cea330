"""One bad workspace file, or one broken connector, stops nobody else; nothing is done where none is valid."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from syncer import registry
from tests.cli.world import World

BAD = "version: 1\nworkspace: beta\ntimezone: Nowhere/Else\n"
COMMANDS = [
    ["plan"],
    ["sync"],
    ["resync"],
    ["status"],
    ["brief"],
    ["signals"],
    ["report", "weekly"],
    ["links", "list"],
    ["links", "verify"],
    ["check"],
    ["check-in", "activation", "40"],
    ["config", "show"],
    ["discover"],
]


@pytest.fixture
def mixed(synced: World) -> World:
    (synced.folder / "beta.yaml").write_text(BAD, encoding="utf-8")
    return synced


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_valid_files_are_worked_on(mixed: World, command: list[str]) -> None:
    ran = mixed.run(*command)

    assert ran.code == 5
    assert ran.out
    said = ran.out + ran.err
    assert said.count(f"{mixed.folder / 'beta.yaml'}:3:1: timezone: 'Nowhere/Else' is not a time zone; ") == 1


def test_what_they_had_to_do_is_done(mixed: World) -> None:
    count = "SELECT COUNT(*) FROM snapshots JOIN links USING (item_id) WHERE links.key = 'ONB-12'"
    ((before,),) = mixed.rows(count)
    mixed.story.sites.cloud.rename("ONB-12", "Rebuild it")

    assert mixed.run("sync").code == 5

    assert mixed.rows(count) == [(before + 1,)]


def test_a_failure_beside_it_still_ends_with_5(mixed: World) -> None:
    mixed.story.sites.cloud.token_revoked = True

    assert mixed.run("sync").code == 5


def test_as_json_it_is_an_error_beside_the_document(mixed: World) -> None:
    ran = mixed.run("--json", "brief")

    assert ran.code == 5
    assert len(ran.json["acme"]) == 5
    errors = [json.loads(line)["error"] for line in ran.err.splitlines() if line.startswith("{")]
    assert [one["code"] for one in errors] == ["config"]


def test_nothing_is_done_where_no_file_is_valid(acme: World) -> None:
    acme.edit("version: 1", "version: one")
    (acme.folder / "beta.yaml").write_text(BAD, encoding="utf-8")

    ran = acme.run("sync")

    assert (ran.code, ran.out) == (5, "")
    assert f"{acme.file}:5:1: version: " in ran.err
    assert "beta.yaml:3:1: timezone: " in ran.err
    assert not acme.database.parent.exists()


def test_the_service_serves_the_valid_ones(mixed: World) -> None:
    command = [sys.executable, "-m", "syncer", "-c", str(mixed.folder), "serve", "--log-format=json"]
    environment = {**os.environ, "SYNCER_WEB__PORT": "0"}  # noqa: TID251  a child needs its PATH
    with subprocess.Popen(command, text=True, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        assert "beta.yaml:3:1: timezone: " in process.stderr.readline()
        for line in process.stderr:
            if line.startswith("{") and json.loads(line)["event"] == "serving":
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert process.returncode == 0


USES_IT = """\
version: 1
workspace: beta
connections:
  work: {kind: linear, team: x}
cycles:
  - id: 2026-Q4
    start: 2026-10-01
    end: 2026-12-31
    objectives:
      - id: speed
        title: Be quick
        key_results:
          - id: load
            title: Load in two seconds
            start: 4
            target: 2
            value_from: {connection: work, asana_goal: "1200000000000001"}
            initiatives:
              - {id: cdn, title: CDN, link: {connection: work, jql: label = cdn, comment_on: CDN-1}}
"""


def test_a_connector_that_cannot_be_loaded_concerns_who_uses_it(
    synced: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_linear.py").write_text("raise RuntimeError('no licence')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    broken = EntryPoint("linear", "broken_linear:plugin", registry.GROUP)
    good = list(entry_points(group=registry.GROUP))
    monkeypatch.setattr(registry, "entry_points", lambda group: [broken, *good])
    why = "connector linear of an unknown distribution cannot be loaded: no licence; install it again"

    assert synced.run("brief").code == 0
    (synced.folder / "beta.yaml").write_text(USES_IT, encoding="utf-8")
    ran = synced.run("brief")

    assert ran.code == 5
    assert [line for line in ran.err.splitlines() if "beta.yaml" in line] == [
        f"{synced.folder}/beta.yaml:4:3: connections.work: {why}"
    ], "nothing that hangs on the connection is called wrong"
    assert "Increase Day 7 activation" in ran.out
