"""One fetch: all refs in, an outcome and a part of the state for each out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from connectors.jira import issues, records, scopes
from connectors.jira.reading import Reading, Result, name_of
from connectors.jira.state import encoded
from syncer.domain.work import Unread, WorkRef

_REFUSED: Final = {
    "sprint": "a sprint is a slice of time that ends with work left over; link an epic or a version",
    "subtask": "a sub-task is part of the issue above it; link the epic, or that issue with allow_issue",
}


def read(reading: Reading, refs: Sequence[WorkRef]) -> tuple[Result, ...]:
    """A result for every ref, in their order."""
    mark = reading.client.mark()
    if reading.learned.statuses_are_old and any(reading.fit(name_of(ref)) for ref in refs):
        _refresh_statuses(reading)
    found: dict[WorkRef, Result] = {}
    found.update(issues.read(reading, [ref for ref in refs if ref.kind == "epic"]))
    places = list(dict.fromkeys(ref for ref in refs if ref.kind in scopes.KINDS))
    found.update(zip(places, reading.in_parallel(lambda ref: scopes.read(reading, ref), places), strict=True))
    at = reading.client.date_since(mark) or reading.server_now
    return tuple(_dated(found.get(ref) or _unknown(ref), at) for ref in refs)


def texts(refs: Sequence[WorkRef], results: Sequence[Result]) -> dict[str, str]:
    """The parts to keep, under the id an item turned out to have."""
    kept = {}
    for ref, result in zip(refs, results, strict=True):
        if result.part is not None:
            item_id = getattr(result.outcome, "item_id", None) or name_of(ref)
            kept[item_id] = encoded(result.part)
    return kept


def _refresh_statuses(reading: Reading) -> None:
    """An administrator who moves a status to another category touches no issue: `updated` stays."""
    for status in records.statuses(reading.client.statuses()):
        reading.words.learn(status)


def _dated(result: Result, at: datetime) -> Result:
    """Its part is right up to the first answer of this fetch: a change in the middle is read again."""
    if result.part is None or isinstance(result.outcome, Unread):
        return result
    return replace(result, part=replace(result.part, at=None if result.part.gone else at))


def _unknown(ref: WorkRef) -> Result:
    return Result(Unread(ref, _REFUSED.get(ref.kind, f"Jira has no links of kind {ref.kind}")), None)
