"""Check-ins as people keep them in spreadsheets: comma, semicolon or tab, with a decimal comma or a point."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from syncer.domain.checkin import parse_value
from syncer.domain.work import Health
from syncer.engine.checkins import CheckInRequest
from syncer.engine.importing import IMPORT, Sheet
from syncer.errors import FatalError

NEEDED = ("key_result", "date", "value")
COLUMNS = (*NEEDED, "health", "note", "author")


def read_sheet(name: str, raw: bytes) -> Sheet:
    """What a CSV file with the columns of COLUMNS says, the last three of which may be missing.

    Raises FatalError where it is no such file at all; what is wrong with a line is in the sheet.
    """
    requests: list[tuple[int, CheckInRequest]] = []
    problems: list[tuple[int, str]] = []
    for line, row in rows_of(name, raw, needed=NEEDED, known=COLUMNS):
        if isinstance(row, str):
            problems.append((line, row))
            continue
        try:
            requests.append((line, _request(row)))
        except ValueError as error:
            problems.append((line, str(error)))
    return Sheet(tuple(requests), tuple(problems))


def rows_of(
    name: str, raw: bytes, *, needed: Sequence[str], known: Sequence[str] = ()
) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """Each line's number with its cells by column, or with a sentence where it does not fit the header.

    Columns that are not `known` are refused, any is taken where `known` is empty. Raises FatalError for a
    file that is not text, is not CSV, or lacks a column.
    """
    text = _text(name, raw)
    if not text.strip():
        msg = f"{name} is empty; its first line names the columns {', '.join(known or needed)}"
        raise FatalError(msg)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader)]
        _check_header(name, header, needed, known)
        last = reader.line_num
        for cells in reader:
            line, last = last + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield line, _row(header, cells)
    except csv.Error as error:
        msg = f"{name}:{reader.line_num}: this is not CSV ({error}); save the sheet as CSV again"
        raise FatalError(msg) from error


def _text(name: str, raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        msg = f"{name} is not UTF-8 text; save it as CSV UTF-8"
        raise FatalError(msg) from None


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _check_header(name: str, header: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    lacking = [column for column in needed if column not in header]
    if lacking:
        noun = "column" if len(lacking) == 1 else "columns"
        names = ", ".join(known or needed)
        msg = f"{name}:1: the {noun} {', '.join(lacking)} must be there; the first line names {names}"
        raise FatalError(msg)
    strange = [column for column in header if known and column not in known]
    twice = sorted({column for column in header if header.count(column) > 1})
    if strange or twice:
        what = f"column {strange[0]!r} is not known" if strange else f"column {twice[0]} is there twice"
        msg = f"{name}:1: {what}; the columns are {', '.join(known or needed)}"
        raise FatalError(msg)


def _row(header: Sequence[str], cells: Sequence[str]) -> Mapping[str, str] | str:
    if len(cells) != len(header):
        noun = "cell" if len(cells) == 1 else "cells"
        counts = f"{len(cells)} {noun} under {len(header)} columns"
        return f"{counts}; put quotes around a cell that holds the separator"
    return {column: cell.strip() for column, cell in zip(header, cells, strict=True)}


def _request(row: Mapping[str, str]) -> CheckInRequest:
    return CheckInRequest(
        key_result=row["key_result"],
        on=day_of(row["date"]),
        value=value_of(row["value"]),
        health=_health(row.get("health", "")),
        note=row.get("note", ""),
        author=row.get("author", ""),
        source=IMPORT,
    )


def day_of(text: str) -> date:
    """A date as the files write it. Raises ValueError with a sentence."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        msg = f"{text!r} is not a date; write YYYY-MM-DD"
        raise ValueError(msg) from None


def value_of(text: str) -> float:
    """A number with a decimal point or a decimal comma. Raises ValueError where it could be read two ways."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        msg = f"{text!r} can be read two ways; write {text.replace(',', '.')} or {text.replace(',', '')}"
        raise ValueError(msg)
    return parse_value(text.replace(",", ".") if re.fullmatch(r"[+-]?\d+,\d+", text) else text)


def _health(text: str) -> Health:
    try:
        return Health(text.lower().replace(" ", "_")) if text else Health.UNKNOWN
    except ValueError:
        msg = f"{text!r} is none of {', '.join(Health)}"
        raise ValueError(msg) from None
