"""The figures of an initiative: how much of the work is done, what it is called, its days, what it moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from syncer.domain.evidence import Evidence, evidence_of
from syncer.domain.explain.figure import Explanation, Figure, Lines, Places, Setting, percent
from syncer.domain.explain.number import reading_words
from syncer.domain.okr import Workspace
from syncer.domain.pace import movement_words
from syncer.domain.rollup import Rollup, WorkLine
from syncer.domain.signals.stale_work import limit_words
from syncer.domain.work import Health, Progress, Snapshot


def explain_initiative(workspace: Workspace, rollup: Rollup, line: WorkLine, lines: Lines) -> Explanation:
    """Every figure that the sheets show of an initiative, one of `rollup.work`."""
    places = Places(rollup.placed, lines)
    by_hand = line.link is None
    read = () if by_hand else (_share(line, places), _window(rollup, line, places))
    return Explanation(
        id=line.initiative.id,
        kind="initiative",
        title=line.initiative.title,
        on=rollup.on,
        figures=(
            *read,
            _status(workspace, line, places),
            *_days(rollup, line),
            *(() if by_hand else (_staleness(line, rollup, places),)),
            _verdict(rollup, line, places),
        ),
    )


def _item(line: WorkLine) -> str:
    if line.link is None:
        return "no link: its status is kept by hand"
    key = (
        f", shown as {line.snapshot.key}" if line.snapshot and line.snapshot.key != line.link.ref.key else ""
    )
    known = f"item id {line.link.item_id}" if line.link.item_id else "never read"
    return f"{line.link.ref.kind} {line.link.ref} ({known}{key})"


def _link(line: WorkLine, places: Places) -> tuple[Setting, ...]:
    return (places.initiative(line.initiative, "link", str(line.link.ref)),) if line.link else ()


def _share(line: WorkLine, places: Places) -> Figure:
    progress = line.progress
    return Figure(
        name="work share",
        value=_share_words(progress),
        inputs=(_item(line), *(_buckets(progress) if progress else ())),
        rule="done / (all - cancelled), from the counts; points are shown beside it",
        at=line.read_at,
        thresholds=_link(line, places),
    )


def _share_words(progress: Progress | None) -> str:
    if progress is None:
        return "cannot tell: never read"
    share = "nothing counts" if progress.share is None else percent(progress.share)
    return f"{share} ({progress.basis})"


def _buckets(progress: Progress) -> Iterator[str]:
    yield f"done {progress.done}, open {progress.open}, cancelled {progress.cancelled}"
    if progress.in_points:
        yield progress.in_points


def _window(rollup: Rollup, line: WorkLine, places: Places) -> Figure:
    since = rollup.on - rollup.key_result.rules.window
    least = line.least_in_window
    grew = f"fewest that counted since {since}: {least.basis}" if least else f"not known as early as {since}"
    return Figure(
        name="finished in the window",
        value="cannot tell yet" if line.done_in_window is None else str(line.done_in_window),
        inputs=(grew, f"now: {line.progress.basis}" if line.progress else "never read"),
        rule="done now - the fewest done since the window began",
        at=line.read_at,
        thresholds=(places.rule("window", f"{rollup.key_result.rules.window.days} days"),),
    )


def _status(workspace: Workspace, line: WorkLine, places: Places) -> Figure:
    since = f"so since {line.status_since}" if line.status_since else "nothing was said yet"
    if line.link is None:
        rule, used = "the newest status given by hand", tuple[Setting, ...]()
    else:
        rule = (
            "the tracker's own category of the item's status, but for what status_map says; no child counts"
        )
        used = tuple(_exceptions(workspace, line.link.ref.connection, places))
    return Figure(
        name="work status",
        value=line.status.words if line.status else "nothing reported",
        inputs=(_item(line), since, *_notes(line.snapshot)),
        rule=rule,
        at=line.read_at if line.link else line.status_since,
        thresholds=used,
    )


def _exceptions(workspace: Workspace, connection: str, places: Places) -> Iterator[Setting]:
    for name in dict.fromkeys((connection, workspace.connection_kinds.get(connection, ""))):
        if f"status_map.{name}" in places.lines:
            yield places.at("status_map", name, f"status_map.{name}")


def _notes(snapshot: Snapshot | None) -> Iterator[str]:
    if snapshot is not None:
        if snapshot.health is not Health.UNKNOWN:
            yield f"the tracker's own report: {snapshot.health.words}"
        yield from snapshot.notes


def _days(rollup: Rollup, line: WorkLine) -> Iterator[Figure]:
    start = line.snapshot.start if line.snapshot else None
    if line.link is not None:
        late = f"overdue on {rollup.on}" if line.overdue(rollup.on) else f"not overdue on {rollup.on}"
        yield Figure(
            name="dates",
            value=f"start {_day(start)}, due {_day(line.due)}",
            inputs=(_item(line), late),
            rule="as the tracker has them; open work is overdue from the day after its due day on",
            at=line.read_at,
        )
    if line.done_on is not None:
        own = line.snapshot is not None and line.snapshot.done_on is not None
        yield Figure(
            name="finished",
            value=line.done_on.isoformat(),
            inputs=("the tracker's own day" if own else f"first seen done on {line.done_on}",),
            rule="the tracker's own day where it gives one, else the day since which it has been seen done",
            at=line.read_at if line.link else line.status_since,
        )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"


def _staleness(line: WorkLine, rollup: Rollup, places: Places) -> Figure:
    limit = rollup.key_result.rules.stale_after
    read = f"{line.read_at:%Y-%m-%d %H:%M} UTC" if line.read_at else "never"
    state = line.link.state.words if line.link else "none"
    advice = (line.link.advice,) if line.link and line.link.advice else ()
    return Figure(
        name="staleness",
        value="stale" if line.stale else "fresh",
        inputs=(f"last read {read}", f"the link is {state}", *advice),
        rule="stale once nothing was read for longer than stale_after, or while the item is not shown to us",
        at=line.read_at,
        thresholds=(places.rule("stale_after", limit_words(limit)),),
    )


def _verdict(rollup: Rollup, line: WorkLine, places: Places) -> Figure:
    found = next(one for one in evidence_of(rollup) if one.initiative == line.initiative)
    rules = rollup.key_result.rules
    return Figure(
        name="evidence",
        value=f"{found.verdict.value.replace('_', ' ')}: {found.why.value}",
        inputs=tuple(_seen(found)) or ("it has not shipped",),
        rule=(
            "the number from the day the work was done until settle has passed, against min_move; it moved "
            "while the bet shipped, which is no proof that the bet moved it; a number to keep holds its bound"
        ),
        at=found.settled.on if found.settled else found.shipped_on,
        thresholds=(
            places.rule("settle", f"{rules.settle.days} days"),
            places.rule("min_move", rollup.key_result.show(rules.min_move)),
            *_expected(found, places),
        ),
    )


def _seen(found: Evidence) -> Iterator[str]:
    if found.shipped_on is None:
        return
    yield f"shipped {found.shipped_on}: {reading_words(found.key_result, found.at_ship)}"
    yield f"settles {found.settles_on}: {reading_words(found.key_result, found.settled)}"
    if found.movement is not None:
        yield f"the number {movement_words(found.key_result, found.movement)}"
    if found.fell_back is not None:
        yield f"it did not last: {reading_words(found.key_result, found.fell_back)}"
    if found.overlapping:
        yield f"overlaps with {', '.join(found.overlapping)}"


def _expected(found: Evidence, places: Places) -> Iterator[Setting]:
    if found.expected is not None:
        move = found.key_result.show_move(found.expected).removeprefix("+")
        yield places.initiative(found.initiative, "bet.move", move)
