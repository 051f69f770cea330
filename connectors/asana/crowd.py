"""Many reads, a few at a time; one that fails stops no other, unless Asana itself fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from connectors.answers import answer_of
from syncer.errors import SkippableError, TemporaryError

PARALLEL: Final = 4
"""Reads at a time; Asana allows 50 requests in flight (developers.asana.com/docs/rate-limits)."""

FAILURES_IN_A_ROW: Final = 3
"""So many reads in a row that fail on Asana's side are taken for a failure of the connection."""

T = TypeVar("T")
Trouble = SkippableError | TemporaryError


@dataclass(frozen=True, slots=True)
class Crowd:
    """Readers that share a pool."""

    pool: ThreadPoolExecutor

    def each(self, read: Callable[[str], T], gids: Iterable[str]) -> dict[str, T | Trouble]:
        """What was read for each gid, or why not, in order.

        Raises TemporaryError where no answer came, Asana asks to slow down, or three reads in a row fail; and
        FatalError at once.
        """
        wanted = tuple(gids)
        answers: dict[str, T | Trouble] = {}
        in_a_row = 0
        for gid, answer in zip(wanted, self.pool.map(lambda gid: _tried(read, gid), wanted), strict=True):
            in_a_row = in_a_row + 1 if isinstance(answer, TemporaryError) else 0
            if isinstance(answer, TemporaryError) and in_a_row == FAILURES_IN_A_ROW:
                raise answer
            answers[gid] = answer
        return answers


def _tried(read: Callable[[str], T], gid: str) -> T | Trouble:
    try:
        return read(gid)
    except SkippableError as error:
        return error
    except TemporaryError as error:
        let_through(error)
        return error


def let_through(error: Trouble) -> None:
    """Raises what concerns the whole connection: no answer came, or Asana wants to be left alone."""
    answer = answer_of(error)
    if isinstance(error, TemporaryError) and (answer is None or answer.status == 429):
        raise error
