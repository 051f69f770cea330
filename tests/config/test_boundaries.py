"""What connectors may lean on stays small, and no input whatever makes the loader fall over."""

import ast
import contextlib
import sys
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import config.fields
from config.load import ConfigInvalid, load_workspace
from config.marks import parse
from config.sentences import fields_at
from config.workspace import WorkspaceFile
from tests.config.models import KINDS

WORDS = st.sampled_from(
    [
        "version: 1",
        "workspace: a",
        "connections:",
        "  jira:",
        "    kind: jira",
        "    kind: [x]",
        "- a",
        "cycles:",
        "  - id: q",
        "    start: 2026-10-01",
        "    end: 2026-01-01",
        "    objectives: [{id: 1, key_results: {}}]",
        "people: {ana: [1]}",
        "status_map: {jira: 3}",
        "signals: &a {window: *a}",
        "notify: [{on: 3}, 4]",
        "publish: {<<: [1, {a: b}]}",
        "schedule: !x {sync: 1}",
        "\t",
        "? x",
        "<<: 3",
        "? [1, 2]\n: 4",
        "pace: {1: 2}",
    ]
)


def test_fields_stand_on_pydantic_and_the_standard_library_alone() -> None:
    tree = ast.parse(Path(config.fields.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in names}
    assert "pydantic" in roots
    assert roots - {"pydantic"} <= sys.stdlib_module_names


@given(st.text())
def test_any_text_is_parsed_or_faulted(text: str) -> None:
    tree = parse(text)
    assert tree.root is not None or tree.faults or tree.value is None


@given(st.lists(WORDS, max_size=12))
def test_any_lines_load_or_are_refused_with_problems(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.yaml"
        file.write_text("\n".join(lines), encoding="utf-8")
        with contextlib.suppress(ConfigInvalid):
            load_workspace(file, KINDS)


def test_the_keys_known_at_a_place_follow_the_models() -> None:
    assert fields_at(WorkspaceFile, ("publish",)) == (
        "enabled",
        "min_interval",
        "max_writes_per_sync",
        "when_retired",
    )
    link = ("cycles", 0, "objectives", 0, "key_results", 0, "initiatives", 0, "link")
    assert fields_at(WorkspaceFile, link)[:2] == ("connection", "epic")
    assert fields_at(WorkspaceFile, ("people", "ana")) == ("name", "email")
    assert fields_at(WorkspaceFile, ("nowhere", 3)) == ()
