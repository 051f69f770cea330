from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import psycopg
import pytest

from tests import postgres
from tests.databases import NO_SERVER, server
from tests.postgres import find_binaries, running

ROOT = Path(__file__).parents[1]
SERVE_FOR_EVER = """
from tests.postgres import find_binaries, running
with running(find_binaries()) as address:
    print(address, flush=True)
    input()
"""
WITHOUT_ANY = """
import pytest
from tests import postgres
postgres.PACKAGES = ()
pytest.main(["-p", "no:cacheprovider", "tests/store/test_migrations.py", "-k", "a_second_upgrade"])
"""


@pytest.fixture(scope="module")
def binaries() -> Path:
    return find_binaries() or pytest.skip(NO_SERVER)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where servers put their folders; open to all, unlike what pytest makes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def asked(address: str, question: str) -> str:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return str(row[0])


def test_the_newest_server_of_a_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("", "9", "18"):
        folder = tmp_path / "pgfake" / f"pginstall{version}" / "bin"
        folder.mkdir(parents=True)
        (folder / "postgres").touch()
    (tmp_path / "pgfake" / "__init__.py").write_text("raise AssertionError", encoding="utf-8")
    (tmp_path / "pgfake" / "pginstall19").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(postgres, "PACKAGES", ("pgabsent", "pgfake"))
    assert find_binaries() == tmp_path / "pgfake" / "pginstall18" / "bin"


def test_without_a_package_it_is_the_one_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, linked = tmp_path / "15" / "bin", tmp_path / "bin"
    for folder in (real, linked):
        folder.mkdir(parents=True)
    (real / "postgres").touch(mode=0o755)
    (linked / "postgres").symlink_to(real / "postgres")
    monkeypatch.setattr(postgres, "PACKAGES", ())
    monkeypatch.setenv("PATH", str(linked))
    assert find_binaries() == real
    (linked / "postgres").unlink()
    assert find_binaries() is None


def test_a_server_comes_and_goes_without_a_trace(binaries: Path, temporary: Path) -> None:
    with running(binaries) as address:
        assert asked(address, "SHOW listen_addresses") == ""
        assert asked(address, "SHOW fsync") == "off"
        (home,) = temporary.iterdir()
        assert (home / "data").stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_a_server_for_crashes_writes_through(binaries: Path) -> None:
    with running(binaries, fsync=True) as address:
        assert [asked(address, f"SHOW {name}") for name in ("fsync", "full_page_writes")] == ["on", "on"]


def test_a_server_that_does_not_start_shows_its_log(
    binaries: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "UNSAFE", ("-c", "nonsense=1"))
    with pytest.raises(RuntimeError, match=r"did not start[^$]*\"nonsense\""), running(binaries):
        pass
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_binaries_in_a_closed_folder_are_copied(binaries: Path, tmp_path: Path) -> None:
    install, package = binaries.parent, binaries.parents[1]
    closed = tmp_path / package.name / install.name
    shutil.copytree(install, closed, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for libraries in package.parent.glob(f"{package.name}*.libs"):
        shutil.copytree(libraries, tmp_path / libraries.name, symlinks=True)
    assert tmp_path.stat().st_mode & 0o001 == 0
    with running(closed / "bin") as address:
        assert (
            Path(asked(address, "SHOW data_directory")).parent
            in Path(asked(address, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")).parents
        )


def test_a_killed_test_run_leaves_no_server(binaries: Path, temporary: Path) -> None:
    command = [sys.executable, "-c", SERVE_FOR_EVER]
    environment = {**os.environ, "TMPDIR": str(temporary)}  # noqa: TID251  the child's own
    with ExitStack() as stack:
        tests = stack.enter_context(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        assert tests.stdout is not None
        address = tests.stdout.readline().strip()
        connection = stack.enter_context(psycopg.connect(address))
        tests.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(20)")
    assert any(not list(temporary.iterdir()) or Event().wait(0.05) for _ in range(200))


def test_the_server_that_is_named_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_TEST_PG_DSN", "postgresql://db.example/tests")
    with server(fsync=False) as address:
        assert address == "postgresql://db.example/tests"


def test_without_any_server_tests_are_skipped_and_counted(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ANY],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert f"no {NO_SERVER}" in done.stdout
    assert f"\n1 tests skipped for want of {NO_SERVER}\n" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout
