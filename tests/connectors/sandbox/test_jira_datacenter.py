from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.connectors.sandbox.jira_desk import Desk, datacenter_desk, document, problem

SEARCH = "/rest/api/2/search"
COMMENTS = "/rest/api/2/issue/ONB-1/comment"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with datacenter_desk() as made:
        yield made


@pytest.mark.parametrize(
    "jql",
    [
        "cf[10008] in (ONB-1) ORDER BY id",
        '"Epic Link" in (ONB-1) ORDER BY id',
        '"Epic Link" = ONB-1 ORDER BY key ASC',
        "cf[10008] in (ONB-1, ONB-5) ORDER BY created, id",
        "id in (10002, 10003, 10004) ORDER BY id",
        "project = ONB AND issuetype = Story ORDER BY id",
    ],
)
def test_the_children_of_an_epic_are_found_by_its_link(desk: Desk, jql: str) -> None:
    assert desk.keys(jql) == ["ONB-2", "ONB-3", "ONB-4"]


def test_parent_means_sub_tasks_alone(desk: Desk) -> None:
    sub_task = desk.site.add_issue("ONB", "Sub-task", "A detail", parent="ONB-2")
    assert desk.keys("parent in (ONB-1, ONB-2)") == [sub_task]
    [shown] = desk.search(f"key = {sub_task}").json()["issues"]
    assert shown["fields"]["parent"]["key"] == "ONB-2"
    assert shown["fields"]["customfield_10008"] is None


def test_the_epic_link_is_a_key_and_follows_a_move(desk: Desk) -> None:
    moved = desk.site.move("ONB-1", "WEB")
    [child] = desk.search("key = ONB-2", fields=["customfield_10008", "parent"]).json()["issues"]
    assert child["fields"] == {"customfield_10008": moved}
    assert desk.keys("cf[10008] in (ONB-1) ORDER BY id") == ["ONB-2", "ONB-3", "ONB-4"]


def test_the_epic_link_field_is_found_by_its_schema(desk: Desk) -> None:
    fields = desk.get("/rest/api/2/field").json()
    [link] = [
        f for f in fields if f.get("schema", {}).get("custom") == "com.pyxis.greenhopper.jira:gh-epic-link"
    ]
    assert (link["id"], link["schema"]["customId"]) == ("customfield_10008", 10008)
    assert "Story Points" in {field["name"] for field in fields}


def test_search_pages_from_a_start_with_an_exact_total(desk: Desk) -> None:
    page = desk.search("project = ONB ORDER BY id", startAt=3, maxResults=2, fields=["summary"]).json()
    assert [issue["key"] for issue in page["issues"]] == ["ONB-4", "ONB-5"]
    assert (page["startAt"], page["maxResults"], page["total"]) == (3, 2, 5)
    count = desk.search("project = ONB", maxResults=0).json()
    assert (count["issues"], count["total"]) == ([], 5)


def test_a_page_holds_50_by_default_and_1000_at_most(desk: Desk) -> None:
    for number in range(1100):
        desk.site.add_issue("WEB", "Task", f"Task {number}")
    default = desk.search("project = WEB", fields=["key"]).json()
    largest = desk.search("project = WEB", fields=["key"], maxResults=5000).json()
    assert (default["maxResults"], len(default["issues"])) == (50, 50)
    assert (largest["maxResults"], len(largest["issues"]), largest["total"]) == (1000, 1000, 1100)


def test_a_search_by_get_is_the_same(desk: Desk) -> None:
    query = {"jql": "project = ONB ORDER BY id", "startAt": "4", "fields": "summary,status"}
    page = desk.get(SEARCH, params=query).json()
    assert [sorted(issue["fields"]) for issue in page["issues"]] == [["status", "summary"]]


@pytest.mark.parametrize("ruin", ["delete", "hide"])
@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("id in (10001, 10005)", "A value with ID '10005' does not exist for the field 'id'."),
        ("key in (ONB-1, ONB-5)", "An issue with key 'ONB-5' does not exist for field 'key'."),
        ("cf[10008] in (ONB-1, ONB-5)", "No issues have a parent epic with key or name 'ONB-5'"),
        ('"Epic Link" in (ONB-1, ONB-5)', "No issues have a parent epic with key or name 'ONB-5'"),
    ],
)
def test_an_issue_that_is_not_there_refuses_the_query_unless_it_is_not_validated(
    desk: Desk, ruin: str, jql: str, sentence: str
) -> None:
    getattr(desk.site, ruin)("ONB-5")
    answer = desk.search(jql)
    assert answer.status_code == 400
    assert problem(answer) == sentence
    assert desk.keys(jql, validateQuery=False)
    assert desk.get(SEARCH, params={"jql": jql, "validateQuery": "false"}).status_code == 200


def test_a_body_with_an_unknown_key_is_refused(desk: Desk) -> None:
    answer = desk.search("project = ONB", nextPageToken="x")
    assert answer.status_code == 400
    assert problem(answer).startswith('Unrecognized field "nextPageToken"')


