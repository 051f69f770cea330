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
