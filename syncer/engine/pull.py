"""What to ask of which connection. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncer.domain.link import Link
from syncer.domain.okr import KeyResult, Workspace
from syncer.domain.sync import ConnectionHealth
from syncer.domain.work import WorkRef


@dataclass(frozen=True, slots=True)
class PullPlan:
    """The refs to fetch over one connection, each address once, in the order of the file.

    `carriers` are fetched only to have a comment; `numbers` are the key results whose value is read over it.
    """

    connection: str
    refs: tuple[WorkRef, ...]
    carriers: tuple[WorkRef, ...] = ()
    numbers: tuple[KeyResult, ...] = ()

    @property
    def asked(self) -> tuple[WorkRef, ...]:
        """Everything to fetch."""
        return (*self.refs, *self.carriers)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A connection that is left alone until a time (UTC) because its tracker asked for it."""

    connection: str
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a workspace a manual run is about; empty sets mean all of it."""

    key_results: frozenset[str] = frozenset()
    initiatives: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    def covers(self, link: Link) -> bool:
        """Whether a link is meant: by key result, by initiative, or by its id or key."""
        if not (self.key_results or self.initiatives or self.links):
            return True
        return (
            link.key_result_id in self.key_results
            or link.initiative_id in self.initiatives
            or not self.links.isdisjoint({link.id, str(link.ref), link.ref.key})
        )

    def asks(self, key_result: KeyResult) -> bool:
        """Whether the number of a key result is meant."""
        return self.is_whole or key_result.id in self.key_results

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole workspace."""
        return not (self.key_results or self.initiatives or self.links)


def resting(workspace: Workspace, now: datetime) -> frozenset[str]:
    """The key results whose cycle has not begun, or is over with its settling time.

    Nothing of them is pulled, judged or published.
    """
    today = workspace.day(now)
    return frozenset(placed.key_result.id for placed in workspace.key_results() if not placed.is_live(today))


def speaks(workspace: Workspace, link: Link, rest: Collection[str]) -> bool:
    """Whether a comment about a link may be written anywhere now."""
    return (
        workspace.publish.enabled
        and link.publish
        and link.key_result_id not in rest
        and link.key_result_id not in workspace.confidential
    )


def plan_pull(
    workspace: Workspace,
    links: Sequence[Link],
    health: Mapping[str, ConnectionHealth],
    scope: Scope,
    now: datetime,
) -> tuple[tuple[PullPlan, ...], tuple[Deferred, ...]]:
    """What to fetch over which connection, and which connections to leave alone this time."""
    rest = resting(workspace, now)
    wanted: dict[str, dict[WorkRef, None]] = {}
    carriers: dict[str, dict[WorkRef, None]] = {}
    for link in links:
        if link.key_result_id not in rest and scope.covers(link):
            wanted.setdefault(link.ref.connection, {})[link.ref] = None
            if speaks(workspace, link, rest):
                carriers.setdefault(link.ref.connection, {})[link.carrier] = None
    numbers: dict[str, list[KeyResult]] = {}
    for key_result, ref in _numbers(workspace, now):
        if scope.asks(key_result):
            numbers.setdefault(ref.connection, []).append(key_result)
            wanted.setdefault(ref.connection, {})
    away = in_back_off(health, now)
    deferred = tuple(away[name] for name in wanted if name in away)
    plans = tuple(
        PullPlan(
            name,
            tuple(refs),
            tuple(ref for ref in carriers.get(name, ()) if ref not in refs),
            tuple(numbers.get(name, ())),
        )
        for name, refs in wanted.items()
        if name not in away
    )
    return plans, deferred


def in_back_off(health: Mapping[str, ConnectionHealth], now: datetime) -> dict[str, Deferred]:
    """The connections whose trackers asked to be left alone for longer than until now, by name."""
    return {
        name: Deferred(name, state.not_before, state.sentence)
        for name, state in health.items()
        if state.not_before and state.not_before > now
    }


def _numbers(workspace: Workspace, now: datetime) -> Iterator[tuple[KeyResult, WorkRef]]:
    """The key results whose number a tracker keeps, until their late work has had its time."""
    today = workspace.day(now)
    for placed in workspace.key_results():
        ref = placed.key_result.value_at
        if ref is not None and placed.is_live(today):
            yield placed.key_result, ref
