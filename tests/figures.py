"""Prints the figures that tests reached, at the end of the run: a plugin, so that every way of running does.

A test records them as properties: `faults: …` are counts that are summed up, `hygiene: …` are told one by
one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [one for one in terminalreporter.stats.get("passed", ()) if isinstance(one, pytest.TestReport)]
    told = [pair for report in reports for pair in report.user_properties]
    figures: Counter[str] = Counter()
    for name, count in told:
        if name.startswith("faults: "):
            figures[name.removeprefix("faults: ")] += int(str(count))
    for name, count in figures.items():
        terminalreporter.write_line(f"{count} {name}")
    for name, said in told:
        if name.startswith("hygiene: "):
            terminalreporter.write_line(f"tasks in disguise, {name.removeprefix('hygiene: ')}: {said}")
