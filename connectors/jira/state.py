"""What the connector keeps of a linked item between two fetches, as the text of its part of the state.

Of the issues under it: ids, status ids, how they ended, estimates; never a word of theirs. Of the linked item
itself: what its snapshot says anyway, so that a quiet sync need not read it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from connectors.jira.records import Epic, Resolution, Status
from syncer.domain.work import LinkState, WorkStatus

OLDEST: Final = timedelta(hours=24)
"""A part that is older is not built upon: its item is read in full."""

_VERSION: Final = 3
_DAYS: Final = ("start", "due", "begun", "ended")


@dataclass(frozen=True, slots=True)
class Kin:
    """An issue that is part of a linked item. `status` is a status id, empty where it does not count.

    `ending` is the word its resolution stands for where that is not the work being done; `parent` is what is
    above it, kept only where a query may find both. `created` and `ended` are known right after a
    read and not kept.
    """

    status: str
    ending: WorkStatus | None = None
    points: float | None = None
    parent: str | None = None
    created: datetime | None = field(default=None, compare=False)
    ended: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item's part. `at` is the server's time up to which `kin` is surely right, None: read it in full.

    `based_on` names the settings it was read with. `project` is the id of its project. `gone` is the state
    that a direct read found it in, empty while it is there.
    """

    based_on: str
    at: datetime | None = None
    project: str = ""
    gone: str = ""
    epic: Epic | None = None
    kin: Mapping[str, Kin] = field(default_factory=dict)

    def is_fit(self, based_on: str, now: datetime) -> bool:
        """Whether what changed since can be added to it; `now` is the server's time."""
        return (
            self.at is not None
            and self.based_on == based_on
            and now - OLDEST < self.at < now + timedelta(minutes=10)
        )

    def unread(self) -> Part:
        """The same for an item that could not be read this time."""
        return replace(self, at=None, epic=None, kin={})


def encoded(part: Part) -> str:
    """The part as text."""
    return json.dumps(
        {
            "v": _VERSION,
            "for": part.based_on,
            "at": part.at.isoformat() if part.at else None,
            "project": part.project,
            "gone": part.gone,
            "epic": asdict(part.epic) if part.epic else None,
            "kin": {name: _row(kin) for name, kin in part.kin.items()},
        },
        default=lambda moment: moment.isoformat(),
        separators=(",", ":"),
        sort_keys=True,
    )


def decoded(text: str) -> Part | None:
    """The part that `encoded` wrote, None for anything else."""
    try:
        raw = json.loads(text) if text else None
        return _part(raw) if isinstance(raw, dict) and raw.get("v") == _VERSION else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _row(kin: Kin) -> list[Any]:
    row = [kin.status, kin.ending.value if kin.ending else None, kin.points, kin.parent]
    while row and row[-1] is None:
        row.pop()
    return row


def _part(raw: Mapping[str, Any]) -> Part:
    return Part(
        based_on=raw["for"],
        at=datetime.fromisoformat(raw["at"]) if raw["at"] else None,
        project=raw["project"],
        gone=LinkState(raw["gone"]) if raw["gone"] else "",
        epic=_epic(raw["epic"]) if raw["epic"] else None,
        kin={name: _kin(*row) for name, row in raw["kin"].items()},
    )


def _kin(
    status: str, ending: str | None = None, points: float | None = None, parent: str | None = None
) -> Kin:
    return Kin(status, WorkStatus(ending) if ending else None, points, parent)


def _epic(raw: Mapping[str, Any]) -> Epic:
    resolution = raw["resolution"]
    days = {name: date.fromisoformat(raw[name]) if raw[name] else None for name in _DAYS}
    return Epic(
        **{
            **raw,
            **days,
            "updated": datetime.fromisoformat(raw["updated"]) if raw["updated"] else None,
            "status": Status(**raw["status"]),
            "resolution": Resolution(**resolution) if resolution else None,
        }
    )
