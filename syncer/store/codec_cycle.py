"""JSON for cycles as the workspace file declares them, with all below them but what reads leave on links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from syncer.domain.link import Link
from syncer.domain.okr import (
    Bet,
    Checkpoints,
    Curve,
    Cycle,
    Initiative,
    Keep,
    KeyResult,
    Objective,
    Pace,
    Rules,
)
from syncer.domain.work import WorkRef
from syncer.store.codec import Json, dumps, loads


def encode_cycle(cycle: Cycle) -> str:
    """Text that decode_cycle makes the same cycle of; equal cycles have equal text."""
    return dumps(
        {
            "id": cycle.id,
            "start": cycle.start.isoformat(),
            "end": cycle.end.isoformat(),
            "objectives": [
                {
                    "id": one.id,
                    "title": one.title,
                    "owner": one.owner,
                    "key_results": [_key_result(key_result) for key_result in one.key_results],
                }
                for one in cycle.objectives
            ],
        }
    )


def decode_cycle(stored: str) -> Cycle:
    """The cycle. Raises StoreError for text that is none."""

    def decode(row: Json) -> Cycle:
        return Cycle(
            id=row["id"],
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]),
            objectives=tuple(
                Objective(
                    id=one["id"],
                    title=one["title"],
                    owner=one["owner"],
                    key_results=tuple(_to_key_result(key_result) for key_result in one["key_results"]),
                )
                for one in row["objectives"]
            ),
        )

    return loads(stored, "cycle", decode)


def _key_result(one: KeyResult) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "start": one.start,
        "target": one.target,
        "rules": _rules(one.rules),
        "owner": one.owner,
        "unit": one.unit,
        "pace": _pace(one.pace),
        "keep": one.keep.value if one.keep else None,
        "confidential": one.confidential,
        "value_at": _ref(one.value_at) if one.value_at else None,
        "initiatives": [_initiative(initiative) for initiative in one.initiatives],
    }


def _to_key_result(row: Json) -> KeyResult:
    return KeyResult(
        id=row["id"],
        title=row["title"],
        start=row["start"],
        target=row["target"],
        rules=_to_rules(row["rules"]),
        owner=row["owner"],
        unit=row["unit"],
        pace=_to_pace(row["pace"]),
        keep=Keep(row["keep"]) if row["keep"] else None,
        confidential=row["confidential"],
        value_at=_to_ref(row["value_at"]) if row["value_at"] else None,
        initiatives=tuple(_to_initiative(initiative, row["id"]) for initiative in row["initiatives"]),
    )


_SPANS = ("window", "settle", "idle_after", "cadence", "grace", "stale_after")
_FIGURES = ("min_move", "focus_limit", "on_track_gap", "behind_gap", "work_gap", "scope_growth")


def _rules(rules: Rules) -> dict[str, Any]:
    spans = {name: getattr(rules, name).total_seconds() for name in _SPANS}
    return spans | {name: getattr(rules, name) for name in _FIGURES} | {"own": sorted(rules.own)}


def _to_rules(row: Json) -> Rules:
    # A cycle that was declared before a rule was there is judged by its default.
    spans: dict[str, Any] = {name: timedelta(seconds=row[name]) for name in _SPANS if name in row}
    return Rules(**spans, **{name: row[name] for name in _FIGURES}, own=frozenset(row["own"]))


def _pace(pace: Pace) -> Any:  # noqa: ANN401  a word or a list
    if isinstance(pace, Checkpoints):
        return [[on.isoformat(), value] for on, value in pace.values]
    return pace.value


def _to_pace(row: Any) -> Pace:  # noqa: ANN401  as above
    if isinstance(row, str):
        return Curve(row)
    return Checkpoints(tuple((date.fromisoformat(on), value) for on, value in row))


def _initiative(one: Initiative) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "owner": one.owner,
        "bet": {"move": one.bet.move, "why": one.bet.why} if one.bet else None,
        "link": _link(one.link) if one.link else None,
    }


def _to_initiative(row: Json, key_result_id: str) -> Initiative:
    bet, link = row["bet"], row["link"]
    return Initiative(
        id=row["id"],
        title=row["title"],
        owner=row["owner"],
        bet=Bet(move=bet["move"], why=bet["why"]) if bet else None,
        link=_to_link(link, row["id"], key_result_id) if link else None,
    )


def _link(link: Link) -> dict[str, Any]:
    carrier = _ref(link.comment_on) if link.comment_on else None
    return {"ref": _ref(link.ref), "publish": link.publish, "comment_on": carrier}


def _to_link(row: Json, initiative_id: str, key_result_id: str) -> Link:
    return Link(
        initiative_id=initiative_id,
        key_result_id=key_result_id,
        ref=_to_ref(row["ref"]),
        publish=row["publish"],
        comment_on=_to_ref(row["comment_on"]) if row["comment_on"] else None,
    )


def _ref(ref: WorkRef) -> dict[str, Any]:
    return {
        "connection": ref.connection,
        "kind": ref.kind,
        "key": ref.key,
        "options": sorted(ref.options),
    }


def _to_ref(row: Json) -> WorkRef:
    return WorkRef(row["connection"], row["kind"], row["key"], options=frozenset(row["options"]))
