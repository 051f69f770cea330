"""Rollups to the one comment of an item: dates of facts only, so that equal facts make an equal comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from syncer.domain.comment import Block, Comment, Facts, Heading, Paragraph, SectionFacts, Style, Text, marker
from syncer.domain.pace import (
    MeasuredStatus,
    Reading,
    expected_share,
    is_held,
    movement_words,
    percent,
    reaches,
    status_of,
)
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import Signal
from syncer.domain.work import WorkStatus


@dataclass(frozen=True, slots=True)
class Section:
    """One initiative in the comment of its item: the rollup, its own line of it, the standing signals."""

    rollup: Rollup
    line: WorkLine
    signals: tuple[Signal, ...] = ()


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(on: date) -> str:
    """A day as people write it, the same in every locale: `2 Nov 2026`."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def render(workspace: str, item_id: str, sections: Sequence[Section]) -> Comment:
    """The comment of an item, one section an initiative; none of them may be confidential."""
    blocks: list[Block] = []
    for section in sections:
        blocks += _section(section)
    blocks.append(_footer(sections, workspace, item_id))
    return Comment(tuple(blocks), marker(workspace, item_id))


def render_last_word(workspace: str, item_id: str, *, silent: bool = False) -> Comment:
    """The comment of an item that is linked to no key result any more, or is to be `silent`.

    It repeats no old figure.
    """
    what, why = _SILENT if silent else _RETIRED
    end = Text(f"{why}, so nothing here is kept up to date. This comment can be deleted. ")
    return Comment(
        (
            Heading((Text("OKR rollup", Style.STRONG), Text(f" · {what}"))),
            Paragraph((end, Text(marker(workspace, item_id), Style.CODE))),
        ),
        marker(workspace, item_id),
    )


_RETIRED = ("no longer linked", "This work is linked to no key result any more")
_SILENT = (
    "nothing published here",
    "The workspace file says that nothing is to be published on this item",
)


def facts_of(sections: Sequence[Section], audience: str) -> Facts:
    """What the comment rests on, for telling a material change from a cosmetic one."""
    return tuple(
        SectionFacts(
            key_result_id=section.rollup.key_result.id,
            initiative_id=section.line.initiative.id,
            number_status=number_word(section.rollup)[0],
            value=section.rollup.latest.value if section.rollup.latest else None,
            min_move=section.rollup.key_result.rules.min_move,
            work_status=work_word(section.line),
            work_share=section.line.progress.share if section.line.progress else None,
            signals=tuple(signal.kind for signal in _shown(section)),
            unread=sum(1 for line in section.rollup.work if line.stale),
            audience=audience,
            heading=_heading(section),
            late=section.rollup.numbers.late.value if section.rollup.numbers.late else None,
        )
        for section in sections
    )


def number_word(rollup: Rollup) -> tuple[str, Style]:
    """The status word of the number as of its newest check-in; a stale number is never green."""
    if rollup.latest is None:
        return MeasuredStatus.NO_DATA.words, Style.NEUTRAL
    if rollup.number_stale:
        return "stale", Style.WARNING
    latest = rollup.latest
    status = status_of(rollup.key_result, rollup.placed.cycle, latest.value, latest.on)
    return status.words, _STYLES[status]


def late_words(rollup: Rollup) -> str:
    """What the number was read to be after its cycle, `46 % on 11 Jan 2027, after the cycle`; else empty."""
    late = rollup.numbers.late
    return f"{rollup.key_result.show(late.value)} on {day(late.on)}, after the cycle" if late else ""


_STYLES = {
    MeasuredStatus.ACHIEVED: Style.GOOD,
    MeasuredStatus.ON_TRACK: Style.GOOD,
    MeasuredStatus.BEHIND: Style.WARNING,
    MeasuredStatus.OFF_TRACK: Style.BAD,
    MeasuredStatus.NO_DATA: Style.NEUTRAL,
}


def work_word(line: WorkLine) -> str:
    """The status word of the work."""
    return line.status.words if line.status else "not reported"


def work_words(line: WorkLine) -> str:
    """Status and figures of the work: `in progress 9/20 · 2 cancelled`."""
    basis = (
        f" {line.progress.basis}" if line.progress and line.progress.counted + line.progress.cancelled else ""
    )
    return f"{work_word(line)}{basis}"


