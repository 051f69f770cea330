"""What one reader has not been told yet: signals opened and closed, connections failed and recovered. Pure.

It is read off what is stored, not off what one sync did: news that could not be told, because nobody could be
reached or the process was cut off, is still news at the next sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncer.domain.notification import SINCE, Event, Subscription, Told
from syncer.domain.okr import KeyResult, Workspace
from syncer.domain.reminder import Reminder
from syncer.domain.roles import delivers
from syncer.domain.rollup import Rollup
from syncer.domain.signals.finding import Signal, SignalSpan
from syncer.domain.sync import ConnectionHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the store has that may be news, and what the readers of the file were told of it.

    `rollups` and `reminders` are there only where somebody is owed them.
    """

    signals: tuple[SignalSpan, ...]
    health: Mapping[str, ConnectionHealth]
    asleep: frozenset[str]
    memories: Mapping[Subscription, Memory]
    rollups: tuple[Rollup, ...] = ()
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one reader was told: since when of which event, of what, and when last.

    `digests` are those since the reader gets any; who comes again begins anew.
    """

    since: Mapping[Event, datetime]
    keys: frozenset[tuple[Event, str]]
    last_sent: datetime | None
    digests: tuple[Told, ...]

    def knows(self, event: Event, key: str) -> bool:
        """Whether the reader was told."""
        return (event, key) in self.keys


def memory_of(subscription: Subscription, told: Iterable[Told]) -> Memory:
    """What the reader was told of the events of this subscription."""
    own = [one for one in told if one.reader == subscription.reader]
    sent = [one.at for one in own if one.sent and one.event in subscription.on]
    since = {one.event: one.at for one in own if one.key == SINCE}
    digests = (one for one in own if one.event is Event.DIGEST and one.key != SINCE)
    return Memory(
        since=since,
        keys=frozenset((one.event, one.key) for one in own if one.key != SINCE),
        last_sent=max(sent, default=None),
        digests=tuple(one for one in digests if Event.DIGEST in since and since[Event.DIGEST] <= one.at),
    )


def beginnings(workspace: Workspace, told: Iterable[Told], at: datetime) -> tuple[Told, ...]:
    """From when on each reader who is new is told: what happened before `at` (UTC) is no news to them."""
    begun = {(one.reader, one.event) for one in told if one.key == SINCE}
    return tuple(
        Told(reader=one.reader, event=event, key=SINCE, at=at, sent=False)
        for one in workspace.notify
        for event in sorted(one.on)
        if (one.reader, event) not in begun
    )


def endings(workspace: Workspace, told: Iterable[Told]) -> tuple[Told, ...]:
    """The beginnings of what no reader of the file is told any more: who asks for it again begins anew."""
    wanted = {(one.reader, event) for one in workspace.notify for event in one.on}
    return tuple(one for one in told if one.key == SINCE and (one.reader, one.event) not in wanted)


def long_over(
    begun: Iterable[Told], told: Iterable[Told], health: Mapping[str, ConnectionHealth]
) -> tuple[Told, ...]:
    """Failures that were over before a reader began to hear of recoveries: no news to them, either."""
    failing_now = {failure_key(one) for one in health.values() if one.failing_since is not None}
    begins = {one.reader: one.at for one in begun if one.event is Event.CONNECTION_RECOVERED}
    return tuple(
        Told(
            reader=one.reader,
            event=Event.CONNECTION_RECOVERED,
            key=one.key,
            at=begins[one.reader],
            sent=False,
        )
        for one in told
        if one.event is Event.CONNECTION_FAILED
        and one.key not in {SINCE, *failing_now}
        and one.reader in begins
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What one reader has not been told; `recovered` by connection, with the keys to remember."""

    opened: tuple[SignalSpan, ...]
    closed: tuple[SignalSpan, ...]
    failing: tuple[ConnectionHealth, ...]
    recovered: Mapping[str, tuple[str, ...]]

    def __bool__(self) -> bool:
        return bool(self.opened or self.closed or self.failing or self.recovered)


def fresh_for(subscription: Subscription, workspace: Workspace, record: Record, memory: Memory) -> Fresh:
    """What is news to the reader. Nothing of a confidential key result ever is."""
    spans = list(public_spans(subscription, workspace, record))
    return Fresh(
        opened=tuple(one for one in spans if _is_opened(one, subscription, record, memory)),
        closed=tuple(one for one in spans if _is_closed(one, subscription, memory)),
        failing=tuple(
            health for health in failing(workspace, record) if _is_failed(health, subscription, memory)
        ),
        recovered=_recovered(subscription, workspace, record, memory),
    )


