"""Says how many histories were played."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [one for one in terminalreporter.stats.get("passed", ()) if isinstance(one, pytest.TestReport)]
    properties = [pair for report in reports for pair in report.user_properties]
    played = sum(int(str(count)) for name, count in properties if name == "histories")
    if played:
        terminalreporter.write_line(f"{played} random histories were played to their end")
