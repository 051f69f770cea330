"""docs/behaviours.md: every promised behaviour names the tests that prove it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "behaviours.md"
ROW = re.compile(r"^\| (\w+) \| (.+?) \| (.+?) \|$", flags=re.MULTILINE)
PROOF = re.compile(r"`([\w/]+\.py)::(\w+)`")
OF_THE_DOCUMENT = [str(number) for number in range(1, 43)]
OF_USERS = [f"B{number}" for number in (*range(1, 8), *range(20, 25))]

ROWS = [row for row in ROW.findall(PAGE.read_text(encoding="utf-8")) if row[0] != "row"]
NUMBERS = [row[0] for row in ROWS]


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_every_behaviour_has_its_row() -> None:
    assert sorted(NUMBERS) == sorted([*OF_THE_DOCUMENT, *OF_USERS])


@pytest.mark.parametrize(
    ("number", "proofs"), [(row[0], row[2]) for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_every_row_names_tests_that_are_there(number: str, proofs: str) -> None:
    named = PROOF.findall(proofs)
    assert named, f"row {number} names no test"
    assert proofs == ", ".join(f"`{path}::{test}`" for path, test in named), (
        "a proof is a test and nothing else"
    )
    for path, test in named:
        assert test in names_in(ROOT / path), f"row {number}: {path} has no {test}"
