from pathlib import Path

from config.load import load_workspace, sources
from config.show import describe, unused
from tests.config.models import KINDS

FULL = Path(__file__).parents[2] / "config" / "examples" / "full.yaml"
MINIMAL = FULL.with_name("minimal.yaml")
INITIATIVES = "cycles.2026-Q4.objectives.onboarding.key_results.{}.initiatives"
ACTIVATION = INITIATIVES.format("activation")
FIRST_VALUE = INITIATIVES.format("first-value")


def test_what_a_connector_does_not_act_on_yet_is_named_where_it_stands() -> None:
    assert unused(load_workspace(FULL, KINDS)) == (
        f"{ACTIVATION}.emails.link.project",  # AsanaLike says so itself
    )


def test_defaults_are_not_named() -> None:
    assert unused(load_workspace(MINIMAL, KINDS)) == ()


def test_a_connectors_own_keys_are_named(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    settings = "{kind: asana, workspace_gid: 12, token: {env: T}, proxy: http://p.example}"
    file.write_text(f"version: 1\nworkspace: acme\nconnections:\n  a: {settings}\n", encoding="utf-8")
    assert unused(load_workspace(file, KINDS)) == ("connections.a.proxy",)


def test_every_key_is_shown_with_its_source() -> None:
    lines = describe(load_workspace(FULL, KINDS), sources(FULL))
    shown = {path: (value, source) for path, value, source in lines}
    assert shown["schedule.sync"] == ("every 15m", f"{FULL}:12:3")
    assert shown["schedule.check_in"][0] == "mon 09:00"
    assert shown["signals.window"][0] == "21d"
    assert shown["publish.enabled"][0] == "true"
    assert shown["connections.jira.comment_visibility.group"][0] == "staff"
    assert shown["people.ana.asana"][0] == "1200000000000042"
    assert shown["status_map.jira.Won't Do"][0] == "dropped"
    first_value = "cycles.2026-Q4.objectives.onboarding.key_results.first-value"
    assert shown[f"{first_value}.start"][0] == "9"
    assert shown[f"{first_value}.pace.2026-11-15"][0] == "8"
    assert shown[f"{first_value}.confidential"] == ("false", "default")
    assert shown["notify[0].on"][0] == "signal.opened, digest.weekly, connection.failed"


def test_secrets_are_shown_as_their_reference() -> None:
    shown = {path: value for path, value, _ in describe(load_workspace(FULL, KINDS), {})}
    assert shown["connections.jira.token"] == "{env: ACME_JIRA_TOKEN}"
    assert shown["connections.asana.token"] == "{file: acme_asana_token}"
    assert shown["notify[0].to"] == "{env: ACME_SLACK_URL}"


def test_a_password_in_a_proxy_address_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    settings = "{kind: asana, workspace_gid: 12, token: {env: T}, proxy: http://bot:hunter2@p.example}"
    file.write_text(f"version: 1\nworkspace: acme\nconnections:\n  a: {settings}\n", encoding="utf-8")
    shown = {path: value for path, value, _ in describe(load_workspace(file, KINDS), {})}
    assert shown["connections.a.proxy"] == "http://***@p.example"


def test_without_sources_everything_is_a_default() -> None:
    assert {source for _, _, source in describe(load_workspace(MINIMAL, KINDS), {})} == {"default"}
