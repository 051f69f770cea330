"""Telling people what is new after a sync has closed; what cannot be told now is told after the next one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncer.domain.foreign import name as foreign_name
from syncer.domain.notification import Event, Notification, NotifyTrouble, Part, Subscription, Told
from syncer.domain.okr import Workspace
from syncer.domain.reminder import Reminder
from syncer.domain.snooze import asleep
from syncer.engine import wording
from syncer.engine.digest import Digest, digest_for
from syncer.engine.lease import Hold
from syncer.engine.news import (
    Fresh,
    Record,
    beginnings,
    endings,
    failure_key,
    fresh_for,
    long_over,
    memory_of,
    signal_key,
    silently_known,
)
from syncer.engine.reminders import reminders_at
from syncer.engine.view import look
from syncer.engine.weekly import is_due, last_slot, reminders_for
from syncer.errors import SyncerError
from syncer.ports import Clock, Notifier, Store, UnitOfWork

_log = logging.getLogger(__name__)

Notifiers = Mapping[str, Notifier]
"""Who carries messages, by `Subscription.to`."""


EVERYBODY = "notifications"
"""Who was not told where telling as a whole went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPlan:
    """What to send, what to remember without sending anything, and the readers whose time has not come."""

    noted: tuple[Told, ...]
    notifications: tuple[Notification, ...]
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyOutcome:
    """Who was told, by name of the reader, and who could not be reached."""

    sent: tuple[str, ...] = ()
    troubles: tuple[NotifyTrouble, ...] = ()


def plan_notifications(workspace: Workspace, record: Record, now: datetime) -> NotifyPlan:
    """At most one message a reader: all that is new to them, where their cadence allows it now. Pure.

    Where nothing is new, nothing is sent, not even a digest.
    """
    noted: list[Told] = []
    messages: list[Notification] = []
    waiting: set[str] = set()
    for subscription in workspace.notify:
        memory = record.memories[subscription]
        noted += silently_known(subscription, workspace, record, memory, now)
        if memory.last_sent is not None and now - memory.last_sent < subscription.every:
            waiting.add(subscription.reader)
            continue
        fresh = fresh_for(subscription, workspace, record, memory)
        digest: Digest | None = None
        reminded: tuple[Reminder, ...] = ()
        if is_due(Event.DIGEST, subscription, workspace, memory, now):
            digest = digest_for(subscription, workspace, record, fresh, now)
        weekly = [digest.told] if digest else []
        if is_due(Event.CHECK_IN_DUE, subscription, workspace, memory, now):
            reminded = reminders_for(subscription, record)
            weekly.append(_reminded(subscription, workspace, now))
        if fresh or reminded or (digest and digest.is_news):
            messages.append(_message(subscription, workspace, fresh, digest, reminded, weekly, now))
        else:
            noted += [replace(told, sent=False) for told in weekly]
    return NotifyPlan(noted=tuple(noted), notifications=tuple(messages), waiting=frozenset(waiting))


def begin_telling(workspace: Workspace, work: UnitOfWork, at: datetime) -> None:
    """Notes from when on new readers are told: before a sync changes anything, so that nothing is missed.

    Of who is no reader any more it is forgotten: what they miss is no news when they come again.
    """
    told = work.told(workspace.id)
    work.forget_told(workspace.id, endings(workspace, told))
    begun = beginnings(workspace, told, at)
    if begun:
        work.add_told(workspace.id, (*begun, *long_over(begun, told, work.health(workspace.id))))


def run_notify(workspace: Workspace, notifiers: Notifiers, holding: Hold, clock: Clock) -> NotifyOutcome:
    """Tells every reader what is new to them, and remembers it after each message has been accepted.

    At least once: a process that is killed between the two tells it again after the next sync. Never
    raises: a reader that cannot be reached is in the outcome and in the store, and fails no sync.
    """
    if not workspace.notify or not notifiers:
        return NotifyOutcome()
    sent: list[str] = []
    troubles: list[NotifyTrouble] = []
    try:
        for one in _tell(workspace, notifiers, holding, clock):
            if isinstance(one, NotifyTrouble):
                troubles.append(one)
            else:
                sent.append(one)
    except SyncerError as error:  # the sync is closed and stays so; its news is told after the next one
        troubles.append(NotifyTrouble(reader=EVERYBODY, since=clock.now(), sentence=error.sentence))
    except Exception as error:  # noqa: BLE001  as above
        # Without the error itself: it may hold an address, which is a secret.
        fault = type(error).__name__
        _log.debug("fault while telling: %s", fault)
        sentence = f"{EVERYBODY}: a fault while telling ({fault}); report it as a defect"
        troubles.append(NotifyTrouble(reader=EVERYBODY, since=clock.now(), sentence=sentence))
    return NotifyOutcome(sent=tuple(sent), troubles=tuple(troubles))


