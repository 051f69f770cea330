"""Settings models with the keys of the built-in connectors, so that the package is tested on its own."""

from typing import ClassVar, Literal

from config.fields import ConnectionSettings, Identifier, SecretRef, Url


class JiraLike(ConnectionSettings):
    link_kinds: ClassVar[frozenset[str]] = frozenset({"epic", "project", "version", "jql"})
    carrier_kind: ClassVar[str | None] = "epic"

    kind: Literal["jira"]
    url: Url
    deployment: Literal["auto", "cloud", "datacenter"] = "auto"
    email: str | None = None
    token: SecretRef
    ca_bundle: str | None = None
    proxy: str | None = None
    client_cert: str | None = None
    gateway: Url | None = None
    points_field: str | dict[str, str] | None = None
    comment_visibility: dict[str, str] | None = None


class AsanaLike(ConnectionSettings):
    link_kinds: ClassVar[frozenset[str]] = frozenset({"project", "portfolio", "task"})
    value_kinds: ClassVar[frozenset[str]] = frozenset({"asana_goal"})
    not_used_yet: ClassVar[frozenset[str]] = frozenset({"proxy", "project"})

    kind: Literal["asana"]
    url: Url = "https://app.asana.com"
    workspace_gid: Identifier
    token: SecretRef
    write_to: Literal["task", "off"] = "task"
    rollup_task: Literal["open", "completed"] = "open"
    plan: Literal["auto", "free", "paid"] = "auto"
    ca_bundle: str | None = None
    proxy: str | None = None
    client_cert: str | None = None


class FileLike(ConnectionSettings):
    link_kinds: ClassVar[frozenset[str]] = frozenset({"project", "task"})

    kind: Literal["file"]
    path: str
    format: Literal["csv", "json"]
    write_to: Literal["sidecar", "off"] = "sidecar"


KINDS: dict[str, type[ConnectionSettings]] = {"jira": JiraLike, "asana": AsanaLike, "file": FileLike}
