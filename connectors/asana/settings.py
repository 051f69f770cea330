"""What a connection of kind `asana` is configured with in the workspace file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from config.fields import ConnectionSettings, Identifier, SecretRef, Url

API: str = "/api/1.0"


def _gid(value: str) -> str:
    if not value.isascii() or not value.isdecimal():
        raise ValueError(f"{value!r} is not a gid: copy the digits out of the address in Asana")
    return value


def _proxy(value: str) -> str:
    if not value.startswith(("http://", "https://")) or "@" in value:
        raise ValueError("a proxy is written http://host:port, without user name and password")
    return value


class AsanaSettings(ConnectionSettings):
    """One connection to Asana; the token is a personal access token or that of a service account."""

    link_kinds: ClassVar[frozenset[str]] = frozenset({"project", "portfolio", "task"})
    not_used_yet: ClassVar[frozenset[str]] = frozenset({"portfolio", "task"})

    kind: Literal["asana"]
    url: Url = "https://app.asana.com"
    workspace_gid: Annotated[Identifier, AfterValidator(_gid)]
    token: SecretRef
    write_to: Literal["task", "off"] = "task"
    ca_bundle: str | None = Field(default=None, min_length=1)
    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    client_cert: str | None = Field(default=None, min_length=1)

    @property
    def base_url(self) -> str:
        """Where the API's paths begin."""
        return f"{self.url}{API}"
