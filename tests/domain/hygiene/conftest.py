"""Says how well tasks in disguise are told."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [one for one in terminalreporter.stats.get("passed", ()) if isinstance(one, pytest.TestReport)]
    for name, figures in (pair for report in reports for pair in report.user_properties):
        if name.startswith("hygiene: "):
            terminalreporter.write_line(f"tasks in disguise, {name.removeprefix('hygiene: ')}: {figures}")
