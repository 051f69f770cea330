from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.connectors.sandbox.jira_desk import Desk, cloud_desk, problem


@pytest.fixture
def desk() -> Iterator[Desk]:
    with cloud_desk() as made:
        yield made


def bulk(desk: Desk, *names: str, **more: Any) -> list[dict[str, Any]]:
    answer = desk.post("/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": list(names), **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["issues"]
    return found


def test_search_names_ids_alone_unless_fields_are_asked_for(desk: Desk) -> None:
    first = desk.search("parent = ONB-1 ORDER BY id").json()
    assert first == {"issues": [{"id": "10002"}, {"id": "10003"}, {"id": "10004"}], "isLast": True}


def test_search_writes_status_category_parent_and_zoned_times(desk: Desk) -> None:
    desk.site.set_status("ONB-2", "Done", "Done")
    [issue] = desk.search("key = ONB-2", fields=["status", "parent", "updated", "resolution"]).json()[
        "issues"
    ]
    assert issue["fields"]["status"]["statusCategory"]["key"] == "done"
    assert issue["fields"]["parent"]["id"] == "10001"
    assert issue["fields"]["updated"] == "2026-11-16T10:00:00.000+0100"
    assert issue["fields"]["resolution"]["name"] == "Done"


def test_search_pages_by_token_until_is_last(desk: Desk) -> None:
    desk.site.page_size = 2
    first = desk.search("parent = ONB-1 ORDER BY id").json()
    last = desk.search("parent = ONB-1 ORDER BY id", nextPageToken=first["nextPageToken"]).json()
    assert ([i["id"] for i in first["issues"]], first["isLast"]) == (["10002", "10003"], False)
    assert ([i["id"] for i in last["issues"]], last["isLast"]) == (["10004"], True)
    assert "nextPageToken" not in last


def test_a_page_with_fields_holds_100_and_one_of_ids_5000(desk: Desk) -> None:
    for number in range(150):
        desk.site.add_issue("WEB", "Task", f"Task {number}")
    with_fields = desk.search("project = WEB", fields=["status"], maxResults=1000).json()
    ids_only = desk.search("project = WEB", fields=["id"], maxResults=5000).json()
    assert (len(with_fields["issues"]), with_fields["isLast"]) == (100, False)
    assert (len(ids_only["issues"]), ids_only["isLast"]) == (150, True)


def test_a_page_token_belongs_to_its_query(desk: Desk) -> None:
    desk.site.page_size = 1
    token = desk.search("parent = ONB-1").json()["nextPageToken"]
    answer = desk.search("project = ONB", nextPageToken=token)
    assert answer.status_code == 400
    assert problem(answer) == "The provided next page token is invalid or expired."


def test_search_refuses_keys_it_does_not_know(desk: Desk) -> None:
    answer = desk.search("project = ONB", validateQuery="none")
    assert answer.status_code == 400
    assert problem(answer) == "Invalid request payload. Refer to the REST API documentation and try again."


@pytest.mark.parametrize("jql", ["", "order by key"])
def test_search_refuses_a_query_without_a_restriction(desk: Desk, jql: str) -> None:
    answer = desk.search(jql)
    assert answer.status_code == 400
    assert problem(answer).startswith("Unbounded JQL queries are not allowed here.")


@pytest.mark.parametrize("ruin", ["delete", "hide"])
@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("parent in (ONB-1, ONB-5)", "An issue with key 'ONB-5' does not exist for field 'parent'."),
        ("parent in (10001, 10005)", "A value with ID '10005' does not exist for the field 'parent'."),
        ("key in (ONB-1, ONB-5)", "An issue with key 'ONB-5' does not exist for field 'key'."),
        ("id in (10001, 10005)", "A value with ID '10005' does not exist for the field 'id'."),
        (
            "(parent in (10005) OR id in (10001)) AND updated >= '-5m'",
            "A value with ID '10005' does not exist for the field 'parent'.",
        ),
    ],
)
def test_one_dead_or_hidden_issue_refuses_the_whole_query(
    desk: Desk, ruin: str, jql: str, sentence: str
) -> None:
    assert desk.search(jql).status_code == 200
    getattr(desk.site, ruin)("ONB-5")
    answer = desk.search(jql)
    assert answer.status_code == 400
    assert problem(answer) == sentence


def test_a_hidden_child_is_left_out_in_silence(desk: Desk) -> None:
    desk.site.hide("ONB-3")
    assert desk.keys("parent = ONB-1 ORDER BY id") == ["ONB-2", "ONB-4"]
    desk.site.reveal("ONB-3")
    assert desk.keys("parent = ONB-1 ORDER BY id") == ["ONB-2", "ONB-3", "ONB-4"]


