"""Asana's rich text: what it takes, and what it makes of it.

Source: developers.asana.com/docs/rich-text. One `<body>` of valid XML, a short list of tags, attributes on
links alone. Asana rewrites what it is given (links gain attributes), so what is read back is never what was
written; `text` is the same without the tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import NoReturn
from xml.parsers import expat

from connectors.sandbox.asana_answers import bad_request

INLINE = frozenset({"strong", "em", "u", "s", "code", "ol", "ul", "li", "a"})
NOTES = INLINE | {"h1", "h2", "hr"}
LINK_ATTRIBUTES = frozenset({"href", "rel", "target"})
OWN_LINE = frozenset({"li", "h1", "h2", "hr"})


@dataclass(frozen=True)
class RichText:
    """One text in both shapes, as Asana gives it back."""

    html: str
    text: str


def from_text(text: str) -> RichText:
    """Plain text, escaped into a body."""
    return RichText(f"<body>{escape(text, quote=False)}</body>", text)


def from_html(html: str, field: str, tags: frozenset[str] = INLINE) -> RichText:
    """Check and rewrite `html`; refuses with 400, naming `field`, what Asana refuses."""
    reader = _Reader(field, tags)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.opened
    parser.EndElementHandler = reader.closed
    parser.CharacterDataHandler = reader.characters
    parser.CommentHandler = reader.foreign
    parser.ProcessingInstructionHandler = reader.foreign
    parser.StartDoctypeDeclHandler = reader.foreign
    try:
        parser.Parse(html, True)  # noqa: FBT003  the parameter has no name
    except expat.ExpatError as error:
        raise bad_request(f"{field}: XML is invalid: {error}") from error
    return RichText("".join(reader.html), "".join(reader.text).strip("\n"))


class _Reader:
    def __init__(self, field: str, tags: frozenset[str]) -> None:
        self.field = field
        self.tags = tags
        self.html: list[str] = []
        self.text: list[str] = []
        self.depth = 0

    def opened(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._check(tag, attributes)
        self.depth += 1
        if tag in OWN_LINE:
            self._new_line()
        if tag == "a":
            attributes = _link(attributes)
            if "data-asana-gid" in attributes and "data-asana-dynamic" not in attributes:
                self.text.append(attributes["href"])
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.html.append(f"<{tag}{written}>")

    def closed(self, tag: str) -> None:
        self.depth -= 1
        self.html.append(f"</{tag}>")
        if tag in OWN_LINE:
            self._new_line()

    def characters(self, text: str) -> None:
        self.html.append(escape(text, quote=False))
        self.text.append(text)

    def foreign(self, *_: object) -> NoReturn:
        raise bad_request(f"{self.field}: XML is invalid: only elements and text are allowed in rich text")

    def _new_line(self) -> None:
        if self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")

    def _check(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self.depth == 0 and tag != "body":
            raise bad_request(f"{self.field}: Rich text must be wrapped in one <body> element, not <{tag}>")
        if self.depth and tag not in self.tags:
            raise bad_request(f"{self.field}: XML is invalid: unsupported tag <{tag}>")
        for name in attributes:
            if tag != "a" or not (name in LINK_ATTRIBUTES or name.startswith("data-asana-")):
                raise bad_request(f"{self.field}: XML is invalid: unsupported attribute {name} on <{tag}>")
        if tag == "a" and not {"href", "data-asana-gid"} & set(attributes):
            raise bad_request(f"{self.field}: XML is invalid: <a> needs href or data-asana-gid")


def _link(attributes: Mapping[str, str]) -> dict[str, str]:
    if "data-asana-gid" in attributes:
        gid = attributes["data-asana-gid"]
        known = {"href": f"https://app.asana.com/0/{gid}/{gid}", "data-asana-accessible": "true"}
        return {**attributes, **known}
    return {"href": attributes["href"], "rel": "nofollow noreferrer noopener", "target": "_blank"}
