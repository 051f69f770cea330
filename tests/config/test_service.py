import os
from pathlib import Path

import pytest

from config.load import ConfigInvalid
from config.service import ServiceSettings, unknown_variables


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):  # noqa: TID251 - the real environment is what is read
        if name.startswith("SYNCER_"):
            monkeypatch.delenv(name)


def said() -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        ServiceSettings.read()
    return [str(problem) for problem in caught.value.problems]


def test_without_variables_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = ServiceSettings.read()
    assert settings.workspaces == Path("workspaces")
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8750)
    assert (settings.log.format, settings.log.level) == ("text", "info")
    assert (settings.queue, settings.workers) == ("local", 4)
    assert settings.resolved_state_dir == Path("workspaces/.syncer")
    assert settings.resolved_secrets_dir == Path("workspaces/secrets")
    url = settings.resolved_database_url.get_secret_value()
    assert url == f"sqlite:///{tmp_path}/workspaces/.syncer/syncer.db"


def test_every_variable_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "WORKSPACES": "/etc/okr",
        "STATE_DIR": "/var/lib/okr",
        "SECRETS_DIR": "/etc/okr-secrets",
        "DATABASE_URL": "postgresql://bot:hunter2@db/okr",
        "WEB__HOST": "::1",
        "WEB__PORT": "80",
        "LOG__FORMAT": "JSON",
        "LOG__LEVEL": "Debug",
        "QUEUE": "postgres",
        "WORKERS": "16",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"SYNCER_{name}", value)
    settings = ServiceSettings.read()
    assert settings.workspaces == Path("/etc/okr")
    assert settings.resolved_state_dir == Path("/var/lib/okr")
    assert settings.resolved_secrets_dir == Path("/etc/okr-secrets")
    assert settings.resolved_database_url.get_secret_value() == "postgresql://bot:hunter2@db/okr"
    assert (settings.web.host, settings.web.port) == ("::1", 80)
    assert (settings.log.format, settings.log.level) == ("json", "debug")
    assert (settings.queue, settings.workers) == ("postgres", 16)
    assert "hunter2" not in repr(settings)
    assert unknown_variables() == ()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_WORKERS", "")
    assert ServiceSettings.read().workers == 4


def test_a_single_file_keeps_its_state_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    assert ServiceSettings.read(file).resolved_state_dir == tmp_path / ".syncer"
    other = ServiceSettings.read().with_workspaces(tmp_path)
    assert other.resolved_state_dir == tmp_path / ".syncer"
    assert other.resolved_secrets_dir == tmp_path / "secrets"


def test_the_command_line_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_WORKSPACES", "/elsewhere")
    assert ServiceSettings.read(tmp_path).workspaces == tmp_path


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SYNCER_WEB__PORT", "http", "SYNCER_WEB__PORT: the value is not a whole number"),
        ("SYNCER_WEB__PORT", "70000", "SYNCER_WEB__PORT: must be at most 65535"),
        ("SYNCER_WEB__PROT", "1", "SYNCER_WEB__PROT: unknown key, did you mean port?"),
        ("SYNCER_WORKERS", "0", "SYNCER_WORKERS: must be at least 1"),
        ("SYNCER_QUEUE", "redis", "SYNCER_QUEUE: the value is not one of 'local' or 'postgres'"),
        (
            "SYNCER_LOG__LEVEL",
            "trace",
            "SYNCER_LOG__LEVEL: the value is not one of 'debug', 'info', 'warning' or 'error'",
        ),
        ("SYNCER_WEB", "1", "SYNCER_WEB: is a group of settings; write SYNCER_WEB__NAME"),
        ("SYNCER_LOG", "json", "SYNCER_LOG: is a group of settings; write SYNCER_LOG__NAME"),
    ],
)
def test_a_wrong_value_is_said_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said() == [f"environment: {sentence}"]


def test_everything_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_WORKERS", "many")
    monkeypatch.setenv("SYNCER_WEB__PORT", "x")
    assert len(said()) == 2


def test_the_database_url_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://db/okr\n", encoding="utf-8")
    monkeypatch.setenv("SYNCER_DATABASE_URL_FILE", str(file))
    assert ServiceSettings.read().resolved_database_url.get_secret_value() == "postgresql://db/okr"
    assert unknown_variables() == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "{file} cannot be read: No such file or directory"),
        (b" \n", "{file} is empty"),
        (b"\xff", "{file} is not text"),
    ],
)
def test_a_secret_file_that_is_set_must_be_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("SYNCER_DATABASE_URL_FILE", str(file))
    assert said() == [f"environment: SYNCER_DATABASE_URL_FILE: {sentence.format(file=file)}"]


def test_a_secret_stands_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABASE_URL", "sqlite://")
    monkeypatch.setenv("SYNCER_DATABASE_URL_FILE", str(tmp_path / "url"))
    sentence = "SYNCER_DATABASE_URL_FILE: SYNCER_DATABASE_URL is set too; keep one of them"
    assert said() == [f"environment: {sentence}"]


def test_unknown_variables_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_WORKER", "3")
    monkeypatch.setenv("SYNCER_ZZZ", "hunter2")
    assert unknown_variables() == (
        "SYNCER_WORKER is no setting of okr-syncer, did you mean SYNCER_WORKERS?",
        "SYNCER_ZZZ is no setting of okr-syncer",
    )


@pytest.mark.parametrize(
    "name",
    [
        "SYNCER_SPECS",
        "SYNCER_PORT",
        "SYNCER_SERVICE_HOST",
        "SYNCER_SERVICE_PORT_HTTP",
        "SYNCER_DB_SERVICE_PORT",
        "SYNCER_PORT_8750_TCP_ADDR",
    ],
)
def test_what_kubernetes_and_the_tests_set_is_no_mistake(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8750")
    assert unknown_variables() == ()
