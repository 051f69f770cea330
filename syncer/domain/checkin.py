"""Dated reports by people (or a source): a value on a key result, a status on an initiative kept by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain.work import Health, WorkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """A value on the day `on`. `at` (UTC) is when it was entered; a later entry for a day corrects it."""

    key_result_id: str
    on: date
    at: datetime
    value: float
    health: Health = Health.UNKNOWN
    note: str = ""
    author: str = ""
    source: str = "hand"

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            msg = "a check-in needs a finite number"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeCheckIn:
    """A status given by hand on the day `on`; it stands for initiatives without a link."""

    initiative_id: str
    on: date
    at: datetime
    status: WorkStatus
    note: str = ""
    author: str = ""


LARGEST = 1e15
"""As far as workspace files go with start and target."""


def parse_value(text: str) -> float:
    """The number that a person wrote. Raises ValueError with a sentence that says how to write it."""
    try:
        number = float(text)
    except ValueError:
        with_point = text.strip().replace(",", ".", 1)
        if _reads_as_number(with_point):
            msg = f"{text!r} has a decimal comma; write {with_point}"
        else:
            msg = f"{text!r} is not a number; write it like 37 or 5.5"
        raise ValueError(msg) from None
    if LARGEST < abs(number) < math.inf:
        msg = f"{text} is too large to be reckoned with; choose a larger unit"
        raise ValueError(msg)
    return number


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
