"""Owed syncs that nobody is working on are handed out again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from syncer.domain.sync import Due
from syncer.engine.recover import recover
from syncer.engine.tick import SYNC
from tests.domain import build
from tests.engine.desk import Desk

SLOT = build.noon("2026-11-02")


@dataclass
class Noted:
    """A dispatcher that notes what it is given."""

    dues: list[Due] = field(default_factory=list)

    def dispatch(self, due: Due) -> None:
        self.dues.append(due)


def owe(desk: Desk, workspace: str, *, kind: str = SYNC, minutes: int = 0) -> Due:
    due = Due(workspace=workspace, kind=kind, slot=SLOT + timedelta(minutes=minutes))
    with desk.store.write() as work:
        work.add_due(due)
    return due


def test_open_dues_without_a_live_lease_are_handed_out_oldest_first(desk: Desk) -> None:
    late, held, early = owe(desk, "late", minutes=5), owe(desk, "held"), owe(desk, "early")
    desk.store.acquire("held")
    spaces = [replace(desk.workspace, id=due.workspace) for due in (late, held, early)]
    noted = Noted()
    assert recover(spaces, desk.store, noted) == (early, late)
    assert noted.dues == [early, late]


def test_a_lease_that_ran_out_holds_nothing_back(desk: Desk) -> None:
    due = owe(desk, desk.workspace.id)
    desk.store.acquire(desk.workspace.id, timedelta(0))
    assert recover([desk.workspace], desk.store, Noted()) == (due,)


def test_what_is_not_ours_or_of_no_known_kind_or_finished_is_left(desk: Desk) -> None:
    owe(desk, "unknown")
    owe(desk, desk.workspace.id, kind="digest")
    finished = owe(desk, desk.workspace.id, minutes=15)
    with desk.store.write() as work:
        work.finish_due(finished)
    noted = Noted()
    assert recover([desk.workspace], desk.store, noted) == ()
    assert noted.dues == []
