"""The weekly reminder: once a week, to who has not checked in, also after a week of downtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from syncer.domain.okr import Workspace
from syncer.domain.sync import Due
from syncer.engine.checkins import check_in
from syncer.engine.sync import Engine
from syncer.engine.tick import CHECK_IN, tick
from syncer.ports import Confirm
from syncer.service.due import run_due
from syncer.store.sql_store import SqlStore
from tests.domain import build
from tests.service.house import HandClock

Log = Callable[[], list[dict[str, Any]]]
SUNDAY = datetime(2026, 11, 15, 12, tzinfo=UTC)
NINE = datetime(2026, 11, 16, 8, tzinfo=UTC)


def acme() -> Workspace:
    return build.workspace(
        build.key_result(),
        build.key_result(id="paid", owner="ben"),
        build.key_result(id="secret", owner="ben", confidential=True),
    )


@dataclass
class Week:
    """A service that only reminds, on a clock that is moved."""

    store: SqlStore
    workspace: Workspace = field(default_factory=acme)
    clock: HandClock = field(default_factory=lambda: HandClock(SUNDAY))

    def dispatch(self, due: Due) -> None:
        if due.kind == CHECK_IN:
            run_due(lambda _: self.engine(), self.store, due)

    def engine(self) -> Engine:
        return Engine(workspace=self.workspace, store=self.store, clock=self.clock, connect=_no_tracker)

    def turn(self, at: datetime) -> None:
        self.clock.at = at
        tick([self.workspace], self.store, self.clock, self)


def _no_tracker(name: str, _: Confirm | None) -> Any:
    raise AssertionError(name)


def reminded(log: Log) -> list[tuple[str, list[str], list[str]]]:
    lines = [line for line in log() if line["event"] == "check-in due"]
    return [(line["person"], line["key_results"], line["stale"]) for line in lines]


def test_at_its_time_everybody_who_has_not_checked_in_is_reminded_once(store: SqlStore, log: Log) -> None:
    week = Week(store)
    week.turn(SUNDAY)
    check_in(week.workspace, store, week.clock, key_result="activation", value=37.0)

    week.turn(NINE - timedelta(seconds=1))
    assert reminded(log) == []
    week.turn(NINE)
    week.turn(NINE + timedelta(hours=1))

    assert reminded(log) == [("ben", ["paid"], ["paid"])]


def test_weeks_of_downtime_are_one_reminder(store: SqlStore, log: Log) -> None:
    week = Week(store)
    week.turn(SUNDAY)

    week.turn(NINE + timedelta(days=17))

    assert reminded(log) == [("ana", ["activation"], ["activation"]), ("ben", ["paid"], ["paid"])]
