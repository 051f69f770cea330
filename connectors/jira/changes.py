"""What changed under linked items since their parts were kept, at the fewest requests.

On Cloud (reference: Atlassian, "Search and reconcile"; `updated` shows no deletion and no lost right): one
search for what changed, a window longer than needed, relative and so free of time zones; one exact scan of
all members by id; and a bulk read of the few ids the two do not explain. On Data Center, where a page of ids
costs what a page of issues costs, one search, newest change first, whose total is the check.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.jira import children, mapping, records, search
from connectors.jira.children import Family
from connectors.jira.client import JiraClient
from connectors.jira.facts import SiteFacts
from connectors.jira.records import Child, Epic, UnreadableError
from connectors.jira.state import Kin, Part
from syncer.errors import TemporaryError

OVERLAP: Final = timedelta(minutes=12)
"""Read again beyond the last watermark: a search may not show a bulk edit for minutes."""

LEAST_OVERLAP: Final = timedelta(minutes=10)
MOST_LOOKED_AT: Final = 500
"""Ids that the two searches do not explain before everything is read in full."""

BULK: Final = 100
FEW_LOST: Final = 4
MOST_LOST: Final = 0.30
"""More than this share of a family unreadable at once, and more than a few: a right was lost, not work."""


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class TooMuchError(Exception):
    """So much is unexplained that a full read is cheaper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Linked items that are searched together.

    `members` finds what belongs to them, `watched` also the items themselves. `above` are the linked issues
    by what their children call them; a project, version or query has none, and everything is of `scope`.
    """

    members: str
    watched: str
    parts: Mapping[str, Part]
    above: Mapping[str, Epic] = field(default_factory=dict)
    scope: str | None = None

    @property
    def since(self) -> datetime:
        """The watermark: the oldest of its parts."""
        return min(part.at for part in self.parts.values() if part.at)


@dataclass(slots=True)
class Found:
    """Families by item id, or a sentence; the linked issues that changed, and those that lost a child."""

    families: dict[str, Family | str]
    changed: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How to look; `now` is the server's time as far as our clock can tell."""

    client: JiraClient
    facts: SiteFacts
    words: mapping.Words
    now: datetime

    def on_cloud(self, group: Group) -> Found:
        """The families as they are now. Raises SkippableError where Jira refuses a query, TooMuchError."""
        seen = self._changed_since(group)
        members = search.ids(self.client, group.members)
        homes = _Homes(group, self.words)
        moved = {child.id for child in seen.values() if homes.settle(child)}
        loose = (members - homes.known) | ((homes.known - members) - moved)
        # What a search showed as changed and the scan no longer shows has left in between.
        loose |= {name for name in moved if name not in members}
        found = Found({}, changed={child.id for child in seen.values() if _is_news(child, group)})
        if len(loose) > MOST_LOOKED_AT:
            raise TooMuchError
        self._look_at(loose, members, homes, found)
        found.families = homes.families() | found.families
        return found

    def on_datacenter(self, group: Group) -> Found | None:
        """The same with one request, None where the total says that more happened than changes."""
        homes, limit = _Homes(group, self.words), group.since - LEAST_OVERLAP
        jql, start = f"{group.members} ORDER BY updated DESC, id", 0
        while True:
            size = BULK if not start else search.PAGE
            page = self.client.search_by_offset(jql, children.fields(self.facts), start, size)
            issues, total = search.issues_of(page), search.total_of(page)
            read = [self._child(raw) for raw in issues]
            for child in read:
                homes.settle(child)
            start += len(issues)
            if any(child.updated is None for child in read) or (not issues and start < total):
                return None
            if start >= total or any(child.updated and child.updated < limit for child in read):
                break
        return Found(homes.families()) if total == len(homes.known) else None

    def _changed_since(self, group: Group) -> dict[str, Child]:
        """By id, read again where the server's own clock says that the window was too short."""
        since, now = group.since, self.now
        for _ in range(2):
            minutes = math.ceil((now - since + OVERLAP) / timedelta(minutes=1))
            mark = self.client.mark()
            jql = f'{group.watched} AND updated >= "-{minutes}m" ORDER BY updated, id'
            found = [
                self._child(raw) for raw in search.by_token(self.client, jql, children.fields(self.facts))
            ]
            now = self.client.date_since(mark) or now
            if now - timedelta(minutes=minutes) <= since - LEAST_OVERLAP:
                return {child.id: child for child in found}
        raise TemporaryError("Jira's clock runs away from ours, so it is not clear what changed since when")

    def _child(self, raw: Any) -> Child:  # noqa: ANN401 - whatever Jira sent
        try:
            child = records.child(raw, self.facts.fields, cloud=self.facts.is_cloud)
        except UnreadableError as error:
            # Nothing can be added to what is known: the full read finds out whom it concerns.
            raise TooMuchError from error
        return child

    def _look_at(self, loose: set[str], members: set[str], homes: _Homes, found: Found) -> None:
        seen, troubled = self._in_bulk(sorted(loose, key=int))
        lost: dict[str, int] = {}
        for name in loose:
            home, child = homes.of.get(name), seen.get(name)
            if name in troubled:
                if home:
                    found.families[home] = f"Jira could not read an issue under it just now: {troubled[name]}"
                continue
            kept = child is not None and (name in members or not homes.is_scope) and homes.settle(child)
            if kept or home is None:
                continue
            homes.leave(name)
            found.doubtful.add(home)
            lost[home] = lost.get(home, 0) + (child is None)
        for home, count in lost.items():
            before = sum(1 for kin in homes.group.parts[home].kin.values() if kin.status)
            if count > FEW_LOST and count > before * MOST_LOST:
                found.families[home] = _too_many_lost(count, before)

    def _in_bulk(self, names: Sequence[str]) -> tuple[dict[str, Child], dict[str, str]]:
        seen: dict[str, Child] = {}
        troubled: dict[str, str] = {}
        for start in range(0, len(names), BULK):
            page = self.client.bulk_fetch(names[start : start + BULK], children.fields(self.facts))
            for error in page.get("issueErrors") or []:
                if isinstance(error, dict):
                    troubled[str(error.get("id"))] = str(error.get("errorMessage"))
            for child in map(self._child, search.issues_of(page)):
                seen[child.id] = child
        return seen, troubled


