import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path
from typing import Any

import pytest

from config.schema import workspace_schema
from syncer.registry import GROUP, load_plugins

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TOPS = {"syncer", "connectors", "config"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel, built without a network and without an environment of its own."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.Path(built)


def files(wheel: zipfile.Path) -> set[str]:
    return {name for name in wheel.root.namelist() if not name.endswith("/")}


def test_the_wheel_has_three_packages_and_nothing_beside(wheel: zipfile.Path) -> None:
    info = f"okr_syncer-{PROJECT['version']}.dist-info"
    assert {name.partition("/")[0] for name in files(wheel)} == TOPS | {info}


def test_the_wheel_has_every_file_of_the_packages(wheel: zipfile.Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--", *sorted(TOPS)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode != 0:
        pytest.skip("no git checkout here: what belongs to the packages cannot be told")
    assert set(tracked.stdout.split()) <= files(wheel)


@pytest.mark.parametrize(
    "name",
    [
        "syncer/store/migrations/env.py",
        "syncer/store/migrations/script.py.mako",
        "syncer/store/migrations/versions/0001_first.py",
        "config/workspace.schema.json",
        "config/examples/minimal.yaml",
        "config/examples/full.yaml",
    ],
)
def test_the_wheel_has_what_the_program_opens_by_path(wheel: zipfile.Path, name: str) -> None:
    assert (wheel / name).read_bytes() == (ROOT / name).read_bytes()


def test_no_other_distribution_claims_our_names() -> None:
    owners = packages_distributions()
    others = {top: set(owners.get(top, ())) - {"okr-syncer"} for top in TOPS}
    assert others == {top: set() for top in TOPS}


def test_the_command_and_the_connectors_load() -> None:
    (command,) = entry_points(group="console_scripts", name="syncer")
    assert callable(command.load())
    assert load_plugins().keys() >= PROJECT["entry-points"][GROUP].keys() >= {"jira", "asana"}


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\]", text, flags=re.MULTILINE)
    assert next(version for version in versions if version != "Unreleased") == PROJECT["version"]


def test_the_schema_beside_the_model_is_the_one_the_command_prints() -> None:
    models = {name: load_plugins()[name].settings for name in PROJECT["entry-points"][GROUP]}
    written = (ROOT / "config/workspace.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(workspace_schema(models), indent=2, ensure_ascii=False) + "\n", (
        "run `syncer config schema > config/workspace.schema.json`"
    )


def test_every_dependency_is_declared_and_used() -> None:
    deptry = Path(sys.executable).with_name("deptry")
    done = subprocess.run([deptry, "."], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
