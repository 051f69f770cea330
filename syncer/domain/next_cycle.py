"""From a cycle's evidence to the next cycle: what is proposed for every bet and every number. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from syncer.domain.evidence import Evidence, Outcome, Verdict, Why, evidence_of, outcome_of
from syncer.domain.okr import Cycle
from syncer.domain.pace import MeasuredStatus
from syncer.domain.rollup import Rollup
from syncer.domain.stay import Stay


class Decision(StrEnum):
    """What may become of a bet; a person takes it, this is the proposal."""

    KEEP = "keep"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the evidence speaks for, and why."""

    evidence: Evidence
    decision: Decision
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextNumber:
    """A key result with where it would start from; `reached` needs a new target before it can go on."""

    outcome: Outcome
    start: float
    reached: bool
    proposals: tuple[Proposal, ...]


def proposals(
    rollups: Sequence[Rollup], stays: Mapping[str, Sequence[Stay]] = MappingProxyType({})
) -> dict[str, NextNumber]:
    """What is proposed for each key result, by id; `stays` are those of its bets that came from others."""
    return {one.key_result.id: _number(one, stays.get(one.key_result.id, ())) for one in rollups}


def _number(rollup: Rollup, stays: Sequence[Stay]) -> NextNumber:
    outcome, one = outcome_of(rollup), rollup.key_result
    return NextNumber(
        outcome=outcome,
        start=outcome.last.value if outcome.last else one.start,
        reached=one.keep is None and rollup.status is MeasuredStatus.ACHIEVED,
        proposals=tuple(propose(evidence) for evidence in evidence_of(rollup, stays)),
    )


def propose(evidence: Evidence) -> Proposal:
    """A bet that changed nothing is to be changed, one that is through is over, and open work goes on."""
    speaks_for = _SPEAKS_FOR.get((evidence.verdict, evidence.fell_back is not None))
    if speaks_for is not None:
        return Proposal(evidence, *speaks_for)
    if evidence.shipped_on is not None:
        because = f"it finished, and what it did cannot be told: {evidence.why.value}"
        return Proposal(evidence, Decision.STOP, because)
    if evidence.why is Why.DROPPED:
        return Proposal(evidence, Decision.STOP, evidence.why.value)
    return Proposal(evidence, Decision.KEEP, evidence.why.value)


_SPEAKS_FOR: Final = {
    (Verdict.DID_NOT_MOVE, False): (Decision.CHANGE, "it finished and the number did not move"),
    (Verdict.MOVED, False): (Decision.STOP, "it finished and the number moved"),
    (Verdict.MOVED, True): (Decision.CHANGE, "it finished, and the number moved and fell back"),
    (Verdict.KEPT, False): (Decision.STOP, "it finished and the number was kept"),
    (Verdict.KEPT, True): (Decision.CHANGE, "it finished, and the number was kept and then was not"),
}
"""By verdict, and whether it did not last."""


def days_after(cycle: Cycle) -> tuple[date, date]:
    """First and last day of a cycle as long as this one, right after it: whole months follow whole months."""
    start = cycle.end + timedelta(days=1)
    if cycle.start.day == 1 and start.day == 1:
        months = (start.year - cycle.start.year) * 12 + start.month - cycle.start.month
        last = start.month - 1 + months - 1
        year, month = start.year + last // 12, last % 12 + 1
        return start, date(year, month, monthrange(year, month)[1])
    return start, start + (cycle.end - cycle.start)


def next_id(of: str, former: str, new: str) -> str:
    """An id for the next cycle: ids are unique in a file, and the former cycle may stay in it."""
    suffix = f"-{_slug(new)}"
    kept = of.removesuffix(f"-{_slug(former)}")
    return f"{kept[: _LONGEST_ID - len(suffix)]}{suffix}"


_LONGEST_ID = 63


def _slug(cycle: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", cycle.lower()).strip("-")[: _LONGEST_ID // 2]