def public_spans(subscription: Subscription, workspace: Workspace, record: Record) -> Iterator[SignalSpan]:
    """The signals this reader may be told of, whether told already or not.

    A key result that is not in the file any more may have been confidential: it is left out, too.
    """
    shown = {
        one.key_result.id: one.key_result
        for one in workspace.key_results()
        if not one.key_result.confidential
    }
    for span in record.signals:
        key_result = shown.get(span.signal.key_result_id)
        if key_result is not None and _is_theirs(span.signal, key_result, subscription.person, workspace):
            yield span


def _is_theirs(signal: Signal, key_result: KeyResult, person: str | None, workspace: Workspace) -> bool:
    if person is None:
        return True
    if signal.initiative_id is None:
        return key_result.owner == person
    named = next((i.owner for i in key_result.initiatives if i.id == signal.initiative_id), None)
    return delivers(person, named, signal.owner, workspace)


def signal_key(span: SignalSpan) -> str:
    """One opening of a signal: the same signal may come back."""
    return f"{span.signal.id}@{span.opened_at.isoformat()}"


def failure_key(health: ConnectionHealth) -> str:
    """One failing of a connection, from its first failure to its recovery."""
    return f"{health.connection}@{health.failing_since.isoformat() if health.failing_since else ''}"


def failing(workspace: Workspace, record: Record) -> tuple[ConnectionHealth, ...]:
    """The connections of the file that fail now."""
    return tuple(
        one
        for name, one in record.health.items()
        if one.failing_since is not None and name in workspace.connection_kinds
    )


def _is_opened(span: SignalSpan, subscription: Subscription, record: Record, memory: Memory) -> bool:
    """One that was closed again before anybody was told is no news."""
    since = memory.since.get(Event.SIGNAL_OPENED)
    return (
        Event.SIGNAL_OPENED in subscription.on
        and since is not None
        and span.opened_at >= since
        and span.closed_at is None
        and span.signal.id not in record.asleep
        and not memory.knows(Event.SIGNAL_OPENED, signal_key(span))
    )


def _is_closed(span: SignalSpan, subscription: Subscription, memory: Memory) -> bool:
    """Who is told of openings hears of a closing only where they know of the opening."""
    since, closed_at = memory.since.get(Event.SIGNAL_CLOSED), span.closed_at
    if Event.SIGNAL_CLOSED not in subscription.on or closed_at is None or since is None or closed_at < since:
        return False
    key, heard_since = signal_key(span), memory.since.get(Event.SIGNAL_OPENED)
    knows_it = (
        Event.SIGNAL_OPENED not in subscription.on
        or heard_since is None
        or span.opened_at < heard_since
        or memory.knows(Event.SIGNAL_OPENED, key)
    )
    return knows_it and not memory.knows(Event.SIGNAL_CLOSED, key)


def _is_failed(health: ConnectionHealth, subscription: Subscription, memory: Memory) -> bool:
    """One that failed before the reader was there is no news; its end is."""
    return (
        Event.CONNECTION_FAILED in subscription.on
        and not _is_older(health, memory)
        and not memory.knows(Event.CONNECTION_FAILED, failure_key(health))
    )


def _is_older(health: ConnectionHealth, memory: Memory) -> bool:
    since, began = memory.since.get(Event.CONNECTION_FAILED), health.failing_since
    return since is None or began is None or began < since


def _recovered(
    subscription: Subscription, workspace: Workspace, record: Record, memory: Memory
) -> Mapping[str, tuple[str, ...]]:
    """Connection to the failures the reader knows of that are over; none while it fails again."""
    if Event.CONNECTION_RECOVERED not in subscription.on:
        return {}
    failed_now = {one.connection for one in failing(workspace, record)}
    over: dict[str, tuple[str, ...]] = {}
    for event, key in sorted(memory.keys):
        name = key.rpartition("@")[0]
        if (
            event is Event.CONNECTION_FAILED
            and name in workspace.connection_kinds
            and name not in failed_now
            and not memory.knows(Event.CONNECTION_RECOVERED, key)
        ):
            over[name] = (*over.get(name, ()), key)
    return over


def silently_known(
    subscription: Subscription, workspace: Workspace, record: Record, memory: Memory, at: datetime
) -> tuple[Told, ...]:
    """Failures to remember untold: without them no recovery could be told.

    They are all of them for who hears of recoveries alone, over every entry of the same reader, and for the
    others those that began before they were there.
    """
    if Event.CONNECTION_RECOVERED not in subscription.on:
        return ()
    entries = [one for one in workspace.notify if one.reader == subscription.reader]
    hears = any(Event.CONNECTION_FAILED in one.on for one in entries)
    return tuple(
        Told(
            reader=subscription.reader,
            event=Event.CONNECTION_FAILED,
            key=failure_key(health),
            at=at,
            sent=False,
        )
        for health in failing(workspace, record)
        if (not hears or _is_older(health, memory))
        and not memory.knows(Event.CONNECTION_FAILED, failure_key(health))
    )
