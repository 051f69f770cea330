"""What a connection of kind `asana` is configured with in the workspace file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.fields import ConnectionSettings, Identifier, SecretRef, Url
from connectors.asana.limits import Plan

API: Final = "/api/1.0"


def _gid(value: str) -> str:
    if not value.isascii() or not value.isdecimal():
        raise ValueError(f"{value!r} is not a gid: copy the digits out of the address in Asana")
    return value


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not the address of a proxy; write http://host:port")
    if "@" in parts.netloc:
        raise ValueError("a password does not belong in this file; set HTTPS_PROXY for the service instead")
    return value


class AsanaSettings(ConnectionSettings):
    """One Asana workspace; the token is a personal access token or that of a service account.

    `write_to` says where rollups go: one task of ours in each project, or nowhere. `rollup_task` says whether
    that task is made as an open one or as one that is completed; a later change is left alone. `plan` is
    that of its domain and decides how many requests a minute it takes. `client_cert` is a PEM file with
    certificate and key.
    """

    link_kinds: ClassVar[frozenset[str]] = frozenset({"project", "portfolio", "task"})
    comment_kinds: ClassVar[frozenset[str]] = frozenset({"project", "task"})
    value_kinds: ClassVar[frozenset[str]] = frozenset({"asana_goal"})

    kind: Literal["asana"]
    url: Url = "https://app.asana.com"
    workspace_gid: Annotated[Identifier, AfterValidator(_gid)]
    token: SecretRef
    write_to: Literal["task", "off"] = "task"
    rollup_task: Literal["open", "completed"] = "open"
    plan: Plan = "auto"
    ca_bundle: str | None = Field(default=None, min_length=1)
    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    client_cert: str | None = Field(default=None, min_length=1)

    @property
    def publishes(self) -> bool:
        """Rollups go nowhere with `write_to: off`."""
        return self.write_to == "task"

    @property
    def base_url(self) -> str:
        """Where the API's paths begin."""
        return f"{self.url}{API}"
