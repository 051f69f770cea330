"""config and db: files, schema, sources, and the database's revision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.world import World, syncer


def test_validate_says_all_errors_at_once(acme: World) -> None:
    acme.edit("timezone: UTC", "timezone: Mars/Olympus")
    acme.edit("    deployment: cloud\n", "    deploymnet: cloud\n")
    acme.edit("    token: {file: acme_asana_token}\n", "    token: 1/1200:deadbeef\n")
    acme.edit("link: {connection: jira, epic: ONB-12}", "link: {connection: jria, epic: ONB-12}")

    ran = acme.run("config", "validate")

    assert ran.code == 5
    lines = ran.out.splitlines()
    assert lines[-1] == "4 errors"
    assert all(line.startswith(f"{acme.file}:") for line in lines[:-1])
    told = "\n".join(lines)
    assert "timezone: 'Mars/Olympus' is not a time zone" in told
    assert "did you mean deployment" in told
    assert "did you mean jira" in told
    assert "connections.asana.token: " in told
    assert "deadbeef" not in ran.out + ran.err


def test_validate_as_json(acme: World) -> None:
    acme.edit("timezone: UTC", "timezone: Mars/Olympus")

    ran = acme.run("--json", "config", "validate")

    assert ran.code == 5
    (problem,) = ran.json["problems"]
    assert (problem["file"], problem["line"], problem["path"]) == (str(acme.file), 7, "timezone")
    assert ran.json["valid"] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("workspace: [acme\n", "acme.yaml:2:"),
        ("version: 1\nversion: 1\n", "acme.yaml:2:1: "),
        ("", "acme.yaml"),
        ("\x00\x01", "acme.yaml"),
    ],
    ids=["unreadable", "duplicate key", "empty", "binary"],
)
def test_a_file_that_is_none(acme: World, text: str, sentence: str) -> None:
    acme.file.write_text(text, encoding="utf-8")

    ran = acme.run("config", "validate")

    assert ran.code == 5
    assert sentence in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_ids_are_there_once(acme: World) -> None:
    acme.edit("          - id: first-response\n", "          - id: activation\n")

    ran = acme.run("config", "validate")

    assert ran.code == 5
    assert "activation" in ran.out


def test_an_environment_variable_that_is_not_set(acme: World) -> None:
    acme.edit("    token: {file: acme_asana_token}\n", "    token: {env: ACME_NOWHERE_TOKEN}\n")

    assert acme.run("config", "validate").code == 0
    ran = acme.run("sync")

    assert ran.code == 4
    assert "  asana: credentials: environment variable ACME_NOWHERE_TOKEN is not set" in ran.out


def test_one_bad_file_is_told_beside_a_good_one(acme: World) -> None:
    (acme.folder / "beta.yaml").write_text("version: 1\n", encoding="utf-8")

    ran = acme.run("check", "--offline")

    assert ran.code == 5
    assert f"config       FAIL {acme.folder / 'beta.yaml'}:" in ran.out
    assert f"config       ok   {acme.file}: workspace acme, 15 links\n" in ran.out


def test_validate_another_place(acme: World, tmp_path: Path) -> None:
    ran = syncer("config", "validate", acme.file)

    assert (ran.code, ran.out) == (0, f"{acme.file}: workspace acme is valid\n")


def test_show_names_secrets_and_never_reads_them(acme: World) -> None:
    ran = acme.run("config", "show", "--sources")

    assert ran.code == 0
    assert acme.story.sites.cloud.token not in ran.out
    line = next(line for line in ran.out.splitlines() if line.startswith("connections.jira.token"))
    assert "acme_jira_token" in line
    assert "    # " in line
    assert any(line.startswith("publish.min_interval = ") for line in ran.out.splitlines())


def test_show_as_json(acme: World) -> None:
    rows = acme.run("--json", "config", "show").json["acme"]

    assert {"path", "value", "source"} == set(rows[0])
    assert acme.story.sites.asana.token not in json.dumps(rows)


def test_schema_accepts_what_the_program_accepts(acme: World) -> None:
    printed = json.loads(syncer("config", "schema").out)

    Draft202012Validator.check_schema(printed)
    assert printed == json.loads((acme.folder / "workspace.schema.json").read_text(encoding="utf-8"))


def test_upgrade_sets_the_database_up_once(acme: World) -> None:
    assert acme.run("db", "current").out == "empty; this version wants 0006: run syncer db upgrade\n"
    assert acme.run("db", "upgrade").out == "the database is at 0006, it was empty\n"
    assert acme.run("db", "upgrade").out == "the database is at 0006\n"
    assert acme.run("db", "current").out == "0006; up to date\n"


def test_check_tells_a_database_that_is_not_set_up(acme: World) -> None:
    ran = acme.run("check", "--offline")

    assert ran.code == 0
    assert f"store        warn no database yet at {acme.database}\n" in ran.out
    assert "-> run syncer sync, or syncer db upgrade\n" in ran.out
    assert not acme.database.parent.exists()
