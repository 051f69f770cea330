from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.jira_adf import text_of
from tests.connectors.sandbox.jira_desk import ANA, Desk, cloud_desk, document, problem

COMMENTS = "/rest/api/3/issue/ONB-1/comment"
MARKER = {"key": "okr-syncer", "value": {"digest": "abc"}}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with cloud_desk() as made:
        yield made


def post(desk: Desk, *texts: str, **more: Any) -> str:
    answer = desk.post(COMMENTS, {"body": document(*texts), **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def updated(desk: Desk) -> str:
    return str(desk.get("/rest/api/3/issue/ONB-1?fields=updated").json()["fields"]["updated"])


def test_a_comment_is_kept_with_its_author_properties_and_visibility(desk: Desk) -> None:
    seen_by = {"type": "group", "value": "staff", "identifier": "276f955c"}
    made = post(desk, "37 %", properties=[MARKER], visibility=seen_by)
    [kept] = desk.site.comments("ONB-1")
    assert (kept.id, kept.author, text_of(kept.body)) == (made, desk.site.bot, "37 %")
    assert kept.properties == {"okr-syncer": {"digest": "abc"}}
    assert desk.get(f"{COMMENTS}/{made}").json()["visibility"] == seen_by


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("plain text", "Comment body is not valid!"),
        ("", "Comment body can not be empty!"),
        (document(""), "INVALID_INPUT"),
        ({"type": "doc", "version": 1, "content": [{"type": "shout"}]}, "INVALID_INPUT"),
        ({"type": "doc", "content": []}, "INVALID_INPUT"),
        (
            document("x" * 32767),
            "The entered text is too long. It exceeds the allowed limit of 32767 characters.",
        ),
    ],
)
def test_a_body_that_is_no_document_is_refused_on_adding_and_on_editing(
    desk: Desk, body: object, sentence: str
) -> None:
    made = post(desk, "before")
    for answer in (desk.post(COMMENTS, {"body": body}), desk.put(f"{COMMENTS}/{made}", {"body": body})):
        assert answer.status_code == 400
        assert problem(answer) == sentence
    assert [text_of(comment.body) for comment in desk.site.comments("ONB-1")] == ["before"]


