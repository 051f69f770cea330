"""The neutral comment as Atlassian Document Format (Cloud) and as wiki markup (Data Center).

All text is foreign: in a document it is the content of text nodes, where nothing is markup; in wiki markup
every special character of it is escaped.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from syncer.domain.comment import Block, Bullets, Comment, Heading, Paragraph, Style, Text

LIMIT: Final = 32767
"""Characters a comment may have (Jira's default, 400 beyond it)."""

SHORTENED: Final = "Shortened: the rest did not fit into one comment."

_LONGEST_RUN: Final = 2000
_ADDED_PER_NODE: Final = 70
"""Jira adds a localId to nodes when it stores a document."""

Json = dict[str, Any]
Rendered = TypeVar("Rendered")


def adf(comment: Comment) -> Json:
    """The comment as a document for REST v3."""
    return _fitting(comment, _document, _stored_length)


def wiki(comment: Comment) -> str:
    """The comment as wiki markup for REST v2."""
    return _fitting(comment, _markup, len)


def carries(body: object, marker: str) -> bool:
    """Whether the body of a comment, as Jira gives it back, holds the marker as a word of its own."""
    text = body.replace("\\", "") if isinstance(body, str) else "\n".join(_texts(body))
    return re.search(rf"(?<![\w:/-]){re.escape(marker)}(?![\w/-])", text) is not None


def _texts(node: object) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if isinstance(node.get("text"), str):
        yield node["text"]
    content = node.get("content")
    for child in content if isinstance(content, list) else ():
        yield from _texts(child)


def _fitting(
    comment: Comment, render: Callable[[Sequence[Block]], Rendered], length: Callable[[Rendered], int]
) -> Rendered:
    """Rendered whole, or without its last lines but the closing one, which holds the marker."""
    *body, closing = _with_marker(comment)
    whole = render((*body, closing))
    if length(whole) <= LIMIT:
        return whole
    note = Paragraph((Text(SHORTENED, Style.EMPHASIS),))

    def shortened(lines: int) -> Rendered:
        return render((*_first_lines(body, lines), note, closing))

    total = sum(map(_lines, body))
    return shortened(bisect_left(range(1, total), x=True, key=lambda n: length(shortened(n)) > LIMIT))


def _with_marker(comment: Comment) -> list[Block]:
    mark = Text(comment.marker, Style.CODE)
    *body, last = (_clean(block) for block in comment.blocks or (Paragraph(()),))
    if isinstance(last, Paragraph):
        runs = tuple(run for run in last.runs if run.text.strip() != comment.marker)
        gap = (Text(" "),) if runs else ()
        return [*body, Paragraph((*runs, *gap, mark))]
    return [*body, last, Paragraph((mark,))]


def _clean(block: Block) -> Block:
    if isinstance(block, Bullets):
        return Bullets(tuple(_clean_runs(runs) for runs in block.items))
    return replace(block, runs=_clean_runs(block.runs))


def _clean_runs(runs: Sequence[Text]) -> tuple[Text, ...]:
    """Without control characters and line breaks, each run of bearable length, empty ones left out."""
    cleaned = (replace(run, text=_one_line(run.text)) for run in runs)
    return tuple(run for run in cleaned if run.text)


def _one_line(text: str) -> str:
    line = re.sub(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+", " ", text)
    return line if len(line) <= _LONGEST_RUN else line[: _LONGEST_RUN - 1] + "…"


def _lines(block: Block) -> int:
    return len(block.items) if isinstance(block, Bullets) else 1


def _first_lines(body: Sequence[Block], lines: int) -> Iterator[Block]:
    for block in body:
        if lines <= 0:
            return
        yield Bullets(block.items[:lines]) if isinstance(block, Bullets) else block
        lines -= _lines(block)


def _linkable(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return False


_COLOURS: Final = {Style.GOOD: "green", Style.WARNING: "yellow", Style.BAD: "red", Style.NEUTRAL: "neutral"}
_MARKS: Final = {Style.STRONG: "strong", Style.EMPHASIS: "em", Style.CODE: "code"}


def _document(blocks: Sequence[Block]) -> Json:
    return {"version": 1, "type": "doc", "content": [node for block in blocks for node in _node(block)]}


def _node(block: Block) -> list[Json]:
    if isinstance(block, Heading):
        return [{"type": "heading", "attrs": {"level": 3}, "content": [_inline(run) for run in block.runs]}]
    if isinstance(block, Paragraph):
        return [_paragraph(block.runs)]
    items = [{"type": "listItem", "content": [_paragraph(runs)]} for runs in block.items]
    return [{"type": "bulletList", "content": items}] if items else []


def _paragraph(runs: Sequence[Text]) -> Json:
    return {"type": "paragraph", "content": [_inline(run) for run in runs]}


def _inline(run: Text) -> Json:
    if run.style.is_status_word and run.text.strip():
        attributes = {"text": run.text.strip(), "color": _COLOURS[run.style]}
        return {"type": "status", "attrs": attributes}
    marks: list[Json] = [{"type": _MARKS[run.style]}] if run.style in _MARKS else []
    if _linkable(run.url):
        marks.append({"type": "link", "attrs": {"href": run.url}})
    node: Json = {"type": "text", "text": run.text}
    return {**node, "marks": marks} if marks else node


def _stored_length(document: Json) -> int:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return len(text) + _ADDED_PER_NODE * text.count('"type":')


_SPECIAL: Final = re.compile(r"[{}\[\]|*_\-+^~!#@:()?]")
_LINE_START: Final = re.compile(r"^(\s*(?:h[1-6]|bq))\.", re.IGNORECASE)
_HARMLESS: Final = re.compile(r"[a-z0-9]+(?:[:/-][a-z0-9]+)*")
"""Markers look like this; left as they are, they are found by Jira's own search."""
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_WIKI_COLOURS: Final = {
    Style.GOOD: "green",
    Style.WARNING: "#b26b00",
    Style.BAD: "red",
    Style.NEUTRAL: "gray",
}
_WRAPS: Final = {Style.STRONG: ("*", "*"), Style.EMPHASIS: ("_", "_"), Style.CODE: ("{{", "}}")}


def _markup(blocks: Sequence[Block]) -> str:
    return "\n\n".join(text for block in blocks if (text := _wiki_block(block)))


def _wiki_block(block: Block) -> str:
    if isinstance(block, Heading):
        return "h3. " + _line(block.runs)
    if isinstance(block, Paragraph):
        return _line(block.runs)
    return "\n".join(f"* {_line(runs)}" for runs in block.items)


def _line(runs: Sequence[Text]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Text) -> str:
    core = run.text.strip()
    if not core:
        return " "
    before, after = run.text[: run.text.index(core)], run.text[run.text.index(core) + len(core) :]
    is_marker = run.style is Style.CODE and _HARMLESS.fullmatch(core)
    text = core if is_marker else escaped(core)
    if _linkable(run.url):
        text = f"[{text}|{_wiki_url(run.url)}]"
    opening, closing = _wrap(run.style)
    return f"{before}{opening}{text}{closing}{after}"


def _wrap(style: Style) -> tuple[str, str]:
    if style.is_status_word:
        return f"{{color:{_WIKI_COLOURS[style]}}}*", "*{color}"
    return _WRAPS.get(style, ("", ""))


def escaped(text: str) -> str:
    """Foreign text that Data Center shows as it is: no macro, mention, link, list, heading or smiley."""
    # Two backslashes are a line break in wiki markup: only the entity shows one.
    plain = _ENTITY.sub("&amp;", text)
    parts = (_LINE_START.sub(r"\1\.", _SPECIAL.sub(r"\\\g<0>", part)) for part in plain.split("\\"))
    return "&#92;".join(parts)


def _wiki_url(url: str) -> str:
    return re.sub(r"[\[\]|{}\s\\^~!*]", lambda found: f"%{ord(found[0]):02X}", url)
