"""The demo quarter: three stand-ins, and thirteen weeks of what people do in them and check in about them.

The example is Day 7 activation, 34 % to 52 %, with three bets; beside it stand five more key results, so
that every disconnect between number and work opens and closes again within the quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Any, Final, Self

from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.jira_datacenter import JiraDataCenter
from connectors.sandbox.server import StandIn
from connectors.sandbox.story_file import workspace_file
from connectors.sandbox.story_numbers import entries
from connectors.sandbox.story_plot import BY_HAND, PLOT
from connectors.sandbox.story_text import StoryComment, bot_comments
from connectors.sandbox.story_trackers import Trackers, VirtualClock, stocked

__all__ = ["WEEKS", "Story", "StoryCheckIn", "StoryComment", "StoryReport", "VirtualClock", "Week"]

WEEKS: Final = 13

_EARLY: Final = time(0, 5, tzinfo=UTC)
"""When a week is looked at: so early that today's moment is past."""

_MORNING: Final = time(9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class StoryCheckIn:
    """A value for a key result on a day; `health` is on_track, at_risk, off_track or unknown."""

    key_result: str
    on: date
    value: float
    health: str
    note: str
    author: str


@dataclass(frozen=True)
class StoryReport:
    """A status for a bet that is kept by hand: planned, in_progress, on_hold, done or dropped."""

    initiative: str
    on: date
    status: str
    note: str
    author: str


@dataclass(frozen=True)
class Week:
    """One week, counted from 1: what was done in the trackers by `at` (UTC), and what is checked in then."""

    number: int
    at: datetime
    happenings: tuple[str, ...]
    check_ins: tuple[StoryCheckIn, ...]
    reports: tuple[StoryReport, ...]


class Story:
    """The quarter that ends on the day `today` (UTC); use it as a context manager to have the trackers up.

    `seed` varies counts, names and the last digits of numbers, never what the judgement finds. A port of 0
    takes a free one, OSError when one is taken. The stand-ins have their `url` before they are started.
    `trackers` and `played` (weeks) are where a story goes on that was begun before.
    """

    def __init__(
        self,
        today: date,
        seed: int = 7,
        *,
        jira_port: int = 0,
        datacenter_port: int = 0,
        asana_port: int = 0,
        trackers: Trackers | None = None,
        played: int = 0,
    ) -> None:
        self.today = today
        self.start = today - timedelta(days=7 * WEEKS - 1)
        self.played = played
        self.sites = trackers or stocked(seed, datetime.combine(self.start, _EARLY), today.isoformat())
        self.clock = self.sites.clock
        with ExitStack() as opened:
            self.jira = StandIn(JiraCloud(self.sites.cloud), port=jira_port)
            opened.callback(self.jira.stop)
            self.datacenter = StandIn(JiraDataCenter(self.sites.datacenter), port=datacenter_port)
            opened.callback(self.datacenter.stop)
            self.asana = StandIn(AsanaApi(self.sites.asana), port=asana_port)
            opened.callback(self.asana.stop)
            self._running = opened.pop_all()

    @property
    def stand_ins(self) -> tuple[StandIn, StandIn, StandIn]:
        """Jira Cloud, Jira Data Center, Asana."""
        return self.jira, self.datacenter, self.asana

    def __enter__(self) -> Self:
        for stand_in in self.stand_ins:
            stand_in.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the stand-ins and free their ports, started or not."""
        self._running.close()

    def workspace_file(self, week: int = WEEKS) -> str:
        """The YAML of the workspace `acme` by the end of a week; its tokens are files of `secrets`."""
        jira, datacenter, asana = (stand_in.url for stand_in in self.stand_ins)
        return workspace_file(self.start, self.today, week, jira=jira, datacenter=datacenter, asana=asana)

    def secrets(self) -> dict[str, str]:
        """The tokens by the name of the file they belong in."""
        return {
            "acme_jira_token": self.sites.cloud.token,
            "acme_platform_token": self.sites.datacenter.token,
            "acme_asana_token": self.sites.asana.token,
        }

    def play(self) -> Iterator[Week]:
        """The weeks that are left, oldest first; each is played in the trackers before it is handed out."""
        while self.played < WEEKS:
            self.played += 1
            yield self._week(self.played)

    def comments(self) -> list[StoryComment]:
        """Every comment of the bots as it stands now."""
        return bot_comments(self.sites)

    def dump(self) -> dict[str, Any]:
        """Everything, ports included, JSON-able; what waits in the request logs is left out."""
        return {
            "today": self.today.isoformat(),
            "seed": self.sites.seed,
            "now": self.clock.now().isoformat(),
            "played": self.played,
            "ports": [stand_in.port for stand_in in self.stand_ins],
            "sites": self.sites.dump(),
        }

    @classmethod
    def load(cls, dumped: dict[str, Any]) -> Self:
        """The story that `dump` wrote, at the same moment on the same ports. OSError when one is taken."""
        clock = VirtualClock(datetime.fromisoformat(dumped["now"]))
        jira, datacenter, asana = dumped["ports"]
        return cls(
            date.fromisoformat(dumped["today"]),
            jira_port=jira,
            datacenter_port=datacenter,
            asana_port=asana,
            trackers=Trackers.load(dumped["seed"], clock, dumped["sites"]),
            played=dumped["played"],
        )

    def _week(self, number: int) -> Week:
        first = self.start + timedelta(days=7 * (number - 1))
        happenings = tuple(self._scenes(number, first))
        last = first + timedelta(days=6)
        self.clock.set(datetime.combine(last, _EARLY))
        return Week(
            number=number,
            at=self.clock.now(),
            happenings=happenings,
            check_ins=tuple(
                StoryCheckIn(one.key_result, last, one.value, one.health, one.note, one.author.name)
                for one in entries(self.sites.seed, number)
            ),
            reports=tuple(
                StoryReport(initiative, last, status, note, author.name)
                for week, initiative, status, note, author in BY_HAND
                if week == number
            ),
        )

    def _scenes(self, number: int, first: date) -> Iterator[str]:
        for minutes, (week, day, act) in enumerate(PLOT):
            if week == number:
                morning = datetime.combine(first + timedelta(days=day), _MORNING)
                self.clock.set(morning + timedelta(minutes=minutes))
                yield act(self.sites)
