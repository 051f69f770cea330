"""From the file's text to rows. A row that cannot be read costs itself alone; the sentence names its line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from config.fields import Identifier
from connectors.file.disk import LARGEST
from syncer.domain.work import Health
from syncer.errors import FatalError, TemporaryError

LONGEST_LABEL: Final = 500
"""Characters; what is longer is cut."""

_MORE, _FEWER = "\0more", "\0fewer"
"""What csv calls cells without a column, and columns without a cell."""

csv.field_size_limit(LARGEST)  # its default, 128 KB, would fail the whole file for one long cell


def _label(value: object) -> object:
    if not isinstance(value, str):
        return value
    cut = value[:LONGEST_LABEL] + "…" if len(value) > LONGEST_LABEL else value
    return " ".join(cut.replace("\0", " ").encode("utf-8", "replace").decode().split())


Label = Annotated[str, BeforeValidator(_label)]
"""Text for people in one line, as every database takes it."""

Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    """Other columns are nobody's business: they are not even kept in memory."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)


class Child(_Part):
    """One piece of an item: its status, and its size where there is one. Its name is never read."""

    status: Label
    points: Annotated[float, Field(ge=0)] | None = None


class Row(_Part):
    """One item; `at` says where it stands in the file."""

    at: str
    id: Identifier
    name: Label = ""
    status: Label
    state: Literal["active", "archived", "trashed"] = "active"
    health: Health = Health.UNKNOWN
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    owner: Label | None = None
    owner_name: Label | None = None
    start: date | None = None
    due: date | None = None
    done_on: date | None = None
    done: Count = 0
    open: Count = 0
    cancelled: Count = 0
    children: tuple[Child, ...] | None = None


@dataclass(slots=True)
class Table:
    """The rows by id, what is wrong with others by id, and the sentences about rows that have no id."""

    rows: dict[str, Row] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)

    def add(self, at: str, raw: object) -> None:
        """Takes one more row, or what is wrong with it."""
        given = {key: cell for key, cell in raw.items() if cell != ""} if isinstance(raw, dict) else {}
        name = str(given.get("id") or "").strip()
        if _MORE in given or _FEWER in given.values():
            self._wrong(name, f"{at}: the row has not as many cells as the first line")
            return
        try:
            row = Row.model_validate({**given, "at": at, **({"id": name} if name else {})})
        except ValidationError as error:
            self._wrong(name, f"{at}: {_told(error)}")
            return
        if name in self.rows or name in self.wrong:
            self._wrong(name, f"{at}: the id '{name[:60]}' is there twice; give one of the two another")
            return
        self.rows[name] = row

    def _wrong(self, name: str, sentence: str) -> None:
        self.rows.pop(name, None)
        if name:
            self.wrong[name] = sentence
        else:
            self.nameless.append(sentence)


def read(text: str, form: str) -> Table:
    """The table in a text. Raises TemporaryError where it ends early, FatalError where it is none."""
    table = Table()
    for at, raw in _json(text) if form == "json" else _csv(text):
        table.add(at, raw)
    return table


def _json(text: str) -> Iterator[tuple[str, object]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TemporaryError(f"The file is no JSON, or half-written: {error}") from error
    items = found.get("items") if isinstance(found, dict) else found
    if not isinstance(items, list):
        raise FatalError("The file holds no list", hint='Write [{"id": …}, …] or {"items": […]}.')
    return ((f"item {number}", item) for number, item in enumerate(items, 1))


def _csv(text: str) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    first = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=";" if first.count(";") > first.count(",") else ",",
        restkey=_MORE,
        restval=_FEWER,
        strict=True,
    )
    if not {"id", "status"} <= set(rows.fieldnames or ()):
        raise FatalError("The file's first line names no columns 'id' and 'status'", hint="Add that line.")
    if not text.endswith(("\n", "\r")):
        raise TemporaryError("The file's last line has no end: it is half-written", hint="End it with Enter.")
    try:
        for row in rows:
            yield f"line {rows.line_num}", row
    except csv.Error as error:
        raise TemporaryError(f"The file cannot be read beyond line {rows.line_num}: {error}") from error


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:3]
    )
