"""The neutral comment as Asana's rich text.

Source: developers.asana.com/docs/rich-text. One `<body>` of valid XML with `strong em u s code ol ul li a`
and attributes on `a` alone; a line break is a newline. Mentions are never written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import urlsplit

from connectors.asana.records import carries
from syncer.domain.comment import Block, Bullets, Comment, Heading, Style, Text

LIMIT: Final = 65_535
"""The most a text may have, counted in bytes of UTF-8 so that it holds whichever way Asana counts."""

_RUN_LIMIT: Final = 2_000
_TAGS: Final = {Style.PLAIN: "", Style.EMPHASIS: "em", Style.CODE: "code"}
_BREAKS: Final = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
# Not allowed in XML 1.0, or invisible and able to turn the order of the text around.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_OWN_ADDRESS: Final = re.compile(r"asana(?=\.com)", re.IGNORECASE)
_ZERO_WIDTH_SPACE: Final = "\u200b"

Line = tuple[bool, str]
"""Whether it is an item of a list, and its markup."""


def rich_text(comment: Comment, limit: int = LIMIT) -> str:
    """The whole comment as `html_text`, at most `limit` bytes; too long a one loses lines before its last.

    The last line carries the comment's marker, as code; it is added where the comment does not hold it.
    """
    lines = [line for block in comment.blocks for line in _lines(block)]
    signed = comment.blocks and carries(_text_of(comment.blocks[-1]), comment.marker)
    last = lines.pop() if signed and lines else (False, f"<code>{_clean(comment.marker)}</code>")
    return _fitting(lines, last, limit)


def _fitting(lines: Sequence[Line], last: Line, limit: int) -> str:
    whole = _body([*lines, last])
    kept = len(lines)
    while len(whole.encode()) > limit and kept:
        kept -= 1
        note = (False, f"<em>Shortened: {len(lines) - kept} more lines did not fit.</em>")
        whole = _body([*lines[:kept], note, last])
    return whole


def _body(lines: Sequence[Line]) -> str:
    written: list[str] = []
    for number, (item, markup) in enumerate(lines):
        after_item = number > 0 and lines[number - 1][0]
        before_item = number + 1 < len(lines) and lines[number + 1][0]
        if item:
            written.append(f"{'' if after_item else '<ul>'}<li>{markup}</li>{'' if before_item else '</ul>'}")
        else:
            # A list stands on lines of its own; a newline beside it would show as an empty line.
            written.append(markup if before_item or number + 1 == len(lines) else f"{markup}\n")
    return f"<body>{''.join(written)}</body>"


def _lines(block: Block) -> list[Line]:
    if isinstance(block, Bullets):
        return [(True, "".join(map(_run, runs))) for runs in block.items]
    if isinstance(block, Heading):
        return [(False, f"<strong>{''.join(_clean(run.text) for run in block.runs)}</strong>")]
    return [(False, "".join(map(_run, block.runs)))]


def _run(run: Text) -> str:
    text = _clean(run.text)
    if not text:
        return ""
    if _is_link(run.url):
        text = f'<a href="{escape(_UNFIT.sub("", run.url))}">{text}</a>'
    tag = _TAGS.get(run.style, "strong")
    return f"<{tag}>{text}</{tag}>" if tag else text


def _is_link(url: str) -> bool:
    # Asana makes a mention out of a link to one of its own pages, and a mention adds a follower.
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".").lower()
    own = host == "asana.com" or host.endswith(".asana.com")
    return parts.scheme in {"http", "https"} and bool(host) and not own


def _clean(text: str) -> str:
    text = _UNFIT.sub("", _BREAKS.sub(" ", text))
    if len(text) > _RUN_LIMIT:
        text = f"{text[:_RUN_LIMIT]}…"
    return escape(_OWN_ADDRESS.sub(lambda found: found[0] + _ZERO_WIDTH_SPACE, text))


def _text_of(block: Block) -> str:
    rows = block.items if isinstance(block, Bullets) else (block.runs,)
    return "\n".join("".join(run.text for run in runs) for runs in rows)
