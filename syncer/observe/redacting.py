"""Keeping secrets out of what is logged: those we know by name, by shape, or by the key they stand under."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "***"
_SHORTEST = 4
_KEY = re.compile(r"(?i)(^|[_-])(authorization|cookie|passw(or)?d|secret|api[_-]?key|token)s?$")
_SHAPES = (
    re.compile(r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?)[^\r\n'\",;}]+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"(?i)(\b\w*(?:token|passw(?:or)?d|secret|api_?key)(?:\s*=|['\"]\s*:)\s*['\"]?)[^\s&'\",;}]+"),
    re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


class Redactor:
    """Hides secrets in texts and in the values of a log line. A known one needs 4 characters."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {spelt for secret in secrets if len(secret) >= _SHORTEST for spelt in _spellings(secret)}
        ordered = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __repr__(self) -> str:
        return "Redactor(***)"

    def text(self, text: str) -> str:
        """The text without secrets, known ones and whatever looks like one."""
        text = self.literal(text)
        for shape in _SHAPES:
            text = shape.sub(rf"\g<1>{HIDDEN}", text)
        return text

    def literal(self, text: str) -> str:
        """The text without the known secrets alone, however they are escaped in it."""
        return self._known.sub(HIDDEN, text) if self._known else text

    def value(self, value: Any, key: str = "") -> Any:  # noqa: ANN401  whatever is logged
        """The value of a key, in depth; what is neither text, number nor collection becomes text."""
        if key and _KEY.search(key) and value is not None:
            return HIDDEN
        match value:
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self.text(str(name)): self.value(inner, str(name)) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(inner) for inner in value]
            case _:
                return self.text(str(value))


def _spellings(secret: str) -> tuple[str, ...]:
    return secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")
