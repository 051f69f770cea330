"""What people say of a key result when they are through with it: achieved or missed, never done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from syncer.domain.okr import Workspace


class ClosedAs(StrEnum):
    """The words for key results; `reopened` takes the former one back."""

    ACHIEVED = "achieved"
    MISSED = "missed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A key result closed, or opened again, at the moment `at` (UTC), with the value it had then.

    `score` is the one that a person gives, 0.0 to 1.0, None where the number's own is to stand alone.
    `reason` is never empty where the word does not fit the number, nor beside a score.
    """

    key_result_id: str
    at: datetime
    word: ClosedAs
    value: float | None
    score: float | None = None
    reason: str = ""
    author: str = ""


def standing_closings(closings: Iterable[Closing], workspace: Workspace) -> Mapping[str, Closing]:
    """What holds by key result, given all closings in the order they were entered.

    One from before its cycle is of a former cycle that had a key result of the same id.
    """
    starts = {
        placed.key_result.id: datetime.combine(placed.cycle.start, time(), tzinfo=workspace.zone)
        for placed in workspace.key_results()
    }
    last = {one.key_result_id: one for one in closings if one.at >= starts.get(one.key_result_id, one.at)}
    return {id_: closing for id_, closing in last.items() if closing.word is not ClosedAs.REOPENED}
