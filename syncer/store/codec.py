"""JSON for values that are stored as a whole: explicit both ways, field by field.

ASCII only, so that text no database can hold (NUL, lone surrogates) is stored escaped and comes back whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from syncer.domain.comment import (
    Block,
    Bullets,
    Comment,
    Facts,
    Heading,
    Paragraph,
    SectionFacts,
    Style,
    Text,
)
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import Fact, Signal, Threshold
from syncer.domain.work import Health, LinkState, Points, Progress, Snapshot, WorkRef, WorkStatus
from syncer.errors import StoreError

_T = TypeVar("_T")
Json = Mapping[str, Any]


def dumps(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))


def loads(stored: str, what: str, decode: Callable[[Any], _T]) -> _T:
    """What `decode` makes of the text. Raises StoreError, which calls it `what`, where it makes nothing."""
    try:
        return decode(json.loads(stored))
    except (KeyError, TypeError, ValueError, AttributeError):
        msg = f"a stored {what} cannot be read: it was written by another version; install that one"
        raise StoreError(msg) from None


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored is not None else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def encode_snapshot(snapshot: Snapshot) -> str:
    """What the tracker said; the connection, the item's id and the time stand in columns of their own."""
    return dumps(
        {
            "ref": {"kind": snapshot.ref.kind, "key": snapshot.ref.key},
            "key": snapshot.key,
            "name": snapshot.name,
            "url": snapshot.url,
            "status": snapshot.status.value,
            "progress": _encode_progress(snapshot.progress),
            "state": snapshot.state.value,
            "health": snapshot.health.value,
            "owner": snapshot.owner,
            "owner_name": snapshot.owner_name,
            "start": _iso(snapshot.start),
            "due": _iso(snapshot.due),
            "done_on": _iso(snapshot.done_on),
            "own_status": snapshot.own_status,
            "notes": list(snapshot.notes),
        }
    )


def decode_snapshot(stored: str, connection: str, item_id: str, taken_at: datetime) -> Snapshot:
    """The snapshot; its ref carries the item's id. Raises StoreError for text that is none."""

    def decode(row: Json) -> Snapshot:
        return Snapshot(
            ref=WorkRef(connection, row["ref"]["kind"], row["ref"]["key"], item_id),
            item_id=item_id,
            key=row["key"],
            name=row["name"],
            url=row["url"],
            status=WorkStatus(row["status"]),
            progress=_decode_progress(row["progress"]),
            state=LinkState(row["state"]),
            health=Health(row["health"]),
            owner=row["owner"],
            owner_name=row["owner_name"],
            start=_day(row["start"]),
            due=_day(row["due"]),
            done_on=_day(row["done_on"]),
            own_status=row.get("own_status", True),
            notes=tuple(row["notes"]),
            taken_at=taken_at,
        )

    return loads(stored, "snapshot", decode)


def _encode_progress(progress: Progress) -> Json:
    points = progress.points
    return {
        "done": progress.done,
        "open": progress.open,
        "cancelled": progress.cancelled,
        "points": None
        if points is None
        else {
            "done": points.done,
            "open": points.open,
            "cancelled": points.cancelled,
            "unestimated": points.unestimated,
        },
    }


def _decode_progress(row: Json) -> Progress:
    points = row["points"]
    return Progress(
        done=row["done"],
        open=row["open"],
        cancelled=row["cancelled"],
        points=None
        if points is None
        else Points(
            done=points["done"],
            open=points["open"],
            cancelled=points["cancelled"],
            unestimated=points["unestimated"],
        ),
    )


def encode_signal(signal: Signal) -> str:
    """What the signal says; the day it was first seen stands in a column of its own."""
    return dumps(
        {
            "kind": signal.kind,
            "severity": signal.severity.value,
            "key_result_id": signal.key_result_id,
            "initiative_id": signal.initiative_id,
            "headline": signal.headline,
            "question": signal.question,
            "evidence": [[fact.what, fact.shown] for fact in signal.evidence],
            "thresholds": [[used.what, used.value, used.where] for used in signal.thresholds],
            "owner": signal.owner,
            "readings": signal.readings,
            "read_on": _iso(signal.read_on),
        }
    )