def _tell(
    workspace: Workspace, notifiers: Notifiers, holding: Hold, clock: Clock
) -> Iterator[str | NotifyTrouble]:
    """Each reader as soon as its message has been accepted, or why it was not."""
    now = clock.now()
    record, former = _load(workspace, holding.store, clock, now)
    plan = plan_notifications(workspace, record, now)
    over = former.keys() - plan.waiting - {one.subscription.reader for one in plan.notifications}
    if plan.noted or over:
        with holding.store.write(holding.lease) as work:
            work.add_told(workspace.id, plan.noted)
            for reader in over:  # there is nothing left to tell them
                work.drop_notify_trouble(workspace.id, reader)
    for one in plan.notifications:
        reader = one.subscription.reader
        holding.confirm()
        why = _send(notifiers, one)
        since = former[reader].since if reader in former else now
        trouble = NotifyTrouble(reader=reader, since=since, sentence=why) if why else None
        yield trouble or reader
        with holding.store.write(holding.lease) as work:
            if trouble is None:
                work.add_told(workspace.id, one.told)
                work.drop_notify_trouble(workspace.id, reader)
            elif former.get(reader) != trouble:
                work.save_notify_trouble(workspace.id, trouble)


def _load(
    workspace: Workspace, store: Store, clock: Clock, now: datetime
) -> tuple[Record, Mapping[str, NotifyTrouble]]:
    name = workspace.id
    with store.read() as work:
        told = work.told(name)
        signals = work.signal_history(name)
        record = Record(
            signals=signals,
            health=work.health(name),
            asleep=frozenset(asleep(work.snoozes(name), signals, workspace.day(now))),
            memories={one: memory_of(one, told) for one in workspace.notify},
        )
        former = {trouble.reader: trouble for trouble in work.notify_troubles(name)}

    def somebody_waits_for(event: Event) -> bool:
        return any(is_due(event, one, workspace, memory, now) for one, memory in record.memories.items())

    if somebody_waits_for(Event.DIGEST):
        record = replace(record, rollups=look(workspace, store, clock).rollups)
    if somebody_waits_for(Event.CHECK_IN_DUE):
        record = replace(record, reminders=reminders_at(workspace, store, now))
    return record, former


def _send(notifiers: Notifiers, notification: Notification) -> str:
    """Empty once it is sent, else the sentence that says why not."""
    to = notification.subscription.to
    try:
        notifiers[to].send(notification.title, notification.body)
    except SyncerError as error:
        return error.sentence
    except Exception as error:  # noqa: BLE001  whatever goes wrong with a reader fails no sync
        # Without the error itself: it may hold the address, which is a secret.
        _log.debug("fault while telling %s: %s", to, type(error).__name__)
        return f"{to}: a fault while sending ({type(error).__name__}); report it as a defect"
    return ""


def _reminded(subscription: Subscription, workspace: Workspace, now: datetime) -> Told:
    slot = last_slot(workspace, now).isoformat()
    return Told(reader=subscription.reader, event=Event.CHECK_IN_DUE, key=slot, at=now)


def _message(
    subscription: Subscription,
    workspace: Workspace,
    fresh: Fresh,
    digest: Digest | None,
    reminded: Sequence[Reminder],
    weekly: Sequence[Told],
    now: datetime,
) -> Notification:
    parts = digest.parts if digest else tuple(_failing(fresh, workspace))
    owed = [(one, wording.owed_line(entry)) for one in reminded for entry in one.owed]
    alone = subscription.person is not None
    lines = (line if alone else f"{line} ({foreign_name(one.name)})" for one, line in owed)
    parts = (*parts, *wording.part("Check-ins due", lines, more="syncer check-in"))
    parts = (*parts, *wording.part("Works again", map(wording.recovered_line, fresh.recovered)))
    if digest is None:
        opened = (wording.opened_line(one.signal, workspace) for one in fresh.opened)
        closed = (wording.signal_line(one.signal, workspace) for one in fresh.closed)
        parts = (*parts, *wording.part("Opened", opened), *wording.part("Closed", closed))
    return Notification(
        subscription=subscription,
        title=_title(workspace, fresh, digest, len(owed)),
        parts=parts,
        told=(*_told(subscription, fresh, now), *weekly),
    )


def _failing(fresh: Fresh, workspace: Workspace) -> Iterator[Part]:
    lines = (wording.failing_line(health, workspace) for health in fresh.failing)
    yield from wording.part("Could not be read", lines, more="syncer status")


def _title(workspace: Workspace, fresh: Fresh, digest: Digest | None, owed: int) -> str:
    counts = (
        (owed, "check-in", "due"),
        (len(fresh.failing), "connection", "failed"),
        (len(fresh.recovered), "connection", "recovered"),
        (len(fresh.opened), "signal", "opened"),
        (len(fresh.closed), "signal", "closed"),
    )
    said = [f"{count} {noun}{'' if count == 1 else 's'} {verb}" for count, noun, verb in counts if count]
    return f"okr-syncer {workspace.id}: {', '.join((['weekly digest'] if digest else []) + said)}"


def _told(subscription: Subscription, fresh: Fresh, at: datetime) -> Iterator[Told]:
    keys = (
        *((Event.SIGNAL_OPENED, signal_key(one)) for one in fresh.opened),
        *((Event.SIGNAL_CLOSED, signal_key(one)) for one in fresh.closed),
        *((Event.CONNECTION_FAILED, failure_key(health)) for health in fresh.failing),
        *((Event.CONNECTION_RECOVERED, key) for over in fresh.recovered.values() for key in over),
    )
    return (Told(reader=subscription.reader, event=event, key=key, at=at) for event, key in keys)