def _is_news(child: Child, group: Group) -> bool:
    """Whether it is a linked issue that is newer than what is kept of it."""
    part = group.parts.get(child.id)
    kept = part.epic.updated if part and part.epic else None
    return part is not None and (kept is None or child.updated is None or child.updated > kept)


class _Homes:
    """Which issue belongs to which linked item, while it is being worked out."""

    def __init__(self, group: Group, words: mapping.Words) -> None:
        self.group = group
        self.is_scope = group.scope is not None
        self._words = words
        self._kin: dict[str, dict[str, Kin]] = {home: dict(part.kin) for home, part in group.parts.items()}
        self.of: dict[str, str] = {}
        # A read of some items alone may have met a child in its new home while the old one was not asked:
        # where two claim it, the one that was read last is right.
        for home in sorted(group.parts, key=lambda one: group.parts[one].at or _NEVER):
            for name in group.parts[home].kin:
                self.leave(name)
                self.of[name] = home

    @property
    def known(self) -> set[str]:
        """Every issue that belongs somewhere."""
        return set(self.of)

    def settle(self, child: Child) -> bool:
        """Puts an issue where it belongs now, out of where it was; False where that is nowhere of ours."""
        epic = self.group.above.get(child.parent or "")
        kin = children.kin_of(self._words, child, epic) if epic else None
        home = epic.id if epic else None
        if self.group.scope is not None:
            home, kin = self.group.scope, self._words.kin(child, counts=not child.subtask, parent=True)
        if home is None or kin is None:
            return False
        self.leave(child.id)
        self._kin[home][child.id] = kin
        self.of[child.id] = home
        return True

    def leave(self, name: str) -> None:
        """Takes an issue out of where it was."""
        home = self.of.pop(name, None)
        if home is not None:
            del self._kin[home][name]

    def families(self) -> dict[str, Family | str]:
        """What belongs to whom."""
        return dict(self._kin)


def _too_many_lost(count: int, before: int) -> str:
    return (
        f"Jira no longer shows {count} of the {before} issues that belong to it: they were deleted, or the "
        "account lost the right to see them; the last figures stay until the nightly full read or a resync"
    )
