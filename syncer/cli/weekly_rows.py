"""The weekly sheet as rows, one an initiative, and the forms that are made of them: Markdown, HTML, CSV.

All forms show the same words and figures, for all are made of the same rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from html import escape

from syncer.cli import sheet_words as words
from syncer.cli import text
from syncer.domain.render import day, late_words, work_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.signals.finding import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One initiative beside its number; a key result without any has one row with nothing bet on it."""

    workspace: str
    cycle: str
    week_to: str
    objective: str
    key_result: str
    way: str
    owner: str
    a_week_ago: str
    now: str
    expected: str
    measured: str
    reported: str
    checked_in: str
    closed: str
    judged_by: str
    initiative: str
    work: str
    work_health: str
    progress: str
    initiative_owner: str
    due: str
    item: str
    link_state: str
    signals: str


def rows_of(workspace: str, rollups: Sequence[Rollup], signals: Sequence[Signal]) -> Iterator[Row]:
    """The rows of a workspace, in the order of its file."""
    for rollup in rollups:
        standing = [one for one in signals if one.key_result_id == rollup.key_result.id]
        for line in rollup.work or (None,):
            yield _row(workspace, rollup, line, standing)


def _row(workspace: str, rollup: Rollup, line: WorkLine | None, signals: Sequence[Signal]) -> Row:
    key_result, latest = rollup.key_result, rollup.latest
    before = words.a_week_before(rollup)
    its_own = {None, line.initiative.id if line else None}
    kinds = (one.kind.replace("_", " ") for one in signals if one.initiative_id in its_own)
    return Row(
        workspace=workspace,
        cycle=rollup.placed.cycle.id,
        week_to=day(rollup.on),
        objective=text.name(rollup.placed.objective.title),
        key_result=text.name(key_result.title),
        way=key_result.way,
        owner=text.name(rollup.owner or "no owner"),
        a_week_ago=key_result.show(before.value) if before else "",
        now=key_result.show(latest.value) if latest else "nobody has checked in a value",
        expected=words.expected(rollup),
        measured=words.measured(rollup),
        reported=words.reported(rollup),
        checked_in="; ".join(filter(None, (day(latest.on) if latest else "", late_words(rollup)))),
        closed=words.closed(rollup),
        judged_by=words.thresholds(key_result),
        initiative=text.name(line.initiative.title) if line else "nothing is bet on this number",
        work=work_word(line) if line else "",
        work_health=words.work_health(line) if line else "",
        progress=words.progress(line) if line else "",
        initiative_owner=text.name(line.owner or "no owner") if line else "",
        due=words.due(line, rollup) if line else "",
        item=words.item(line) if line else "",
        link_state=words.link_state(line) if line else "",
        signals=", ".join(dict.fromkeys(kinds)),
    )


HEADINGS = tuple(field.name.replace("_", " ") for field in fields(Row))


def as_csv(rows: Sequence[Row]) -> str:
    """Comma-separated; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows([_harmless(cell) for cell in astuple(row)] for row in rows)
    return written.getvalue().rstrip("\n")


def _harmless(cell: str) -> str:
    # Source: OWASP, "CSV Injection".
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_markdown(rows: Sequence[Row]) -> str:
    """A table; nothing foreign is markup in it."""
    cells = [[_flat(cell) for cell in astuple(row)] for row in rows]
    lines = [HEADINGS, ["---"] * len(HEADINGS), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _flat(cell: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|~@:" else letter for letter in cell)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OKR sheet</title><style>
:root {{ color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }}
body {{ margin: 1.5rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
.short {{ white-space: nowrap; }}
.long {{ min-width: 11rem; }}
.fine {{ min-width: 16rem; font-size: .8em; }}
.again {{ opacity: .55; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #8884; }}
th {{ position: sticky; top: 0; background: Canvas; }}
@page {{ size: landscape; margin: 1cm; }}
@media print {{
  .short {{ white-space: normal; }} .long {{ min-width: 0; }} .fine {{ min-width: 9rem; }}
  th, td {{ padding: .15rem .25rem; }}
  body {{ margin: 0; font-size: 9px; }} .wide {{ overflow: visible; }} tr {{ break-inside: avoid; }}
}}
</style></head><body><h1>OKR sheet</h1>
<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table></div></body></html>"""


def as_html(rows: Sequence[Row]) -> str:
    """One page that asks nothing of any other place, and prints."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in HEADINGS)
    above = [None, *rows]
    body = "\n".join(f"<tr>{_cells(row, before)}</tr>" for row, before in zip(rows, above, strict=False))
    return _PAGE.format(head=head, body=body)


_SHORT = frozenset({"way", "a_week_ago", "now", "expected", "measured", "reported", "work", "progress"})
"""Columns whose cells stay on one line where there is room, so that no figure is parted from its unit."""

_LONG = frozenset({"objective", "key_result", "initiative", "signals"})


def _cells(row: Row, above: Row | None) -> str:
    """The cells of a row; what the key result has said in the row above already is said again more softly."""
    same = above is not None and (row.workspace, row.key_result) == (above.workspace, above.key_result)
    cells = []
    for field, cell in zip(fields(row), astuple(row), strict=True):
        again = same and above is not None and field.name in _OF_THE_NUMBER
        room = "short" if field.name in _SHORT else "long" if field.name in _LONG else ""
        room = "fine" if field.name == "judged_by" else room
        looks = [word for word in (room, "again" if again else "") if word]
        look = f' class="{" ".join(looks)}"' if looks else ""
        cells.append(f"<td{look}>{escape(cell)}</td>")
    return "".join(cells)


_OF_THE_NUMBER = frozenset(field.name for field in fields(Row)[: HEADINGS.index("initiative")])
