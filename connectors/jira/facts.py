"""What is asked of a site once a day and kept in the connector's state: its kind, address and field ids."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from connectors.jira.client import JiraClient
from connectors.jira.mapping import StatusMap, Words
from connectors.jira.records import FieldIds
from connectors.jira.settings import Deployment, JiraSettings

_GREENHOPPER: Final = "com.pyxis.greenhopper.jira:"
_EPIC_LINK: Final = _GREENHOPPER + "gh-epic-link"
_EPIC_MARKS: Final = frozenset(_GREENHOPPER + name for name in ("gh-epic-label", "gh-epic-status"))
_POINTS: Final = _GREENHOPPER + "jsw-story-points"
_POINTS_NAMES: Final = ("Story Points", "Story point estimate")


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """`url` is where people open the site; `notes` say what of the settings it does not have.

    `based_on` names everything that the parts of items depend on: settings, status map, field ids.
    """

    url: str
    deployment: Deployment
    fields: FieldIds
    notes: tuple[str, ...] = ()
    based_on: str = ""

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud."""
        return self.deployment == "cloud"


@dataclass(frozen=True, slots=True)
class Learned:
    """The connection's part of the state, decoded; `words` may learn more before it is `kept`."""

    facts: SiteFacts
    words: Words
    raw: Mapping[str, Any]
    today: str

    @property
    def statuses_are_old(self) -> bool:
        """Whether an administrator may have moved a status to another category since they were listed."""
        return self.raw.get("statuses_on") != self.today

    @property
    def skew(self) -> float:
        """Seconds the server was ahead of our clock when we last spoke."""
        skew = self.raw.get("skew")
        return float(skew) if isinstance(skew, int | float) else 0.0

    def kept(self, skew: float | None) -> str:
        """The text to keep."""
        more = {
            "statuses": self.words.known,
            "statuses_on": self.today,
            "skew": self.skew if skew is None else round(skew),
        }
        return json.dumps({**self.raw, **more}, sort_keys=True, ensure_ascii=False)


def learn(
    client: JiraClient, settings: JiraSettings, status_map: StatusMap, kept: str, today: date
) -> Learned:
    """The facts, from what was kept if it is of today and of these settings.

    Asks GET /field, with `deployment: auto` and behind Atlassian's gateway also GET /serverInfo.
    """
    wanted = {
        "v": 2,
        "day": today.isoformat(),
        "url": settings.url,
        "deployment": settings.deployment,
        "points": settings.points_field,
        "map": {name: word.value for name, word in status_map.items()},
    }
    known = _decoded(kept)
    statuses = known.get("statuses") if _timeless(known.get("for")) == _timeless(wanted) else None
    if known.get("for") != wanted:
        known = {
            "for": wanted,
            "deployment": client.deployment,
            "site": _site(client, settings),
            "listed": _listed(client.fields()),
            "statuses_on": known.get("statuses_on") if statuses else None,
            "skew": known.get("skew"),
        }
    client.believe(known["deployment"])
    fields, notes = _field_ids(known["listed"], settings.points_field)
    based_on = hashlib.sha256(repr((_timeless(wanted), fields)).encode()).hexdigest()[:16]
    facts = SiteFacts(known["site"], known["deployment"], fields, notes, based_on)
    return Learned(facts, Words(status_map, _pairs(statuses)), known, today.isoformat())


def _timeless(wanted: object) -> object:
    return {**wanted, "day": None} if isinstance(wanted, dict) else None


def _pairs(statuses: object) -> dict[str, tuple[str, str]]:
    rows = statuses.items() if isinstance(statuses, dict) else ()
    return {str(name): (str(row[0]), str(row[1])) for name, row in rows}


def _decoded(kept: str) -> dict[str, Any]:
    try:
        known = json.loads(kept) if kept else {}
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _site(client: JiraClient, settings: JiraSettings) -> str:
    if "/ex/jira/" not in settings.url:
        return settings.url
    return str(client.server_info().get("baseUrl") or settings.url).rstrip("/")


def _listed(fields: Sequence[Any]) -> list[list[str]]:
    """Custom fields that may matter, as [id, name, schema], so that the state stays small."""
    rows = []
    for field in fields:
        schema = field.get("schema") if isinstance(field, dict) else None
        custom = schema.get("custom") if isinstance(schema, dict) else None
        if isinstance(custom, str) and isinstance(field.get("id"), str):
            rows.append([field["id"], str(field.get("name") or ""), custom])
    useful = {_EPIC_LINK, _POINTS, *_EPIC_MARKS}
    return sorted(row for row in rows if row[2] in useful or row[2].endswith((":datepicker", ":float")))


def _field_ids(
    rows: Sequence[Sequence[str]], points: str | Mapping[str, str] | None
) -> tuple[FieldIds, tuple[str, ...]]:
    by_project = {project: _named(rows, name) for project, name in _per_project(points).items()}
    everywhere = _named(rows, points) if isinstance(points, str) else None
    missing = [
        name
        for name, found in (
            *((name, by_project[project]) for project, name in _per_project(points).items()),
            *([(points, everywhere)] if isinstance(points, str) else []),
        )
        if found is None
    ]
    starts = [row[0] for row in rows if row[1].casefold() == "start date" and row[2].endswith(":datepicker")]
    ids = FieldIds(
        start=starts[0] if starts else None,
        epic_link=next((row[0] for row in rows if row[2] == _EPIC_LINK), None),
        epic_marks=tuple(row[0] for row in rows if row[2] in _EPIC_MARKS),
        points=((everywhere,) if everywhere else ()) if isinstance(points, str) else _points(rows),
        points_by_project={project: found for project, found in by_project.items() if found},
    )
    return ids, tuple(f"Jira has no points field '{name}'; see points_field." for name in missing)


def _per_project(points: str | Mapping[str, str] | None) -> Mapping[str, str]:
    return points if isinstance(points, Mapping) else {}


def _named(rows: Sequence[Sequence[str]], name: str) -> str | None:
    if re.fullmatch(r"customfield_\d+", name):
        return name
    return next((row[0] for row in rows if row[1].casefold() == name.casefold()), None)


def _points(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Estimate fields by schema, then by their usual names: there is no fixed id (JSWCLOUD-26668)."""
    by_schema = [row[0] for row in rows if row[2] == _POINTS]
    by_name = [
        row[0] for name in _POINTS_NAMES for row in rows if row[1] == name and row[2].endswith(":float")
    ]
    return tuple(dict.fromkeys((*by_schema, *by_name)))
