from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.sandbox.asana_client import ANA, Client, serving

MINE = (403, "You do not have access to this story.")


@pytest.fixture
def client() -> Iterator[Client]:
    with serving() as client:
        yield client


@pytest.fixture
def task(client: Client) -> str:
    return client.site.add_task(client.site.add_project("Emails"), "Rollup")


def comment(client: Client, task: str, **fields: object) -> str:
    gid: str = client.write("POST", f"/tasks/{task}/stories", expected=201, **fields)["gid"]
    return gid


def test_comments_stand_between_system_stories(client: Client, task: str) -> None:
    client.site.complete(task)
    gid = comment(client, task, text="a < b", is_pinned=True)
    listed = client.get(f"/tasks/{task}/stories", limit="100")
    subtypes = [row["resource_subtype"] for row in listed]
    assert subtypes == ["added_to_project", "marked_complete", "comment_added"]
    assert listed[0]["text"] == "Ana Ruiz added to a project"
    assert client.site.comments(task) == [
        {
            "gid": gid,
            "author": client.site.bot.gid,
            "text": "a < b",
            "html_text": "<body>a &lt; b</body>",
            "created_at": "2026-10-05T09:00:00.000Z",
            "is_edited": False,
            "is_pinned": True,
        }
    ]


def test_html_is_rewritten_on_read(client: Client, task: str) -> None:
    html = '<body><strong>37 %</strong> &amp; <a href="https://x.example/1">more</a><ul><li>a</li><li>b</li></ul></body>'
    gid = comment(client, task, html_text=html)
    read = client.get(f"/stories/{gid}", opt_fields="text,html_text")
    assert read["text"] == "37 % & more\na\nb"
    link = '<a href="https://x.example/1" rel="nofollow noreferrer noopener" target="_blank">more</a>'
    assert link in read["html_text"]
    edited = client.write("PUT", f"/stories/{gid}", html_text=read["html_text"])
    assert edited["is_edited"] is True
    assert client.get(f"/stories/{gid}", opt_fields="html_text")["html_text"] == read["html_text"]


def test_a_link_to_an_asana_object_gains_its_address(client: Client, task: str) -> None:
    gid = comment(client, task, html_text='<body>see <a data-asana-gid="12"/></body>')
    read = client.get(f"/stories/{gid}", opt_fields="text,html_text")
    assert read["text"] == "see https://app.asana.com/0/12/12"
    assert 'data-asana-accessible="true"' in read["html_text"]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p>x</p>", "Rich text must be wrapped in one <body> element, not <p>"),
        ("<body><b>x</b></body>", "XML is invalid: unsupported tag <b>"),
        ("<body><h1>x</h1></body>", "XML is invalid: unsupported tag <h1>"),
        ("<body><STRONG>x</STRONG></body>", "XML is invalid: unsupported tag <STRONG>"),
        ("<body>a<br/>b</body>", "XML is invalid: unsupported tag <br>"),
        ("<body><body>x</body></body>", "XML is invalid: unsupported tag <body>"),
        ('<body class="a">x</body>', "XML is invalid: unsupported attribute class on <body>"),
        ('<body><a style="" href="b">x</a></body>', "XML is invalid: unsupported attribute style on <a>"),
        ("<body><a>x</a></body>", "XML is invalid: <a> needs href or data-asana-gid"),
        ("<body><!-- x --></body>", "XML is invalid: only elements and text are allowed in rich text"),
    ],
)
def test_html_that_is_refused(client: Client, task: str, html: str, reason: str) -> None:
    document = {"data": {"html_text": html}}
    expected = (400, f"html_text: {reason}")
    assert client.refused("POST", f"/tasks/{task}/stories", document) == expected
    assert client.site.comments(task) == []


