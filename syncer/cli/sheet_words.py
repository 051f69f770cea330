"""What a sheet says of a number and of an initiative: the same words in every form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from syncer.domain.foreign import name
from syncer.domain.okr import KeyResult
from syncer.domain.pace import Reading
from syncer.domain.render import day, number_word
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.work import Health, Progress


def a_week_before(rollup: Rollup) -> Reading | None:
    """What the number was a week before the day of the sheet, where it was checked in since."""
    week_ago = rollup.on - timedelta(days=7)
    if rollup.latest is None or rollup.latest.on <= week_ago:
        return None
    return rollup.numbers.at(week_ago)


def expected(rollup: Rollup) -> str:
    """Where the number should be by now; of one that is to be kept, its bound."""
    key_result = rollup.key_result
    return key_result.way if key_result.keep else key_result.show(round(rollup.expected_value, 1))


def measured(rollup: Rollup) -> str:
    """The status word of the number; one that is too old says since when."""
    if rollup.latest is not None and rollup.number_stale:
        return f"stale since {day(rollup.latest.on)}"
    return number_word(rollup)[0]


def reported(rollup: Rollup) -> str:
    """The health of the newest check-in, empty where none was given."""
    health = rollup.latest.health if rollup.latest else Health.UNKNOWN
    return "" if health is Health.UNKNOWN else health.words


def closed(rollup: Rollup) -> str:
    """As what the key result was closed, when and why; empty where it was not."""
    if rollup.closing is None or rollup.closed_on is None:
        return ""
    why = f": {name(rollup.closing.reason)}" if rollup.closing.reason else ""
    return f"{rollup.closing.word} on {day(rollup.closed_on)}{why}"


def thresholds(key_result: KeyResult) -> str:
    """The figures a key result is judged by, as a sheet prints them beside the judgement."""
    rules = key_result.rules
    least = key_result.show_move(rules.min_move).removeprefix("+")
    if key_result.keep:
        return (
            f"{key_result.way}, off track from {least} missed, moves of {least} in "
            f"{rules.window.days} days, {rules.settle.days} days to settle"
        )
    return (
        f"gaps of {rules.on_track_gap * 100:g} % and {rules.behind_gap * 100:g} %, moves of {least} in "
        f"{rules.window.days} days, {rules.settle.days} days to settle"
    )


def basis(progress: Progress) -> str:
    """The three buckets, and the points where there are any: `6/10 · 2 cancelled`."""
    return f"{progress.basis} · {progress.in_points}" if progress.in_points else progress.basis


def progress(line: WorkLine) -> str:
    """How much of the work is done; empty before a linked item was ever read."""
    if line.progress is None:
        return "kept by hand" if line.link is None else ""
    return basis(line.progress)


def work_health(line: WorkLine) -> str:
    """What the tracker's own report says of open work, empty where there is none."""
    return f"reported {line.health.words}" if line.is_open and line.health is not Health.UNKNOWN else ""


def due(line: WorkLine, rollup: Rollup) -> str:
    """The day of the work: when it finished, or until when it is open."""
    if line.done_on:
        return f"finished {day(line.done_on)}"
    if line.due is None or not line.is_open:
        return ""
    return f"overdue since {day(line.due)}" if line.overdue(rollup.on) else f"due {day(line.due)}"


def item(line: WorkLine) -> str:
    """The linked item by its key, as far as it is known."""
    return name(line.snapshot.key if line.snapshot else str(line.link.ref) if line.link else "")


def coverage(rollups: Sequence[Rollup]) -> str:
    """How far the numbers stand on work that can be read: live links by key result, and linked bets."""
    bets = [line for rollup in rollups for line in rollup.bets]
    linked = [line for line in bets if line.link is not None]
    covered = [rollup for rollup in rollups if any(map(is_live, rollup.bets))]
    broken = sum(1 for line in linked if not is_live(line))
    but = f", {broken} of them stale or not readable" if broken else ""
    return (
        f"{len(covered)} of {len(rollups)} key results have a bet with a live link; "
        f"{len(linked)} of {len(bets)} bets are linked{but}"
    )


def is_live(line: WorkLine) -> bool:
    """Whether the initiative is linked and its item was read lately."""
    return line.link is not None and not line.stale


def link_state(line: WorkLine) -> str:
    """What is wrong with a link or its figures, empty where nothing is."""
    if line.link is None:
        return ""
    if not line.link.state.is_readable:
        read = f", last read {day(line.read_on)}" if line.read_on else ""
        return f"{line.link.state.words}{read}"
    if line.stale:
        return f"stale since {line.read_at:%Y-%m-%d %H:%M} UTC" if line.read_at else "not read yet"
    return ""
