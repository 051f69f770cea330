from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.connectors.sandbox.asana_client import Client, serving

EXPIRED = (400, "offset: Your pagination token has expired.")


@pytest.fixture
def client() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def project(client: Client) -> str:
    return client.site.add_project("Emails")


def walk(client: Client, path: str, **query: str) -> list[list[str]]:
    pages: list[list[str]] = []
    offset: dict[str, str] = {}
    while True:
        body = client.send("GET", path, **query, **offset).json()
        pages.append([row["gid"] for row in body["data"]])
        if body["next_page"] is None:
            return pages
        offset = {"offset": body["next_page"]["offset"]}


def first_offset(client: Client, path: str, **query: str) -> str:
    offset: str = client.send("GET", path, **query).json()["next_page"]["offset"]
    return offset


def test_pages_hold_every_task_once(client: Client, project: str) -> None:
    gids = [client.site.add_task(project, f"Task {n}") for n in range(250)]
    pages = walk(client, f"/projects/{project}/tasks", limit="100", opt_fields="completed")
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [gid for page in pages for gid in page] == gids
    assert sorted(gids) == gids


def test_a_full_last_page_has_no_next(client: Client, project: str) -> None:
    for number in range(4):
        client.site.add_task(project, f"Task {number}")
    assert [len(page) for page in walk(client, "/tasks", project=project, limit="2")] == [2, 2]


def test_next_page_names_its_address(client: Client, project: str) -> None:
    for number in range(3):
        client.site.add_task(project, f"Task {number}")
    following = client.send("GET", "/tasks", project=project, limit="2").json()["next_page"]
    parts = urlsplit(following["uri"])
    assert following["uri"].endswith(following["path"])
    assert parts.path == "/api/1.0/tasks"
    assert parse_qs(parts.query)["offset"] == [following["offset"]]
    assert len(client.session.get(following["uri"], headers=client.headers, timeout=5).json()["data"]) == 1


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_limits_outside_one_to_a_hundred(client: Client, limit: str) -> None:
    expected = (400, f"limit: Must be between 1 and 100, not {limit}")
    assert client.refused("GET", "/projects", limit=limit) == expected


def test_offsets_expire_and_fit_their_listing_only(client: Client, project: str) -> None:
    for number in range(3):
        client.site.add_task(project, f"Task {number}")
    path = f"/projects/{project}/tasks"
    offset = first_offset(client, path, limit="1")
    assert client.refused("GET", path, limit="1", offset="nonsense") == EXPIRED
    assert client.refused("GET", "/tasks", project=project, limit="1", offset=offset) == EXPIRED
    assert client.get(path, limit="1", offset=offset)
    client.site.expire_offsets()
    assert client.refused("GET", path, limit="1", offset=offset) == EXPIRED


def test_an_offset_needs_a_limit(client: Client) -> None:
    expected = (400, "limit: Missing input: an offset is only taken together with a limit")
    assert client.refused("GET", "/projects", offset="x") == expected


def test_long_listings_need_pages(client: Client, project: str) -> None:
    for number in range(1001):
        client.site.add_task(project, f"Task {number}")
    status, message = client.refused("GET", f"/projects/{project}/tasks")
    assert status == 400
    assert message.startswith("The result is too large. You should use pagination")


def test_a_listing_that_ends_too_early_says_so(client: Client, project: str) -> None:
    for number in range(5):
        client.site.add_task(project, f"Task {number}")
    client.site.listing_wall = 4
    path = f"/projects/{project}/tasks"
    offset = first_offset(client, path, limit="4")
    expected = (400, "The result was truncated: the set is too large to be listed to its end.")
    assert client.refused("GET", path, limit="4", offset=offset) == expected


