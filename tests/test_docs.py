import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from config.service import ServiceSettings
from syncer.cli.exits import Exit
from syncer.cli.main import app
from syncer.domain.signals import KINDS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "connectors").rglob("*.md")])
RUN_IT = "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/syncer demo"
TEST_IT = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest -n auto"


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


OPERATIONS = text(DOCS / "operations.md")


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield f"{path} {name}", command


COMMANDS = dict(commands(typer.main.get_command(app), "syncer"))
README_ROWS = [
    ([f"syncer {name}" for name in re.findall(r"`([^`]+)`", named)], does)
    for named, does in re.findall(
        r"^\| (`.+?`) \| (.+) \|$",
        text(ROOT / "README.md").partition("\n## Commands\n")[2].partition("\n### ")[0],
        flags=re.MULTILINE,
    )
]
OPERATIONS_ROWS = [
    ([name], does)
    for name, does in re.findall(r"^\| `(syncer [a-z -]+)` \| (.+) \|$", OPERATIONS, flags=re.MULTILINE)
]


@pytest.mark.parametrize("rows", [README_ROWS, OPERATIONS_ROWS], ids=["README", "operations"])
def test_every_command_is_documented_and_none_beside(rows: list[tuple[list[str], str]]) -> None:
    documented = [name for names, _ in rows for name in names]
    assert sorted(documented) == sorted(COMMANDS)


@pytest.mark.parametrize("rows", [README_ROWS, OPERATIONS_ROWS], ids=["README", "operations"])
def test_every_option_that_is_documented_is_one_of_its_command(rows: list[tuple[list[str], str]]) -> None:
    for names, does in rows:
        options = {option for name in names for one in COMMANDS[name].params for option in one.opts}
        named = {
            option for span in re.findall(r"`([^`]+)`", does) for option in re.findall(r"--[a-z-]+", span)
        }
        assert named <= options, names


def test_every_exit_code_is_documented_and_none_beside() -> None:
    section = OPERATIONS.partition("## Exit codes")[2].partition("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, flags=re.MULTILINE)} == set(Exit)


def settings(model: Any, prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        if hasattr(field.annotation, "model_fields"):
            yield from settings(field.annotation, f"{variable}__")
        else:
            yield variable
            if "SecretStr" in str(field.annotation):
                yield f"{variable}_FILE"


def test_every_setting_is_documented_and_none_beside() -> None:
    documented = set(re.findall(r"^\| `(SYNCER_[A-Z_]+)` \|", OPERATIONS, flags=re.MULTILINE))
    assert documented == set(settings(ServiceSettings, "SYNCER_"))


def test_the_documented_defaults_are_those_of_the_settings() -> None:
    rows = re.findall(r"^\| `(SYNCER_[A-Z_]+)` \| `([^`]+)` \|", OPERATIONS, flags=re.MULTILINE)
    documented = {variable.removeprefix("SYNCER_").lower(): value for variable, value in rows}
    plain = ServiceSettings()
    values = {
        "workspaces": plain.workspaces,
        "web__host": plain.web.host,
        "web__port": plain.web.port,
        "log__format": plain.log.format,
        "log__level": plain.log.level,
        "queue": plain.queue,
        "workers": plain.workers,
    }
    assert documented == {name: str(value) for name, value in values.items()}


def test_every_signal_is_in_the_glossary_and_none_beside() -> None:
    section = text(DOCS / "glossary.md").partition("## Signals")[2]
    documented = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert documented == list(KINDS)


@pytest.mark.parametrize("command", [RUN_IT, TEST_IT])
def test_the_readme_has_the_command_on_a_line_of_its_own(command: str) -> None:
    assert command in text(ROOT / "README.md").splitlines()


def test_continuous_integration_runs_the_readmes_command() -> None:
    assert TEST_IT in [line.strip() for line in text(ROOT / ".ci/run").splitlines()]


def test_continuous_integration_can_be_executed() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", text(page))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    index = text(DOCS / "index.md")
    for page in sorted((DOCS / "decisions").glob("*.md")):
        assert f"(decisions/{page.name})" in index
        parts = re.findall(r"^## (.+)$", text(page), flags=re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], page.name


@pytest.mark.parametrize("page", sorted(DOCS.parent.glob("connectors/*/QUALITY.md")), ids=str)
def test_every_test_that_a_connector_names_for_its_rules_exists(page: Path) -> None:
    named = set(re.findall(r"`(?:\w+::)?(test_\w+)`", text(page)))
    written = {
        name
        for folder in ("tests", "connectors/testing")
        for module in (DOCS.parent / folder).rglob("*.py")
        for name in re.findall(r"def (test_\w+)\(", text(module))
    }
    assert named, "no rule without its test"
    modules = {module.stem for module in (DOCS.parent / "tests" / "connectors").rglob("test_*.py")}
    assert named - written - modules == set()
