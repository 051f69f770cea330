"""`syncer init`: a first workspace file that is valid, tried live, and holds no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_workspace
from config.workspace import WorkspaceFile
from syncer.registry import load_plugins
from tests.cli.world import World, syncer


def loaded(path: Path) -> WorkspaceFile:
    return load_workspace(path, {kind: plugin.settings for kind, plugin in load_plugins().items()})


def test_it_writes_a_file_that_is_valid_with_its_schema_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "workspaces"

    ran = syncer(
        *("-c", place, "--no-input", "init", "--id", "shop", "--timezone", "Europe/Zurich"),
        *("--jira-url", "https://shop.atlassian.net", "--jira-email", "bot@shop.example"),
        *("--asana-workspace", "1200000000000001"),
    )

    assert ran.code == 0
    file = loaded(place / "shop.yaml")
    assert (file.workspace, file.timezone, sorted(file.connections)) == (
        "shop",
        "Europe/Zurich",
        ["asana", "jira"],
    )
    assert (place / "workspace.schema.json").exists()
    assert (
        "jira: not tried: environment variable SHOP_JIRA_TOKEN is not set; export it or use {file: …}\n"
        in ran.out
    )


def test_it_tries_every_tracker_live(acme: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE_JIRA_TOKEN", acme.story.sites.cloud.token)
    monkeypatch.setenv("LIVE_ASANA_TOKEN", "wrong")

    ran = syncer(
        *("-c", tmp_path, "--no-input", "init", "--id", "live", "--jira-url", acme.story.jira.url),
        *("--jira-email", acme.story.sites.cloud.email, "--asana-workspace", "1200000000000001"),
        *("--asana-url", acme.story.asana.url),
    )

    assert "jira: Jira Cloud knows us as OKR Bot\n" in ran.out
    assert "asana: Asana does not accept the token" in ran.out
    text = (tmp_path / "live.yaml").read_text(encoding="utf-8")
    assert acme.story.sites.cloud.token not in text
    assert "wrong" not in text


def test_it_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text("mine", encoding="utf-8")

    ran = syncer("-c", tmp_path, "--no-input", "init")

    assert ran.code == 1
    assert f"{tmp_path / 'acme.yaml'} is there already and is not overwritten" in ran.err
    assert (tmp_path / "acme.yaml").read_text(encoding="utf-8") == "mine"


def test_answers_that_cannot_work_leave_no_file_behind(tmp_path: Path) -> None:
    ran = syncer("-c", tmp_path, "--no-input", "init", "--id", "shop", "--jira-url", "http://jira.example")

    assert ran.code == 5
    assert "shop.yaml:" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_without_any_tracker_there_is_still_a_file_to_begin_with(tmp_path: Path) -> None:
    assert syncer("-c", tmp_path, "--no-input", "init").code == 0
    assert loaded(tmp_path / "acme.yaml").connections == {}