def test_the_old_search_is_gone(desk: Desk) -> None:
    for version in ("2", "3"):
        answer = desk.get(f"/rest/api/{version}/search", params={"jql": "project = ONB"})
        assert answer.status_code == 410
        assert problem(answer).startswith(
            "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
        )


def test_search_sees_changes_only_after_the_lag_and_reads_the_named_ids_past_it(desk: Desk) -> None:
    desk.clock.forward(minutes=30)
    desk.site.index_lag = timedelta(minutes=2)
    desk.site.set_status("ONB-2", "Done")
    assert desk.keys("parent = ONB-1 AND statusCategory = Done") == []
    assert desk.keys("parent = ONB-1 AND statusCategory = Done", reconcileIssues=[10002]) == ["ONB-2"]
    assert bulk(desk, "ONB-2")[0]["fields"]["status"]["name"] == "Done"
    desk.clock.forward(minutes=3)
    assert desk.keys("parent = ONB-1 AND statusCategory = Done") == ["ONB-2"]


def test_a_lagging_index_knows_an_issue_under_its_old_parent(desk: Desk) -> None:
    desk.site.index_lag = timedelta(minutes=2)
    desk.site.reparent("ONB-2", "ONB-5")
    assert desk.keys("parent = ONB-5") == []
    assert desk.keys("parent = ONB-1 ORDER BY id") == ["ONB-2", "ONB-3", "ONB-4"]


def test_reconciling_more_than_50_issues_is_refused(desk: Desk) -> None:
    answer = desk.search("project = ONB", reconcileIssues=list(range(51)))
    assert answer.status_code == 400
    assert problem(answer) == "The number of issues to reconcile must not exceed 50."


def test_bulkfetch_follows_moved_keys_drops_what_is_missing_and_sorts_by_id(desk: Desk) -> None:
    moved = desk.site.move("ONB-5", "WEB")
    desk.site.hide("ONB-2")
    found = bulk(desk, "onb-5", "ONB-3", "10001", "ONB-2", "NOPE-1", fields=["summary"])
    assert [(issue["id"], issue["key"]) for issue in found] == [
        ("10001", "ONB-1"),
        ("10003", "ONB-3"),
        ("10005", moved),
    ]
    assert found[0]["fields"] == {"summary": "Rebuild the flow"}


@pytest.mark.parametrize("count", [0, 101])
def test_bulkfetch_takes_1_to_100_issues(desk: Desk, count: int) -> None:
    answer = desk.post("/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": ["ONB-1"] * count})
    assert answer.status_code == 400
    assert problem(answer) == "The number of issue IDs or keys must be between 1 and 100."


def test_an_issue_that_is_gone_or_hidden_is_a_404(desk: Desk) -> None:
    desk.site.hide("ONB-2")
    for key in ("ONB-2", "ONB-99"):
        answer = desk.get(f"/rest/api/3/issue/{key}")
        assert answer.status_code == 404
        assert problem(answer) == "Issue does not exist or you do not have permission to see it."


def test_an_issue_answers_to_its_old_key_with_its_new_one(desk: Desk) -> None:
    moved = desk.site.move("ONB-5", "WEB")
    assert desk.get("/rest/api/3/issue/ONB-5").json()["key"] == moved == "WEB-1"
    assert desk.keys("key = ONB-5") == ["WEB-1"]


def test_an_archived_project_is_said_so_and_its_issues_are_not_shown(desk: Desk) -> None:
    desk.site.archive_project("ONB")
    assert bulk(desk, "ONB-1") == []
    assert desk.keys("project = ONB") == []
    assert desk.get("/rest/api/3/project/ONB").json()["archived"] is True
    assert "archived" not in desk.get("/rest/api/3/project/WEB").json()


def test_a_project_the_bot_may_not_browse_is_as_if_it_were_not_there(desk: Desk) -> None:
    desk.site.hide_project("ONB")
    assert bulk(desk, "ONB-1", "ONB-2") == []
    assert desk.get("/rest/api/3/issue/ONB-1").status_code == 404
    project = desk.get("/rest/api/3/project/ONB")
    assert (project.status_code, problem(project)) == (404, "No project could be found with key 'ONB'.")
    assert problem(desk.search("project = ONB")) == "The value 'ONB' does not exist for the field 'project'."
    desk.site.reveal_project("ONB")
    assert len(desk.keys("project = ONB")) == 5


