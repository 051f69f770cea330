"""The service tells people after a scheduled sync, over real HTTP, and logs who could not be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncer.domain.notification import Event, Subscription
from syncer.domain.sync import Due
from syncer.engine import notify as telling
from syncer.engine.sync import Engine
from syncer.notify.apprise_notifier import AppriseNotifier
from syncer.service.chronicle import Chronicle
from syncer.service.due import run_due
from syncer.store.sql_store import SqlStore
from tests.notify.postbox import SECRET, Postbox, postbox
from tests.service.house import START, engine_of, owe, workspace

Log = Callable[[], list[dict[str, Any]]]
TO = "{env: ACME_SLACK_URL}"


def engine(store: SqlStore, box: Postbox) -> Engine:
    told = replace(workspace(), notify=(Subscription(to=TO, on=frozenset({Event.SIGNAL_OPENED})),))
    return replace(engine_of(store, told), notifiers={TO: AppriseNotifier(TO, lambda: box.url)})


def work_off(store: SqlStore, box: Postbox, chronicle: Chronicle, due: Due) -> None:
    report = run_due(lambda _: engine(store, box), store, due)
    assert report is not None
    chronicle.closed(due, report)


def lines(log: Log) -> list[tuple[str, str]]:
    return [(line["level"], line["event"]) for line in log() if "reader" in line]


def test_a_due_sync_tells_and_logs_that_it_did(store: SqlStore, log: Log) -> None:
    with postbox() as box:
        work_off(store, box, Chronicle(), owe(store))
        (letter,) = box.take()
    assert "Opened\n- Activation: " in letter.body
    assert lines(log) == [("info", "notification sent")]


def test_a_reader_that_cannot_be_reached_is_logged_once_and_once_when_it_can(
    store: SqlStore, log: Log
) -> None:
    chronicle = Chronicle()
    with postbox() as box:
        box.answer = 503
        for minutes in range(3):
            work_off(store, box, chronicle, owe(store, slot=START.replace(minute=minutes)))
        box.answer = 200
        work_off(store, box, chronicle, owe(store, slot=START.replace(minute=4)))
        assert (len(box.take()), box.refused) == (1, 3)
    assert lines(log) == [
        ("warning", "notification failed"),
        ("info", "notification sent"),
        ("info", "notifications arrive again"),
    ]
    assert SECRET not in str(log())


def test_a_fault_of_telling_itself_is_logged_each_time_it_comes(
    store: SqlStore, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    chronicle, faults = Chronicle(), [KeyError("x"), None, KeyError("x")]
    plan = telling.plan_notifications

    def sometimes(*given: Any) -> Any:
        fault = faults.pop(0)
        if fault:
            raise fault
        return plan(*given)

    monkeypatch.setattr(telling, "plan_notifications", sometimes)
    with postbox() as box:
        for minutes in range(3):
            work_off(store, box, chronicle, owe(store, slot=START.replace(minute=minutes)))
    told = [event for _, event in lines(log)]
    assert told == [
        "notification failed",
        "notifications arrive again",
        "notification sent",
        "notification failed",
    ]
