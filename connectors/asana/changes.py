"""Which projects changed since they were counted, by the best means the token has.

A service account follows the events of the whole workspace; a paid plan searches for what was modified; else
large projects are asked for their own events and small ones, which cost no more, are simply counted again.
What a means cannot show is bounded by the rotation in `reading`: every project is counted anew each day.
Events are delivered at most once, and a place in them lasts a day (developers.asana.com/docs/events).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from connectors.asana.client import AsanaClient, Stretch
from connectors.asana.counting import fingerprint, is_news, members_of
from connectors.asana.crowd import Crowd, let_through
from connectors.asana.paging import PAGE
from connectors.asana.records import Event, Hit
from connectors.asana.state import Count, Memory
from connectors.asana.wire import StaleSyncError
from syncer.errors import SkippableError, TemporaryError

WORKSPACE: Final = "workspace"
SEARCH: Final = "search"
EVENTS: Final = "events"

OVERLAP: Final = timedelta(minutes=10)
"""Searched again each time: the index lags up to a minute, and clocks differ by up to five."""

SUBTYPES: Final = ("default_task", "milestone", "approval", "custom")
_MEMBERSHIP: Final = frozenset({"added", "removed", "deleted", "undeleted"})
_FIELDS: Final = frozenset({"completed", "approval_status", "resource_subtype", "parent"})
_MOST_STRETCHES: Final = 50


@dataclass(frozen=True, slots=True)
class Changes:
    """The projects to count again, and the place from which each goes on; `sync` where it is not its own."""

    dirty: frozenset[str]
    sync: str = ""
    syncs: Mapping[str, str] = field(default_factory=dict)

    def place(self, project: str) -> str:
        """The sync token that belongs to what is known of a project after this look."""
        return self.syncs.get(project, self.sync)


@dataclass(frozen=True, slots=True)
class Lookout:
    """Looks for changes in one workspace. `portfolios` hold projects: portfolio gid -> gids in it."""

    client: AsanaClient
    workspace: str
    crowd: Crowd
    now: datetime
    portfolios: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def probe(self, projects: Sequence[str], memory: Memory) -> tuple[Memory, str]:
        """What the token can use, and a place in the workspace's events where it can follow them."""
        learned = replace(memory, probed_at=self.now, plain=False)
        if sync := self._workspace_sync():
            return replace(learned, probe=WORKSPACE), sync
        try:
            hits = self.client.search(self.workspace, {"projects.any": ",".join(projects[:PAGE])})
        except (SkippableError, TemporaryError) as error:
            let_through(error)
            return replace(learned, probe=EVENTS), ""
        return replace(learned, probe=SEARCH, plain=any(hit.subtype != "milestone" for hit in hits)), ""

    def look(self, counts: Mapping[str, Count], memory: Memory) -> tuple[Changes, Memory]:
        """Which of the counted projects changed; the memory as it is afterwards."""
        if memory.probe == WORKSPACE:
            return self._look_into_workspace(counts), memory
        if memory.probe == SEARCH:
            try:
                return self._look_by_search(counts, memory), memory
            except (SkippableError, TemporaryError) as error:
                let_through(error)
                if isinstance(error, SkippableError):
                    memory = replace(memory, probe=EVENTS, probed_at=self.now)
        return self._look_into_projects(counts), memory

    def _workspace_sync(self) -> str:
        try:
            return self.client.workspace_events(self.workspace).sync
        except StaleSyncError as error:
            return error.sync
        except (SkippableError, TemporaryError) as error:
            let_through(error)
            return ""

    def _look_into_workspace(self, counts: Mapping[str, Count]) -> Changes:
        everything = frozenset(counts)
        places = Counter(count.sync for count in counts.values() if count.sync and count.members)
        if not places:
            return Changes(everything, self._workspace_sync())
        ((place, _),) = places.most_common(1)
        try:
            events, sync = _drained(lambda sync: self.client.workspace_events(self.workspace, sync), place)
        except (SkippableError, TemporaryError) as error:
            let_through(error)
            fresh = error.sync if isinstance(error, StaleSyncError) else self._workspace_sync()
            return Changes(everything, fresh)
        behind = {gid for gid, count in counts.items() if count.sync != place or not count.members}
        return Changes(frozenset(behind | _touched(events, counts)), sync)

    def _look_by_search(self, counts: Mapping[str, Count], memory: Memory) -> Changes:
        if not counts:
            return Changes(frozenset())
        after = min(count.since for count in counts.values()) - OVERLAP
        found = self._hits(counts, after, memory)
        if found is None:
            return Changes(frozenset(counts))
        dirty = {gid for hit in found for gid in hit.projects if gid in counts and is_news(hit, counts[gid])}
        return Changes(frozenset(dirty))

    def _hits(self, counts: Mapping[str, Count], after: datetime, memory: Memory) -> list[Hit] | None:
        subtypes = ("",) if memory.plain else SUBTYPES
        most = max(2, sum(count.pages for count in counts.values()) // 2)
        scopes = _scopes(frozenset(counts), self.portfolios)
        if len(scopes) > 1:
            # One question about the whole workspace is cheaper, unless too much goes on in it.
            found = self._searched([{}], subtypes, after, most=1)
            if found is not None:
                return found
        return self._searched(scopes, subtypes, after, most=most)

    def _searched(
        self, scopes: Iterable[Mapping[str, str]], subtypes: Sequence[str], after: datetime, *, most: int
    ) -> list[Hit] | None:
        found: dict[str, Hit] = {}
        for scope in scopes:
            for subtype in subtypes:
                asked = {**scope, **({"resource_subtype": subtype} if subtype else {})}
                if not self._pages(asked, after, most, found):
                    return None
        return [*found.values()]

    def _pages(self, scope: Mapping[str, str], after: datetime, most: int, found: dict[str, Hit]) -> bool:
        for _ in range(most):
            hits = self.client.search(self.workspace, {**scope, "modified_at.after": _stamp(after)})
            news = [hit for hit in hits if found.get(hit.gid) != hit]
            found.update((hit.gid, hit) for hit in hits)
            if len(hits) < PAGE:
                return True
            if not news:
                return False
            after = max(hit.modified_at for hit in hits) - timedelta(milliseconds=1)
        return False

    def _look_into_projects(self, counts: Mapping[str, Count]) -> Changes:
        large = [gid for gid, count in counts.items() if count.pages > 1]
        looks = self.crowd.each(lambda gid: self._look_into(gid, counts[gid]), large)
        seen = {gid: look for gid, look in looks.items() if isinstance(look, tuple)}
        quiet = {gid for gid, (is_dirty, _) in seen.items() if not is_dirty}
        return Changes(frozenset(counts) - quiet, "", {gid: sync for gid, (_, sync) in seen.items()})

    def _look_into(self, gid: str, count: Count) -> tuple[bool, str]:
        try:
            if not count.sync:
                return True, self.client.events(gid).sync
            events, sync = _drained(lambda sync: self.client.events(gid, sync), count.sync)
        except StaleSyncError as error:
            return True, error.sync
        return any(_is_relevant(event) and event.gid not in count.own for event in events), sync


def _drained(ask: Callable[[str], Stretch], sync: str) -> tuple[list[Event], str]:
    events: list[Event] = []
    for _ in range(_MOST_STRETCHES):
        stretch = ask(sync)
        events += stretch.events
        sync = stretch.sync
        if not stretch.has_more:
            return events, sync
    raise SkippableError("Asana has more events than it is worth reading")


def _touched(events: Sequence[Event], counts: Mapping[str, Count]) -> set[str]:
    relevant = [event for event in events if _is_relevant(event)]
    if not relevant:
        return set()
    own = {gid for count in counts.values() for gid in count.own}
    homes: dict[bytes, set[str]] = {}
    for project, count in counts.items():
        for member in members_of(count.members):
            homes.setdefault(member, set()).add(project)
    touched: set[str] = set()
    for event in relevant:
        if event.gid in own and event.action != "undeleted":
            continue
        touched |= homes.get(fingerprint(event.gid), set())
        touched |= {event.parent} & counts.keys() if event.parent else set()
    return touched


def _is_relevant(event: Event) -> bool:
    if event.kind != "task":
        return False
    return event.action in _MEMBERSHIP or (event.action == "changed" and event.field in _FIELDS)


def _scopes(projects: frozenset[str], portfolios: Mapping[str, frozenset[str]]) -> list[dict[str, str]]:
    if portfolios and projects <= frozenset().union(*portfolios.values()):
        return [{"portfolios.any": ",".join(sorted(portfolios))}]
    gids = sorted(projects)
    return [
        {"projects.any": ",".join(gids[start : start + PAGE])} for start in range(0, max(1, len(gids)), PAGE)
    ]


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
