"""Atlassian Document Format as Jira Cloud takes and keeps it: a coarse check, and what storing changes."""

from __future__ import annotations

from typing import Any

LIMIT = 32767
"""Characters one comment may have, on both deployments."""

_LISTS = frozenset({"bulletList", "orderedList"})
_INLINE = frozenset({"text", "hardBreak", "status", "emoji", "date", "mention", "inlineCard"})
_IN_CELL = _LISTS | {"paragraph", "panel", "blockquote", "rule", "heading", "codeBlock", "nestedExpand"}
_IN_EXPAND = _LISTS | {"paragraph", "panel", "blockquote", "rule", "heading", "codeBlock", "table"}
_CHILDREN: dict[str, frozenset[str]] = {
    "doc": _IN_EXPAND | {"expand", "taskList", "blockCard"},
    "paragraph": _INLINE,
    "heading": _INLINE,
    "codeBlock": frozenset({"text"}),
    "blockquote": _LISTS | {"paragraph", "codeBlock"},
    "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}),
    "listItem": _LISTS | {"paragraph", "codeBlock"},
    "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableCell", "tableHeader"}),
    "tableCell": _IN_CELL,
    "tableHeader": _IN_CELL,
    "panel": _LISTS | {"paragraph", "heading", "rule", "codeBlock"},
    "expand": _IN_EXPAND,
    "nestedExpand": _LISTS | {"paragraph", "heading", "panel", "rule", "codeBlock"},
    "taskList": frozenset({"taskItem"}),
    "taskItem": _INLINE,
}
_MARKS = frozenset({"strong", "em", "code", "link", "strike", "underline", "textColor", "subsup"})
_COLOURS = frozenset({"neutral", "purple", "blue", "red", "yellow", "green"})
_PANELS = frozenset({"info", "note", "tip", "success", "warning", "error", "custom"})
_LOCAL = frozenset({"table", "status", "panel", "taskList", "taskItem", "expand", "heading", "paragraph"})


def is_document(body: object) -> bool:
    """Whether `body` is a document Jira would take.

    Checked: which node may stand in which, marks, the attributes that must be there, and that no text is
    empty. The whole rule is Atlassian's JSON Schema, npm package @atlaskit/adf-schema.
    """
    return isinstance(body, dict) and body.get("version") == 1 and _is_node(body, frozenset({"doc"}))


def _is_node(node: object, allowed: frozenset[str]) -> bool:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        return False
    kind, content = node["type"], node.get("content", [])
    if kind == "text" and not (_is_text(node.get("text")) and _has_marks(node)):
        return False
    if kind not in {"text", "doc"} and not _has_attributes(kind, node.get("attrs", {})):
        return False
    inside = _CHILDREN.get(kind, frozenset())
    return isinstance(content, list) and all(_is_node(child, inside) for child in content)


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text)


def _has_marks(node: dict[str, Any]) -> bool:
    marks = node.get("marks", [])
    return isinstance(marks, list) and all(isinstance(m, dict) and m.get("type") in _MARKS for m in marks)


def _has_attributes(kind: str, attributes: object) -> bool:
    if not isinstance(attributes, dict):
        return False
    if kind == "heading":
        return attributes.get("level") in range(1, 7)
    if kind == "panel":
        return attributes.get("panelType") in _PANELS
    if kind == "status":
        colour = attributes.get("color")
        return _is_text(attributes.get("text")) and (colour in _COLOURS or str(colour).startswith("#"))
    needed = {"emoji": "shortName", "date": "timestamp", "mention": "id"}.get(kind)
    return needed is None or _is_text(attributes.get(needed))


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
