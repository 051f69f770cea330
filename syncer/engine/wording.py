"""News in words, for a message in plain text: one line each, nothing foreign breaks out of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from syncer.domain.foreign import name
from syncer.domain.notification import Part
from syncer.domain.okr import KeyResult, Workspace
from syncer.domain.reminder import Owed
from syncer.domain.render import day, late_words, number_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.signals.finding import Signal
from syncer.domain.sync import ConnectionHealth
from syncer.domain.work import LinkState

LONGEST_PART = 40


def part(heading: str, lines: Iterable[str], *, more: str = "syncer signals history") -> Iterator[Part]:
    """The part, unless it is empty; of a long one the beginning, and the command that shows the rest."""
    found = tuple(lines)
    if len(found) > LONGEST_PART:
        found = (*found[:LONGEST_PART], f"- and {len(found) - LONGEST_PART} more: {more}")
    if found:
        yield Part(heading, found)


def opened_line(signal: Signal, workspace: Workspace) -> str:
    """A signal with the number it is about, who is asked, and the question."""
    asked = f" {name(signal.owner)}:" if signal.owner else ""
    return f"{signal_line(signal, workspace)}{asked} {name(signal.question)}"


def signal_line(signal: Signal, workspace: Workspace) -> str:
    """A signal with the number of the file that it is about."""
    numbers = (placed.key_result for placed in workspace.key_results())
    about = next(one for one in numbers if one.id == signal.key_result_id)
    return f"- {name(about.title)}: {signal.kind.replace('_', ' ')}. {name(signal.headline)}"


def failing_line(health: ConnectionHealth, workspace: Workspace) -> str:
    """A connection that fails, since when and why."""
    since = moment(health.failing_since, workspace) if health.failing_since else "now"
    return f"- connection {health.connection}: failing since {since}: {_discreet(health.sentence, workspace)}"


def recovered_line(connection: str) -> str:
    """A connection that works again."""
    return f"- connection {connection}: read again"


def _discreet(sentence: str, workspace: Workspace) -> str:
    """A tracker's sentence, unless it names something that is confidential."""
    said = sentence.casefold()
    secret = (one.key_result for one in workspace.key_results() if one.key_result.confidential)
    if any(word.casefold() in said for key_result in secret for word in _words(key_result)):
        return "why is shown by syncer status alone"
    return name(sentence)


def _words(key_result: KeyResult) -> Iterator[str]:
    yield key_result.id
    yield key_result.title
    if key_result.value_at is not None:
        yield key_result.value_at.key
    for one in key_result.initiatives:
        yield from (one.id, one.title)
        if one.link is not None:
            yield from (one.link.ref.key, one.link.carrier.key)


def unread_line(line: WorkLine, workspace: Workspace) -> str:
    """Work whose figures are too old to be believed."""
    state = line.link.state if line.link else LinkState.ACTIVE
    how = "not read" if state is LinkState.ACTIVE else state.words
    when = f"last read {moment(line.read_at, workspace)}" if line.read_at else "never read yet"
    return f"- work: {name(line.initiative.title)}: {how}, {when}"


def unsaid_line(rollup: Rollup) -> str:
    """A number nobody has spoken of for too long."""
    latest, late = rollup.latest, late_words(rollup)
    since = f"nothing since {day(latest.on)}" if latest else "nobody has checked in yet"
    if late:
        begun = f"after {day(latest.on)}" if latest else "at all"
        since = f"nothing {begun} in the cycle; {late}"
    return f"- number: {name(rollup.key_result.title)}: {since}"


def owed_line(owed: Owed) -> str:
    """A number that waits for its value, and how to say it; after a cycle, for which day."""
    number, last = owed.placed.key_result, owed.last
    since = f"last said on {day(last.on)}" if last else "nobody has said a value yet"
    late = ", overdue" if owed.overdue else ""
    on = f" --on {owed.on}" if owed.on == owed.placed.cycle.end else ""
    return f"- {name(number.title)}: {since}{late}. syncer check-in {number.id} VALUE{on}"


def number_line(rollup: Rollup) -> str:
    """A number with its way, its newest value and the status as of that day, and what was read later."""
    key_result, latest = rollup.key_result, rollup.latest
    late = f"; {late_words(rollup)}" if rollup.numbers.late else ""
    if latest is None:
        return f"- {name(key_result.title)} ({key_result.way}): no check-in yet{late}"
    value, word = key_result.show(latest.value), number_word(rollup)[0]
    return f"- {name(key_result.title)} ({key_result.way}): {value} on {day(latest.on)}, {word}{late}"


def moment(at: datetime, workspace: Workspace) -> str:
    """A moment as people of the workspace write it: `2 Nov 2026 09:00`."""
    local = at.astimezone(workspace.zone)
    return f"{day(local.date())} {local:%H:%M}"
