"""The figures of a key result: its number, its pace and what the number alone is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from syncer.domain.checkin import CheckIn
from syncer.domain.explain.figure import Explanation, Figure, Lines, Places, Setting, percent
from syncer.domain.okr import Checkpoints, KeyResult
from syncer.domain.pace import Reading, missed_by, movement_words
from syncer.domain.rollup import Rollup
from syncer.domain.work import Health


def explain_key_result(rollup: Rollup, lines: Lines) -> Explanation:
    """Every figure that the sheets show of a key result. No work has a part in any of them."""
    places = Places(rollup.placed, lines)
    way = () if rollup.key_result.keep else _way(rollup, places)
    return Explanation(
        id=rollup.key_result.id,
        kind="key result",
        title=rollup.key_result.title,
        on=rollup.on,
        figures=(
            _value(rollup, places),
            *way,
            _status(rollup, places),
            _staleness(rollup, places),
            _movement(rollup, places),
            *_reported(rollup),
        ),
    )


def _value(rollup: Rollup, places: Places) -> Figure:
    key_result, latest, late = rollup.key_result, rollup.latest, rollup.numbers.late
    count = sum(1 for one in rollup.numbers.check_ins if one.on <= rollup.placed.cycle.end)
    return Figure(
        name="value",
        value=key_result.show(latest.value) if latest else "nobody has checked in a value",
        inputs=(
            *([_told(key_result, latest)] if latest else []),
            f"days with a check-in in the cycle: {count}",
            *([f"after the cycle: {_told(key_result, late)}"] if late else []),
        ),
        rule=(
            "the check-in of the newest day of the cycle; a later entry for a day corrects it, and one for a "
            "day after the cycle tells only what late work moved"
        ),
        at=latest.on if latest else None,
        thresholds=_ends(key_result, places),
    )


def _told(key_result: KeyResult, latest: CheckIn) -> str:
    author = f" by {latest.author}" if latest.author else ""
    entered = f"entered {latest.at:%Y-%m-%d %H:%M} UTC"
    return (
        f"check-in of {latest.on}: {key_result.show(latest.value)}{author}, source {latest.source}, {entered}"
    )


def _ends(key_result: KeyResult, places: Places) -> tuple[Setting, ...]:
    target = places.own("target", key_result.show(key_result.target))
    if key_result.keep:
        return places.own("keep", key_result.keep.words), target
    return places.own("start", key_result.show(key_result.start)), target


def _way(rollup: Rollup, places: Places) -> Iterator[Figure]:
    key_result, latest = rollup.key_result, rollup.latest
    start, target = key_result.show(key_result.start), key_result.show(key_result.target)
    value = key_result.show(latest.value) if latest else "none yet"
    yield Figure(
        name="progress",
        value="cannot tell yet" if rollup.share is None else percent(rollup.share),
        inputs=(f"value {value}", f"start {start}", f"target {target}"),
        rule="(value - start) / (target - start); work done has no part in it",
        at=latest.on if latest else None,
        thresholds=_ends(key_result, places),
    )
    yield _expected(rollup, places)
    yield Figure(
        name="gap",
        value="cannot tell yet" if rollup.gap is None else percent(rollup.gap),
        inputs=(
            f"expected {percent(rollup.expected_share)}",
            f"progress {'none yet' if rollup.share is None else percent(rollup.share)}",
        ),
        rule="expected - progress; below 0 is ahead of the pace",
        at=rollup.on,
    )


def _expected(rollup: Rollup, places: Places) -> Figure:
    key_result, cycle = rollup.key_result, rollup.placed.cycle
    days = (cycle.end - cycle.start).days + 1
    over = round(cycle.elapsed(rollup.on) * days)
    pace = "points" if isinstance(key_result.pace, Checkpoints) else key_result.pace.value
    rules = {
        "linear": "the share of the cycle's days that are over, today included",
        "late": "the square of the share of the cycle's days that are over, today included",
        "points": "a straight line between the points of the pace, from the start to the end of the cycle",
    }
    value = f"{percent(rollup.expected_share)}, {key_result.show(round(rollup.expected_value, 4))}"
    return Figure(
        name="expected",
        value=value,
        inputs=(f"{over} of {days} days are over", *_points(key_result)),
        rule=rules[pace],
        at=rollup.on,
        thresholds=(
            places.own("pace", pace),
            places.cycle("start", cycle.start.isoformat()),
            places.cycle("end", cycle.end.isoformat()),
        ),
    )


def _points(key_result: KeyResult) -> Iterator[str]:
    if isinstance(key_result.pace, Checkpoints):
        yield from (f"{key_result.show(value)} by {on}" for on, value in key_result.pace.values)


def _status(rollup: Rollup, places: Places) -> Figure:
    inputs, rule, used = _kept(rollup, places) if rollup.key_result.keep else _on_its_way(rollup, places)
    return Figure(
        name="measured status",
        value=rollup.status.words,
        inputs=inputs,
        rule=f"{rule}; from the number alone",
        at=rollup.on,
        thresholds=used,
    )


_Judged = tuple[tuple[str, ...], str, tuple[Setting, ...]]
"""Inputs, rule and thresholds of a status."""


def _kept(rollup: Rollup, places: Places) -> _Judged:
    key_result, latest = rollup.key_result, rollup.latest
    inputs: tuple[str, ...] = ()
    if latest is not None:
        inputs = (f"missed by {key_result.show_move(missed_by(key_result, latest.value)).removeprefix('+')}",)
    rule = "on track on the good side of the target, off track once min_move is missed, between them behind"
    return inputs, rule, (*_ends(key_result, places), _min_move(key_result, places))


def _on_its_way(rollup: Rollup, places: Places) -> _Judged:
    rules = rollup.key_result.rules
    share = "none yet" if rollup.share is None else percent(rollup.share)
    gap = "none yet" if rollup.gap is None else percent(rollup.gap)
    rule = (
        "achieved from 100 % on; on track while the gap is within on_track_gap, behind within behind_gap, "
        "else off track"
    )
    used = (
        places.rule("on_track_gap", percent(rules.on_track_gap)),
        places.rule("behind_gap", percent(rules.behind_gap)),
    )
    return (f"progress {share}", f"gap {gap}"), rule, used


def _staleness(rollup: Rollup, places: Places) -> Figure:
    rules, latest = rollup.key_result.rules, rollup.latest
    last = latest.on if latest else rollup.placed.cycle.start
    inputs = f"newest check-in of {last}" if latest else f"no check-in yet; the cycle began on {last}"
    return Figure(
        name="staleness",
        value="stale" if rollup.number_stale else "fresh",
        inputs=(inputs, _next_due(rollup, last + rules.cadence + rules.grace)),
        rule="stale once cadence and check_in_grace have passed without a check-in; then it is never green",
        at=rollup.on,
        thresholds=(
            places.at("cadence", f"{rules.cadence.days} days", "schedule.check_in"),
            places.rule("check_in_grace", f"{rules.grace.days} days"),
        ),
    )


def _next_due(rollup: Rollup, by: date) -> str:
    end = rollup.placed.cycle.end
    if rollup.closed_on is not None:
        return f"none is due any more: it was closed on {rollup.closed_on}"
    if rollup.number_stale:
        return f"the next one was due by {by}"
    is_over = rollup.on > end
    return f"none is due any more: the cycle ended on {end}" if is_over else f"the next one is due by {by}"


def _movement(rollup: Rollup, places: Places) -> Figure:
    key_result, numbers, movement = rollup.key_result, rollup.numbers, rollup.movement
    before, after = numbers.at(rollup.window_start), numbers.at(rollup.on)
    return Figure(
        name="movement",
        value="cannot tell yet" if movement is None else movement_words(key_result, movement),
        inputs=(
            f"at the start of the window, {rollup.window_start}: {reading_words(key_result, before)}",
            f"at its end, {rollup.on}: {reading_words(key_result, after)}",
        ),
        rule=(
            "the change in the good direction over a full window; a reading holds for cadence and "
            "check_in_grace, and less than min_move is no movement"
        ),
        at=rollup.on,
        thresholds=(
            places.rule("window", f"{key_result.rules.window.days} days"),
            _min_move(key_result, places),
        ),
    )


def reading_words(key_result: KeyResult, reading: Reading | None) -> str:
    """`37 % of 2026-11-16`, or that there is none."""
    return (
        f"{key_result.show(reading.value)} of {reading.on}" if reading else "no reading that is near enough"
    )


def _min_move(key_result: KeyResult, places: Places) -> Setting:
    return places.rule("min_move", key_result.show(key_result.rules.min_move))


def _reported(rollup: Rollup) -> Iterator[Figure]:
    latest = rollup.latest
    if latest is not None and latest.health is not Health.UNKNOWN:
        yield Figure(
            name="reported status",
            value=latest.health.words,
            inputs=(_told(rollup.key_result, latest),),
            rule="what the newest check-in says; it changes nothing in the measured status",
            at=latest.on,
        )
