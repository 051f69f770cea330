import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TOPS = ("syncer", "connectors", "config")
MODULE_LINES = 400
FUNCTION_LINES = 50
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {one["id"]: one for one in PROJECT["tool"]["importlinter"]["contracts"]}


def modules(*tops: str) -> list[Path]:
    return sorted(chain.from_iterable((ROOT / top).rglob("*.py") for top in tops or TOPS))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def copy_of_the_house(to: Path) -> Path:
    for top in TOPS:
        shutil.copytree(ROOT / top, to / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def run(name: str, *arguments: str, at: Path) -> str:
    """What a tool of this environment says, with lines wide enough not to wrap."""
    tool = Path(sys.executable).with_name(name)
    environment = {**os.environ, "COLUMNS": "500", "NO_COLOR": "1"}  # noqa: TID251 - for a child process
    done = subprocess.run(
        [tool, *arguments], cwd=at, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def verdicts(house: Path) -> dict[str, str]:
    """Contract id to KEPT or BROKEN."""
    said = run("lint-imports", "--no-logo", "--no-cache", at=house).splitlines()
    found = {
        key: line.rpartition(" ")[2]
        for key, contract in CONTRACTS.items()
        for line in said
        if line in {f"{contract['name']} KEPT", f"{contract['name']} BROKEN"}
    }
    assert found.keys() == CONTRACTS.keys(), "\n".join(said)
    return found


def test_every_contract_is_kept() -> None:
    assert set(verdicts(ROOT).values()) == {"KEPT"}


def test_no_contract_has_an_exception() -> None:
    settings = PROJECT["tool"]["importlinter"]
    assert not any("ignore" in key for table in (settings, *CONTRACTS.values()) for key in table)


PLANTED = [
    ("layers", "syncer/engine/planted.py", "from syncer.registry import load_plugins"),
    ("layers", "syncer/service/planted.py", "import syncer.app"),
    ("layers", "syncer/store/planted.py", "import syncer.engine.pull"),
    ("layers", "connectors/transport.py", "import syncer.registry"),
    ("layers", "config/values.py", "import config.marks"),
    ("layers", "config/fields.py", "import syncer.registry"),
    ("settings-only", "connectors/jira/planted.py", "import config.marks"),
    ("settings-only", "syncer/store/planted.py", "import config.values"),
    ("pure", "syncer/domain/planted.py", "import requests"),
    ("pure", "syncer/engine/planted.py", "from sqlalchemy import select"),
    ("pure", "syncer/assemble.py", "import config.workspace"),
    ("no-vendor", "syncer/app.py", "import connectors.transport"),
    ("no-vendor", "syncer/cli/planted.py", "from connectors.asana.settings import AsanaSettings"),
    ("no-vendor", "syncer/app.py", "import jira"),
    ("demo-alone", "syncer/cli/planted.py", "from connectors.sandbox import server"),
    ("connectors", "connectors/jira/planted.py", "import connectors.asana.settings"),
    ("connectors", "connectors/file/planted.py", "import connectors.asana.settings"),
    ("connectors", "connectors/planted.py", ""),
    ("testing-alone", "syncer/cli/planted.py", "from connectors.testing.memory import MemoryTracker"),
    ("apprise-alone", "syncer/service/planted.py", "import apprise"),
    ("layers", "syncer/notify/planted.py", "import syncer.engine.report"),
    ("sandbox-alone", "connectors/sandbox/planted.py", "import requests"),
    ("sandbox-alone", "connectors/sandbox/planted.py", "import syncer.domain.work"),
    ("sandbox-alone", "connectors/sandbox/planted.py", "import config.fields"),
    ("sandbox-alone", "connectors/sandbox/planted.py", "import connectors.transport"),
]


@pytest.mark.parametrize(
    ("contract", "path", "line"), PLANTED, ids=[f"{c}-{p}-{line}" for c, p, line in PLANTED]
)
def test_a_planted_import_breaks_exactly_its_contract(
    contract: str, path: str, line: str, tmp_path: Path
) -> None:
    house = copy_of_the_house(tmp_path)
    with (house / path).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    assert broken(house) == {contract}


def test_a_planted_import_of_a_higher_layer_breaks_the_layers_and_closes_a_cycle(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    (house / "syncer/domain/planted.py").write_text("from syncer.ports import Clock\n", encoding="utf-8")
    assert broken(house) == {"layers", "acyclic"}


def test_a_planted_cycle_is_caught(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    (house / "syncer/domain/one.py").write_text("import syncer.domain.two\n", encoding="utf-8")
    (house / "syncer/domain/two.py").write_text("import syncer.domain.one\n", encoding="utf-8")
    assert broken(house) == {"acyclic"}


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _, _ in PLANTED} | {"acyclic"} == CONTRACTS.keys()


def broken(house: Path) -> set[str]:
    return {contract for contract, verdict in verdicts(house).items() if verdict == "BROKEN"}


def test_the_contract_on_settings_names_every_module_of_config_but_the_fields() -> None:
    inner = {dotted(path) for path in modules("config")} - {"config", "config.fields"}
    assert set(CONTRACTS["settings-only"]["forbidden_modules"]) == inner


def test_the_contract_on_vendors_names_everything_in_connectors_but_the_stand_ins() -> None:
    inside = {".".join(dotted(path).split(".")[:2]) for path in modules("connectors")} - {"connectors"}
    allowed = {"connectors.sandbox", "connectors.testing"}
    named = set(CONTRACTS["no-vendor"]["forbidden_modules"])
    assert inside - allowed == {name for name in named if name.startswith("connectors.")}


def imported_by(path: Path) -> Iterator[str]:
    """The first names of all absolute imports of a module, wherever they stand in it."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


def foreign_imports() -> dict[str, set[str]]:
    """Third-party library to the modules that import it."""
    found: dict[str, set[str]] = {}
    for path in modules():
        for name in set(imported_by(path)) - set(sys.stdlib_module_names) - set(TOPS):
            found.setdefault(name, set()).add(dotted(path))
    return found


@pytest.mark.parametrize("contract", ["pure", "sandbox-alone"])
def test_the_contract_knows_every_third_party_library(contract: str) -> None:
    assert foreign_imports().keys() <= set(CONTRACTS[contract]["forbidden_modules"])


@pytest.mark.parametrize(
    ("library", "module"),
    [
        ("asana", "connectors.asana.sdk"),
        ("apscheduler", "syncer.service.scheduler"),
        ("jira", "connectors.jira.client"),
        ("tenacity", "connectors.transport"),
    ],
)
def test_one_module_speaks_to_the_library(library: str, module: str) -> None:
    assert foreign_imports()[library] == {module}


def test_untyped_libraries_are_those_with_one_module() -> None:
    (untyped,) = (
        one["module"] for one in PROJECT["tool"]["mypy"]["overrides"] if one.get("ignore_missing_imports")
    )
    assert untyped == ["asana.*", "apscheduler.*"]


@pytest.mark.parametrize(
    "line",
    [
        "datetime.datetime.now(datetime.UTC)",
        "datetime.date.today()",
        "time.time()",
        "time.sleep(1)",
        'os.environ["HOME"]',
        'os.getenv("HOME")',
    ],
)
def test_clock_sleep_and_environment_are_banned_outside_their_place(line: str, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f'"""Planted."""\n\nimport datetime\nimport os\nimport time\n\nprint({line})\n')
    settings = ("--config", str(ROOT / "pyproject.toml"), "--no-cache", "--output-format", "concise")
    said = run("ruff", "check", *settings, "--select", "TID251", str(planted), at=tmp_path)
    assert f"planted.py:7:7: TID251 `{line.partition('(')[0].partition('[')[0]}` is banned" in said


def test_the_bans_are_lifted_in_few_places() -> None:
    lifted = {dotted(path) for path in modules() if "noqa: TID251" in path.read_text(encoding="utf-8")}
    assert lifted == {
        "syncer.app",
        "syncer.cli.main",
        "connectors.pacing",
        "config.service",
        "config.secrets",
    }


def test_no_module_is_beyond_the_wall() -> None:
    lengths = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of every function of a module, methods and inner ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{dotted(path)}.{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_beyond_the_wall() -> None:
    found = chain.from_iterable(map(functions, modules()))
    assert {name: lines for name, lines in found if lines > FUNCTION_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    said = {dotted(path): ast.get_docstring(parsed(path)) or "" for path in modules()}
    assert [
        name for name, docstring in said.items() if not docstring.partition("\n")[0].endswith((".", "?"))
    ] == []
