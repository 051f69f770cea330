"""What is left of the vendor's library once its transport is replaced."""

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.asana.client import AsanaClient
from connectors.asana.connector import plugin
from connectors.asana.settings import AsanaSettings
from connectors.asana.wire import wire
from connectors.transport import Transport
from syncer.errors import CredentialsError
from syncer.ports import Context
from tests.connectors.asana.desk import ANA, TOKEN, Desk, OneSecret


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


def test_a_client_leaves_no_threads_behind(desk: Desk) -> None:
    before = set(threading.enumerate())
    client = desk.another()
    assert set(threading.enumerate()) <= before
    client.close()


@pytest.mark.parametrize("name", ["asana", "urllib3"])
def test_a_client_leaves_the_loggers_as_they_were(desk: Desk, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    handlers = [*logger.handlers]
    try:
        desk.another()
        assert logger.level == logging.DEBUG
        assert logger.handlers == handlers
        assert not any(type(handler) is logging.StreamHandler for handler in logger.handlers)
    finally:
        logger.setLevel(logging.NOTSET)


def test_the_plugin_connects_without_sending_anything(desk: Desk) -> None:
    settings = AsanaSettings.model_validate({
        "kind": "asana", "url": desk.stand_in.url, "workspace_gid": "1200000000000001", "token": {"env": "T"},
    })  # fmt: skip
    context = Context(
        workspace="acme", connection="asana", confirm=None, secrets=OneSecret(), clock=desk.clock
    )
    connector = plugin.connect(settings, context)
    assert desk.requests == []
    assert connector.check().account == "okr-bot"
    connector.close()


def test_the_token_goes_in_the_header_and_our_name_with_it(desk: Desk) -> None:
    desk.connector.check()
    (request,) = desk.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"] == "okr-syncer"


def test_a_netrc_does_not_take_the_tokens_place(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert desk.connector.check().account == "okr-bot"


def test_fields_are_asked_for_by_name_in_one_list(desk: Desk) -> None:
    desk.fetch(desk.site.add_project("P"))
    asked = {request.path.rpartition("/")[2]: request.one("opt_fields") for request in desk.requests}
    assert asked["tasks"] == "completed,approval_status,created_at,completed_at,notes,modified_at"
    assert asked["me"] == "name,workspaces.gid"


def test_a_write_is_wrapped_in_data(desk: Desk) -> None:
    gid = desk.site.add_project("P")
    desk.step(gid, "37 %")
    (write,) = desk.stand_in.writes
    assert write.headers["content-type"] == "application/json; charset=utf-8"
    body = json.loads(write.body)
    assert set(body) == {"data"}
    assert set(body["data"]) == {"name", "notes", "projects", "completed"}


def test_tokens_of_two_clients_are_not_mixed_up(desk: Desk) -> None:
    settings = AsanaSettings.model_validate({
        "kind": "asana", "url": desk.stand_in.url, "workspace_gid": "1", "token": {"env": "T"},
    })  # fmt: skip
    second = Transport(wire(settings, "second", confirm=None))
    with pytest.raises(CredentialsError):
        AsanaClient(settings.base_url, "second", second).me()
    desk.connector.check()
    sent = [request.headers["authorization"] for request in desk.requests]
    assert sent == ["Bearer second", f"Bearer {TOKEN}"]


def test_threads_share_one_client_without_mixing_answers(desk: Desk) -> None:
    projects = [desk.site.add_project(f"P{number}", owner=ANA) for number in range(60)]
    outcomes = desk.fetch(*projects)
    assert [getattr(outcome, "item_id", None) for outcome in outcomes] == projects
    assert desk.connector.requests == 1 + 1 + 2 + 60