@pytest.mark.parametrize("body", [{"jql": 7}, {"jql": "project = ONB", "fields": "status"}])
def test_a_body_of_other_types_is_refused(desk: Desk, body: object) -> None:
    answer = desk.post(SEARCH, body)
    assert answer.status_code == 400
    assert problem(answer).startswith("Can not deserialize the search request")


def test_a_negative_start_is_refused(desk: Desk) -> None:
    answer = desk.search("project = ONB", startAt=-1)
    assert answer.status_code == 400
    assert problem(answer) == "The value '-1' of 'startAt' is not a number from 0."


@pytest.mark.parametrize(
    "path", ["issue/bulkfetch", "search/approximate-count", "comment/list", "search/jql"]
)
def test_what_only_cloud_has_is_not_there(desk: Desk, path: str) -> None:
    assert desk.post(f"/rest/api/2/{path}", {}).status_code in {404, 405}
    assert desk.post(f"/rest/api/3/{path}", {}).status_code == 404


def test_every_answer_to_a_signed_in_caller_tells_the_state_of_the_bucket(desk: Desk) -> None:
    for answer in (desk.get("/rest/api/2/myself"), desk.get("/rest/api/2/issue/ONB-99")):
        assert answer.headers["retry-after"] == "0"
        assert answer.headers["X-RateLimit-Remaining"] == "999"
        assert answer.headers["X-AUSERNAME"] == desk.site.bot.id


def test_who_and_what_it_is(desk: Desk) -> None:
    assert desk.get("/rest/api/2/serverInfo").json()["deploymentType"] == "Server"
    assert desk.get("/rest/api/2/myself").json()["name"] == desk.site.bot.id


@pytest.mark.parametrize("way", ["wrong", "revoked", "basic"])
def test_a_wrong_or_revoked_token_is_a_401(desk: Desk, way: str) -> None:
    desk.site.token_revoked = way == "revoked"
    if way == "basic":
        answer = requests.get(
            f"{desk.server.url}/rest/api/2/myself", auth=(desk.site.email, desk.site.token), timeout=5
        )
    else:
        headers = {"Authorization": "Bearer other"} if way == "wrong" else {}
        answer = desk.get("/rest/api/2/myself", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert "X-RateLimit-Remaining" not in answer.headers


def test_a_captcha_denies_the_right_token_too(desk: Desk) -> None:
    desk.site.captcha = True
    answer = desk.get("/rest/api/2/myself")
    assert (answer.status_code, answer.headers["X-Seraph-LoginReason"]) == (403, "AUTHENTICATION_DENIED")


def test_nobody_finds_nothing(desk: Desk) -> None:
    desk.site.anonymous = True
    page = desk.search("project = ONB")
    assert (page.status_code, page.json()["total"], page.json()["issues"]) == (200, 0, [])
    assert desk.get("/rest/api/2/myself").status_code == 401


def test_an_issue_that_is_gone_or_hidden_is_a_404(desk: Desk) -> None:
    desk.site.hide("ONB-2")
    for key in ("ONB-2", "ONB-99"):
        answer = desk.get(f"/rest/api/2/issue/{key}")
        assert answer.status_code == 404
        assert problem(answer) == "Issue Does Not Exist"


def test_an_archived_project_is_not_found_but_opens_by_key(desk: Desk) -> None:
    desk.site.archive_project("ONB")
    assert desk.keys("id in (10001)") == []
    assert desk.get("/rest/api/2/issue/ONB-1").status_code == 200
    assert desk.get("/rest/api/2/project/ONB").json()["archived"] is True


def test_a_comment_is_wiki_markup_and_edited_in_place(desk: Desk) -> None:
    made = desk.post(COMMENTS, {"body": "h3. 37 %", "properties": [{"key": "okr-syncer", "value": 1}]})
    assert made.status_code == 201
    path = f"{COMMENTS}/{made.json()['id']}"
    assert desk.put(path, {"body": "h3. 38 %"}).json()["body"] == "h3. 38 %"
    [kept] = desk.site.comments("ONB-1")
    assert (kept.body, kept.properties) == ("h3. 38 %", {"okr-syncer": 1})
    assert desk.get(COMMENTS).json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (document("one"), "Can not deserialize instance of java.lang.String out of START_OBJECT token"),
        ("", "Comment body can not be empty!"),
        (
            "x" * 32768,
            "The entered text is too long. It exceeds the allowed limit of 32767 characters.",
        ),
    ],
)
def test_a_body_that_is_no_markup_is_refused(desk: Desk, body: object, sentence: str) -> None:
    answer = desk.post(COMMENTS, {"body": body})
    assert answer.status_code == 400
    assert problem(answer) == sentence
    assert desk.site.comments("ONB-1") == []


def test_only_an_administrator_may_edit_without_notifying(desk: Desk) -> None:
    made = desk.site.write_comment("ONB-1", desk.site.bot, "one").id
    desk.site.bot_is_admin = False
    answer = desk.put(f"{COMMENTS}/{made}?notifyUsers=false", {"body": "two"})
    assert answer.status_code == 403
    assert desk.site.comments("ONB-1")[0].body == "one"
