"""Rollups, signals and reports as text for a terminal. Pure: values in, lines out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from syncer.cli import sheet_words as words
from syncer.domain import foreign
from syncer.domain.checkin import CheckIn
from syncer.domain.comment import Comment
from syncer.domain.okr import KeyResult
from syncer.domain.pace import is_held, movement_words, reaches
from syncer.domain.render import day, is_it_moving, late_words, number_word, work_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.signals.finding import Signal
from syncer.domain.sync import Standing
from syncer.domain.work import Health
from syncer.engine.report import Exposed, Planned

plain, name = foreign.plain, foreign.name

PUBLISHING_OFF = "publishing is off for this workspace (publish.enabled: false)"
VEILED = "what stands there is not shown: it tells of a key result that is confidential now"


def many(count: int, noun: str) -> str:
    """`1 link`, `2 links`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def way(key_result: KeyResult) -> str:
    """`34 % → 52 %`."""
    return key_result.way


def weekly_sheet(workspace: str, rollups: Sequence[Rollup], signals: Sequence[Signal]) -> Iterator[str]:
    """One block a key result: the number then and now against its pace, and every initiative beside it."""
    for cycle, of_cycle in groupby(rollups, key=lambda rollup: rollup.placed.cycle.id):
        members = list(of_cycle)
        yield f"{workspace} · {cycle} · week to {day(members[0].on)}"
        for objective, of_objective in groupby(members, key=lambda rollup: rollup.placed.objective):
            yield ""
            yield name(objective.title)
            for rollup in of_objective:
                yield ""
                yield from _key_result(
                    rollup, [s for s in signals if s.key_result_id == rollup.key_result.id]
                )
        yield ""


def _key_result(rollup: Rollup, signals: Sequence[Signal]) -> Iterator[str]:
    key_result = rollup.key_result
    owner = name(rollup.owner or "no owner")
    yield f"  {name(key_result.title)} ({way(key_result)}) · {owner}"
    yield f"    {number_line(rollup)}"
    yield f"    judged by {words.thresholds(key_result)}"
    if rollup.closing is not None:
        yield f"    closed as {words.closed(rollup)}"
    rows = [_work_row(line, rollup) for line in rollup.work]
    yield from (f"    {row}" for row in columns(rows))
    if not rows:
        yield "    no initiative: nothing is bet on this number"
    for signal in signals:
        yield f"    ! {signal.kind.replace('_', ' ')}: {plain(signal.headline)} {plain(signal.question)}"


def number_line(rollup: Rollup) -> str:
    """Then → now, against what was expected, with the status word and the day of the check-in."""
    key_result, latest = rollup.key_result, rollup.latest
    expected = words.expected(rollup) if key_result.keep else f"{words.expected(rollup)} expected"
    late = f" · {late_words(rollup)}" if rollup.numbers.late else ""
    if latest is None:
        return f"number    nobody has checked in a value; {expected}{late}"
    before = words.a_week_before(rollup)
    then = f"{key_result.show(before.value)} → " if before else ""
    checked_in = "" if rollup.number_stale else f" · check-in of {day(latest.on)}"
    reported = f" · reported {words.reported(rollup)}" if words.reported(rollup) else ""
    said = f"{words.measured(rollup)}{checked_in}{reported}{late}"
    return f"number    {then}{key_result.show(latest.value)} · {expected} · {said}"


def _work_row(line: WorkLine, rollup: Rollup) -> tuple[str, ...]:
    return (
        "-",
        name(line.initiative.title),
        work_word(line),
        words.work_health(line),
        words.progress(line),
        name(line.owner or "no owner"),
        words.due(line, rollup),
        words.item(line),
        words.link_state(line),
    )