def decode_signal(stored: str, first_seen: date) -> Signal:
    """The signal. Raises StoreError for text that is none."""

    def decode(row: Json) -> Signal:
        return Signal(
            kind=row["kind"],
            severity=Severity(row["severity"]),
            key_result_id=row["key_result_id"],
            initiative_id=row.get("initiative_id"),
            headline=row["headline"],
            question=row["question"],
            evidence=tuple(Fact(what, shown) for what, shown in row["evidence"]),
            thresholds=tuple(Threshold(what, value, where) for what, value, where in row["thresholds"]),
            owner=row["owner"],
            readings=row.get("readings", ""),
            read_on=_day(row["read_on"]),
            first_seen=first_seen,
        )

    return loads(stored, "signal", decode)


def encode_comment(comment: Comment) -> str:
    """The neutral blocks and the marker."""
    return dumps({"blocks": [_encode_block(block) for block in comment.blocks], "marker": comment.marker})


def decode_comment(stored: str) -> Comment:
    """The comment, with the digest it had. Raises StoreError for text that is none."""

    def decode(row: Json) -> Comment:
        return Comment(blocks=tuple(_decode_block(block) for block in row["blocks"]), marker=row["marker"])

    return loads(stored, "comment", decode)


def _encode_block(block: Block) -> Json:
    if isinstance(block, Bullets):
        return {"block": block.block, "items": [_encode_runs(runs) for runs in block.items]}
    return {"block": block.block, "runs": _encode_runs(block.runs)}


def _decode_block(row: Json) -> Block:
    match row["block"]:
        case "heading":
            return Heading(_decode_runs(row["runs"]))
        case "paragraph":
            return Paragraph(_decode_runs(row["runs"]))
        case "bullets":
            return Bullets(tuple(_decode_runs(runs) for runs in row["items"]))
        case unknown:
            raise ValueError(unknown)


def _encode_runs(runs: Sequence[Text]) -> list[list[str]]:
    return [[run.text, run.style.value, run.url] for run in runs]


def _decode_runs(rows: Sequence[Sequence[str]]) -> tuple[Text, ...]:
    return tuple(Text(text, Style(style), url) for text, style, url in rows)


def encode_facts(facts: Facts) -> str:
    """The facts a comment rests on, one object a section."""
    return dumps(
        [
            {
                "key_result_id": section.key_result_id,
                "initiative_id": section.initiative_id,
                "number_status": section.number_status,
                "value": section.value,
                "min_move": section.min_move,
                "work_status": section.work_status,
                "work_share": section.work_share,
                "signals": list(section.signals),
                "unread": section.unread,
                "audience": section.audience,
                "heading": section.heading,
                "late": section.late,
            }
            for section in facts
        ]
    )


def decode_facts(stored: str) -> Facts:
    """The facts. Raises StoreError for text that is none."""

    def decode(rows: Sequence[Json]) -> Facts:
        return tuple(
            SectionFacts(
                key_result_id=row["key_result_id"],
                initiative_id=row["initiative_id"],
                number_status=row["number_status"],
                value=row["value"],
                min_move=row["min_move"],
                work_status=row["work_status"],
                work_share=row["work_share"],
                signals=tuple(row["signals"]),
                unread=row.get("unread", 0),
                audience=row.get("audience", ""),
                heading=row.get("heading", ""),
                late=row.get("late"),
            )
            for row in rows
        )

    return loads(stored, "receipt", decode)


def encode_ids(ids: Collection[str]) -> str:
    """Ids, in their order."""
    return dumps(sorted(ids))


def decode_ids(stored: str) -> frozenset[str]:
    """The ids. Raises StoreError for text that is none."""
    return loads(stored, "row of the outbox", frozenset)


def encode_counts(counts: Mapping[str, int]) -> str:
    """A run's counts."""
    return dumps(dict(counts))


def decode_counts(stored: str) -> Mapping[str, int]:
    """A run's counts. Raises StoreError for text that is none."""

    def decode(row: Json) -> Mapping[str, int]:
        return {str(name): int(count) for name, count in row.items()}

    return loads(stored, "run", decode)
