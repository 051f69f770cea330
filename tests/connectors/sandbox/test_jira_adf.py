from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.jira_adf import is_document, normalised, paragraph, text_of

Node = dict[str, Any]


def text(value: str = "x", **more: Any) -> Node:
    return {"type": "text", "text": value, **more}


def node(kind: str, *content: Node, **attributes: Any) -> Node:
    made: Node = {"type": kind}
    if content:
        made["content"] = list(content)
    if attributes:
        made["attrs"] = attributes
    return made


def doc(*content: Node) -> Node:
    return {"version": 1, "type": "doc", "content": list(content)}


P = node("paragraph", text())
SAMPLE = doc(
    node("heading", text("OKR rollup"), level=3),
    node("panel", P, panelType="info"),
    node(
        "paragraph",
        text("37 %", marks=[{"type": "strong"}]),
        node("status", text="OFF TRACK", color="red"),
        text("link", marks=[{"type": "link", "attrs": {"href": "https://okr.example"}}]),
        node("emoji", shortName=":warning:"),
        node("date", timestamp="1700000000000"),
        node("hardBreak"),
    ),
    node("bulletList", node("listItem", P, node("bulletList", node("listItem", P)))),
    node(
        "table",
        node("tableRow", node("tableHeader", P), node("tableHeader", P)),
        node("tableRow", node("tableCell", P), node("tableCell", P)),
    ),
    node("expand", P, title="More"),
    node("rule"),
)


def test_a_rollup_is_a_document_before_and_after_it_is_stored() -> None:
    assert is_document(SAMPLE)
    assert is_document(normalised(SAMPLE))
    assert is_document(paragraph("hello"))
    assert is_document(paragraph(""))


@pytest.mark.parametrize(
    "body",
    [
        None,
        "text",
        [],
        {"type": "doc", "content": []},
        {"type": "doc", "version": 1, "content": "x"},
        {"type": "paragraph", "version": 1, "content": []},
        doc(text()),
        doc(node("paragraph", text(""))),
        doc(node("paragraph", P)),
        doc(node("paragraph", text(marks=[{"type": "blink"}]))),
        doc(node("heading", text(), level=7)),
        doc(node("panel", P)),
        doc(node("panel", P, panelType="loud")),
        doc(node("paragraph", node("status", text="", color="red"))),
        doc(node("paragraph", node("status", text="DONE", color="pink"))),
        doc(node("paragraph", node("emoji", text="x"))),
        doc(node("bulletList", P)),
        doc(node("table", node("tableCell", P))),
        doc(node("paragraph", {**text(), "content": [text()]})),
        doc({"type": "paragraph", "attrs": "x"}),
    ],
)
def test_what_is_no_document(body: object) -> None:
    assert not is_document(body)


def test_storing_adds_ids_always_the_same_and_loses_nothing() -> None:
    stored = normalised(SAMPLE)
    assert stored != SAMPLE
    assert normalised(stored) == stored == normalised(SAMPLE)
    assert text_of(stored) == text_of(SAMPLE)
