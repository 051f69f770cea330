"""Secrets, read at the moment they are used: so a rotated one counts without a restart."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from syncer.errors import CredentialsError
from syncer.ports import SecretReference

_CONTAINER_SECRETS: Final = Path("/run/secrets")  # docs.docker.com/compose/how-tos/use-secrets


class Secrets:
    """Finds what a reference names, in the environment or in a file.

    A relative file is looked up in `secrets_dir`, then `$CREDENTIALS_DIRECTORY` (systemd), then /run/secrets.
    """

    def __init__(self, secrets_dir: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._secrets_dir = secrets_dir
        self._environ = os.environ if environ is None else environ  # noqa: TID251 - one of its two places

    def resolve(self, ref: SecretReference) -> str:
        """Return the secret without its trailing newline. Raises CredentialsError, never with the content."""
        if ref.env is not None:
            return self._from_environment(ref.env)
        return self._from_file(ref.file or "")

    def _from_environment(self, name: str) -> str:
        value = self._environ.get(name)
        if value is None:
            raise CredentialsError(f"environment variable {name} is not set; export it or use {{file: …}}")
        return _checked(value, f"environment variable {name}")

    def _from_file(self, name: str) -> str:
        candidates = list(self._candidates(Path(name).expanduser()))
        for path in candidates:
            if path.exists():
                return _checked(_read(path), f"secret file {path}")
        looked = ", ".join(str(path.parent) for path in candidates)
        raise CredentialsError(f"secret file {Path(name).name} is not there; looked in {looked}")

    def _candidates(self, file: Path) -> Iterator[Path]:
        if file.is_absolute():
            yield file
            return
        if self._secrets_dir is not None:
            yield self._secrets_dir / file
        credentials = self._environ.get("CREDENTIALS_DIRECTORY")
        if credentials:
            yield Path(credentials) / file
        yield _CONTAINER_SECRETS / file


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CredentialsError(f"secret file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        # Without `from None` the traceback would show the bytes.
        raise CredentialsError(f"secret file {path} is not text; write the secret alone into it") from None


def _checked(text: str, where: str) -> str:
    secret = text.rstrip("\r\n")
    if not secret.strip():
        raise CredentialsError(f"{where} is empty; put the secret there")
    if not secret.isprintable():
        # In a header it would end up, in full, in the HTTP library's error.
        raise CredentialsError(
            f"{where} holds a line break or control character; it must hold the secret alone"
        )
    if not secret.isascii():
        raise CredentialsError(f"{where} holds characters no token has; copy the token once more")
    return secret