def is_it_moving(rollup: Rollup, line: WorkLine) -> str:
    """The one question, answered in honest words: moved while, did not move within, cannot tell yet."""
    until = rollup.numbers.read_on
    if until is None:
        return "Cannot tell yet: nobody has checked in a value."
    if line.status is WorkStatus.DONE and line.done_on is not None:
        return _since_shipped(rollup, line, max(line.done_on, rollup.placed.cycle.start), until)
    if line.status is WorkStatus.DROPPED:
        return "This work was dropped."
    return _while_open(rollup, line, until)


def _since_shipped(rollup: Rollup, line: WorkLine, begun: date, until: date) -> str:
    """What the number did from the day `begun` on: that of the shipping, or the first of the cycle."""
    key_result, numbers, end = rollup.key_result, rollup.numbers, rollup.placed.cycle.end
    when = "it shipped" if begun == line.done_on else "the cycle began"
    if begun > end:
        return f"Cannot tell: it shipped on {day(begun)}, and the cycle ended on {day(end)}."
    movement, read = numbers.movement(begun, until), numbers.at(until)
    if read is not None and read.on > begun and is_held(key_result, read.value):
        return _kept(rollup, begun, read, when)
    if movement is None:
        missing = "from around" if numbers.at(begun) is None else "since"
        return f"Cannot tell yet: there is no value {missing} {day(begun)}, when {when}."
    did = movement_words(key_result, movement)
    since = f"since {when} on {day(begun)} the number {did}{_expected(rollup, line)}."
    if reaches(movement, key_result.rules.min_move):
        return f"It moved: {since}"
    had_time, settles = rollup.had_its_time(begun), begun + key_result.rules.settle
    if had_time is None:
        return f"Cannot tell yet, the number had until {day(settles)} and was last read too early: {since}"
    return f"Not yet: {since}" if had_time else f"Too early to tell, it has until {day(settles)}: {since}"


def _kept(rollup: Rollup, begun: date, read: Reading, when: str) -> str:
    """A number that is to be kept is not meant to move: it holds its bound, that is all."""
    settles = begun + rollup.key_result.rules.settle
    held = f"{rollup.key_result.show(read.value)} on {day(read.on)}; {when} on {day(begun)}"
    if rollup.had_its_time(begun):
        return f"The number is kept: {held}."
    return f"Too early to tell, it has until {day(settles)}: the number holds its bound so far, {held}."


def _expected(rollup: Rollup, line: WorkLine) -> str:
    bet = line.initiative.bet
    if bet is None or bet.move is None:
        return ""
    return f"; {rollup.key_result.show_move(bet.move).removeprefix('+')} were expected of it"


def _while_open(rollup: Rollup, line: WorkLine, until: date) -> str:
    key_result = rollup.key_result
    since = max(rollup.placed.cycle.start, until - key_result.rules.window)
    movement = rollup.numbers.movement(since, until) if since < until else None
    if movement is None:
        return "Cannot tell yet: too few check-ins."
    did = f"between {day(since)} and {day(until)} the number {movement_words(key_result, movement)}"
    if line.stale:
        read = f"was last read on {day(line.read_on)}" if line.read_on else "was not read yet"
        return f"Cannot tell: this work {read}; {did}."
    if line.status is not WorkStatus.IN_PROGRESS:
        return f"This work has not brought anything yet; {did}."
    whole = set(line.status_in_window) == {WorkStatus.IN_PROGRESS} and (line.known_since or until) <= since
    when = "while this was in progress" if whole else "and this was in progress for a part of that time"
    return f"{did[0].upper()}{did[1:]}, {when}."


def _heading(section: Section) -> str:
    key_result = section.rollup.key_result
    return f"{section.line.initiative.title} → {key_result.title} ({key_result.way})"


