"""What is known now, judged now, without asking anybody: for the sheets, the brief and the status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncer.domain.notification import NotifyTrouble
from syncer.domain.okr import Workspace
from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import Signal
from syncer.domain.snooze import Snooze, asleep
from syncer.domain.sync import SyncRun
from syncer.engine.knowledge import Before, conclude, load_before
from syncer.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One workspace as the store has it. `standing` are the signals that the last sync left open.

    `asleep` are those of them that are put aside today, by id. `notify_troubles` are the readers of
    notifications that could not be reached.
    """

    workspace: Workspace
    before: Before
    last_run: SyncRun | None
    asleep: Mapping[str, Snooze]
    notify_troubles: tuple[NotifyTrouble, ...] = ()
    rollups: tuple[Rollup, ...]

    @property
    def standing(self) -> tuple[Signal, ...]:
        """The open signals, as they were last judged."""
        return self.before.signals

    def public(self, named: frozenset[str] = frozenset()) -> tuple[Rollup, ...]:
        """The rollups that may be shown: confidential ones only when asked for by name."""
        return shown(self.rollups, named, self.workspace.confidential)

    def public_signals(self, named: frozenset[str] = frozenset()) -> tuple[Signal, ...]:
        """The standing signals of the key results that may be shown."""
        ids = {rollup.key_result.id for rollup in self.public(named)}
        return tuple(signal for signal in self.standing if signal.key_result_id in ids)

    def awake(self, named: frozenset[str] = frozenset()) -> tuple[Signal, ...]:
        """Those of them that nobody has put aside."""
        return tuple(one for one in self.public_signals(named) if one.id not in self.asleep)


def shown(
    rollups: Iterable[Rollup], named: frozenset[str], confidential: frozenset[str]
) -> tuple[Rollup, ...]:
    """The rollups of the named key results, or else of all that are not confidential."""
    return tuple(
        one
        for one in rollups
        if (one.key_result.id in named if named else one.key_result.id not in confidential)
    )


def look(workspace: Workspace, store: Store, clock: Clock) -> View:
    """Reads the store once and rolls everything up at this moment."""
    with store.read() as work:
        before = load_before(workspace, work)
        last_run = work.last_run(workspace.id)
        troubles = work.notify_troubles(workspace.id)
        snoozes, history = work.snoozes(workspace.id), work.signal_history(workspace.id)
    now = clock.now()
    after = conclude(workspace, before, {}, now)
    readers = {one.reader for one in workspace.notify}
    return View(
        workspace=workspace,
        before=before,
        last_run=last_run,
        asleep=asleep(snoozes, history, workspace.day(now)),
        notify_troubles=tuple(one for one in troubles if one.reader in readers),
        rollups=after.judgement.rollups,
    )
