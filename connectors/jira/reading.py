"""What one fetch works with: the site, what is known of it, and what was kept of each item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.jira.client import JiraClient
from connectors.jira.facts import Learned
from connectors.jira.mapping import Words
from connectors.jira.state import Kin, Part
from syncer.domain.work import Outcome, WorkRef
from syncer.ports import Past

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one ref; `part` None leaves what is kept of it as it is. `past` as in Fetched.

    `family` is what was found under it.
    """

    outcome: Outcome
    part: Part | None
    past: Past | None = None
    family: Mapping[str, Kin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a fetch needs; `taken_at` is UTC, `pool` bounds how many requests are under way at once.

    `parts` are those of earlier fetches by item id, or by key where no id was known; `skew` is how many
    seconds the server was ahead of us.
    """

    client: JiraClient
    learned: Learned
    taken_at: datetime
    pool: Executor
    parts: Mapping[str, Part]
    skew: float = 0.0

    @property
    def words(self) -> Words:
        """What statuses mean here."""
        return self.learned.words

    @property
    def server_now(self) -> datetime:
        """The server's time as far as our clock can tell."""
        return self.taken_at + timedelta(seconds=self.skew)

    def fit(self, name: str) -> Part | None:
        """The part of an item, if what changed since can be added to it."""
        part = self.parts.get(name)
        if part is None or not part.is_fit(self.learned.facts.based_on, self.server_now):
            return None
        known = {"", *self.words.known}
        return part if all(kin.status in known for kin in part.kin.values()) else None

    def in_parallel(self, ask: Callable[[In], Out], parts: Sequence[In]) -> list[Out]:
        """All answers in order, or the first error once nothing is under way any more."""
        if len(parts) < 2:
            return [ask(part) for part in parts]
        futures = [self.pool.submit(ask, part) for part in parts]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()
        done, _ = wait(futures)
        failed = [error for f in futures if f in done and not f.cancelled() and (error := f.exception())]
        if failed:
            raise failed[0]
        return [future.result() for future in futures]


def name_of(ref: WorkRef) -> str:
    """By what an item is known: its id, before the first read its key."""
    return ref.item_id or ref.key.strip()
