"""What a connection of kind `jira` is configured with in the workspace file."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.fields import ConnectionSettings, Frozen, SecretRef, Url

Deployment = Literal["cloud", "datacenter"]


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not the address of a proxy; write http://host:port")
    if "@" in parts.netloc:
        raise ValueError("a password does not belong in this file; set HTTPS_PROXY for the service instead")
    return value


Proxy = Annotated[str, AfterValidator(_proxy)]
"""Address of an HTTP proxy, without credentials."""


class Visibility(Frozen):
    """Who may see our comments: one group or one project role, by name."""

    group: str | None = Field(default=None, min_length=1)
    role: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.group is None) == (self.role is None):
            raise ValueError("name one of group and role")
        return self


class JiraSettings(ConnectionSettings):
    """One Jira site. On Cloud the token is an API token and belongs to `email`, on Data Center it is a PAT.

    `points_field` is the name or id of the estimate field, or one per project key. `client_cert` is a PEM
    file with certificate and key. `gateway` is where a token with scopes is taken when the site refuses it;
    sites below atlassian.net know it by themselves.
    """

    link_kinds: ClassVar[frozenset[str]] = frozenset({"epic", "project", "version", "jql"})
    comment_kinds: ClassVar[frozenset[str]] = frozenset({"epic"})
    carrier_kind: ClassVar[str | None] = "epic"

    kind: Literal["jira"]
    url: Url
    deployment: Literal["auto", "cloud", "datacenter"] = "auto"
    email: str | None = None
    token: SecretRef
    ca_bundle: str | None = None
    proxy: Proxy | None = None
    client_cert: str | None = None
    gateway: Url | None = None
    points_field: str | dict[str, str] | None = None
    comment_visibility: Visibility | None = None

    @property
    def audience(self) -> str:
        """The group or the role that may see our comments."""
        seen = self.comment_visibility
        return "" if seen is None else f"group {seen.group}" if seen.group else f"role {seen.role}"

    @model_validator(mode="after")
    def _email_fits(self) -> Self:
        if self.deployment == "cloud" and not self.email:
            raise ValueError(EMAIL_NEEDED)
        if self.deployment == "datacenter" and self.email:
            raise ValueError("Jira Data Center takes the token alone; remove email")
        return self


EMAIL_NEEDED: Final = "Jira Cloud needs the email of the account the token belongs to"
