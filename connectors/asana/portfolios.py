"""What a portfolio holds: its projects, and those of the portfolios in it, however they are nested."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from connectors.asana.client import AsanaClient
from connectors.asana.records import Item, Project
from connectors.asana.state import Contents
from syncer.errors import ForbiddenError, NotFoundError, SkippableError, SyncerError

MOST: Final = 200
"""So many portfolios in one another are followed."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A portfolio and what it holds; `projects` may be None where their fields were not understood.

    `flat` says that no other portfolio is in it.
    """

    portfolio: Project
    projects: Mapping[str, Project | None]
    contents: Contents

    @property
    def flat(self) -> bool:
        """Whether it holds projects alone."""
        return not self.contents.portfolios


@dataclass(frozen=True, slots=True)
class Shelf:
    """Reads portfolios, each listing once in a fetch."""

    client: AsanaClient
    _lists: dict[str, Future[list[Item]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def holding(self, gid: str, before: Contents) -> Holding:
        """A portfolio with all it holds; one that is in itself is followed once.

        Raises ForbiddenError where something that was in it `before` is hidden now: leaving that out would
        look like progress, or like its loss.
        """
        portfolio = self.client.portfolio(gid)
        projects: dict[str, Project | None] = {}
        seen, waiting = {gid}, [gid]
        while waiting:
            for item in self._items(waiting.pop()):
                if not item.is_portfolio:
                    projects[item.gid] = item.project
                elif item.gid not in seen:
                    seen.add(item.gid)
                    waiting.append(item.gid)
            if len(seen) > MOST:
                raise SkippableError(f"Portfolio {gid} holds more than {MOST} portfolios; link them apart")
        contents = Contents(frozenset(projects), frozenset(seen - {gid}))
        self._check(gid, before, contents)
        return Holding(portfolio, projects, contents)

    def _items(self, gid: str) -> list[Item]:
        with self._lock:
            known = self._lists.get(gid)
            mine = known or self._lists.setdefault(gid, Future())
        if known is None:
            try:
                mine.set_result(self.client.items(gid))
            except SyncerError as error:
                mine.set_exception(error)
        return mine.result()

    def _check(self, gid: str, before: Contents, now: Contents) -> None:
        for kind, touch, missing in (
            ("portfolio", self.client.touch_portfolio, before.portfolios - now.portfolios),
            ("project", self.client.touch_project, before.projects - now.projects),
        ):
            for lost in sorted(missing):
                try:
                    touch(lost)
                except NotFoundError:
                    continue
                except ForbiddenError as error:
                    raise SkippableError(
                        f"{kind.capitalize()} {lost} in portfolio {gid} is hidden from this account now",
                        hint="Share it with that account, or resync this link to count without it.",
                    ) from error
