"""Explains whatever an id names: a key result, an initiative, or a signal that is open."""

from __future__ import annotations

from collections.abc import Iterator

from syncer.domain.explain.figure import Explanation, Lines
from syncer.domain.explain.number import explain_key_result
from syncer.domain.explain.signal import explain_signal
from syncer.domain.explain.work import explain_initiative
from syncer.domain.okr import Workspace
from syncer.domain.rollup import Rollup, roll_up
from syncer.domain.signals.finding import Signal
from syncer.engine.knowledge import load_before, stored
from syncer.ports import Clock, Store


def explain(workspace: Workspace, store: Store, clock: Clock, id_: str, lines: Lines) -> Explanation | None:
    """The figures of the thing of that id with their case, from the store alone; None where there is none.

    `lines` say where the keys of the workspace file stand. A confidential thing is explained like any other:
    its id is its name.
    """
    with store.read() as work:
        before = load_before(workspace, work)
    known, now = stored(workspace, before), clock.now()
    rollups = {
        placed.key_result.id: roll_up(workspace, placed, known, now) for placed in workspace.key_results()
    }
    return next(_explained(workspace, rollups, before.signals, id_, lines), None)


def _explained(
    workspace: Workspace, rollups: dict[str, Rollup], signals: tuple[Signal, ...], id_: str, lines: Lines
) -> Iterator[Explanation]:
    if id_ in rollups:
        yield explain_key_result(rollups[id_], lines)
    for rollup in rollups.values():
        for line in rollup.work:
            if line.initiative.id == id_:
                yield explain_initiative(workspace, rollup, line, lines)
    for signal in signals:
        if signal.id == id_ and signal.key_result_id in rollups:
            yield explain_signal(signal, rollups[signal.key_result_id], lines)


def names(workspace: Workspace, store: Store) -> tuple[str, ...]:
    """Every id there is to be explained, but those that belong to a confidential key result."""
    with store.read() as work:
        signals = work.open_signals(workspace.id)
    public = [one.key_result for one in workspace.key_results() if not one.key_result.confidential]
    shown = {key_result.id for key_result in public}
    return (
        *(key_result.id for key_result in public),
        *(bet.id for key_result in public for bet in key_result.initiatives),
        *(signal.id for signal in signals if signal.key_result_id in shown),
    )