def history_line(key_result: KeyResult, entry: CheckIn, held: CheckIn) -> str:
    """One entry of a number's history, with the value that holds for its day where it was corrected."""
    by = f" by {name(entry.author)}" if entry.author else ""
    said = f", {entry.health.words}" if entry.health is not Health.UNKNOWN else ""
    note = f": {name(entry.note)}" if entry.note else ""
    source = "" if entry.source == "hand" else f" ({name(entry.source)})"
    corrected = "" if entry is held else f" · corrected to {key_result.show(held.value)}"
    entered = f"entered {entry.at:%Y-%m-%d %H:%M} UTC"
    return f"{day(entry.on)}  {key_result.show(entry.value)}{said}{note} · {entered}{by}{source}{corrected}"


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their cells under one another; empty columns take no room."""
    widths = [max((len(cell) for cell in column), default=0) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        yield "  ".join(cells).rstrip()


ANSWERS = {
    "bet_lost": "no: the work is done and the number did not follow",
    "settling": "too early to tell: the work is done, the number has its time",
    "work_without_movement": "no: the work goes on and the number stands still",
    "movement_without_work": "it moves without the work",
}
"""By the loudest signal that stands, in this order."""


_BACKWARDS = "no: the work goes on and the number goes the wrong way"
_AFTER = "it moves, now that the work is done"


def moving_answer(rollup: Rollup, signals: Iterable[Signal]) -> str:
    """Is the work moving the number? Correlation, and in words that say so."""
    kinds = {one.kind for one in signals if one.key_result_id == rollup.key_result.id}
    loudest = next((kind for kind in ANSWERS if kind in kinds), None)
    falls_back = _goes_the_wrong_way(rollup)
    if loudest:
        return _BACKWARDS if loudest == "work_without_movement" and falls_back else ANSWERS[loudest]
    if not rollup.bets:
        return "nothing is bet on it"
    if rollup.movement is not None and reaches(rollup.movement, rollup.key_result.rules.min_move):
        return _while_it_moved(rollup)
    if _is_kept(rollup):
        return "the number is kept"
    if rollup.movement is None:
        return "cannot tell yet"
    return "it goes the wrong way" if falls_back else "no movement to be seen that counts"


def _is_kept(rollup: Rollup) -> bool:
    """Whether a number that is not meant to move holds its bound, by a value that is not stale."""
    latest = rollup.latest
    return latest is not None and not rollup.number_stale and is_held(rollup.key_result, latest.value)


def _goes_the_wrong_way(rollup: Rollup) -> bool:
    return rollup.movement is not None and reaches(-rollup.movement, rollup.key_result.rules.min_move)


def _while_it_moved(rollup: Rollup) -> str:
    if any(line.done_in_window and not line.stale for line in rollup.bets):
        return "it moves while the work does"
    if any(_untold(line) for line in rollup.bets):
        return "it moves; what the work did meanwhile cannot be told yet"
    return "it moves; of the work nothing was finished of late" if rollup.open_bets else _AFTER


def _untold(line: WorkLine) -> bool:
    """Whether it cannot be told of linked work if anything was finished of late."""
    return line.link is not None and (line.stale or (line.is_open and line.done_in_window is None))


def brief_sentence(rollup: Rollup, signals: Iterable[Signal]) -> str:
    """Is the work moving the number? One sentence with figures, and the answer at its end."""
    return f"{_figures(rollup).removesuffix('.')}; {moving_answer(rollup, signals)}."


def _figures(rollup: Rollup) -> str:
    key_result = rollup.key_result
    done = sum(1 for line in rollup.bets if not line.is_open)
    stale = sum(1 for line in rollup.bets if line.stale)
    bets = f"{done} of {len(rollup.bets)} bets done" if rollup.bets else "no bets"
    bets += f", {stale} stale" if stale else ""
    title = name(key_result.title)
    late = f"; at {late_words(rollup)}" if rollup.numbers.late else ""
    if rollup.latest is None:
        return f"{title}: cannot tell yet, nobody has checked in a value{late}; {bets}."
    word, _ = number_word(rollup)
    goal = key_result.way if key_result.keep else f"target {key_result.show(key_result.target)}"
    of_when = f" on {day(rollup.latest.on)}" if late else ""
    value = f"at {key_result.show(rollup.latest.value)}{of_when}, {goal} ({word}){late}"
    movement = rollup.movement
    if movement is None:
        return f"{title}: {value}; too few check-ins to say what it did; {bets}."
    window = f"in {key_result.rules.window.days} days"
    return f"{title}: {value}; {window} it {movement_words(key_result, movement)}; {bets}."


def answers(rollup: Rollup) -> Iterator[str]:
    """Per initiative: is this work moving the number?"""
    for line in rollup.work:
        state = f", {words.link_state(line)}" if words.link_state(line) else ""
        yield f"- {name(line.initiative.title)} ({work_word(line)}{state}): {is_it_moving(rollup, line)}"


def signal_lines(signal: Signal) -> Iterator[str]:
    """A signal with its evidence, thresholds and question."""
    about = "/".join(part for part in (signal.key_result_id, signal.initiative_id) if part)
    yield f"{signal.severity.value:<4} {signal.kind}  {about}  since {day(signal.first_seen)}"
    yield f"     {plain(signal.headline)}"
    yield from (f"       {fact.what}: {plain(fact.shown)}" for fact in signal.evidence)
    yield from (f"       judged by {t.what} {t.value} (set at {t.where})" for t in signal.thresholds)
    owner = f"{signal.owner}: " if signal.owner else ""
    yield f"     {owner}{plain(signal.question)}"


def step(planned: Planned, now: datetime) -> str:
    """What would be done with one comment, and from when on."""
    receipt = planned.receipt
    stands = (
        receipt is not None and receipt.placement.comment_id and receipt.standing is not Standing.WITHDRAWN
    )
    what = "remove" if planned.publication.comment is None else "update" if stands else "create"
    waits = planned.not_before is not None and planned.not_before > now
    later = f", not before {planned.not_before:%Y-%m-%d %H:%M} UTC" if waits else ""
    later = later if planned.has_room else ", in a later sync: this one will have written enough"
    return f"{what} the comment on {planned.publication.ref}{later}"


def exposed(one: Exposed) -> str:
    """That something stands which should be gone, and why it does."""
    when = f", left alone until {one.until:%Y-%m-%d %H:%M} UTC" if one.until else ""
    why = plain(one.why).removeprefix(f"{one.connection}: ")
    return (
        f"{one.connection}: what is confidential now still stands on {many(one.items, 'item')}{when}: {why}"
    )


def planned_lines(planned: Planned) -> Iterator[str]:
    """The comment as it would stand, or what it changes in the one that stands, unless that is veiled."""
    standing = planned.receipt.text if planned.receipt else ""
    lines = _comment_lines(planned.publication.comment, standing)
    return (line for line in lines if not (planned.veiled and line.startswith("-")))


def _comment_lines(comment: Comment | None, standing: str) -> Iterator[str]:
    wanted = comment.plain if comment else ""
    if not standing or not wanted:
        mark = "+" if wanted else "-"
        yield from (f"{mark} {plain(text)}" for text in (wanted or standing).splitlines())
        return
    for line in difflib.unified_diff(standing.splitlines(), wanted.splitlines(), lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {plain(line[1:])}"


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `3 min`, `2 h`, `5 d`."""
    if since is None:
        return "never"
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d ago"