def test_tasks_need_something_to_be_listed_by(client: Client) -> None:
    message = "You should specify one of project, tag, section, user task list, or assignee + workspace"
    assert client.refused("GET", "/tasks") == (400, message)


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_completed_since(client: Client, project: str) -> None:
    site = client.site
    site.add_task(project, "Early", completed=True)
    client.clock.on(days=2)
    site.add_task(project, "Late", completed=True)
    site.add_task(project, "Open")
    path, since = f"/projects/{project}/tasks", (client.clock.at - timedelta(days=1)).isoformat()
    assert names(client.get(path)) == ["Early", "Late", "Open"]
    assert names(client.get(path, completed_since="now")) == ["Open"]
    assert names(client.get(path, completed_since=since)) == ["Late", "Open"]
    expected = (400, "completed_since: Not a valid date and time: soon")
    assert client.refused("GET", path, completed_since="soon") == expected


def test_modified_since_is_known_to_one_of_the_two_lists(client: Client, project: str) -> None:
    old = client.site.add_task(project, "Old")
    client.clock.on(hours=1)
    client.site.add_task(project, "New")
    since = client.clock.at.isoformat()
    assert names(client.get("/tasks", project=project, modified_since=since)) == ["New"]
    assert names(client.get(f"/projects/{project}/tasks", modified_since=since)) == ["Old", "New"]
    client.site.complete(old)
    assert names(client.get("/tasks", project=project, modified_since=since)) == ["Old", "New"]
    client.site.delete_task(old)
    assert names(client.get("/tasks", project=project, modified_since=since)) == ["New"]


@pytest.mark.parametrize(("touched", "expected"), [(False, []), (True, ["Moved"])])
def test_a_move_changes_modified_at_or_not(
    client: Client, project: str, touched: bool, expected: list[str]
) -> None:
    task = client.site.add_task(project, "Moved")
    other = client.site.add_project("Other")
    client.site.moves_touch_modified = touched
    client.clock.on(hours=1)
    client.site.move(task, other)
    since = client.clock.at.isoformat()
    assert names(client.get("/tasks", project=other, modified_since=since)) == expected
    assert client.get(f"/projects/{project}/tasks") == []


def test_a_task_in_two_projects_is_in_both_lists(client: Client, project: str) -> None:
    other = client.site.add_project("Other")
    task = client.site.add_task(project, "Shared")
    client.site.add_to_project(task, other)
    assert [row["gid"] for row in client.get("/tasks", project=other)] == [task]
    found = client.get(f"/tasks/{task}", opt_fields="projects,memberships.project.name")
    assert [row["gid"] for row in found["projects"]] == [project, other]
    assert found["memberships"][1] == {"project": {"gid": other, "name": "Other"}}
    client.site.hide_project(other)
    assert [row["gid"] for row in client.get(f"/tasks/{task}")["projects"]] == [project]
    client.site.reveal_project(other)
    client.site.delete_project(project)
    assert client.get(f"/tasks/{task}")["name"] == "Shared"


def test_subtasks_are_not_in_the_project(client: Client, project: str) -> None:
    task = client.site.add_task(project, "Parent")
    subtask = client.site.add_task(None, "Child", parent=task)
    assert [row["gid"] for row in client.get(f"/projects/{project}/tasks")] == [task]
    assert [row["gid"] for row in client.get(f"/tasks/{task}/subtasks")] == [subtask]
    assert client.get(f"/tasks/{task}", opt_fields="num_subtasks")["num_subtasks"] == 1


def test_portfolio_items_are_projects_and_portfolios(client: Client, project: str) -> None:
    site = client.site
    secret = site.add_project("Secret")
    inner = site.add_portfolio("Inner")
    outer = site.add_portfolio("Outer", [project, inner, secret], owner=site.bot.gid)
    site.hide_project(secret)
    items = client.get(f"/portfolios/{outer}/items", opt_fields="resource_type,completed", limit="100")
    assert items == [
        {"gid": project, "resource_type": "project", "completed": False},
        {"gid": inner, "resource_type": "portfolio"},
    ]
    assert [row["gid"] for row in client.get("/portfolios")] == [outer]
    assert client.get(f"/portfolios/{inner}")["name"] == "Inner"