@pytest.mark.parametrize("body", [{"jql": 7}, {"jql": "project = ONB", "fields": "status"}, [], "x"])
def test_search_refuses_a_body_of_other_types(desk: Desk, body: object) -> None:
    answer = desk.post("/rest/api/3/search/jql", body)
    assert answer.status_code == 400
    assert problem(answer) == "Invalid request payload. Refer to the REST API documentation and try again."


def test_a_refusal_to_a_signed_in_caller_names_the_caller_too(desk: Desk) -> None:
    assert desk.get("/rest/api/3/issue/ONB-99").headers["X-AAccountId"] == desk.site.bot.id
    assert "X-AAccountId" not in desk.get("/rest/api/3/issue/ONB-99", auth=None).headers


def test_counting_needs_a_restriction_too(desk: Desk) -> None:
    path = "/rest/api/3/search/approximate-count"
    assert desk.post(path, {"jql": "parent = ONB-1"}).json() == {"count": 3}
    assert desk.post(path, {"jql": "order by id"}).status_code == 400


def test_myself_names_the_bot_and_its_zone(desk: Desk) -> None:
    answer = desk.get("/rest/api/3/myself")
    assert answer.json()["accountId"] == answer.headers["X-AAccountId"] == desk.site.bot.id
    assert answer.json()["timeZone"] == "Europe/Berlin"


def test_nobody_sees_an_empty_site_and_is_told_so_by_myself_alone(desk: Desk) -> None:
    search = desk.ask("POST", "/rest/api/3/search/jql", json={"jql": "project = ONB"}, auth=None)
    assert (search.status_code, search.json()) == (200, {"issues": [], "isLast": True})
    myself = desk.get("/rest/api/3/myself", auth=None)
    assert myself.status_code == 401
    assert myself.json()["message"] == "Client must be authenticated to access this resource."
    assert desk.get("/rest/api/3/issue/ONB-1", auth=None).status_code == 404
    assert desk.get("/rest/api/3/serverInfo", auth=None).json()["deploymentType"] == "Cloud"


def test_a_site_that_ignores_credentials_answers_as_to_nobody(desk: Desk) -> None:
    desk.site.anonymous = True
    assert desk.search("project = ONB").json() == {"issues": [], "isLast": True}
    assert desk.get("/rest/api/3/myself").status_code == 401


@pytest.mark.parametrize("way", ["wrong", "revoked", "bearer"])
def test_a_wrong_or_revoked_token_is_a_401(desk: Desk, way: str) -> None:
    desk.site.token_revoked = way == "revoked"
    auth = (desk.site.email, "other") if way == "wrong" else desk.auth
    headers = {"Authorization": f"Bearer {desk.site.token}"} if way == "bearer" else {}
    answer = desk.get("/rest/api/3/myself", auth=None if headers else auth, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


def test_a_captcha_denies_the_right_token_too(desk: Desk) -> None:
    desk.site.captcha = True
    answer = desk.get("/rest/api/3/myself")
    assert answer.status_code == 403
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
    assert answer.headers["X-Authentication-Denied-Reason"].startswith("CAPTCHA_CHALLENGE; login-url=")


def test_a_scoped_token_works_on_the_gateway_alone(desk: Desk) -> None:
    desk.site.scoped_token = True
    cloud_id = desk.get("/_edge/tenant_info", auth=None).json()["cloudId"]
    assert desk.get("/rest/api/3/myself").status_code == 401
    answer = desk.get(f"/ex/jira/{cloud_id}/rest/api/3/myself")
    assert answer.status_code == 200
    assert answer.json()["self"].startswith(f"{desk.server.url}/rest/api/3/user")


def test_an_unknown_path_is_a_404_and_an_unknown_method_a_405(desk: Desk) -> None:
    assert desk.get("/rest/api/3/nothing").status_code == 404
    assert desk.ask("DELETE", "/rest/api/3/issue/ONB-1").status_code == 405


def test_fields_and_statuses_are_listed(desk: Desk) -> None:
    fields = {field["name"]: field for field in desk.get("/rest/api/3/field").json()}
    assert fields["Story point estimate"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:jsw-story-points"
    assert fields["Start date"]["schema"]["type"] == "date"
    statuses = {status["name"]: status for status in desk.get("/rest/api/3/status").json()}
    assert statuses["On Hold"]["statusCategory"]["key"] == "indeterminate"
    desk.site.recategorise("On Hold", "new")
    again = {status["name"]: status for status in desk.get("/rest/api/3/status").json()}
    assert again["On Hold"]["statusCategory"]["key"] == "new"
