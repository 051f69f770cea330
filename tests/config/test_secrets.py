from pathlib import Path

import pytest

from config.fields import SecretRef
from config.secrets import Secrets
from syncer.errors import CredentialsError


def env(name: str) -> SecretRef:
    return SecretRef(env=name)


def file(name: str | Path) -> SecretRef:
    return SecretRef(file=str(name))


def said(secrets: Secrets, ref: SecretRef) -> str:
    with pytest.raises(CredentialsError) as caught:
        secrets.resolve(ref)
    return caught.value.sentence


def test_the_environment_is_read_when_asked() -> None:
    environ = {"ACME_TOKEN": "old"}
    secrets = Secrets(environ=environ)
    environ["ACME_TOKEN"] = "new\n"
    assert secrets.resolve(env("ACME_TOKEN")) == "new"


def test_the_environment_is_that_of_the_process_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "12345")
    assert Secrets().resolve(env("ACME_TOKEN")) == "12345"


def test_a_missing_variable_says_what_to_do() -> None:
    assert said(Secrets(environ={}), env("ACME_JIRA_TOKEN")) == (
        "environment variable ACME_JIRA_TOKEN is not set; export it or use {file: …}"
    )


def test_an_empty_variable_is_no_secret() -> None:
    secrets = Secrets(environ={"TOKEN": " \n"})
    assert said(secrets, env("TOKEN")) == "environment variable TOKEN is empty; put the secret there"


def test_a_file_loses_its_trailing_newline_alone(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" s3cret \r\n", encoding="utf-8")
    assert Secrets(environ={}).resolve(file(tmp_path / "token")) == " s3cret "


def test_a_rotated_file_counts_at_once(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, environ={})
    (tmp_path / "token").write_text("old", encoding="utf-8")
    assert secrets.resolve(file("token")) == "old"
    (tmp_path / "token").write_text("new", encoding="utf-8")
    assert secrets.resolve(file("token")) == "new"


def test_the_secrets_directory_goes_before_the_credentials_directory(tmp_path: Path) -> None:
    own, credentials = tmp_path / "own", tmp_path / "credentials"
    for folder in (own, credentials):
        folder.mkdir()
        (folder / "token").write_text(folder.name, encoding="utf-8")
    (credentials / "other").write_text("from systemd", encoding="utf-8")
    secrets = Secrets(own, environ={"CREDENTIALS_DIRECTORY": str(credentials)})
    assert secrets.resolve(file("token")) == "own"
    assert secrets.resolve(file("other")) == "from systemd"


def test_a_missing_file_names_the_places_looked_in(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, environ={"CREDENTIALS_DIRECTORY": "/run/credentials/syncer"})
    assert said(secrets, file("acme_token")) == (
        f"secret file acme_token is not there; looked in {tmp_path}, /run/credentials/syncer, /run/secrets"
    )
    assert said(Secrets(environ={}), file("/nowhere/acme_token")) == (
        "secret file acme_token is not there; looked in /nowhere"
    )


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "token").mkdir()
    assert said(Secrets(tmp_path, environ={}), file("token")) == (
        f"secret file {tmp_path / 'token'} cannot be read: Is a directory"
    )


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    assert said(Secrets(tmp_path, environ={}), file("token")) == (
        f"secret file {tmp_path / 'token'} is empty; put the secret there"
    )


@pytest.mark.parametrize("content", [b"hunter2\nuser: bot\n", b"hunter2\x00", b"hunter2\xff"])
def test_what_cannot_be_a_secret_is_refused_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(CredentialsError) as caught:
        Secrets(tmp_path, environ={}).resolve(file("token"))
    assert caught.value.sentence.startswith(f"secret file {tmp_path / 'token'} ")
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_token_holds_nothing_but_printable_ascii(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\u2013x", encoding="utf-8")
    refused = f"secret file {tmp_path / 'token'} holds characters no token has; copy the token once more"
    assert said(Secrets(tmp_path, environ={}), file("token")) == refused
    assert said(Secrets(environ={"T": "pässword"}), SecretRef(env="T")) == (
        "environment variable T holds characters no token has; copy the token once more"
    )
