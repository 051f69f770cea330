"""The neutral comment in Jira's two markups."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from connectors.jira import markup
from connectors.sandbox.jira_adf import is_document, normalised
from syncer.domain.comment import Bullets, Comment, Heading, Paragraph, Style, Text
from tests.connectors import specs

MARK = "okr-syncer:acme/10042"
EVIL = "{code}*x* [~ana] |a| h1. @ben http://evil.example \\\\ ABC-12 :) {{m}} ----"

COMMENT = Comment(
    (
        Heading((Text("OKR rollup"),)),
        Paragraph(
            (
                Text("Number: 37 %", Style.STRONG),
                Text(", now "),
                Text("off track", Style.BAD),
                Text(" since ", Style.EMPHASIS),
                Text("the sheet", url="https://okr.example/a|b]"),
            )
        ),
        Bullets(((Text("Emails"),), (Text("Tooltips", Style.GOOD), Text("")))),
        Paragraph((Text("Kept up to date.", Style.EMPHASIS),)),
    ),
    MARK,
)


def said(text: str) -> Comment:
    return Comment((Paragraph((Text(text),)),), MARK)


def test_a_document_says_it_all() -> None:
    document = markup.adf(COMMENT)
    heading, line, bullets, closing = document["content"]
    assert heading == {
        "type": "heading",
        "attrs": {"level": 3},
        "content": [{"type": "text", "text": "OKR rollup"}],
    }
    assert line["content"][0] == {"type": "text", "text": "Number: 37 %", "marks": [{"type": "strong"}]}
    assert line["content"][2] == {"type": "status", "attrs": {"text": "off track", "color": "red"}}
    link = {"type": "link", "attrs": {"href": "https://okr.example/a|b]"}}
    assert line["content"][4] == {"type": "text", "text": "the sheet", "marks": [link]}
    assert [item["content"][0]["content"][0]["type"] for item in bullets["content"]] == ["text", "status"]
    assert closing["content"][-1] == {"type": "text", "text": MARK, "marks": [{"type": "code"}]}


def test_wiki_markup_says_it_all() -> None:
    assert markup.wiki(COMMENT) == (
        "h3. OKR rollup\n\n"
        "*Number\\: 37 %*, now {color:red}*off track*{color} _since_ "
        "[the sheet|https://okr.example/a%7Cb%5D]\n\n"
        "* Emails\n* {color:green}*Tooltips*{color}\n\n"
        "_Kept up to date._ {{okr-syncer:acme/10042}}"
    )


def test_foreign_text_is_no_markup_in_wiki() -> None:
    shown = markup.escaped(EVIL)
    assert re.search(r"(?<!\\)[{}\[\]|*_^~!@:()]", shown) is None
    assert re.sub(r"\\(?=\W)", "", shown).replace("&#92;", "\\") == EVIL


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("h1. Big", "h1\\. Big"),
        ("bq. said", "bq\\. said"),
        ("* point", "\\* point"),
        ("&#123;code&#125;", "&amp;\\#123;code&amp;\\#125;"),
        ("a\\b", "a&#92;b"),
        ("R&D", "R&D"),
        ("https://x.example", "https\\://x.example"),
        ("37.5 %", "37.5 %"),
    ],
)
def test_each_special_is_escaped(text: str, shown: str) -> None:
    assert markup.escaped(text) == shown


def test_foreign_text_is_plain_text_in_a_document() -> None:
    (line,) = markup.adf(said(EVIL))["content"]
    assert [node["type"] for node in line["content"]] == ["text"] * 3
    assert line["content"][0] == {"type": "text", "text": EVIL}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example", "https://", "http://[", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    comment = Comment((Paragraph((Text("see", url=url),)),), MARK)
    assert "link" not in json.dumps(markup.adf(comment))
    assert "[" not in markup.wiki(comment)


def test_a_marker_that_is_already_there_is_not_said_twice() -> None:
    comment = Comment((Paragraph((Text("Bye."), Text(MARK, Style.CODE))),), MARK)
    assert json.dumps(markup.adf(comment)).count(MARK) == 1


@pytest.mark.parametrize("blocks", [(), (Bullets(()),), (Heading((Text("x"),)),), (Paragraph((Text(""),)),)])
def test_the_marker_closes_whatever_there_is(blocks: tuple[Bullets, ...]) -> None:
    comment = Comment(blocks, MARK)
    document = markup.adf(comment)
    assert is_document(document)
    assert markup.carries(document, MARK)
    assert markup.carries(markup.wiki(comment), MARK)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"x {MARK} y", True),
        (f"({MARK})", True),
        ("{{okr\\-syncer\\:acme/10042}}", True),
        (f"{MARK}1", False),
        (f"my-{MARK}", False),
        (f"{MARK}/5", False),
        ("", False),
        (None, False),
        ({"type": "doc", "content": [{"text": 5}, None, {"content": {"text": MARK}}]}, False),
    ],
)
def test_a_marker_is_a_word_of_its_own(text: object, found: bool) -> None:
    assert markup.carries(text, MARK) is found


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    many = Comment(
        (
            Heading((Text("OKR rollup"),)),
            Bullets(tuple((Text(f"Bet {n} {'é{' * 40}"),) for n in range(900))),
            Paragraph((Text("Bye."),)),
        ),
        MARK,
    )
    text, document = markup.wiki(many), markup.adf(many)
    assert len(text) <= markup.LIMIT
    assert len(json.dumps(normalised(document), ensure_ascii=False, separators=(",", ":"))) <= markup.LIMIT
    for body in (text, json.dumps(document, ensure_ascii=False)):
        assert "OKR rollup" in body
        assert "Bet 0 " in body
        assert "Bet 899" not in body
        assert markup.SHORTENED.partition(":")[2] in body
    assert text.endswith("Bye. {{okr-syncer:acme/10042}}")


def test_one_endless_text_is_cut() -> None:
    text = markup.wiki(said("x" * 90_000))
    assert len(text) < 3000
    assert "x… {{" in text


styles = st.sampled_from(list(Style))
urls = st.sampled_from(["", "https://okr.example/x", "javascript:1"])
runs = st.lists(st.builds(Text, st.text(max_size=40), styles, urls), max_size=4).map(tuple)
blocks = st.one_of(
    st.builds(Heading, runs), st.builds(Paragraph, runs), st.builds(Bullets, st.lists(runs).map(tuple))
)
comments = st.builds(Comment, st.lists(blocks, max_size=4).map(tuple), st.just(MARK))


@pytest.fixture(scope="module")
def schema() -> Any:
    """Checks a document against Atlassian's own JSON schema."""
    found = json.loads(specs.needed("adf-schema-full.json").read_text(encoding="utf-8"))
    return validator_for(found)(found)


@settings(max_examples=40, deadline=None)
@given(comment=comments)
def test_every_document_is_valid(schema: Any, comment: Comment) -> None:
    document = markup.adf(comment)
    assert [error.message for error in schema.iter_errors(document)] == []


@given(comments)
def test_every_document_keeps_its_marker(comment: Comment) -> None:
    document = markup.adf(comment)
    assert is_document(document)
    assert markup.carries(document, MARK)


@given(comments)
def test_every_wiki_text_keeps_its_marker_and_its_lines(comment: Comment) -> None:
    text = markup.wiki(comment)
    assert markup.carries(text, MARK)
    assert "\r" not in text
    assert "[~" not in text
