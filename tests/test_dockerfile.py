"""The image: what can be said of it without building it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")


def instructions() -> list[tuple[str, str]]:
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in whole if line.strip()]


def final_stage() -> dict[str, str]:
    """The last stage's instructions, a later one of a kind over an earlier one."""
    found = instructions()
    last = max(at for at, (word, _) in enumerate(found) if word == "FROM")
    return dict(found[last:])


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed (extra dev)")
def test_hadolint_finds_nothing() -> None:
    command = [str(HADOLINT), "--no-color", str(DOCKERFILE)]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_service_runs_as_nobody_in_particular_and_hears_sigterm_itself() -> None:
    stage = final_stage()
    user, group = stage["USER"].split(":")
    assert user.isdigit()
    assert group.isdigit()
    assert int(user) > 0
    assert json.loads(stage["ENTRYPOINT"]) == ["syncer"]
    assert json.loads(stage["CMD"]) == ["serve"]
    assert stage["STOPSIGNAL"] == "SIGTERM"


def test_health_is_asked_of_the_command_itself_as_slim_images_have_no_curl() -> None:
    check = final_stage()["HEALTHCHECK"]
    assert json.loads(check.split("CMD", 1)[1]) == ["syncer", "status", "--probe"]


def test_the_final_stage_takes_nothing_but_the_environment_from_the_first() -> None:
    found = instructions()
    last = max(at for at, (word, _) in enumerate(found) if word == "FROM")
    copies = [rest for word, rest in found[last:] if word == "COPY"]
    assert copies == ["--from=build /opt/syncer /opt/syncer"]


def test_every_folder_of_the_wheel_is_copied_and_let_through() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = {rest.split()[0] for word, rest in instructions() if word == "COPY"}
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert set(folders) <= copied
    assert {f"!{folder}" for folder in folders} <= set(ignored)


def test_the_version_label_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ("ARG", f"VERSION={project['version']}") in instructions()
