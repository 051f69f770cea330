"""Atlassian Document Format as Jira Cloud takes and keeps it: a coarse check, and what storing changes."""

from __future__ import annotations

from typing import Any

LIMIT = 32767
"""Characters one comment may have, on both deployments."""

BLOCKS = frozenset(
    {
        "blockquote",
        "bulletList",
        "codeBlock",
        "expand",
        "heading",
        "orderedList",
        "panel",
        "paragraph",
        "rule",
        "table",
        "taskList",
        "decisionList",
        "mediaGroup",
        "mediaSingle",
        "blockCard",
    }
)
_INSIDE = frozenset(
    {"listItem", "tableRow", "tableCell", "tableHeader", "nestedExpand", "taskItem", "decisionItem"}
)
_INLINE = frozenset({"text", "hardBreak", "status", "emoji", "date", "mention", "inlineCard"})
_NEEDED = {
    "heading": "level",
    "panel": "panelType",
    "status": "text",
    "emoji": "shortName",
    "date": "timestamp",
}
_LOCAL = frozenset({"table", "status", "panel", "taskList", "taskItem", "expand", "heading", "paragraph"})


def is_document(body: object) -> bool:
    """Whether `body` is a document Jira would take: no text node may be empty, every node must be known."""
    if not isinstance(body, dict) or body.get("type") != "doc" or body.get("version") != 1:
        return False
    content = body.get("content")
    return isinstance(content, list) and all(_is_node(node, BLOCKS) for node in content)


def _is_node(node: object, allowed: frozenset[str]) -> bool:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        return False
    kind = node["type"]
    if kind == "text" and not (isinstance(node.get("text"), str) and node["text"]):
        return False
    attributes = node.get("attrs", {})
    if kind in _NEEDED and not (isinstance(attributes, dict) and attributes.get(_NEEDED[kind])):
        return False
    content = node.get("content", [])
    return isinstance(content, list) and all(_is_node(child, BLOCKS | _INSIDE | _INLINE) for child in content)


def normalised(body: dict[str, Any]) -> dict[str, Any]:
    """The document as Jira gives it back: tables, panels, status words and others gain a `localId`.

    The same document always normalises to the same, and a normalised one to itself.
    """
    counter = iter(range(1, 1_000_000))

    def visit(node: dict[str, Any]) -> dict[str, Any]:
        kept = dict(node)
        if node["type"] in _LOCAL:
            local = f"00000000-0000-4000-8000-{next(counter):012d}"
            kept["attrs"] = {**node.get("attrs", {}), "localId": local}
        if "content" in node:
            kept["content"] = [visit(child) for child in node["content"]]
        return kept

    return visit(body)


def paragraph(text: str) -> dict[str, Any]:
    """A document of one paragraph, as a human's plain comment is kept."""
    content = [{"type": "text", "text": text}] if text else []
    return {"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": content}]}


def text_of(body: object) -> str:
    """All text of a document or of wiki markup, without any formatting."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    attributes = body.get("attrs", {})
    own = str(body.get("text", "")) or str(attributes.get("text", ""))
    return own + "".join(text_of(child) for child in body.get("content", []))
