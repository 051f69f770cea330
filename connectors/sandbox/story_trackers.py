"""The three trackers of the story as they stand before its first week, on one clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from connectors.sandbox.asana_site import AsanaSite
from connectors.sandbox.jira_site import JiraSite
from connectors.sandbox.story_cast import (
    ASANA_BOT,
    CAMPAIGNS,
    CAST,
    CLOUD_BOT,
    DATACENTER_BOT,
    EPICS,
    JIRA_PROJECTS,
    WORKSPACE_GID,
    ZONE,
    Campaign,
    Epic,
)

_VERBS: Final = ("Design", "Build", "Test", "Rewrite", "Measure", "Review", "Translate", "Polish", "Document")


class VirtualClock:
    """A clock that stands still until it is set."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._followed: Callable[[], datetime] | None = None

    def now(self) -> datetime:
        """The moment it was last set to, or that of the clock it follows; aware, in UTC."""
        return self._followed() if self._followed else self._moment

    def set(self, moment: datetime) -> None:
        """Move it, forward or back."""
        self._moment = moment

    def follow(self, now: Callable[[], datetime]) -> None:
        """Run with another clock from here on."""
        self._followed = now


@dataclass(frozen=True)
class Trackers:
    """The sites of the three stand-ins and what makes one seed's work differ from another's."""

    seed: int
    clock: VirtualClock
    cloud: JiraSite
    datacenter: JiraSite
    asana: AsanaSite

    @classmethod
    def empty(cls, seed: int, clock: VirtualClock) -> Self:
        """Three sites with nothing in them."""
        return cls(
            seed,
            clock,
            JiraSite(clock.now, zone=ZONE, bot=CLOUD_BOT, token="demo-jira-token"),  # noqa: S106  made up
            JiraSite(
                clock.now,
                deployment="datacenter",
                zone=ZONE,
                bot=DATACENTER_BOT,
                token="demo-platform-token",  # noqa: S106  made up
            ),
            AsanaSite(clock.now, bot=ASANA_BOT, token="demo-asana-token", workspace_gid=WORKSPACE_GID),  # noqa: S106
        )

    def dump(self) -> dict[str, Any]:
        """All three sites, JSON-able."""
        return {
            "cloud": self.cloud.dump(),
            "datacenter": self.datacenter.dump(),
            "asana": self.asana.dump(),
        }

    @classmethod
    def load(cls, seed: int, clock: VirtualClock, dumped: dict[str, Any]) -> Self:
        """The trackers that `dump` wrote."""
        return cls(
            seed,
            clock,
            JiraSite.load(dumped["cloud"], clock.now),
            JiraSite.load(dumped["datacenter"], clock.now),
            AsanaSite.load(dumped["asana"], clock.now),
        )

    def site(self, epic: Epic) -> JiraSite:
        """The Jira site an epic is on."""
        return self.cloud if epic.site == "cloud" else self.datacenter

    def grow_epic(self, epic: Epic, count: int) -> None:
        """Add so many stories."""
        site = self.site(epic)
        issue = site.issue(epic.key)
        there = len(site.children_of(issue.id))
        for name in _names(self.seed, epic.key, epic.parts, there, count):
            site.add_issue(issue.project, "Story", name, parent=issue.key)

    def grow_campaign(self, campaign: Campaign, count: int) -> None:
        """Add so many tasks."""
        there = len(self.asana.tasks(campaign.gid))
        for name in _names(self.seed, campaign.gid, campaign.parts, there, count):
            self.asana.add_task(campaign.gid, name, by=campaign.owner.asana)


def stocked(seed: int, start: datetime, due: str) -> Trackers:
    """Trackers with people, projects, epics and their first work, as they stand at `start` (UTC).

    `due` ("YYYY-MM-DD") is the day on which all of it is due.
    """
    trackers = Trackers.empty(seed, VirtualClock(start - timedelta(days=7)))
    _stock_projects(trackers, due)
    trackers.clock.set(start - timedelta(days=3))
    for epic in EPICS:
        trackers.grow_epic(epic, epic.size + _dice(seed, epic.key).randint(-1, 2))
    for campaign in CAMPAIGNS:
        trackers.grow_campaign(campaign, campaign.size + _dice(seed, campaign.gid).randint(-1, 2))
    trackers.clock.set(start)
    return trackers


def _stock_projects(trackers: Trackers, due: str) -> None:
    for deployment, projects in JIRA_PROJECTS.items():
        site = trackers.cloud if deployment == "cloud" else trackers.datacenter
        for key, name in projects.items():
            site.add_project(key, name)
    for epic in EPICS:
        _stock_epic(trackers, epic, due)
    for member in CAST:
        trackers.asana.add_user(member.asana, member.name, member.email)
    for campaign in CAMPAIGNS:
        trackers.asana.add_project(campaign.title, owner=campaign.owner.asana, due_on=due, gid=campaign.gid)


def _stock_epic(trackers: Trackers, epic: Epic, due: str) -> None:
    site = trackers.site(epic)
    owner = epic.owner.account(epic.site) if epic.owner else None
    number = int(epic.key.partition("-")[2])
    for taken in range(_next_number(site, epic.project), number):
        site.add_issue(epic.project, "Bug", f"Customer {100 + taken} reports a broken page")
    site.add_issue(epic.project, "Epic", epic.title, assignee=owner, due=due)


def _next_number(site: JiraSite, project: str) -> int:
    return 1 + max((issue.number for issue in site.issues() if issue.project == project), default=0)


def _dice(*seeds: object) -> random.Random:
    return random.Random(":".join(map(str, seeds)))  # noqa: S311  a story, not a secret


def _names(seed: int, what: str, parts: tuple[str, ...], there: int, count: int) -> list[str]:
    dice = _dice(seed, what, there)
    return [f"{dice.choice(_VERBS)} {dice.choice(parts)}" for _ in range(count)]
