"""What the connector remembers between fetches, as JSON: opaque ids, counts and times, never a text.

There is no watermark of the connection: each project carries its own, so that a fetch of some links can
neither lose nor hide what the others have yet to see. What cannot be read back counts as nothing remembered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from connectors.asana.row import is_gid
from connectors.buckets import Bucket
from syncer.domain.work import Progress, WorkStatus

_VERSION: Final = 1
_APPROVALS: Final = ("pending", "approved", "rejected", "changes_requested")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was counted in one project, and how far that reaches.

    `done`, `open` and `cancelled` are all its tasks but rollup tasks, whose gids are `own`. `at` is when it
    was counted, `since` from when on changes have to be looked for (both by our clock). Whatever changed up
    to `floor` (Asana's clock) is in the count, and so are the states of tasks in `recent` (gid -> changed
    at). `pages` is what a recount costs. `sync` is the place in an event stream. `rules` names what was
    counted by. `shared` holds the bucket of each task that is in other projects too, None where nobody asked;
    `members` fingerprints of all tasks, empty where nobody asked.
    """

    rules: str
    at: datetime
    since: datetime
    done: int
    open: int
    cancelled: int
    pages: int
    floor: datetime | None = None
    recent: Mapping[str, datetime] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    sync: str = ""
    shared: Mapping[str, Bucket] | None = None
    members: str = ""

    @property
    def progress(self) -> Progress:
        """The three buckets."""
        return Progress(done=self.done, open=self.open, cancelled=self.cancelled)


@dataclass(frozen=True, slots=True)
class Contents:
    """The projects in a portfolio and in those below it, and those below it."""

    projects: frozenset[str] = frozenset()
    portfolios: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of the connection.

    `rules` names the credential it was learned with; `me` is the user's gid. `probe` is how changes are
    found, since `probed_at`; `plain` whether a search without a subtype finds every sort of task. `pages` is
    how many pages of the workspace's projects are worth a try, 0 where nobody knows.
    """

    rules: str = ""
    me: str = ""
    probe: str = ""
    probed_at: datetime | None = None
    plain: bool = False
    pages: int = 0


def rules_of(token: str, status_map: Mapping[str, WorkStatus]) -> str:
    """A name for what is counted by: who looks, and what the file says about approvals."""
    words = [(name, status_map[name].value) for name in _APPROVALS if name in status_map]
    whole = json.dumps([_VERSION, hashlib.sha256(token.encode("utf-8", "replace")).hexdigest(), words])
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def dump_count(count: Count) -> str:
    """The part of a project."""
    return _dump(asdict(count))


def load_count(part: str, rules: str) -> Count | None:
    """The part read back; None where there is none, or it was counted by other rules."""
    count = _load(part, _count)
    return count if count and count.rules == rules else None


def dump_memory(memory: Memory) -> str:
    """The part of the connection."""
    return _dump(asdict(memory))


def load_memory(part: str, rules: str) -> Memory:
    """The part read back; nothing is known where there is none, or another credential wrote it."""
    memory = _load(part, lambda row: Memory(**{**row, "probed_at": _moment(row.get("probed_at"))}))
    return memory if memory and memory.rules == rules else Memory(rules=rules)


def dump_contents(contents: Contents) -> str:
    """The part of a portfolio."""
    return _dump({"projects": sorted(contents.projects), "portfolios": sorted(contents.portfolios)})


def load_contents(part: str) -> Contents:
    """The part read back; nothing in it where there is none."""
    read = _load(part, lambda row: Contents(*(_gids(row, kind) for kind in ("projects", "portfolios"))))
    return read or Contents()


def _gids(row: Mapping[str, Any], kind: str) -> frozenset[str]:
    return frozenset(gid for gid in row.get(kind, ()) if is_gid(gid))


def _dump(row: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if value not in (None, "", {}, [], ())}
    if row.get("shared") is not None:
        kept["shared"] = row["shared"]
    return json.dumps(kept, separators=(",", ":"), default=_stamp)


def _load(part: str, read: Callable[[dict[str, Any]], T]) -> T | None:
    try:
        return read(json.loads(part)) if part else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _count(row: dict[str, Any]) -> Count:
    moments = {name: _moment(row.get(name)) for name in ("at", "since", "floor")}
    recent = {gid: datetime.fromisoformat(at) for gid, at in row.get("recent", {}).items()}
    own, shared = tuple(row.get("own", ())), row.get("shared")
    buckets = None if shared is None else {gid: Bucket(where) for gid, where in shared.items()}
    return Count(**{**row, **moments, "recent": recent, "own": own, "shared": buckets})


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None


def _stamp(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
