"""The weekly sheet in every format: the same words and figures, and nothing foreign that acts."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import astuple, fields, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from syncer.cli.weekly_rows import Row, as_csv, as_html, as_markdown
from tests.cli.world import World

EMPTY = Row(**{field.name: "" for field in fields(Row)})
HOSTILE = (
    "=1+1",
    "+x",
    "-x",
    "@sum",
    "<script>alert(1)</script>",
    "a|b",
    "**b**",
    '"quoted", cell',
    "[x](y)",
)


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        self._inside = tag == "td"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def from_html(page: str) -> list[list[str]]:
    cells = Cells()
    cells.feed(page)
    return [row for row in cells.rows if row]


def from_markdown(table: str) -> list[list[str]]:
    lines = table.split("\n")[2:]
    cut = [re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    return [[re.sub(r"\\(.)", r"\1", cell) for cell in row] for row in cut]


def from_csv(table: str) -> list[list[str]]:
    return [[cell.removeprefix("'") for cell in row] for row in list(csv.reader(io.StringIO(table)))[1:]]


def test_every_format_shows_the_same_words_and_figures(synced: World) -> None:
    assert synced.run("check-in", "activation", "36.4", "--health", "at_risk").code == 0
    synced.run("sync")

    def shown(form: str) -> str:
        ran = synced.run("report", "weekly", "--format", form)
        assert ran.code == 0
        return ran.out.rstrip("\n")

    rows = from_csv(shown("csv"))
    assert from_markdown(shown("md")) == rows
    assert from_html(shown("html")) == rows
    figures = synced.run("report", "weekly", "--format", "json").json["acme"]
    assert len(rows) == sum(len(one["initiatives"]) for one in figures)
    told = [(one, bet) for one in figures for bet in one["initiatives"]]
    for row, (one, bet) in zip(rows, told, strict=True):
        assert_says_the_same(row, one, bet)
    (flow,) = [row for row in rows if row[11] == "Rebuild the onboarding flow"]
    assert (flow[3], flow[4], flow[6]) == ("34 % → 52 %", "Ana Ruiz", "36.4 %")
    assert flow[9] == "at risk"
    text = synced.run("report", "weekly").out
    for row in rows:
        for cell in (row[6], row[7], row[13]):
            assert cell in text
    assert not any("retention" in cell for row in rows for cell in row)


def assert_says_the_same(row: list[str], one: dict[str, Any], bet: dict[str, Any]) -> None:
    """A row of the table, against the figures of the same key result and initiative in JSON."""
    unit = f" {one['unit']}" if one["unit"] else ""

    def shown(value: float | None, missing: str = "") -> str:
        return missing if value is None else f"{round(value, 4):g}{unit}"

    assert row[1:3] == [one["objective"], one["title"]]
    assert row[4] == (one["owner"] or "no owner")
    assert row[5:8] == [
        shown(one["value_a_week_ago"]),
        shown(one["value"], "nobody has checked in a value"),
        shown(round(one["expected_value"], 1)),
    ]
    assert row[8] == one["shown_status"] or (one["stale"] and row[8].startswith("stale since"))
    assert row[9] == (one["reported_health"] or "").replace("_", " ")
    assert row[11:13] == [bet["title"], bet["status"]]
    assert row[13] == (bet["basis"] or "")
    assert row[14] == (bet["owner"] or "no owner")
    own = [s["kind"] for s in one["signals"] if s["initiative"] in {None, bet["initiative"]}]
    assert row[17] == ", ".join(dict.fromkeys(kind.replace("_", " ") for kind in own))


@pytest.mark.parametrize("words", HOSTILE)
def test_foreign_words_are_words(words: str) -> None:
    row = replace(EMPTY, initiative=words)

    assert not from_raw_csv(as_csv([row])).startswith(("=", "+", "-", "@"))
    assert from_csv(as_csv([row]))[0] == list(astuple(row))
    assert from_html(as_html([row]))[0] == list(astuple(row))
    assert from_markdown(as_markdown([row]))[0] == list(astuple(row))


def from_raw_csv(table: str) -> str:
    return list(csv.reader(io.StringIO(table)))[1][11]


def test_the_page_asks_nothing_of_any_other_place() -> None:
    page = as_html([replace(EMPTY, initiative="<img src=https://example.test/x>")])
    cells = Cells()
    cells.feed(page)
    assert cells.tags.isdisjoint({"script", "img", "link", "iframe"})
    assert "url(" not in page
    assert "@import" not in page
