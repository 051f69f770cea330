"""The goals: why (Objective), the number (KeyResult), the bet (Initiative), and the quarter around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from syncer.domain.link import Link
from syncer.domain.notification import Subscription
from syncer.domain.work import WorkRef


class Curve(StrEnum):
    """The pace a number is expected to keep: evenly, or little at first and more towards the end."""

    LINEAR = "linear"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A pace given by values expected at dates, in the number's unit."""

    values: tuple[tuple[date, float], ...]


Pace = Curve | Checkpoints


class Keep(StrEnum):
    """For a number that is to stay where it is: the side of the target that is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    @property
    def words(self) -> str:
        """For people: `at least`."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Bet:
    """What an initiative is expected to bring: a movement in the number's unit, and why."""

    move: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The figures a key result is judged by; `min_move` is in the number's unit, the gaps are shares.

    `own` names, as the workspace file does, those that the key result itself sets.
    """

    min_move: float
    window: timedelta = timedelta(days=21)
    settle: timedelta = timedelta(days=14)
    idle_after: timedelta = timedelta(days=21)
    cadence: timedelta = timedelta(days=7)
    grace: timedelta = timedelta(days=3)
    focus_limit: int = 5
    on_track_gap: float = 0.10
    behind_gap: float = 0.25
    stale_after: timedelta = timedelta(hours=2)
    work_gap: float = 0.25
    scope_growth: float = 0.10
    own: frozenset[str] = frozenset()

    def key(self, name: str) -> str:
        """The key that sets a figure, `key_results[].window`, or the workspace's `signals.window`.

        What smallest movement counts is said at the key result alone.
        """
        if name in self.own or name == "min_move":
            return f"key_results[].{name}"
        return f"{'schedule' if name == 'stale_after' else 'signals'}.{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """A project people bet on to move the number; without a link its status is kept by hand."""

    id: str
    title: str
    owner: str | None = None
    bet: Bet | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """A number on its way from `start` to `target`, rising or falling, or one to be kept at `target`.

    The two are equal where `keep` is set, and differ everywhere else. `value_at` is the address of the number
    in a tracker, None where its values come another way.
    """

    id: str
    title: str
    start: float
    target: float
    rules: Rules
    owner: str | None = None
    unit: str = ""
    pace: Pace = Curve.LINEAR
    keep: Keep | None = None
    confidential: bool = False
    value_at: WorkRef | None = None
    initiatives: tuple[Initiative, ...] = ()

    @property
    def span(self) -> float:
        """Target minus start, negative for a number that shall fall; 0 for one that is to be kept."""
        return self.target - self.start

    @property
    def rises(self) -> bool:
        """Whether a greater value is a better one."""
        return self.keep is Keep.AT_LEAST if self.keep else self.span > 0

    @property
    def way(self) -> str:
        """Where the number shall go: `34 % → 52 %`, `keep at least 99.9 %`."""
        if self.keep:
            return f"keep {self.keep.words} {self.show(self.target)}"
        return f"{self.show(self.start)} → {self.show(self.target)}"

    def show(self, value: float) -> str:
        """A value with its unit: `37 %`, `5.5 h`, `1200`."""
        return f"{_figure(value)} {self.unit}".rstrip()

    def show_move(self, move: float) -> str:
        """A difference of two values, signed; percent numbers move by points."""
        points = "point" if abs(round(move, 4)) == 1 else "points"
        unit = points if self.unit == "%" else self.unit
        return f"{'+' if round(move, 4) >= 0 else ''}{_figure(move)} {unit}".rstrip()


def _figure(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value:,.0f}".replace(",", " ")
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Why: a few key results under one sentence."""

    id: str
    title: str
    owner: str | None = None
    key_results: tuple[KeyResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A quarter, first and last day included."""

    id: str
    start: date
    end: date
    objectives: tuple[Objective, ...] = ()

    def elapsed(self, on: date) -> float:
        """The share of the cycle that is over at the end of the day `on`, 0 to 1."""
        share = ((on - self.start).days + 1) / ((self.end - self.start).days + 1)
        return min(1.0, max(0.0, share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with accounts in the trackers: connection name or kind -> account id."""

    id: str
    name: str
    accounts: Mapping[str, str] = field(default_factory=dict)


class WhenRetired(StrEnum):
    """What becomes of the comment on an item that no link of the file points at, or none that may speak."""

    SAY_SO = "say_so"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPolicy:
    """Whether and how often comments may be written, and what becomes of those on retired items."""

    enabled: bool = True
    when_retired: WhenRetired = WhenRetired.SAY_SO
    min_interval: timedelta = timedelta(hours=6)
    max_writes_per_sync: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A key result with what it stands in."""

    cycle: Cycle
    objective: Objective
    key_result: KeyResult

    @property
    def settles_on(self) -> date:
        """The last day on which the number may still follow the work of its cycle."""
        return self.cycle.end + self.key_result.rules.settle

    def is_live(self, on: date) -> bool:
        """Whether the day is one of the cycle, or of the time that its number has after it."""
        return self.cycle.start <= on <= self.settles_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One tenant: its goals, its people and the rules that hold for all of them.

    `audiences` are who may see the comments written over a connection, where that is not everybody. Over the
    `silent` ones nothing is written.

    Whoever has not checked in is reminded weekly, on the weekday `check_in_on` (Monday is 0).
    """

    id: str
    zone: ZoneInfo
    cycles: tuple[Cycle, ...]
    people: Mapping[str, Person] = field(default_factory=dict)
    connection_kinds: Mapping[str, str] = field(default_factory=dict)
    audiences: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    publish: PublishPolicy = field(default_factory=PublishPolicy)
    sync_every: timedelta = timedelta(minutes=15)
    reconcile_at: time = time(3)
    check_in_on: int = 0
    check_in_at: time = time(9)
    notify: tuple[Subscription, ...] = ()

    def day(self, moment: datetime) -> date:
        """The day that a moment (with a zone) falls on where the workspace is."""
        return moment.astimezone(self.zone).date()

    @property
    def confidential(self) -> frozenset[str]:
        """Ids of the key results that nothing may be published of."""
        return frozenset(one.key_result.id for one in self.key_results() if one.key_result.confidential)

    def key_results(self) -> Iterator[Placed]:
        """Every key result of every cycle, in the order of the file."""
        for cycle in self.cycles:
            for objective in cycle.objectives:
                for key_result in objective.key_results:
                    yield Placed(cycle=cycle, objective=objective, key_result=key_result)

    def links(self) -> Iterator[Link]:
        """Every link, in the order of the file."""
        for placed in self.key_results():
            for initiative in placed.key_result.initiatives:
                if initiative.link is not None:
                    yield initiative.link

    def person(self, id: str | None) -> str | None:  # noqa: A002  ids are called id everywhere
        """The name of a person of the file, or None."""
        return self.people[id].name if id is not None and id in self.people else None

    def account_holder(self, connection: str, account: str | None) -> Person | None:
        """Who has this account at this connection, by connection name first, then by kind."""
        keys = (connection, self.connection_kinds.get(connection, ""))
        return next(
            (
                person
                for key in keys
                for person in self.people.values()
                if account and person.accounts.get(key) == account
            ),
            None,
        )