@pytest.mark.parametrize(
    "html",
    ["", "plain", "<body><em>x</body>", "<body>a & b</body>", "<body>a&nbsp;b</body>", "<body/><body/>"],
)
def test_html_that_is_no_xml(client: Client, task: str, html: str) -> None:
    document = {"data": {"html_text": html}}
    status, message = client.refused("POST", f"/tasks/{task}/stories", document)
    assert status == 400
    assert message.startswith("html_text: XML is invalid: ")
    assert client.site.comments(task) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"text": "a", "html_text": "<body>a</body>"},
            "text: Only one of text and html_text can be specified",
        ),
        ({}, "text: Missing input"),
        ({"text": 7}, "text: Value is not a string: 7"),
        ({"text": "a", "is_pinned": "yes"}, "is_pinned: Value is not a boolean: yes"),
        ({"text": "a", "colour": "red"}, "colour: Unrecognized field"),
    ],
)
def test_comments_that_are_refused(
    client: Client, task: str, fields: dict[str, object], message: str
) -> None:
    assert client.refused("POST", f"/tasks/{task}/stories", {"data": fields}) == (400, message)
    assert client.site.comments(task) == []


def test_only_own_comments_can_be_rewritten(client: Client, task: str) -> None:
    site = client.site
    own = comment(client, task, text="mine")
    system, *_ = client.get(f"/tasks/{task}/stories")
    site.edit_story_as(ANA, own, "hers")
    read = client.get(f"/stories/{own}", opt_fields="text,is_edited,is_editable,created_by.gid")
    expected = {"text": "hers", "is_edited": True, "is_editable": True, "created_by": {"gid": site.bot.gid}}
    assert read == {"gid": own, **expected}
    client.write("PUT", f"/stories/{own}", text="mine again")
    assert site.comments(task)[0]["text"] == "mine again"
    refused = client.refused("PUT", f"/stories/{system['gid']}", {"data": {"text": "x"}})
    assert refused == (400, "Only comment stories can be changed")
    assert client.refused("DELETE", f"/stories/{system['gid']}") == MINE


def test_another_ones_comment_can_be_pinned_not_written(client: Client, task: str) -> None:
    theirs = client.site.comment_as(ANA, task, "hello")
    assert client.get(f"/stories/{theirs}", opt_fields="is_editable")["is_editable"] is False
    assert client.refused("PUT", f"/stories/{theirs}", {"data": {"text": "x"}}) == MINE
    assert client.refused("DELETE", f"/stories/{theirs}") == MINE
    client.write("PUT", f"/stories/{theirs}", is_pinned=True)
    [stands] = client.site.comments(task)
    assert (stands["text"], stands["is_pinned"], stands["is_edited"]) == ("hello", True, False)


def test_a_comment_a_human_deleted_is_gone(client: Client, task: str) -> None:
    gid = comment(client, task, text="mine")
    client.site.delete_story(gid)
    gone = (404, f"story: Not a recognized ID: {gid}")
    assert client.refused("GET", f"/stories/{gid}") == gone
    assert client.refused("PUT", f"/stories/{gid}", {"data": {"text": "x"}}) == gone
    assert client.refused("DELETE", f"/stories/{gid}") == gone


def test_an_own_comment_can_be_deleted(client: Client, task: str) -> None:
    client.write("DELETE", f"/stories/{comment(client, task, text='mine')}")
    assert client.site.comments(task) == []


def test_a_comment_moves_the_task_and_not_the_project(client: Client, task: str) -> None:
    client.clock.on(days=3)
    comment(client, task, text="mine")
    read = client.get(f"/tasks/{task}", opt_fields="modified_at,projects.modified_at")
    assert read["modified_at"] == "2026-10-08T09:00:00.000Z"
    assert read["projects"][0]["modified_at"] == "2026-10-05T09:00:00.000Z"


def test_read_only_access(client: Client, task: str) -> None:
    project = client.site.record("task", task)["projects"][0]
    client.site.forbid_writes(project)
    denied = (403, "You do not have access to this task.")
    assert client.refused("POST", f"/tasks/{task}/stories", {"data": {"text": "x"}}) == denied
    document = {"data": {"projects": [project], "name": "x"}}
    expected = (403, "You do not have access to this project.")
    assert client.refused("POST", "/tasks", document) == expected
    client.site.forbid_writes(project, forbidden=False)
    client.write("POST", "/tasks", expected=201, **document["data"])
