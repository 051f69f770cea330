"""The alignment map as a page of its own: one drawing an objective, coloured by what the numbers say.

Colour never says anything alone: every word it stands for is written beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final
from unicodedata import combining, east_asian_width

from syncer.cli import text
from syncer.cli.map_words import NO_NUMBER, NOTHING_BET, Goals, as_text, item_name, stands
from syncer.cli.sheet_words import coverage, link_state
from syncer.domain.comment import Style
from syncer.domain.render import number_word, work_words
from syncer.domain.rollup import Rollup, WorkLine

_WIDTH: Final = 300
_HEIGHT: Final = 64
_GAP: Final = 14
_COLUMNS: Final = (0, 360, 720)
_WHOLE: Final = _COLUMNS[-1] + _WIDTH
_NAME_LINE: Final = 33
_ABOUT_LINE: Final = 42
"""Columns of a line of a box in the widest of the usual fonts; a wide letter takes two."""

_COLOURS: Final[Mapping[Style, str]] = {Style.GOOD: "good", Style.WARNING: "warning", Style.BAD: "bad"}


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the drawing: a name on two lines at most, and a line about it. `look` is its class."""

    name: str
    about: str
    look: str
    dashed: bool = False


def map_page(shown: Sequence[Goals]) -> str:
    """One page that asks nothing of any other place, and prints."""
    body = "\n".join(_section(number, goals) for number, goals in enumerate(shown))
    return _PAGE.format(legend=_LEGEND, body=body)


def _section(number: int, goals: Goals) -> str:
    groups = [
        (text.name(objective.title), list(members))
        for objective, members in groupby(goals.rollups, key=lambda rollup: rollup.placed.objective)
    ]
    figures = "\n".join(
        "\n".join(_drawing(f"m{number}-{place}", title, members))
        for place, (title, members) in enumerate(groups)
    )
    words = "\n".join(escape(text.plain(line)) for line in as_text(goals))
    covered = f"<p>{escape(coverage(goals.rollups))}</p>\n" if goals.rollups else ""
    bare = "".join(f"<p><b>{escape(text.name(title))}</b>: {NO_NUMBER}</p>\n" for title in goals.bare)
    return (
        f"<section><h2>{escape(text.name(goals.workspace))}</h2>\n{covered}"
        f"{figures or '<p>There is no key result to be shown.</p>'}\n{bare}"
        f"<details><summary>The same in words</summary><pre>{words}</pre></details></section>"
    )


def _drawing(name: str, objective: str, rollups: Sequence[Rollup]) -> Iterator[str]:
    rows = [[_bet(line) for line in rollup.work] or [_NO_BET] for rollup in rollups]
    step = _HEIGHT + _GAP
    height = step * sum(map(len, rows)) - _GAP + 2
    yield (
        f'<svg role="img" aria-labelledby="{name}-t {name}-d" viewBox="-1 -1 {_WHOLE + 2} {height}" '
        f'style="max-width:{_WHOLE + 2}px">'
    )
    yield f'<title id="{name}-t">{escape(objective)}</title>'
    yield f'<desc id="{name}-d">{escape(_told(rollups))}</desc>'
    middle = (height - 2 - _HEIGHT) / 2
    above = 0
    for rollup, bets in zip(rollups, rows, strict=True):
        place = (above + (len(bets) - 1) / 2) * step
        yield _wire(_COLUMNS[0], middle, _COLUMNS[1], place)
        for number, bet in enumerate(bets, start=above):
            yield _wire(_COLUMNS[1], place, _COLUMNS[2], number * step, dashed=bet is _NO_BET)
            yield from _box(bet, _COLUMNS[2], number * step)
        yield from _box(_number(rollup), _COLUMNS[1], place)
        above += len(bets)
    yield from _box(Box(objective, text.many(len(rollups), "key result"), "plain"), _COLUMNS[0], middle)
    yield "</svg>"


def _told(rollups: Sequence[Rollup]) -> str:
    parts = []
    for rollup in rollups:
        bets = [f"{text.name(line.initiative.title)} ({_work(line)})" for line in rollup.work]
        number = _number(rollup)
        parts.append(f"{number.name}, {number.about}: {'; '.join(bets) or NOTHING_BET}")
    return ". ".join(parts)


def _number(rollup: Rollup) -> Box:
    word, style = number_word(rollup)
    latest = rollup.latest
    now = f"{rollup.key_result.show(latest.value)} · " if latest else ""
    about = f"{word} · {now}{rollup.key_result.way}"
    return Box(text.name(rollup.key_result.title), about, _COLOURS.get(style, "unknown"))


_NO_BET: Final = Box("No initiative", "nothing is bet on it", "air", dashed=True)


def _bet(line: WorkLine) -> Box:
    floating = not stands(line)
    look = "air" if floating else "warning" if line.stale else "plain"
    return Box(text.name(line.initiative.title), _work(line), look, floating)


def _work(line: WorkLine) -> str:
    """What is wrong comes first: a line that is too long is cut at its end."""
    parts = (link_state(line), work_words(line), item_name(line))
    return " · ".join(part for part in parts if part)


