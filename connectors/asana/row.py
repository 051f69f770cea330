"""One JSON object of an answer, read field by field; and what may be shown of a foreign text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Final, NoReturn

from syncer.errors import SkippableError

LONGEST_LABEL: Final = 500
"""Characters of a name that are kept."""

# No database takes them, or they turn the order of the text around.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object, read by field name; `what` names it in sentences, `project 12`.

    Every reader raises SkippableError with a sentence that names the field and never its content.
    """

    what: str
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else self.wrong(name, "a text")

    def optional_text(self, name: str) -> str | None:
        """A text, None where it is null or left out."""
        return None if self.fields.get(name) is None else self.text(name)

    def label(self, name: str) -> str:
        """A text to be shown: what no database takes is left out, what is too long is cut."""
        return shown(self.text(name))

    def gid(self) -> str:
        """The row's own gid: digits, for it becomes part of addresses."""
        return _checked(self, "gid")

    def gids(self, name: str) -> frozenset[str]:
        """The gids of a list of objects."""
        listed = self.fields.get(name)
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            self.wrong(name, "a list of objects")
        return frozenset(Row(f"{name} of {self.what}", one).gid() for one in listed)

    def count(self, name: str) -> int:
        """A number of things, not a text that looks like one."""
        value = self.fields.get(name)
        is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return value if is_count and isinstance(value, int) else self.wrong(name, "a count")

    def number(self, name: str) -> float:
        """A finite number, not a text that looks like one."""
        value = self.fields.get(name)
        with suppress(OverflowError):
            if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
                return float(value)
        return self.wrong(name, "a number")

    def flag(self, name: str) -> bool:
        """True or false, nothing else."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else self.wrong(name, "true or false")

    def day(self, name: str) -> date | None:
        """A day, or null."""
        if self.is_null(name):
            return None
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self.wrong(name, "a day such as 2026-11-16, or null")

    def moment(self, name: str) -> datetime:
        """A moment with its zone, in UTC."""
        try:
            moment = datetime.fromisoformat(self.text(name))
            return moment.astimezone(UTC) if moment.tzinfo else self.wrong(name, "a time in UTC")
        except (ValueError, OverflowError):
            self.wrong(name, "a time in UTC")

    def optional_moment(self, name: str) -> datetime | None:
        """A moment with its zone, in UTC, or null."""
        return None if self.is_null(name) else self.moment(name)

    def row(self, name: str, what: str) -> Row | None:
        """An object, or null."""
        if name not in self.fields:
            return self.wrong(name, "an object, or null")
        value = self.fields[name]
        if value is None:
            return None
        return Row(what, value) if isinstance(value, dict) else self.wrong(name, "an object, or null")

    def gid_of(self, name: str) -> str | None:
        """The gid of an object that may be null or left out."""
        row = self.row(name, f"{name} of {self.what}") if name in self.fields else None
        return row.gid() if row else None

    def is_null(self, name: str) -> bool:
        """Whether the field is there and null."""
        return name in self.fields and self.fields[name] is None

    def wrong(self, name: str, wanted: str) -> NoReturn:
        """Refuses the row for this field."""
        given = type(self.fields[name]).__name__ if name in self.fields else "missing"
        raise SkippableError(
            f"Asana's answer about {self.what} is not understood: {name} should be {wanted}, and is {given}",
            hint="Run the sync again; if it stays so, look for a newer okr-syncer.",
        )


def is_gid(value: object) -> bool:
    """Whether it is a gid: ASCII digits, no more than an id would ever have."""
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 30


def shown(text: str) -> str:
    """A foreign text as it may be kept and shown: no control characters, at most LONGEST_LABEL long."""
    fit = _UNFIT.sub(" ", text[: 2 * LONGEST_LABEL]).strip()
    return fit if len(fit) <= LONGEST_LABEL else f"{fit[: LONGEST_LABEL - 1]}…"


def _checked(row: Row, name: str) -> str:
    value = row.text(name)
    return value if is_gid(value) else row.wrong(name, "a gid")