def test_search_is_paid_and_may_look_for_milestones_unless_told(client: Client, project: str) -> None:
    client.site.add_task(project, "Task")
    client.site.add_task(project, "Beta", resource_subtype="milestone")
    path = f"/workspaces/{client.site.workspace['gid']}/tasks/search"
    expected = (402, "Payment Required: Search is not available on this plan.")
    assert client.refused("GET", path) == expected
    client.site.paid = True
    assert set(names(client.get(path, **{"projects.any": project}))) == {"Task", "Beta"}
    client.site.search_finds_all = False
    assert names(client.get(path, **{"projects.any": project})) == ["Beta"]
    found = client.get(path, **{"projects.any": project}, resource_subtype="default_task")
    assert names(found) == ["Task"]
    refused = client.refused("GET", path, limit="500")
    assert refused == (400, "limit: Must be between 1 and 100, not 500")


def test_search_by_portfolio_finds_what_changed(client: Client, project: str) -> None:
    client.site.paid = True
    bets = client.site.add_portfolio("Bets", [project])
    client.site.add_task(client.site.add_project("Other"), "Elsewhere")
    for name in ("Old", "Middle", "New"):
        client.site.add_task(project, name)
        client.clock.on(hours=1)
    path = f"/workspaces/{client.site.workspace['gid']}/tasks/search"
    query = {"portfolios.any": bets, "modified_at.after": "2026-10-05T09:30:00Z"}
    assert names(client.get(path, **query, resource_subtype="default_task")) == ["New", "Middle"]


def test_status_updates_newest_first_and_the_last_is_current(client: Client, project: str) -> None:
    first = client.site.post_status(project, "on_track", "Fine")
    client.clock.on(days=1)
    fields = {"parent": project, "status_type": "at_risk", "title": "Late", "text": "two weeks"}
    second = client.write("POST", "/status_updates", expected=201, **fields)
    assert second["author"]["gid"] == client.site.bot.gid
    listed = client.get("/status_updates", parent=project, limit="10")
    assert [row["gid"] for row in listed] == [second["gid"], first]
    since = client.clock.at.isoformat()
    assert len(client.get("/status_updates", parent=project, created_since=since)) == 1
    client.write("DELETE", f"/status_updates/{second['gid']}")
    current = client.get(f"/projects/{project}", opt_fields="current_status_update.title,modified_at")
    assert current["current_status_update"] == {"gid": first, "title": "Fine"}
    assert current["modified_at"] == "2026-10-05T09:00:00.000Z"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status_type": "on_track", "text": "x"}, "parent: Missing input"),
        (
            {"parent": "P", "status_type": "met", "text": "x"},
            "status_type: Value is not valid: met",
        ),
        ({"parent": "P", "status_type": "on_track"}, "text: Missing input"),
    ],
)
def test_status_updates_that_are_refused(
    client: Client, project: str, fields: dict[str, str], message: str
) -> None:
    sent = {name: project if value == "P" else value for name, value in fields.items()}
    assert client.refused("POST", "/status_updates", {"data": sent}) == (400, message)


def test_another_ones_status_update_stays(client: Client, project: str) -> None:
    status = client.site.post_status(project, "on_track", "Fine")
    expected = (403, "You do not have access to this status_update.")
    assert client.refused("DELETE", f"/status_updates/{status}") == expected
    assert client.refused("GET", "/status_updates") == (400, "parent: Missing input")


def test_a_search_of_the_whole_workspace_oldest_first_and_late(client: Client, project: str) -> None:
    client.site.paid = True
    for name in ("Old", "New"):
        client.site.add_task(project, name)
        client.clock.on(minutes=1)
    path = f"/workspaces/{client.site.workspace['gid']}/tasks/search"
    assert names(client.get(path, sort_ascending="true")) == ["Old", "New"]
    client.site.search_lag = 90
    assert names(client.get(path)) == ["Old"]


def test_the_role_of_the_tokens_user_in_a_project(client: Client, project: str) -> None:
    path = f"/projects/{project}/project_memberships"
    (member,) = client.get(path, user="me", limit="100")
    assert member["access_level"] == "editor"
    client.site.forbid_writes(project)
    (member,) = client.get(path, user="me", limit="100")
    assert member["access_level"] == "viewer"