def _wire(left: float, top: float, right: float, bottom: float, *, dashed: bool = False) -> str:
    start, end = left + _WIDTH, right
    half, middle = (start + end) / 2, _HEIGHT / 2
    above, below = f"{top + middle:g}", f"{bottom + middle:g}"
    path = f"M{start} {above}C{half:g} {above} {half:g} {below} {end} {below}"
    return f'<path class="wire{" dashed" if dashed else ""}" d="{path}"/>'


def _box(box: Box, left: float, top: float) -> Iterator[str]:
    dashed = " dashed" if box.dashed else ""
    yield f'<g class="{box.look}" transform="translate({left:g} {top:g})">'
    yield f"<title>{escape(f'{box.name}: {box.about}')}</title>"
    yield f'<rect class="box{dashed}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
    yield f'<rect class="edge" width="5" height="{_HEIGHT}" rx="2"/>'
    lines = _lines(box.name, _NAME_LINE, most=2)
    top = 20 if len(lines) == 2 else 28
    for number, line in enumerate(lines):
        yield f'<text class="name" x="14" y="{top + 17 * number}">{escape(line)}</text>'
    (about,) = _lines(box.about, _ABOUT_LINE, most=1)
    yield f'<text class="about" x="14" y="55">{escape(about)}</text>'
    yield "</g>"


def _lines(words: str, columns: int, *, most: int) -> list[str]:
    """The words on so many lines; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    left = words
    while left and len(lines) < most:
        fits = _fitting(left, columns)
        if fits < len(left) and len(lines) == most - 1:
            lines.append(f"{left[: max(fits - 1, 1)].rstrip()}…")
            break
        space = left.rfind(" ", 0, fits + 1) if fits < len(left) else -1
        cut = space if space > fits // 2 else fits
        lines.append(left[:cut])
        left = left[cut:].lstrip()
    return lines or [""]


def _fitting(words: str, columns: int) -> int:
    """How many letters fit on a line."""
    used = 0
    for count, letter in enumerate(words):
        used += 0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1
        if used > columns:
            return count
    return len(words)


_LEGEND: Final = "".join(
    f'<li><span class="swatch {look}"></span>{words}</li>'
    for look, words in (
        ("good", "achieved or on track"),
        ("warning", "behind, or stale"),
        ("bad", "off track"),
        ("unknown", "no data"),
        ("air", "dashed: hangs in the air (no initiative, no link, or one that is broken)"),
    )
)

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Alignment map</title><style>
:root {{ color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; --ink: #1d2733; --soft: #55606e;
  --paper: #fff; --box: #f6f8fa; --line: #8a94a0; --good: #1a7f37; --warning: #b26a00; --bad: #c62828;
  --good-fill: #e6f4ea; --warning-fill: #fdf1dd; --bad-fill: #fce8e6; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e6eaef; --soft: #aab4c0; --paper: #14181d;
  --box: #1f252c; --line: #7d8894; --good: #56d37a; --warning: #f0b35a; --bad: #ff8a80;
  --good-fill: #16301f; --warning-fill: #38290f; --bad-fill: #3b1c1a; }} }}
body {{ margin: 1.5rem; color: var(--ink); background: var(--paper); }}
section {{ overflow-x: auto; }}
svg {{ display: block; width: 100%; min-width: 45rem; height: auto;
  margin: 0 0 1.5rem; font: 14px system-ui, sans-serif; }}
ul {{ list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; color: var(--soft); }}
.swatch {{ display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 2px;
  background: var(--edge); vertical-align: -1px; }}
.swatch.air {{ background: none; border: 1px dashed var(--line); }}
.good {{ --edge: var(--good); --fill: var(--good-fill); }}
.warning {{ --edge: var(--warning); --fill: var(--warning-fill); }}
.bad {{ --edge: var(--bad); --fill: var(--bad-fill); }}
.unknown {{ --edge: var(--line); --fill: var(--box); }}
.plain, .air {{ --edge: transparent; --fill: var(--box); }}
.box {{ fill: var(--fill); stroke: var(--line); }}
.edge {{ fill: var(--edge); }}
.wire {{ fill: none; stroke: var(--line); stroke-width: 1.5; }}
.dashed {{ stroke-dasharray: 5 4; }}
text {{ fill: var(--ink); }}
.name {{ font-weight: 600; font-size: 13px; }}
.about {{ fill: var(--soft); font-size: 12px; }}
pre {{ overflow-x: auto; }}
@media print {{
  :root {{ color-scheme: light; --ink: #000; --soft: #333; --paper: #fff; --box: #fff; --line: #666;
    --good: #1a7f37; --warning: #b26a00; --bad: #c62828;
    --good-fill: #e6f4ea; --warning-fill: #fdf1dd; --bad-fill: #fce8e6; }}
  * {{ print-color-adjust: exact; }}
  body {{ margin: 0; }} section {{ overflow: visible; }} svg {{ min-width: 0; break-inside: avoid; }}
  details {{ display: none; }}
}}
</style></head><body><h1>Alignment map</h1>
<ul>{legend}</ul>
{body}
</body></html>"""
