"""Text that others wrote, made fit to stand in a line of ours."""

from __future__ import annotations

import unicodedata

_DRIVING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST = 200


def plain(text: str) -> str:
    """Foreign text without what could drive a terminal: control and direction characters are dropped."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _DRIVING)


def name(text: str) -> str:
    """A foreign name on one line, cut where it is longer than anybody reads."""
    line = " ".join(plain(text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
