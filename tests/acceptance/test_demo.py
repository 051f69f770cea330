"""`syncer demo` as people start it, and every other command on the folder that it leaves."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from time import monotonic
from typing import Any

import pytest

from syncer.domain import signals
from tests.cli.world import Ran, syncer, today

ROOT = Path(__file__).parents[2]
MINUTE = 60
TODAY = today().date().isoformat()
KINDS = sorted(signals.KINDS)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "syncer", *map(str, arguments)]


def child(*arguments: str | Path) -> Ran:
    """The command line as a process of its own."""
    ran = subprocess.run(
        command(*arguments), cwd=ROOT, text=True, capture_output=True, check=False, timeout=MINUTE
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command(*arguments), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], line: str) -> list[str]:
    """What the process says on standard error up to a line."""
    assert process.stderr is not None
    said: list[str] = []
    for text in process.stderr:
        said.append(text.rstrip("\n"))
        if text.startswith(line):
            return said
    pytest.fail(f"it never said {line!r}, but {said}")


@dataclass(frozen=True)
class Kept:
    folder: Path
    result: Any
    seconds: float


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A folder with a played quarter that ends today."""
    folder = tmp_path_factory.mktemp("kept") / "demo"
    began = monotonic()
    ran = child("--json", "demo", "--keep", folder)
    assert ran.code == 0, ran.err
    return Kept(folder, json.loads(ran.out), monotonic() - began)


def test_it_tells_its_whole_story_within_a_minute(kept: Kept) -> None:
    assert kept.seconds < MINUTE
    assert kept.result["weeks"] == 13
    assert kept.result["syncs"] == 26
    assert kept.result["requests"] > 500
    assert kept.result["comments_created"] == 13
    assert kept.result["comments_updated"] > 100
    assert kept.result["second_sync_writes"] == 0
    assert kept.result["duplicate_comments"] == 0
    assert kept.result["signals_fired"] == KINDS
    assert kept.result["signals_cleared"] == KINDS


