"""What a connection of kind asana may say, and what it is told."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.asana.connector import plugin
from connectors.asana.settings import AsanaSettings

LEAST: dict[str, Any] = {
    "kind": "asana",
    "workspace_gid": "1200000000000001",
    "token": {"env": "ASANA_TOKEN"},
}


def refusal(**fields: Any) -> str:
    """What is said about these settings."""
    with pytest.raises(ValidationError) as caught:
        AsanaSettings.parse({**LEAST, **fields})
    (error,) = caught.value.errors()
    return str(error["msg"])


def test_the_least_there_has_to_be() -> None:
    settings = AsanaSettings.parse(LEAST)
    assert settings.base_url == "https://app.asana.com/api/1.0"
    assert (settings.write_to, settings.allow_http, settings.proxy) == ("task", False, None)


def test_the_plugin_names_its_kind_and_its_settings() -> None:
    assert (plugin.kind, plugin.settings) == ("asana", AsanaSettings)


def test_what_can_be_linked_and_what_takes_a_comment() -> None:
    assert AsanaSettings.link_kinds == {"project", "portfolio", "task"}
    assert AsanaSettings.comment_kinds == {"project", "task"}
    assert AsanaSettings.not_used_yet == set()


def test_digits_without_quotes_are_a_gid() -> None:
    assert AsanaSettings.parse({**LEAST, "workspace_gid": 12}).workspace_gid == "12"


@pytest.mark.parametrize("gid", ["acme", "12/34", "-1", "１２"])
def test_a_workspace_gid_is_digits(gid: str) -> None:
    assert refusal(workspace_gid=gid) == (
        f"Value error, '{gid}' is not a gid: copy the digits out of the address in Asana"
    )


def test_http_needs_leave() -> None:
    assert "http:// sends the token in clear text" in refusal(url="http://asana.example")
    allowed = AsanaSettings.parse({**LEAST, "allow_http": True, "url": "http://asana.example/x/"})
    assert allowed.base_url == "http://asana.example/x/api/1.0"


def test_where_to_write_is_one_of_two() -> None:
    assert refusal(write_to="status_update") == "Input should be 'task' or 'off'"


def test_a_proxy_is_an_address_without_a_password() -> None:
    assert AsanaSettings.parse({**LEAST, "proxy": "http://proxy.example:3128"}).proxy
    assert refusal(proxy="proxy.example") == (
        "Value error, not the address of a proxy; write http://host:port"
    )
    assert refusal(proxy="http://a:b@proxy.example") == (
        "Value error, a password does not belong in this file; set HTTPS_PROXY for the service instead"
    )
