"""`syncer lint` on the story's file, and on one whose key results are tasks."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.world import World, syncer

FILE = """
version: 1
workspace: own
people: {{ana: {{name: Ana Ruiz}}}}
cycles:
- id: q
  start: 2020-01-01
  end: 2099-12-31
  objectives:
  - id: why
    title: Make onboarding stick
    owner: ana
    key_results:
    - {{id: redesign, title: {title}, owner: ana, start: 0, target: 1{more}}}
    - {{id: nps, title: Raise NPS from 20 to 40, owner: ana, start: 20, target: 40}}
"""
BENCHMARK = "52 % of 20,952 key results in 876 organisations were (OKRs Tool platform, July 2026)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path, "Ship the redesign")


def written(folder: Path, title: str, more: str = "") -> Path:
    (folder / "own.yaml").write_text(FILE.format(title=title, more=more), encoding="utf-8")
    return folder


def test_a_task_in_disguise_is_shown_beside_the_benchmark(folder: Path) -> None:
    ran = syncer("-c", folder, "lint")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "fail task_as_key_result  redesign\n"
        '     "Ship the redesign" is a task, not a number that changes\n'
        '       it begins with "ship", which is something to do\n'
        "       it goes from 0 to 1: done or not\n"
        '     -> Move "Ship the redesign" down into an initiative, and write the key result as what it is'
        " meant to change: from __ to __.\n"
        f"own: 1 of 2 key results (50%) is a task in disguise; {BENCHMARK}\n"
    )


def test_it_ends_with_10_where_asked(folder: Path) -> None:
    assert syncer("-c", folder, "lint", "--exit-code").code == 10
    assert syncer("-c", folder, "lint", "--exit-code", "--kr", "nps").code == 0


def test_junit_is_for_continuous_integration(folder: Path) -> None:
    ran = syncer("-c", folder, "lint", "--format", "junit")

    (suite,) = ET.fromstring(ran.out)
    assert suite.attrib == {"name": "own", "tests": "2", "failures": "1"}
    assert [case.attrib["name"] for case in suite] == ["redesign", "nps"]
    (failure,) = suite[0]
    assert failure.attrib["type"] == "task_as_key_result"
    assert failure.attrib["message"] == '"Ship the redesign" is a task, not a number that changes'


@pytest.mark.parametrize("flags", [["--json", "lint"], ["lint", "--format", "json"]], ids=" ".join)
def test_as_json(folder: Path, flags: list[str]) -> None:
    document = syncer("-c", folder, *flags).json["own"]

    assert [one["kind"] for one in document["findings"]] == ["task_as_key_result"]
    assert (document["disguised"], document["key_results"], document["share"]) == (1, 2, 0.5)


def test_what_is_confidential_is_looked_over_for_who_names_it(tmp_path: Path) -> None:
    folder = written(tmp_path, "Ship the secret", ", confidential: true")

    hidden, named = syncer("-c", folder, "lint"), syncer("-c", folder, "lint", "--kr", "redesign")

    assert "secret" not in hidden.out
    assert "0 of 1 key result (0%) are tasks in disguise" in hidden.out
    assert hidden.err == "own: 1 confidential key result is not shown; name one with --kr ID\n"
    assert '"Ship the secret" is a task' in named.out


def test_it_needs_neither_database_nor_tracker(acme: World) -> None:
    acme.story.close()

    ran = acme.run("lint")

    assert ran.code == 0
    assert "acme: 0 of 5 key results (0%) are tasks in disguise; " in ran.out
    assert not acme.database.exists()
    assert acme.run("lint", "--kr", "nothing").code == 2


def test_a_work_list_without_a_number_is_refused_before_all_else(tmp_path: Path) -> None:
    """Work before outcome: initiatives under a key result that says neither from where nor to where."""
    (tmp_path / "own.yaml").write_text(
        FILE.format(title="Ship it", more="").replace(
            ", start: 0, target: 1", ", initiatives: [{id: a, title: A}]"
        ),
        encoding="utf-8",
    )

    ran = syncer("-c", tmp_path, "lint")

    assert ran.code == 5
    assert "key_results.redesign.start: is required and missing" in ran.err
    assert "key_results.redesign.target: is required and missing" in ran.err