def _section(section: Section) -> list[Block]:
    rollup, line = section.rollup, section.line
    blocks: list[Block] = [
        Heading((Text("OKR rollup", Style.STRONG), Text(f" · {_heading(section)}"))),
        Paragraph(_number(rollup)),
        Paragraph(_work(line)),
        Paragraph((Text("Is it moving the number? ", Style.STRONG), Text(is_it_moving(rollup, line)))),
    ]
    blocks += [
        Paragraph((Text(signal.kind.replace("_", " "), _LOUD[signal.severity]), Text(f" {signal.question}")))
        for signal in _shown(section)
    ]
    others = [_other(other) for other in rollup.work if other is not line]
    if others:
        # One run each, so that no limit on the length of a run takes any of them away.
        rest = (Text(f" · {other}") for other in others[1:])
        blocks.append(Paragraph((Text("Other bets on this number: "), Text(others[0]), *rest)))
    return blocks


def _other(line: WorkLine) -> str:
    old = f", as of {day(line.read_on)}" if line.stale and line.read_on else ""
    return f"{line.initiative.title}, {work_words(line)}{old}"


_LOUD = {Severity.INFO: Style.NEUTRAL, Severity.WARN: Style.WARNING, Severity.FAIL: Style.BAD}


def _number(rollup: Rollup) -> tuple[Text, ...]:
    latest, key_result = rollup.latest, rollup.key_result
    word, style = number_word(rollup)
    if latest is None:
        return (
            Text("Number: ", Style.STRONG),
            Text(word, style),
            Text(": nobody has checked in a value yet"),
        )
    author = f", {latest.author}" if latest.author else ""
    return (
        Text(f"Number: {key_result.show(latest.value)}", Style.STRONG),
        Text(f", {_against(rollup, latest.on)}: "),
        Text(word, style),
        Text(f" (check-in of {day(latest.on)}{author})"),
    )


def _against(rollup: Rollup, on: date) -> str:
    if rollup.share is None:
        return f"to be kept {rollup.key_result.way.removeprefix('keep ')}"
    expected = expected_share(rollup.key_result, rollup.placed.cycle, on)
    return f"{percent(rollup.share)} of the way; {percent(expected)} expected by {day(on)}"


def _work(line: WorkLine) -> tuple[Text, ...]:
    progress, word = line.progress, work_word(line)
    if progress is None or not progress.counted:
        return (Text(f"This work: {word}", Style.STRONG), Text(f"{_dates(line)}{_age(line)}"))
    cancelled = f", {progress.cancelled} cancelled" if progress.cancelled else ""
    points = f" · {progress.in_points}" if progress.in_points else ""
    status = "" if line.done_on is not None else f", {word}"
    return (
        Text(f"This work: {progress.done} of {progress.counted} done", Style.STRONG),
        Text(f"{points}{cancelled}{status}{_dates(line)}{_age(line)}"),
    )


def _age(line: WorkLine) -> str:
    """Figures that are no news say of when they are, and why there are none newer."""
    if not line.stale or line.read_on is None:
        return ""
    lost = line.link is not None and not line.link.state.is_readable
    why = f"the item is {line.link.state.words}" if lost and line.link else "it was not read since"
    return f" (as of {day(line.read_on)}; {why})"


def _dates(line: WorkLine) -> str:
    if line.done_on is not None:
        return f", finished {day(line.done_on)}"
    return f", due {day(line.due)}" if line.due is not None and line.is_open else ""


def _shown(section: Section) -> tuple[Signal, ...]:
    return tuple(signal for signal in section.signals if _concerns(signal, section.line))


def _concerns(signal: Signal, line: WorkLine) -> bool:
    """Whether the people at this item can do something with it: dropped work is asked nothing more."""
    if signal.kind == "work_without_movement":
        return line.status is WorkStatus.IN_PROGRESS
    return signal.kind in _FOR_WORKERS and line.status is not WorkStatus.DROPPED


_FOR_WORKERS = frozenset(
    {"bet_lost", "settling", "work_without_movement", "movement_without_work", "watermelon"}
)
"""Disconnects between number and work; how the OKRs are kept is nothing the people at the item can mend."""


def _footer(sections: Sequence[Section], workspace: str, item_id: str) -> Paragraph:
    owner = next((s.rollup.owner for s in sections if s.rollup.owner), None)
    asking = f" or ask {owner}" if owner else ""
    return Paragraph(
        (
            Text(f"Kept up to date by okr-syncer. To opt out, delete this comment{asking}. ", Style.EMPHASIS),
            Text(marker(workspace, item_id), Style.CODE),
        )
    )
