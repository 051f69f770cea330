"""The one way to the disk: one file is read, one folder beside it is written. The gate is here."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from syncer.errors import FatalError, ForbiddenError, ReadOnlyError, SkippableError, TemporaryError
from syncer.ports import Confirm

LARGEST: Final = 64 * 1024 * 1024
"""Bytes; a larger file is no list of projects."""

_OURS: Final = re.compile(r"[A-Za-z0-9_-]+\.txt")


class Disk:
    """The file at `path` and the folder of comments beside it; counts what it does."""

    def __init__(self, path: Path, confirm: Confirm | None) -> None:
        self.path = path
        self.folder = path.with_name(f"{path.name}.comments")
        self._confirm = confirm
        self.requests = 0
        self.writes = 0

    def text(self) -> str:
        """The whole file. Raises TemporaryError where it is missing, half-written or empty."""
        self.requests += 1
        try:
            before = self.path.stat()
            if not stat.S_ISREG(before.st_mode) or before.st_size > LARGEST:
                raise FatalError(f"{self.path} is no file of at most {LARGEST} bytes", hint="Correct path.")
            content, after = self.path.read_bytes(), self.path.stat()
        except OSError as error:
            raise TemporaryError(
                f"{self.path} cannot be read: {error.strerror}", hint="Put the file back, or correct path."
            ) from error
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, len(content)):
            raise TemporaryError(f"{self.path} changed while it was read", hint="The next sync reads it.")
        return self._decoded(content)

    def comment(self, name: str) -> str | None:
        """The comment in a file of ours, None where there is none."""
        self.requests += 1
        try:
            return self._ours(name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from error

    def put(self, name: str, text: str) -> None:
        """Writes a comment whole or not at all. Raises ReadOnlyError, and what confirm does."""
        confirm, draft = self._gate("written"), self._ours(name).with_suffix(".draft")
        try:
            self.folder.mkdir(exist_ok=True)
            with draft.open("wb") as whole:
                whole.write(text.encode("utf-8", "replace"))
                whole.flush()
                os.fsync(whole.fileno())
            confirm()  # the disk may be a slow one, at the other end of a network
            self._count_write()
            draft.replace(self._ours(name))
        except OSError as error:
            raise self._refused(error) from error
        finally:
            with suppress(OSError):  # what is left of it is in nobody's way
                draft.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Takes a comment away; raises as `put` does."""
        confirm = self._gate("removed")
        try:
            confirm()
            self._count_write()
            self._ours(name).unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def can_write(self) -> bool:
        """Whether the operating system lets us keep comments."""
        return os.access(self.folder if self.folder.exists() else self.path.parent, os.W_OK | os.X_OK)

    def _ours(self, name: str) -> Path:
        if not _OURS.fullmatch(name):
            raise SkippableError(f"{name!r} is no comment of ours")
        return self.folder / name

    def _gate(self, done: str) -> Confirm:
        if self._confirm is None:
            raise ReadOnlyError(f"A comment was about to be {done} in a run that only reads")
        return self._confirm

    def _count_write(self) -> None:
        self.requests += 1
        self.writes += 1

    def _decoded(self, content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TemporaryError(
                f"{self.path} is not UTF-8 from byte {error.start} on", hint="Save it as UTF-8."
            ) from error
        if not text.strip():
            raise TemporaryError(f"{self.path} is empty", hint="A tracker without items is [] or a header.")
        return text

    def _refused(self, error: OSError) -> SkippableError | TemporaryError:
        said = f"{self.folder} refuses a comment: {error.strerror}"
        if isinstance(error, PermissionError):
            return ForbiddenError(said, hint="Let the service's account write to that folder.")
        return TemporaryError(said)
