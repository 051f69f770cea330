"""The weekly sheet in every format: the same words and figures, and nothing foreign that acts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields, replace
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import groupby
from typing import Any

import pytest

from syncer.cli.session import jsonable
from syncer.cli.sheets import rollup_document
from syncer.cli.text import weekly_sheet
from syncer.cli.weekly_rows import HEADINGS, Row, as_csv, as_html, as_markdown, rows_of
from syncer.domain.okr import Keep
from syncer.domain.render import day as written
from syncer.domain.rollup import Rollup
from syncer.domain.work import Health, Points, Progress, WorkStatus
from syncer.engine.judge import detect_all
from tests.cli.world import World
from tests.domain.build import (
    check_in,
    day,
    initiative,
    key_result,
    old_work,
    reported,
    rollup_of,
    snapshot,
)

DONE = WorkStatus.DONE

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


def as_row(cells: Sequence[str]) -> Row:
    return Row(**dict(zip((field.name for field in fields(Row)), cells, strict=True)))


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
    synced.story.sites.cloud.delete("WEB-5")
    synced.run("sync")
    assert synced.run("check-in", "page-load", "3").code == 0
    assert synced.run("close", "page-load", "--as", "missed", "--why", "given up | for now").code == 0

    def shown(form: str) -> str:
        ran = synced.run("report", "weekly", "--format", form)
        assert ran.code == 0
        return ran.out.rstrip("\n")

    rows = from_csv(shown("csv"))
    assert from_markdown(shown("md")) == rows
    assert from_html(shown("html")) == rows
    figures = synced.run("report", "weekly", "--format", "json").json["acme"]
    assert [row for one in figures for row in rows_of_document("acme", one)] == [as_row(row) for row in rows]
    assert_text_says(shown("text"), [as_row(row) for row in rows])
    (flow,) = [as_row(row) for row in rows if "Rebuild the onboarding flow" in row]
    assert (flow.way, flow.owner, flow.now) == ("34 % → 52 %", "Ana Ruiz", "36.4 %")
    assert flow.reported == "at risk"
    (bundle,) = [as_row(row) for row in rows if "WEB-5" in row]
    assert bundle.link_state.startswith("not visible, last read ")
    assert bundle.closed.endswith(": given up | for now")
    assert not any("retention" in cell for row in rows for cell in row)


POINTS = Points(done=30, open=31, unestimated=3)
FRESH = snapshot("2026-11-16", health=Health.AT_RISK, due=day("2026-11-02"))
CASES = {
    "stale work": old_work(),
    "points and health": rollup_of(
        on="2026-11-16",
        check_ins=[check_in("2026-11-09", 36.4), check_in("2026-11-16", 37, Health.ON_TRACK)],
        work={"new-flow": [replace(FRESH, progress=Progress(done=9, open=11, points=POINTS))]},
    ),
    "stale number": rollup_of(on="2026-11-16", check_ins=[check_in("2026-10-20", 36, Health.ON_TRACK)]),
    "nothing known": rollup_of(on="2026-11-16"),
    "nothing bet": rollup_of(key_result(initiatives=()), on="2026-11-16"),
    "kept by hand": rollup_of(
        key_result(initiative(linked=False)),
        on="2026-11-16",
        work={"new-flow": [reported("2026-11-02", DONE)]},
    ),
    "a number to keep": rollup_of(
        key_result(initiative(), keep=Keep.AT_LEAST, start=99.9, target=99.9),
        on="2026-11-16",
        check_ins=[check_in("2026-11-16", 99.1)],
        work={"new-flow": [replace(FRESH, status=DONE, done_on=day("2026-11-02"), due=day("2026-11-30"))]},
    ),
}


@pytest.mark.parametrize("rollup", CASES.values(), ids=CASES)
def test_every_format_shows_the_same_of(rollup: Rollup) -> None:
    signals = list(detect_all(rollup, {}))
    rows = list(rows_of("acme", [rollup], signals))

    for read, table in (
        (from_csv, as_csv(rows)),
        (from_markdown, as_markdown(rows)),
        (from_html, as_html(rows)),
    ):
        assert [as_row(row) for row in read(table)] == rows
    document = json.loads(json.dumps(jsonable(rollup_document(rollup, signals))))
    assert list(rows_of_document("acme", document)) == rows
    assert_text_says("\n".join(weekly_sheet("acme", [rollup], signals)), rows)


def test_what_is_stale_estimated_or_reported_is_in_every_format() -> None:
    (stale,) = rows_of("acme", [CASES["stale work"]], [])
    assert stale.link_state == "stale since 2026-11-09 12:00 UTC"
    (told,) = rows_of("acme", [CASES["points and health"]], [])
    assert told.progress == "9/20 · 30 of 61 points, 3 not estimated"
    assert (told.reported, told.work_health) == ("on track", "reported at risk")
    assert told.due == "overdue since 2 Nov 2026"


def rows_of_document(workspace: str, one: dict[str, Any]) -> Iterator[Row]:
    """The rows that the figures of one key result in JSON make, worked out from the figures alone."""
    for bet in one["initiatives"] or (None,):
        own = [s["kind"] for s in one["signals"] if s["initiative"] in {None, bet and bet["initiative"]}]
        yield Row(
            workspace=workspace,
            **_number(one),
            **(_bet(bet, date.fromisoformat(one["week_to"])) if bet else NO_BET),
            signals=", ".join(dict.fromkeys(kind.replace("_", " ") for kind in own)),
        )


NO_BET = dict.fromkeys(
    ("work", "work_health", "progress", "initiative_owner", "due", "item", "link_state"), ""
) | {"initiative": "nothing is bet on this number"}


def _number(one: dict[str, Any]) -> dict[str, str]:
    unit = f" {one['unit']}" if one["unit"] else ""

    def shown(value: float | None, missing: str = "") -> str:
        return missing if value is None else f"{round(value, 4):g}{unit}"

    bound = f"keep {(one['keep'] or '').replace('_', ' ')} {shown(one['target'])}"
    way = bound if one["keep"] else f"{shown(one['start'])} → {shown(one['target'])}"
    stale = one["stale"] and one["checked_in_on"]
    why = f": {one['closed_because']}" if one["closed_because"] else ""
    health = one["reported_health"] or "unknown"
    return {
        "cycle": one["cycle"],
        "week_to": _day(one["week_to"]),
        "objective": one["objective"],
        "key_result": one["title"],
        "way": way,
        "owner": one["owner"] or "no owner",
        "a_week_ago": shown(one["value_a_week_ago"]),
        "now": shown(one["value"], "nobody has checked in a value"),
        "expected": way if one["keep"] else shown(round(one["expected_value"], 1)),
        "measured": f"stale since {_day(one['checked_in_on'])}" if stale else one["shown_status"],
        "reported": "" if health == "unknown" else health.replace("_", " "),
        "checked_in": _day(one["checked_in_on"]),
        "closed": f"{one['closed_as']} on {_day(one['closed_on'])}{why}" if one["closed_as"] else "",
        "judged_by": _judged_by(one, way),
    }


def _judged_by(one: dict[str, Any], way: str) -> str:
    by = one["thresholds"]
    points = "point" if by["min_move"] == 1 else "points"
    least = f"{by['min_move']:g} {points if one['unit'] == '%' else one['unit']}".rstrip()
    gaps = f"gaps of {by['on_track_gap'] * 100:g} % and {by['behind_gap'] * 100:g} %"
    first = f"{way}, off track from {least} missed" if one["keep"] else gaps
    return f"{first}, moves of {least} in {one['window_days']} days, {by['settle_days']} days to settle"


def _bet(bet: dict[str, Any], on: date) -> dict[str, str]:
    points, health = bet["points"], bet["health"]
    is_open = bet["status"] not in {"done", "dropped"}
    cancelled = f" · {bet['cancelled']} cancelled" if bet["cancelled"] else ""
    counts = "" if bet["done"] is None else f"{bet['done']}/{bet['done'] + bet['open']}{cancelled}"
    if points and points["done"] + points["open"]:
        missing = f", {points['unestimated']} not estimated" if points["unestimated"] else ""
        counts += f" · {points['done']:g} of {points['done'] + points['open']:g} points{missing}"
    return {
        "initiative": bet["title"],
        "work": bet["status"],
        "work_health": f"reported {health.replace('_', ' ')}" if is_open and health != "unknown" else "",
        "progress": counts if bet["link"] else "kept by hand",
        "initiative_owner": bet["owner"] or "no owner",
        "due": _due(bet, on),
        "item": bet["item"] or bet["link"] or "",
        "link_state": _link_state(bet),
    }


def _due(bet: dict[str, Any], on: date) -> str:
    if bet["done_on"]:
        return f"finished {_day(bet['done_on'])}"
    if not bet["due"] or bet["status"] in {"done", "dropped"}:
        return ""
    return f"{'overdue since' if date.fromisoformat(bet['due']) < on else 'due'} {_day(bet['due'])}"


def _link_state(bet: dict[str, Any]) -> str:
    if not bet["stale"]:
        return ""
    read = datetime.fromisoformat(bet["read_at"]) if bet["read_at"] else None
    if bet["link_state"] != "active":
        return f"{bet['link_state'].replace('_', ' ')}{f', last read {written(read.date())}' if read else ''}"
    return f"stale since {read:%Y-%m-%d %H:%M} UTC" if read else "not read yet"


def _day(iso: str | None) -> str:
    return written(date.fromisoformat(iso)) if iso else ""


def assert_text_says(sheet: str, rows: Sequence[Row]) -> None:
    """Every cell of every row, and nothing beside them, stands in the block of its key result."""
    for (_, title), of_number in groupby(rows, key=lambda row: (row.workspace, row.key_result)):
        members = list(of_number)
        first = members[0]
        (block,) = [part for part in sheet.split("\n\n") if part.startswith(f"  {title} (")]
        lines = [line.strip() for line in block.splitlines()]
        assert f"{first.workspace} · {first.cycle} · week to {first.week_to}" in sheet
        assert f"\n{first.objective}\n" in sheet
        assert lines[0] == f"{title} ({first.way}) · {first.owner}"
        assert lines[1] == f"number    {_told(first)}"
        assert lines[2] == f"judged by {first.judged_by}"
        assert [line for line in lines if line.startswith("closed as ")] == (
            [f"closed as {first.closed}"] if first.closed else []
        )
        bets = [re.split(r" {2,}", line)[1:] for line in lines if line.startswith("-  ")]
        assert bets == [_cells(row) for row in members if row.work]
        told = {line[2:].partition(":")[0] for line in lines if line.startswith("! ")}
        assert told == {kind for row in members for kind in row.signals.split(", ") if kind}
        assert (first.initiative == "nothing is bet on this number") == (
            "no initiative: nothing is bet on this number" in lines
        )


def _told(row: Row) -> str:
    expected = row.expected if row.expected == row.way else f"{row.expected} expected"
    if not row.checked_in:
        return f"{row.now}; {expected}"
    stale = row.measured == f"stale since {row.checked_in}"
    parts = [
        f"{row.a_week_ago} → {row.now}" if row.a_week_ago else row.now,
        expected,
        row.measured,
        "" if stale else f"check-in of {row.checked_in}",
        f"reported {row.reported}" if row.reported else "",
    ]
    return " · ".join(part for part in parts if part)


def _cells(row: Row) -> list[str]:
    cells = (row.initiative, row.work, row.work_health, row.progress, row.initiative_owner)
    return [cell for cell in (*cells, row.due, row.item, row.link_state) if cell]


@pytest.mark.parametrize("words", HOSTILE)
def test_foreign_words_are_words(words: str) -> None:
    row = replace(EMPTY, initiative=words)

    assert not from_raw_csv(as_csv([row])).startswith(("=", "+", "-", "@"))
    assert from_csv(as_csv([row]))[0] == list(astuple(row))
    assert from_html(as_html([row]))[0] == list(astuple(row))
    assert from_markdown(as_markdown([row]))[0] == list(astuple(row))


def from_raw_csv(table: str) -> str:
    return list(csv.reader(io.StringIO(table)))[1][HEADINGS.index("initiative")]


def test_the_page_asks_nothing_of_any_other_place() -> None:
    page = as_html([replace(EMPTY, initiative="<img src=https://example.test/x>")])
    cells = Cells()
    cells.feed(page)
    assert cells.tags.isdisjoint({"script", "img", "link", "iframe"})
    assert "url(" not in page
    assert "@import" not in page
