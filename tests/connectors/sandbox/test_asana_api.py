from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from connectors.sandbox.asana_answers import balancer_page, server_error
from connectors.sandbox.asana_site import AsanaSite
from tests.connectors.sandbox.asana_client import ANA, Client, serving

ENVELOPE = "data: Missing input: the body of a write is wrapped in a data object"


@pytest.fixture
def client() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def site(client: Client) -> AsanaSite:
    return client.site


@pytest.fixture
def project(site: AsanaSite) -> str:
    return site.add_project("Emails", owner=ANA, due_on="2026-12-01", start_on="2026-10-01")


def test_me_is_the_bot(client: Client, site: AsanaSite) -> None:
    me = client.get("/users/me")
    assert (me["gid"], me["name"], me["resource_type"]) == (site.bot.gid, "okr-bot", "user")
    assert client.get(f"/users/{ANA}", opt_fields="email") == {"gid": ANA, "email": "ana@acme.example"}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic abc"])
def test_without_the_token_nothing_is_answered(client: Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = client.session.get(f"{client.url}/users/me", headers=headers, timeout=5)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"] == "Not Authorized"


def test_a_revoked_token_is_refused(client: Client, site: AsanaSite) -> None:
    site.token_revoked = True
    assert client.refused("GET", "/users/me") == (401, "Not Authorized")


def test_the_rate_limit_refuses_the_next_requests_only(client: Client, site: AsanaSite) -> None:
    site.rate_limited, site.retry_after = 2, 7
    answer = client.send("GET", "/users/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert client.refused("GET", "/users/me") == (
        429,
        "You have made too many requests recently. Please, be chill.",
    )
    assert client.get("/users/me")


def test_task_counts_have_a_limit_of_their_own(client: Client, site: AsanaSite, project: str) -> None:
    site.counts_limited = 1
    assert client.get(f"/projects/{project}")
    assert client.send("GET", f"/projects/{project}/task_counts").status_code == 429
    assert client.get(f"/projects/{project}/task_counts") == {}


def test_a_project_names_its_owner_and_its_status(client: Client, site: AsanaSite, project: str) -> None:
    fields = "name,due_on,owner.name,current_status_update.status_type,current_status_update.author.gid,typo"
    assert client.get(f"/projects/{project}", opt_fields=fields) == {
        "gid": project,
        "name": "Emails",
        "due_on": "2026-12-01",
        "owner": {"gid": ANA, "name": "Ana Ruiz"},
        "current_status_update": None,
    }
    status = site.post_status(project, "at_risk", "Late", ANA)
    found = client.get(f"/projects/{project}", opt_fields=fields)["current_status_update"]
    assert found == {"gid": status, "status_type": "at_risk", "author": {"gid": ANA}}


def test_lists_are_compact_without_opt_fields(client: Client, project: str) -> None:
    assert client.get("/projects") == [{"gid": project, "resource_type": "project", "name": "Emails"}]


def test_archived_projects_are_left_out_only_when_asked(
    client: Client, site: AsanaSite, project: str
) -> None:
    old = site.add_project("Old")
    site.archive_project(old)

    def listed(**query: str) -> list[str]:
        return [row["gid"] for row in client.get(f"/workspaces/{site.workspace['gid']}/projects", **query)]

    assert listed() == [project, old]
    assert listed(archived="false") == [project]
    assert listed(archived="true") == [old]
    assert client.get(f"/projects/{old}", opt_fields="archived")["archived"] is True


def test_deleted_unknown_and_hidden_are_told_apart(client: Client, site: AsanaSite, project: str) -> None:
    task = site.add_task(project, "One")
    site.hide_project(project)
    assert client.refused("GET", f"/projects/{project}") == (403, "You do not have access to this project.")
    assert client.refused("GET", f"/tasks/{task}") == (403, "You do not have access to this task.")
    assert client.get("/projects") == []
    site.reveal_project(project)
    assert client.get(f"/tasks/{task}")["name"] == "One"
    site.delete_project(project)
    for kind, gid in (("project", project), ("task", task)):
        expected = (404, f"{kind}: Not a recognized ID: {gid}")
        assert client.refused("GET", f"/{kind}s/{gid}") == expected
    assert client.refused("GET", "/projects/none") == (400, "project: Not a Long: none")
    assert client.refused("GET", "/projects", workspace="9") == (404, "workspace: Not a recognized ID: 9")


def test_paths_and_methods_asana_does_not_have(client: Client, site: AsanaSite, project: str) -> None:
    status = site.post_status(project, "on_track", "Fine")
    unknown = (404, "No matching route for request")
    assert client.refused("GET", "/conversations") == unknown
    assert client.refused("PUT", f"/status_updates/{status}", {"data": {"title": "x"}}) == unknown
    assert client.refused("POST", f"/projects/{project}/stories", {"data": {"text": "x"}}) == unknown


def test_counts_need_opt_fields(client: Client, site: AsanaSite, project: str) -> None:
    site.add_task(project, "One", completed=True)
    site.add_task(project, "Beta", resource_subtype="milestone")
    path = f"/projects/{project}/task_counts"
    assert client.get(path) == {}
    fields = "num_tasks,num_completed_tasks,num_incomplete_tasks,num_milestones,num_completed_milestones"
    assert client.get(path, opt_fields=fields) == {
        "num_tasks": 2,
        "num_completed_tasks": 1,
        "num_incomplete_tasks": 1,
        "num_milestones": 1,
        "num_completed_milestones": 0,
    }


@pytest.mark.parametrize("document", [None, {}, {"name": "x"}, [], {"data": "x"}])
def test_writes_need_the_envelope(client: Client, project: str, document: object) -> None:
    assert client.refused("POST", "/tasks", document) == (400, ENVELOPE)


def test_a_body_that_is_not_json(client: Client, site: AsanaSite) -> None:
    headers = {"Authorization": f"Bearer {site.token}"}
    answer = requests.post(f"{client.url}/tasks", data="{", headers=headers, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Could not parse request data, invalid JSON"


def test_the_deprecation_header_is_on_refusals_too(client: Client, site: AsanaSite) -> None:
    site.asana_change = "name=new_goals;info=https://asana.example/x;affected=true"
    assert client.send("GET", "/users/me").headers["Asana-Change"] == site.asana_change
    assert client.send("GET", "/nowhere").headers["Asana-Change"] == site.asana_change


def test_faults_have_asanas_face(client: Client) -> None:
    client.stand_in.fault = lambda number, _: (
        server_error("5 sad squid") if number == 1 else balancer_page(503)
    )
    assert client.send("GET", "/users/me").json()["errors"][0]["phrase"] == "5 sad squid"
    page = client.send("GET", "/users/me")
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html")


def test_a_batch_answers_in_order_and_is_refused_whole(client: Client, site: AsanaSite, project: str) -> None:
    actions = [
        {"method": "get", "relative_path": f"/projects/{project}", "options": {"fields": ["name"]}},
        {"method": "get", "relative_path": "/projects/77"},
    ]
    first, second = client.write("POST", "/batch", actions=actions)
    assert (first["status_code"], first["body"]) == (200, {"data": {"gid": project, "name": "Emails"}})
    assert second["status_code"] == 404
    comments = {"method": "post", "relative_path": f"/tasks/{site.add_task(project, 'One')}/stories"}
    [made, refused, odd] = client.write(
        "POST", "/batch", actions=[{**comments, "data": {"text": "hi"}}, comments, "get"]
    )
    assert (made["status_code"], made["body"]["data"]["text"]) == (201, "hi")
    assert refused["body"]["errors"][0]["message"] == "text: Missing input"
    assert odd["body"]["errors"][0]["message"] == "actions: Value is not an array of actions"
    site.rate_limited = 1
    assert client.send("POST", "/batch", {"data": {"actions": actions}}).status_code == 429
    assert client.refused("POST", "/batch", {"data": {"actions": actions * 6}}) == (
        400,
        "actions: Must be between 1 and 10 actions",
    )
