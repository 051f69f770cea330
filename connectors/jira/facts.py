"""What is asked of a site once a day and kept in the connector's state: its kind, address and field ids."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from connectors.jira.client import JiraClient
from connectors.jira.records import FieldIds
from connectors.jira.settings import Deployment, JiraSettings

_GREENHOPPER: Final = "com.pyxis.greenhopper.jira:"
_EPIC_LINK: Final = _GREENHOPPER + "gh-epic-link"
_EPIC_MARKS: Final = frozenset(_GREENHOPPER + name for name in ("gh-epic-label", "gh-epic-status"))
_POINTS: Final = _GREENHOPPER + "jsw-story-points"
_POINTS_NAMES: Final = ("Story Points", "Story point estimate")


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """`url` is where people open the site; `notes` say what of the settings it does not have."""

    url: str
    deployment: Deployment
    fields: FieldIds
    notes: tuple[str, ...] = ()

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud."""
        return self.deployment == "cloud"


def learn(client: JiraClient, settings: JiraSettings, kept: str, today: date) -> tuple[SiteFacts, str]:
    """The facts, from what was kept if it is of today and of these settings, and what to keep.

    Asks GET /field, with `deployment: auto` and behind Atlassian's gateway also GET /serverInfo.
    """
    wanted = {
        "v": 1,
        "day": today.isoformat(),
        "url": settings.url,
        "deployment": settings.deployment,
        "points": settings.points_field,
    }
    known = _decoded(kept)
    if known.get("for") != wanted:
        known = {
            "for": wanted,
            "deployment": client.deployment,
            "site": _site(client, settings),
            "listed": _listed(client.fields()),
        }
    client.believe(known["deployment"])
    fields, notes = _field_ids(known["listed"], settings.points_field)
    facts = SiteFacts(known["site"], known["deployment"], fields, notes)
    return facts, json.dumps(known, sort_keys=True, ensure_ascii=False)


def _decoded(kept: str) -> dict[str, Any]:
    try:
        known = json.loads(kept) if kept else {}
    except ValueError:
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
