"""What the Asana stand-in knows: records in tables, who belongs where, and the log of events.

Records are plain JSON-able dictionaries and refer to each other by gid.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Self

from connectors.sandbox.asana_fields import Record, Ref

EVENTS_KEPT = timedelta(hours=24)
KINDS = ("user", "project", "task", "story", "status_update", "portfolio", "goal")
RELATIONS = ("project_tasks", "subtasks", "task_stories", "parent_statuses", "portfolio_items")
PLAIN = (
    "workspace", "token", "token_revoked", "paid", "rate_limited", "counts_limited", "retry_after",
    "asana_change", "listing_wall", "lost_events", "moves_touch_modified",
    "service_account", "search_lag", "search_finds_all", "offset_epoch", "sync_epoch",
    "last_gid", "tables", "events_dropped",
)  # fmt: skip


@dataclass(frozen=True)
class User:
    """One account."""

    gid: str
    name: str
    email: str


BOT = User("1200000000000002", "okr-bot", "okr-bot@example.test")


class AsanaState:
    """The records of one workspace and the switches that make the API refuse.

    `token_revoked`: every answer is 401. `rate_limited`, `counts_limited`: the next n requests (the latter:
    to task_counts alone) answer 429 with `retry_after` seconds. `paid`: search and goals answer, and not 402.
    `asana_change`: sent as the `Asana-Change` header. `listing_wall`: listings end with a 400 behind so many
    rows. `lost_events`: the next n events are never delivered. `moves_touch_modified`: whether a move changes
    a task's `modified_at` (Asana's documents say both). `service_account`: the token may follow the events of
    the whole workspace. `search_lag`: seconds until a change can be found. `search_finds_all`: whether a
    search without `resource_subtype` finds every sort of task (the OpenAPI document says milestones alone).
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        bot: User = BOT,
        token: str = "asana-sandbox-token",  # noqa: S107  the stand-in's own
        workspace_gid: str = "1200000000000001",
    ) -> None:
        self.now = now
        self.bot = bot
        self.workspace: Record = {"gid": workspace_gid, "name": "Acme"}
        self.token = token
        self.token_revoked = False
        self.paid = False
        self.rate_limited = 0
        self.counts_limited = 0
        self.retry_after = 1
        self.asana_change = ""
        self.listing_wall: int | None = None
        self.lost_events = 0
        self.moves_touch_modified = False
        self.service_account = False
        self.search_lag = 0.0
        self.search_finds_all = True
        self.offset_epoch = 0
        self.sync_epoch = 0
        self.last_gid = 1_200_000_000_010_000
        self.tables: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self.tables["user"][bot.gid] = asdict(bot)
        self.related: dict[str, dict[str, dict[str, None]]] = {name: {} for name in RELATIONS}
        self.hidden: set[str] = set()
        self.read_only: set[str] = set()
        self.events: deque[Record] = deque()
        self.events_dropped = 0

    def dump(self) -> dict[str, Any]:
        """Everything, JSON-able: tables, switches, events and the gid counter."""
        whole = {name: deepcopy(getattr(self, name)) for name in PLAIN}
        related = {
            name: {gid: list(members) for gid, members in groups.items()}
            for name, groups in self.related.items()
        }
        sets = {"hidden": sorted(self.hidden), "read_only": sorted(self.read_only)}
        return {**whole, **sets, "related": related, "bot": asdict(self.bot), "events": list(self.events)}

    @classmethod
    def load(cls, dumped: dict[str, Any], now: Callable[[], datetime]) -> Self:
        """The site that `dump` wrote, going on at the time `now` says."""
        dumped = json.loads(json.dumps(dumped))
        site = cls(now, bot=User(**dumped["bot"]))
        for name in PLAIN:
            setattr(site, name, dumped[name])
        site.tables = {kind: site.tables.get(kind, {}) for kind in KINDS}
        for name, groups in dumped["related"].items():
            site.related[name] = {gid: dict.fromkeys(members) for gid, members in groups.items()}
        site.hidden = set(dumped["hidden"])
        site.read_only = set(dumped["read_only"])
        site.events = deque(dumped["events"])
        return site

    def stamp(self) -> str:
        """Now, as Asana writes it: ISO 8601 in UTC with milliseconds and Z."""
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def new_gid(self) -> str:
        """The next gid; they only ever grow."""
        self.last_gid += 1
        return str(self.last_gid)

    def find(self, ref: Ref) -> Record | None:
        """The record, or None when it was deleted."""
        return self.workspace if ref.kind == "workspace" else self.tables[ref.kind].get(ref.gid)

    def record(self, kind: str, gid: str) -> Record:
        """The record itself. Raises KeyError with a sentence when there is none."""
        try:
            return self.tables[kind][gid]
        except KeyError:
            raise KeyError(f"The sandbox has no {kind} {gid}; it was deleted or never added.") from None

    def group(self, relation: str, gid: str) -> dict[str, None]:
        """The gids that belong to `gid`, in order; change it in place."""
        return self.related[relation].setdefault(gid, {})

    def members(self, relation: str, gid: str, kind: str) -> list[Record]:
        """The records that belong to `gid`, in order."""
        table = self.tables[kind]
        return [table[member] for member in self.related[relation].get(gid, ())]

    def emit(
        self,
        action: str,
        resource: Ref,
        streams: Iterable[str],
        *,
        by: str | None,
        parent: Ref | None = None,
        field: str | None = None,
    ) -> None:
        """Log one event for everybody who follows one of `streams` (project or task gids)."""
        self._forget_old_events()
        if self.lost_events:
            self.lost_events -= 1
            return
        change = {"field": field, "action": "changed"} if field else None
        self.events.append({
            "action": action,
            "resource": [resource.kind, resource.gid],
            "parent": parent and [parent.kind, parent.gid],
            "user": by,
            "change": change,
            "created_at": self.stamp(),
            "streams": sorted(streams),
        })  # fmt: skip

    def events_since(self, position: int) -> Iterable[Record]:
        """The events after `position`, counted from the beginning of the log."""
        return islice(self.events, max(0, position - self.events_dropped), None)

    @property
    def events_logged(self) -> int:
        """How many events there ever were: the position behind the last one."""
        return self.events_dropped + len(self.events)

    def _forget_old_events(self) -> None:
        oldest = (self.now() - EVENTS_KEPT).astimezone(UTC).isoformat(timespec="milliseconds")
        while self.events and self.events[0]["created_at"][:23] < oldest[:23]:
            self.events.popleft()
            self.events_dropped += 1
