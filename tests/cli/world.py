"""A workspace folder whose three trackers are up, and the command line on it in this process."""

from __future__ import annotations

import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors import credentials, pacing
from connectors.sandbox.server import Request, StandIn
from connectors.sandbox.story import Story
from syncer.app import SystemClock
from syncer.cli.demo import WORKSPACE_FILE, write_files
from syncer.cli.main import run

MARKER = "okr-syncer:"
LASTING = ("snapshots", "check_ins", "initiative_check_ins", "signals", "outbox", "receipts", "links")
READ_ONLY_POSTS = ("/search", "/search/jql", "/bulkfetch", "/comment/list")


@dataclass(frozen=True)
class Ran:
    """What one command left: its exit code and what it printed where."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it has to be."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error on standard error with --json."""
        return json.loads(self.err)["error"]


def syncer(*arguments: str | Path) -> Ran:
    """Runs the command line in this process, which then knows as little as one of its own would."""
    credentials.REFUSED.forget()
    pacing.SHARED.forget()
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run([str(argument) for argument in arguments])
        except SystemExit as ending:
            code = ending.code
    return Ran(int(code) if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class World:
    """The story's trackers before anything was ever synced, and a folder that points at them."""

    story: Story
    folder: Path

    def run(self, *arguments: str | Path) -> Ran:
        """A command on this folder."""
        return syncer("-c", self.folder, *arguments)

    @property
    def file(self) -> Path:
        """The workspace file."""
        return self.folder / WORKSPACE_FILE

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / ".syncer" / "syncer.db"

    def edit(self, old: str, new: str) -> None:
        """Changes the workspace file; what is to be changed must be there once."""
        before = self.file.read_text(encoding="utf-8")
        assert before.count(old) == 1, old
        self.file.write_text(before.replace(old, new), encoding="utf-8")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds in the database, read past the program."""
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Changes the database past the program."""
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(sql)

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row that is to outlive a bad day; of links, what is known of the item."""
        found = {table: self.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in LASTING[:-1]}
        found["links"] = self.rows("SELECT initiative_id, key, item_id FROM links ORDER BY 1")
        return found

    def comments(self) -> Counter[str]:
        """How many comments of ours stand under each marker, over all three trackers."""
        return Counter(one.text.rpartition(MARKER)[2].strip() for one in self.story.comments())

    def calm(self) -> None:
        """No fault, no delay, no back-off, an empty request log."""
        for stand_in in self.story.stand_ins:
            stand_in.fault, stand_in.latency = None, 0.0
            stand_in.requests.clear()
        if self.database.exists():
            self.change("UPDATE connection_health SET not_before = NULL")


def writes(*stand_ins: StandIn) -> list[Request]:
    """The requests that could change something, in the order they came in at each stand-in."""
    return [
        request
        for stand_in in stand_ins
        for request in stand_in.writes
        if not request.path.endswith(READ_ONLY_POSTS)
    ]


@contextmanager
def world(folder: Path, *, left: int = 6) -> Iterator[World]:
    """A fresh folder with its trackers up; the quarter has so many days left, the clocks are the machine's.

    Days are left so that no test depends on the hour at which it runs.
    """
    clock = SystemClock()
    with Story(clock.now().date() + timedelta(days=left)) as story:
        story.clock.follow(clock.now)
        write_files(folder, story)
        yield World(story, folder)


def today() -> datetime:
    """The machine's moment."""
    return SystemClock().now()
