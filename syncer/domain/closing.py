"""What people say of a key result when they are through with it: achieved or missed, never done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncer.domain.okr import Cycle, Workspace


class ClosedAs(StrEnum):
    """The words for key results; `reopened` takes the former one back."""

    ACHIEVED = "achieved"
    MISSED = "missed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A key result closed, or opened again, at the moment `at` (UTC), with the value it had then.

    `cycle` is the id of the cycle it was closed in. `score` is the one that a person gives, 0.0 to 1.0, None
    where the number's own is to stand alone. `reason` is never empty where the word does not fit the number,
    nor beside a score.
    """

    key_result_id: str
    at: datetime
    word: ClosedAs
    value: float | None
    score: float | None = None
    reason: str = ""
    author: str = ""
    cycle: str = ""


def standing_closings(closings: Iterable[Closing], workspace: Workspace) -> Mapping[str, Closing]:
    """What holds by key result, given all closings in the order they were entered.

    An id may go on in a later cycle as another key result, which begins unclosed.
    """
    cycles = {placed.key_result.id: placed.cycle for placed in workspace.key_results()}
    last = {
        one.key_result_id: one for one in closings if _is_of(one, cycles.get(one.key_result_id), workspace)
    }
    return {id_: closing for id_, closing in last.items() if closing.word is not ClosedAs.REOPENED}


def _is_of(closing: Closing, cycle: Cycle | None, workspace: Workspace) -> bool:
    if cycle is None:
        return False
    if closing.cycle:
        return closing.cycle == cycle.id
    # One from before closings named their cycle.
    return workspace.day(closing.at) >= cycle.start