def test_the_same_day_and_seed_tell_the_same_story_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    one, two = (child("demo", "--today", "2026-09-30", "--seed", "3") for _ in range(2))

    assert (one.code, one.err) == (
        0,
        "keep a quarter to try every command on: syncer demo --keep DIR; link your own: syncer init\n",
    )
    assert one.out == two.out
    assert one.out.count("━━━ week ") == 13
    for sentence in (
        "  signal opened: bet lost on activation\n",
        "  signal closed: bet lost on activation\n",
        "━━━ the comments as they stand ",
        "Jira Cloud · ONB-12\n  | OKR rollup · Rebuild the onboarding flow → ",
        "Jira Data Center · SUP-2\n",
        "Asana · Partner webinars\n",
        " 0 duplicates; writes of every second sync: 0\n",
        "━━━ the last weekly sheet ",
        "━━━ the review of the cycle ",
        "Finished, and the number did not move\n",
    ):
        assert sentence in one.out
    assert "retention" not in one.out
    assert "109.7" not in one.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_plays_ends_it_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    with running("demo") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("━━━ week 1 ")
        process.send_signal(number)
        _, err = process.communicate(timeout=MINUTE)

    assert process.returncode == 128 + number
    assert err == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["status"], "acme: last sync "),
        (["brief"], "Increase Day 7 activation from 34% to 52%: "),
        (["signals"], "acme: 3 open signals\n"),
        (["report", "weekly"], "    -  Rebuild the onboarding flow  done  "),
        (["config", "validate"], "acme.yaml: workspace acme is valid\n"),
        (["db", "current"], "0006; up to date\n"),
        (["check", "--offline"], "0 failed, 0 warnings\n"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_needs_no_tracker_works_at_any_time(kept: Kept, arguments: list[str], sentence: str) -> None:
    ran = syncer("-c", kept.folder, *arguments)

    assert ran.code == 0, ran.err
    assert sentence in ran.out


@pytest.mark.parametrize(("name", "code"), [("check", 3), ("plan", 1), ("sync", 1), ("resync", 1)])
def test_what_needs_the_trackers_says_that_they_are_not_there(
    kept: Kept, no_pauses: None, name: str, code: int
) -> None:
    ran = syncer("-c", kept.folder, name)

    assert ran.code == code
    assert len(re.findall(r"(?:Jira|Asana) cannot be reached at 127\.0\.0\.1:\d+\n", ran.out)) == 3
    assert ran.out.count("-> Check url, proxy and the network.\n") == 3
    assert ran.err == "acme: 1 confidential key result is not shown; name one with --kr ID\n"


def test_brought_back_the_trackers_stand_where_they_stood(kept: Kept) -> None:
    urls = re.findall(r"url: (http\S+)", (kept.folder / "acme.yaml").read_text(encoding="utf-8"))
    with running("demo", "--serve", "--keep", kept.folder) as process:
        said = until(process, "Stop with Ctrl-C.")
        assert [line.rsplit(" ", 1)[1] for line in said[:3]] == urls

        checked = syncer("-c", kept.folder, "check")
        assert checked.code == 0, checked.out
        assert "epic ONB-12: " in checked.out
        planned = syncer("-c", kept.folder, "plan", "--exit-code")
        assert (planned.code, planned.err) == (0, ""), planned.out
        for name in ("sync", "resync", "resync"):
            ran = syncer("--json", "-c", kept.folder, name)
            assert (ran.code, ran.err) == (0, "")
            (found,) = ran.json["workspaces"]
            assert (found["writes"], found["changes"], found["delivered"]) == (0, [], [])
            assert found["signals_opened"] == found["signals_closed"] == []

        began = monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(MINUTE) == 0
        assert monotonic() - began < 10
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_what_the_served_demo_says_to_try_shows_a_comment_as_a_diff(kept: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    copytree(kept.folder, folder)
    with running("demo", "--serve", "--keep", folder) as process:
        said = until(process, "Stop with Ctrl-C.")
        (hint,) = [line for line in said if line.startswith("Try, from another terminal:")]
        tried = [syncer(*shlex.split(command)) for command in re.findall(r"syncer (.+?)(?:  |$)", hint)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(MINUTE) == 0

    assert [ran.code for ran in tried] == [0, 0]
    shown = [line.strip() for line in tried[-1].out.splitlines()]
    assert any(line.startswith("- Number: ") for line in shown)
    assert any(line.startswith("+ Number: 49 %") for line in shown)


def test_what_happened_while_served_is_kept(kept: Kept) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running("demo", "--serve", "--keep", kept.folder) as process:
            until(process, "Stop with Ctrl-C.")
            assert syncer("-c", kept.folder, "resync").code == 0
            process.send_signal(number)
            assert process.wait(MINUTE) == 0


def test_a_folder_that_is_played_already(kept: Kept) -> None:
    ran = child("demo", "--keep", kept.folder)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"{kept.folder} already holds a demo\n"
        f"-> bring its stand-ins back with syncer demo --serve --keep {kept.folder}\n"
    )


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("Once upon a time", encoding="utf-8")

    ran = syncer("demo", "--keep", tmp_path)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{tmp_path} is not empty and holds no demo; give --keep a new folder\n"
    assert [one.name for one in tmp_path.iterdir()] == ["novel.txt"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    ran = syncer("demo", "--keep", file)

    assert (ran.code, ran.err) == (1, f"{file} is not empty and holds no demo; give --keep a new folder\n")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "demo"

    ran = syncer("demo", "--keep", folder)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"{folder} cannot be made: Not a directory; give --keep another folder\n"


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--port", "80", "80 is not 0 or from 1024 to 65533"),
        ("--port", "65534", "65534 is not 0 or from 1024 to 65533"),
        ("--port", "-1", "-1 is not 0 or from 1024 to 65533"),
        ("--today", "2000-12-31", "2000-12-31 is not in the years 2001 to 2199"),
        ("--today", "2200-01-01", "2200-01-01 is not in the years 2001 to 2199"),
    ],
)
def test_what_no_demo_can_be_played_with(tmp_path: Path, option: str, value: str, sentence: str) -> None:
    ran = syncer("demo", "--keep", tmp_path / "demo", option, value)

    assert (ran.code, ran.out) == (2, "")
    assert sentence in " ".join(ran.err.replace("│", " ").split())
    assert not (tmp_path / "demo").exists()


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = syncer("demo", "--keep", tmp_path / "demo", "--port", str(port))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"the stand-ins cannot listen on ports {port} to {port + 2}: Address already in use; "
        "give another --port\n"
    )


def test_two_cannot_serve_one_folder(kept: Kept) -> None:
    with running("demo", "--serve", "--keep", kept.folder) as process:
        until(process, "Stop with Ctrl-C.")
        ran = syncer("demo", "--serve", "--keep", kept.folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(MINUTE) == 0

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"the stand-ins of {kept.folder} cannot listen again: Address already in use; "
        "is this demo served already?\n"
    )


def test_a_check_in_on_what_it_left(kept: Kept) -> None:
    # The day is named: it is past midnight in Zurich for two hours of each UTC day.
    ran = syncer("-c", kept.folder, "check-in", "retention", "108", "--on", TODAY)

    assert ran.code == 0, ran.err
    assert "109.7%: 108 % on " in ran.out
