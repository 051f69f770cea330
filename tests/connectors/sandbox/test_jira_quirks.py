from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox import jira_faults
from tests.connectors.sandbox.jira_desk import Desk, cloud_desk, datacenter_desk, problem


@pytest.fixture
def desk() -> Iterator[Desk]:
    with cloud_desk() as made:
        yield made


def test_a_repeated_token_never_ends(desk: Desk) -> None:
    desk.site.page_size, desk.site.page_quirk = 1, "token repeated"
    token = desk.search("parent = ONB-1").json()["nextPageToken"]
    again = desk.search("parent = ONB-1", nextPageToken=token).json()
    assert (again["nextPageToken"], again["isLast"]) == (token, False)


def test_a_token_on_the_last_page_leads_to_an_empty_one(desk: Desk) -> None:
    desk.site.page_quirk = "token on the last page"
    last = desk.search("parent = ONB-1").json()
    assert (len(last["issues"]), last["isLast"]) == (3, True)
    beyond = desk.search("parent = ONB-1", nextPageToken=last["nextPageToken"]).json()
    assert (beyond["issues"], beyond["isLast"]) == ([], True)


def test_an_omitted_token_leaves_a_search_unfinished(desk: Desk) -> None:
    desk.site.page_size, desk.site.page_quirk = 1, "token omitted"
    first = desk.search("parent = ONB-1").json()
    assert first["isLast"] is False
    assert "nextPageToken" not in first


def test_a_partial_search_says_so_in_a_warning(desk: Desk) -> None:
    desk.site.search_warning = "JQL_FUNCTION_LIMIT_EXCEEDED"
    assert desk.search("parent = ONB-1").json()["warnings"] == [{"type": "JQL_FUNCTION_LIMIT_EXCEEDED"}]


@pytest.mark.parametrize("reason", jira_faults.REASONS)
def test_cloud_throttles_with_a_reason(desk: Desk, reason: str) -> None:
    desk.server.fault = lambda _, __: jira_faults.throttled(reason, retry_after="1847")
    answer = desk.get("/rest/api/3/myself")
    assert answer.status_code == 429
    assert (answer.headers["RateLimit-Reason"], answer.headers["Retry-After"]) == (reason, "1847")


def test_cloud_throttles_without_retry_after_too(desk: Desk) -> None:
    reset = "2026-03-26T16:00Z"
    desk.server.fault = lambda _, __: jira_faults.throttled(retry_after=None, reset=reset)
    answer = desk.get("/rest/api/3/myself")
    assert "Retry-After" not in answer.headers
    assert answer.headers["X-RateLimit-Reset"] == reset


def test_data_center_throttles_with_an_empty_bucket() -> None:
    with datacenter_desk() as desk:
        desk.server.fault = lambda _, __: jira_faults.bucket_empty(3)
        answer = desk.get("/rest/api/2/myself")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_a_page_comes_instead_of_json(desk: Desk) -> None:
    desk.server.fault = lambda _, __: jira_faults.page()
    answer = desk.search("project = ONB")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    assert answer.text.startswith("<!doctype html>")


def permissions(desk: Desk, names: str, issue: str = "ONB-1") -> dict[str, bool]:
    query = {"permissions": names, "issueKey": issue}
    answer = desk.get("/rest/api/3/mypermissions", params=query)
    assert answer.status_code == 200, answer.text
    return {name: shown["havePermission"] for name, shown in answer.json()["permissions"].items()}


def test_permissions_follow_the_rights_of_the_bot(desk: Desk) -> None:
    names = "BROWSE_PROJECTS,ADD_COMMENTS,EDIT_OWN_COMMENTS"
    assert permissions(desk, names) == dict.fromkeys(names.split(","), True)
    desk.site.bot_may_comment = desk.site.bot_may_edit_own = False
    assert permissions(desk, names) == {
        "BROWSE_PROJECTS": True,
        "ADD_COMMENTS": False,
        "EDIT_OWN_COMMENTS": False,
    }


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("", 400, "The 'permissions' query parameter is required."),
        ("permissions=FLY", 400, "Unrecognized permission: FLY"),
        (
            "permissions=ADD_COMMENTS&issueKey=ONB-99",
            404,
            "Issue does not exist or you do not have permission to see it.",
        ),
    ],
)
def test_permissions_must_be_named_and_the_issue_seen(
    desk: Desk, query: str, status: int, sentence: str
) -> None:
    answer = desk.get(f"/rest/api/3/mypermissions?{query}")
    assert answer.status_code == status
    assert problem(answer) == sentence


def test_links_point_to_the_base_url_of_the_site(desk: Desk) -> None:
    desk.site.base_url = "https://acme.atlassian.net"
    issue = desk.get("/rest/api/3/issue/ONB-1").json()
    assert issue["self"] == "https://acme.atlassian.net/rest/api/3/issue/10001"
