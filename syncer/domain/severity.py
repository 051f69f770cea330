"""How loud a finding is: of the judgement as of the lint."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How loud a signal is."""

    INFO = "info"
    WARN = "warn"
    FAIL = "fail"
