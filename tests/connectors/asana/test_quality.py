"""The table of rules names tests that there are."""

import importlib
import re
from importlib import resources

NAMED = re.compile(r"`(test_\w+)::(test_\w+)`")


def test_every_rule_names_a_test_that_exists() -> None:
    table = resources.files("connectors.asana").joinpath("QUALITY.md").read_text(encoding="utf-8")
    rules = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| rule")]
    assert rules
    assert [line for line in rules if not NAMED.search(line)] == []
    named = {(module, test) for line in rules for module, test in NAMED.findall(line)}
    missing = [
        f"{module}::{test}"
        for module, test in sorted(named)
        if not hasattr(importlib.import_module(f"tests.connectors.asana.{module}"), test)
    ]
    assert missing == []
