from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.connectors.sandbox.asana_client import Client, serving


@pytest.fixture
def client() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def project(client: Client) -> str:
    return client.site.add_project("Emails")


def token(client: Client, resource: str, **query: str) -> str:
    answer = client.send("GET", "/events", resource=resource, **query)
    assert answer.status_code == 412, answer.text
    assert answer.json()["errors"][0]["message"].startswith("Sync token invalid or too old.")
    sync: str = answer.json()["sync"]
    return sync


def events(client: Client, resource: str, sync: str) -> dict[str, Any]:
    answer = client.send("GET", "/events", resource=resource, sync=sync)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_first_call_gives_a_token_and_the_next_what_changed(client: Client, project: str) -> None:
    task = client.site.add_task(project, "One")
    sync = token(client, project)
    assert events(client, project, sync)["data"] == []
    client.site.complete(task)
    body = events(client, project, sync)
    change, story = body["data"]
    assert (change["action"], change["type"], change["change"]["field"]) == ("changed", "task", "completed")
    assert (change["resource"]["name"], change["user"]["name"]) == ("One", "Ana Ruiz")
    assert (story["type"], story["parent"]["gid"]) == ("story", task)
    assert body["has_more"] is False
    assert events(client, project, sync)["data"] == body["data"]
    assert events(client, project, body["sync"])["data"] == []


def test_events_come_a_hundred_per_token(client: Client, project: str) -> None:
    sync, more, sizes = token(client, project), True, []
    for number in range(125):
        client.site.add_task(project, f"Task {number}")
    while more:
        body = events(client, project, sync)
        sizes.append(len(body["data"]))
        sync, more = body["sync"], body["has_more"]
    assert sizes == [100, 100, 50]


def test_other_projects_are_not_heard(client: Client, project: str) -> None:
    sync = token(client, project)
    client.site.add_task(client.site.add_project("Other"), "Elsewhere")
    assert events(client, project, sync)["data"] == []


def test_what_was_deleted_is_named_by_its_gid(client: Client, project: str) -> None:
    task = client.site.add_task(project, "One")
    sync = token(client, project)
    client.write("DELETE", f"/tasks/{task}")
    [event] = events(client, project, sync)["data"]
    assert (event["action"], event["resource"]) == ("deleted", {"gid": task, "resource_type": "task"})
    assert event["user"]["gid"] == client.site.bot.gid


def test_tokens_expire_when_told_and_after_a_day(client: Client, project: str) -> None:
    sync = token(client, project)
    client.site.expire_syncs()
    sync = token(client, project, sync=sync)
    client.site.add_task(project, "Missed")
    client.clock.on(hours=25)
    client.site.add_task(project, "Later")
    assert token(client, project, sync=sync)
    assert token(client, project, sync="nonsense")


def test_events_can_be_lost(client: Client, project: str) -> None:
    sync = token(client, project)
    client.site.lost_events = 2
    client.site.add_task(project, "Unheard")
    assert events(client, project, sync)["data"] == []
    client.site.add_task(project, "Heard")
    assert [event["resource"]["name"] for event in events(client, project, sync)["data"][:1]] == ["Heard"]


def test_events_of_what_is_gone(client: Client) -> None:
    assert client.refused("GET", "/events", resource="9") == (404, "project: Not a recognized ID: 9")


def test_a_service_account_follows_the_whole_workspace(client: Client, project: str) -> None:
    path = f"/workspaces/{client.site.workspace['gid']}/events"
    assert client.refused("GET", path) == (403, "You do not have access to this workspace.")
    client.site.service_account = True
    sync = client.send("GET", path).json()["sync"]
    other = client.site.add_project("Other")
    client.site.hide_project(other)
    for number in range(600):
        client.site.add_task(other, str(number))
    first = client.send("GET", path, sync=sync).json()
    assert (len(first["data"]), first["has_more"]) == (1000, True)
    last = client.send("GET", path, sync=first["sync"]).json()
    assert 0 < len(last["data"]) < 1000
    assert not last["has_more"]
    assert client.send("GET", path, sync=f"{project}:0:0").status_code == 412