def test_a_stored_document_comes_back_normalised_and_twice_the_same(desk: Desk) -> None:
    status = {"type": "status", "attrs": {"text": "OFF TRACK", "color": "red"}}
    body = {"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [status]}]}
    made = desk.post(COMMENTS, {"body": body}).json()
    kept = made["body"]["content"][0]["content"][0]["attrs"]
    assert kept["text"] == "OFF TRACK"
    assert kept["localId"]
    desk.clock.forward(minutes=5)
    again = desk.put(f"{COMMENTS}/{made['id']}", {"body": body}).json()
    assert (again["body"], again["updated"]) == (made["body"], made["updated"])


def test_adding_and_really_editing_move_the_issue_and_the_rest_does_not(desk: Desk) -> None:
    desk.clock.forward(minutes=1)
    before = updated(desk)
    made = post(desk, "one")
    added = updated(desk)
    desk.clock.forward(minutes=1)
    desk.put(f"{COMMENTS}/{made}", {"body": document("one")})
    desk.put(f"/rest/api/3/comment/{made}/properties/okr-syncer", {"digest": "def"})
    same = updated(desk)
    desk.put(f"{COMMENTS}/{made}", {"body": document("two")})
    edited = updated(desk)
    desk.clock.forward(minutes=1)
    desk.ask("DELETE", f"{COMMENTS}/{made}")
    assert before < added == same < edited == updated(desk)
    assert desk.site.comments("ONB-1") == []


def test_comments_are_paged(desk: Desk) -> None:
    made = [post(desk, str(number)) for number in range(5)]
    page = desk.get(COMMENTS, params={"startAt": 2, "maxResults": 2}).json()
    assert [comment["id"] for comment in page["comments"]] == made[2:4]
    assert (page["startAt"], page["maxResults"], page["total"]) == (2, 2, 5)
    newest = desk.get(COMMENTS, params={"orderBy": "-created"}).json()["comments"]
    assert [comment["id"] for comment in newest] == made[::-1]


def test_comments_are_ordered_by_creation_alone(desk: Desk) -> None:
    answer = desk.get(COMMENTS, params={"orderBy": "author"})
    assert answer.status_code == 400
    assert problem(answer) == "Comments cannot be ordered by 'author': only 'created' is possible."


def test_a_page_of_comments_must_begin_at_a_number(desk: Desk) -> None:
    answer = desk.get(COMMENTS, params={"startAt": "two"})
    assert answer.status_code == 400
    assert problem(answer) == "The value 'two' of 'startAt' is not a number."


def test_a_property_is_created_then_replaced_then_taken_away(desk: Desk) -> None:
    path = f"/rest/api/3/comment/{post(desk, 'one')}/properties/okr-syncer"
    assert desk.get(path).status_code == 404
    assert desk.put(path, {"digest": 1}).status_code == 201
    assert desk.put(path, {"digest": 2}).status_code == 200
    assert desk.get(path).json() == {"key": "okr-syncer", "value": {"digest": 2}}
    assert desk.ask("DELETE", path).status_code == 204
    assert problem(desk.get(path)) == "The property with key 'okr-syncer' does not exist."


def test_properties_are_listed_by_key(desk: Desk) -> None:
    made = post(desk, "one", properties=[MARKER])
    listed = desk.get(f"/rest/api/3/comment/{made}/properties").json()["keys"]
    assert [entry["key"] for entry in listed] == ["okr-syncer"]


def test_a_property_may_have_32768_characters(desk: Desk) -> None:
    path = f"/rest/api/3/comment/{post(desk, 'one')}/properties/okr-syncer"
    answer = desk.put(path, "x" * 32768)
    assert answer.status_code == 400
    assert problem(answer) == "The property value is too long: the limit is 32768 characters."


def test_a_list_of_comments_leaves_out_what_is_gone_or_hidden(desk: Desk) -> None:
    kept = post(desk, "one", properties=[MARKER])
    hidden = desk.site.write_comment("ONB-5", ANA, "hidden").id
    desk.site.hide("ONB-5")
    ids = [int(kept), int(hidden), 99]
    plain = desk.post("/rest/api/3/comment/list", {"ids": ids}).json()
    expanded = desk.post("/rest/api/3/comment/list?expand=properties", {"ids": ids}).json()
    assert [comment["id"] for comment in plain["values"]] == [kept]
    assert "properties" not in plain["values"][0]
    assert expanded["values"][0]["properties"] == [MARKER]
    assert (expanded["total"], expanded["isLast"]) == (1, True)


@pytest.mark.parametrize("ids", [[], list(range(1001))])
def test_a_list_of_comments_takes_1_to_1000_ids(desk: Desk, ids: list[int]) -> None:
    answer = desk.post("/rest/api/3/comment/list", {"ids": ids})
    assert answer.status_code == 400
    assert problem(answer) == "The number of comment IDs must be between 1 and 1000."


def test_a_deleted_comment_is_a_404_while_its_issue_is_readable(desk: Desk) -> None:
    made = post(desk, "one")
    desk.site.delete_comment("ONB-1", made)
    for answer in (
        desk.get(f"{COMMENTS}/{made}"),
        desk.put(f"{COMMENTS}/{made}", {"body": document("two")}),
        desk.ask("DELETE", f"{COMMENTS}/{made}"),
        desk.get(f"/rest/api/3/comment/{made}/properties/okr-syncer"),
    ):
        assert answer.status_code == 404
        assert problem(answer) == f"Can not find a comment for the id: {made}."
    assert desk.get("/rest/api/3/issue/ONB-1").status_code == 200


def test_the_comments_of_a_hidden_issue_are_a_404(desk: Desk) -> None:
    desk.site.hide("ONB-1")
    answer = desk.post(COMMENTS, {"body": document("one")})
    assert answer.status_code == 404
    assert problem(answer) == "Issue does not exist or you do not have permission to see it."


def test_nobody_may_comment(desk: Desk) -> None:
    assert desk.post(COMMENTS, {"body": document("one")}, auth=None).status_code == 404
    assert desk.site.comments("ONB-1") == []


def test_only_an_administrator_may_edit_without_notifying(desk: Desk) -> None:
    path = f"{COMMENTS}/{post(desk, 'one')}"
    quiet = {"notifyUsers": "false"}
    desk.site.bot_is_admin = False
    refused = desk.put(path, {"body": document("two")}, params=quiet)
    assert refused.status_code == 403
    assert problem(refused) == (
        "To discard the user notification either admin or project admin permissions are required."
    )
    assert text_of(desk.site.comments("ONB-1")[0].body) == "one"
    desk.site.bot_is_admin = True
    assert desk.put(path, {"body": document("two")}, params=quiet).status_code == 200


def test_the_comment_of_another_is_not_the_bots_to_change(desk: Desk) -> None:
    theirs = desk.site.write_comment("ONB-1", ANA, "mine").id
    edit = desk.put(f"{COMMENTS}/{theirs}", {"body": document("yours")})
    delete = desk.ask("DELETE", f"{COMMENTS}/{theirs}")
    mark = desk.put(f"/rest/api/3/comment/{theirs}/properties/okr-syncer", 1)
    assert (edit.status_code, delete.status_code, mark.status_code) == (400, 400, 403)
    assert problem(edit) == "OKR Bot, you do not have the permission to edit this comment."
    assert problem(delete) == "OKR Bot, you do not have the permission to delete this comment."
    desk.site.bot_may_edit_all = True
    assert desk.put(f"{COMMENTS}/{theirs}", {"body": document("yours")}).status_code == 200


def test_without_the_right_to_edit_its_own_the_bot_gets_a_400(desk: Desk) -> None:
    made = post(desk, "one")
    desk.site.bot_may_edit_own = False
    answer = desk.put(f"{COMMENTS}/{made}", {"body": document("two")})
    assert answer.status_code == 400
    assert problem(answer) == "OKR Bot, you do not have the permission to edit this comment."


def test_without_the_right_to_comment_the_bot_gets_a_400(desk: Desk) -> None:
    desk.site.bot_may_comment = False
    answer = desk.post(COMMENTS, {"body": document("one")})
    assert answer.status_code == 400
    assert problem(answer) == "OKR Bot, you do not have the permission to comment on this issue."


def test_an_issue_full_of_comments_is_a_413(desk: Desk) -> None:
    desk.site.comment_limit = 1
    post(desk, "one")
    answer = desk.post(COMMENTS, {"body": document("two")})
    assert answer.status_code == 413
    assert problem(answer) == "The issue has reached its limit of 1 comments."


def test_a_visibility_is_a_role_or_a_group(desk: Desk) -> None:
    body = {"body": document("one"), "visibility": {"type": "everyone", "value": "x"}}
    answer = desk.post(COMMENTS, body)
    assert answer.status_code == 400
    assert problem(answer) == "The visibility type must be 'role' or 'group'."


def test_a_body_that_is_not_json_is_a_400(desk: Desk) -> None:
    answer = desk.ask("POST", COMMENTS, data=b"{")
    assert answer.status_code == 400
    assert problem(answer).startswith("There was an error parsing JSON.")


def test_a_human_edit_shows_its_author_and_keeps_the_properties(desk: Desk) -> None:
    made = post(desk, "one", properties=[MARKER])
    desk.clock.forward(minutes=5)
    desk.site.edit_comment("ONB-1", made, ANA, "rewritten by hand")
    seen = desk.get(f"{COMMENTS}/{made}").json()
    assert seen["author"]["accountId"] == desk.site.bot.id
    assert seen["updateAuthor"]["accountId"] == ANA.id
    assert seen["updated"] > seen["created"]
    assert desk.site.comments("ONB-1")[0].properties == {"okr-syncer": {"digest": "abc"}}
