"""Both layers judged together: rollups, signals opened and closed, comments owed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncer.domain.comment import Publication
from syncer.domain.link import Link
from syncer.domain.okr import Workspace
from syncer.domain.render import Section, facts_of, render
from syncer.domain.rollup import Known, Rollup, WorkLine, roll_up
from syncer.domain.signals import BET_DETECTORS, CLOSED_DETECTORS, DETECTORS
from syncer.domain.signals.finding import CANNOT_TELL, Finding, Signal, signal_id
from syncer.domain.work import Item
from syncer.engine.pull import resting


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a sync concludes. `standing` are all signals open after it, `changed` say something new."""

    rollups: tuple[Rollup, ...]
    standing: tuple[Signal, ...]
    opened: tuple[Signal, ...]
    changed: tuple[Signal, ...]
    closed: tuple[Signal, ...]
    publications: tuple[Publication, ...]


def judge(workspace: Workspace, known: Known, standing: Sequence[Signal], now: datetime) -> Judgement:
    """Judges every key result that does not rest; signals of key results taken out of the file are closed."""
    rest = resting(workspace, now)
    placed = list(workspace.key_results())
    rollups = tuple(roll_up(workspace, one, known, now) for one in placed if one.key_result.id not in rest)
    before = {signal.id: signal for signal in standing}
    after = {signal.id: signal for signal in standing if signal.key_result_id in rest}
    for rollup in rollups:
        after.update((signal.id, signal) for signal in detect_all(rollup, before))
    return Judgement(
        rollups=rollups,
        standing=tuple(after.values()),
        opened=tuple(signal for signal in after.values() if signal.id not in before),
        changed=tuple(s for s in after.values() if s.id in before and s != before[s.id]),
        closed=tuple(signal for signal in standing if signal.id not in after),
        publications=owed(workspace, rollups, tuple(after.values())),
    )


def detect_all(rollup: Rollup, before: Mapping[str, Signal]) -> Iterable[Signal]:
    """The signals that stand after looking: found ones keep their first day, undecided ones stay."""
    for standing, finding in _looked(rollup, before):
        if isinstance(finding, Signal):
            yield replace(finding, first_seen=standing.first_seen) if standing else finding
        elif finding is CANNOT_TELL and standing is not None:
            yield standing


def _looked(rollup: Rollup, before: Mapping[str, Signal]) -> Iterable[tuple[Signal | None, Finding]]:
    number, is_closed = rollup.key_result.id, rollup.closing is not None
    for kind, detect in CLOSED_DETECTORS if is_closed else DETECTORS:
        standing = before.get(signal_id(number, kind))
        yield standing, detect(rollup, standing)
    for kind, detect_bet in () if is_closed else BET_DETECTORS:
        for line in rollup.work:
            standing = before.get(signal_id(number, kind, line.initiative.id))
            yield standing, detect_bet(rollup, line, standing)


def owed(
    workspace: Workspace, rollups: Sequence[Rollup], standing: Sequence[Signal]
) -> tuple[Publication, ...]:
    """One publication per item that carries comments and whose id is known.

    It is without a comment where all sections are confidential.
    """
    by_item: dict[Item, list[tuple[Link, Rollup, WorkLine]]] = {}
    for rollup in rollups:
        for line in rollup.work:
            if line.link is not None and line.link.publish and (item := line.link.carrier.item):
                by_item.setdefault(item, []).append((line.link, rollup, line))
    return tuple(
        _publication(workspace, item_id, carried, standing) for (_, item_id), carried in by_item.items()
    )


def _publication(
    workspace: Workspace,
    item_id: str,
    carried: Sequence[tuple[Link, Rollup, WorkLine]],
    standing: Sequence[Signal],
) -> Publication:
    sections = [
        Section(rollup, line, tuple(s for s in standing if s.key_result_id == rollup.key_result.id))
        for _, rollup, line in carried
        if not rollup.key_result.confidential
    ]
    return Publication(
        workspace=workspace.id,
        ref=carried[0][0].carrier,
        item_id=item_id,
        comment=render(workspace.id, item_id, sections) if sections else None,
        facts=facts_of(sections, workspace.audiences.get(carried[0][0].carrier.connection, "")),
    )
