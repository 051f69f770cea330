from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.asana_site import AsanaSite
from tests.connectors.sandbox.asana_client import ANA, Client, serving


@pytest.fixture
def client() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def project(client: Client) -> str:
    return client.site.add_project("Emails")


def test_a_task_is_made_changed_and_deleted(client: Client, project: str) -> None:
    notes = "<body><h1>OKR rollup</h1>marker</body>"
    fields = {"name": "OKR rollup", "projects": [project], "html_notes": notes, "completed": True}
    made = client.write("POST", "/tasks", expected=201, **fields)
    assert (made["completed"], made["notes"]) == (True, "OKR rollup\nmarker")
    assert made["created_by"]["gid"] == client.site.bot.gid
    [stands] = client.site.tasks(project)
    assert (stands["gid"], stands["html_notes"]) == (made["gid"], notes)
    changed = client.write("PUT", f"/tasks/{made['gid']}", name="New", completed=False, notes="plain")
    assert (changed["name"], changed["completed"], changed["notes"]) == ("New", False, "plain")
    client.write("DELETE", f"/tasks/{made['gid']}")
    expected = (404, f"task: Not a recognized ID: {made['gid']}")
    for method in ("GET", "PUT", "DELETE"):
        assert client.refused(method, f"/tasks/{made['gid']}", {"data": {"name": "x"}}) == expected
    assert client.refused("GET", f"/tasks/{made['gid']}/stories") == expected
    assert client.site.tasks(project) == []


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"name": "x"}, 400, "You should specify one of workspace, parent, projects"),
        ({"projects": ["999"]}, 404, "project: Not a recognized ID: 999"),
        ({"projects": "999"}, 400, "projects: Value is not an array of gids: 999"),
        ({"workspace": "999"}, 404, "workspace: Not a recognized ID: 999"),
        ({"parent": "999"}, 404, "task: Not a recognized ID: 999"),
        ({"projects": ["P"], "name": 1}, 400, "name: Value is not a string: 1"),
        ({"projects": ["P"], "completed": "true"}, 400, "completed: Value is not a boolean: true"),
        ({"projects": ["P"], "resource_subtype": "epic"}, 400, "resource_subtype: Value is not valid: epic"),
        ({"projects": ["P"], "notes": "", "html_notes": ""}, 400,
         "notes: Only one of notes and html_notes can be specified"),
        ({"projects": ["P"], "html_notes": "<body><img/></body>"}, 400,
         "html_notes: XML is invalid: unsupported tag <img>"),
    ],
)  # fmt: skip
def test_tasks_that_are_refused(
    client: Client, project: str, fields: dict[str, Any], status: int, message: str
) -> None:
    sent = {**fields, "projects": [project]} if fields.get("projects") == ["P"] else fields
    assert client.refused("POST", "/tasks", {"data": sent}) == (status, message)
    assert client.site.tasks(project) == []


def test_a_put_does_not_move_a_task(client: Client, project: str) -> None:
    task = client.site.add_task(project, "One")
    document = {"data": {"projects": [project]}}
    expected = (400, "projects: Cannot be changed by this request")
    assert client.refused("PUT", f"/tasks/{task}", document) == expected


def test_a_put_that_changes_nothing_leaves_no_trace(client: Client, project: str) -> None:
    task = client.site.add_task(project, "One")
    client.clock.on(hours=1)
    before = client.site.dump()
    client.write("PUT", f"/tasks/{task}", name="One", completed=False)
    assert client.site.dump() == before


@pytest.mark.parametrize("status", ["approved", "rejected", "changes_requested"])
def test_every_answer_completes_an_approval(client: Client, project: str, status: str) -> None:
    task = client.site.add_task(project, "Legal", resource_subtype="approval")
    assert client.get(f"/tasks/{task}")["approval_status"] == "pending"
    client.site.approve(task, status)
    read = client.get(f"/tasks/{task}", opt_fields="completed,approval_status")
    assert read == {"gid": task, "completed": True, "approval_status": status}
    client.write("PUT", f"/tasks/{task}", approval_status="pending")
    assert client.get(f"/tasks/{task}")["completed"] is False


def test_a_project_is_completed_without_its_tasks(client: Client, project: str) -> None:
    client.site.add_task(project, "Open")
    client.site.complete_project(project)
    client.site.rename_project(project, "Mails")
    client.site.set_project(project, due_on="2026-12-24", owner=ANA)
    read = client.get(f"/projects/{project}")
    assert (read["completed"], read["name"], read["due_on"]) == (True, "Mails", "2026-12-24")
    assert read["completed_by"]["name"] == "Ana Ruiz"
    assert client.site.tasks(project)[0]["completed"] is False


def test_edits_to_what_is_not_there_say_so(client: Client) -> None:
    with pytest.raises(KeyError, match="The sandbox has no task 5; it was deleted or never added"):
        client.site.complete("5")


def test_a_loaded_site_is_the_dumped_one(client: Client, project: str) -> None:
    site = client.site
    task = site.add_task(project, "One", completed=True)
    site.comment_as(ANA, task, "hello")
    site.post_status(project, "on_track", "Fine")
    site.hide_project(site.add_project("Secret"))
    site.add_portfolio("Bets", [project])
    site.rate_limited = 3
    again = AsanaSite.load(site.dump(), client.clock)
    assert again.dump() == site.dump()
    assert again.comments(task) == site.comments(task)
    assert again.add_project("Next") == site.add_project("Next")
    again.complete(task, completed=False)
    assert site.tasks(project)[0]["completed"] is True


@pytest.mark.slow
def test_fifty_thousand_tasks_are_read_in_full(client: Client) -> None:
    site = client.site
    projects = [site.add_project(f"Project {n}") for n in range(500)]
    for project in projects:
        for number in range(100):
            site.add_task(project, f"Task {number}", completed=number % 2 == 0)
    fields = "completed,resource_subtype,approval_status,name,created_by.gid"
    total = 0
    for project in projects:
        total += len(client.get(f"/projects/{project}/tasks", limit="100", opt_fields=fields))
    assert total == 50_000
