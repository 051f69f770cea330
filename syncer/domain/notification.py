"""Who is told of what, what they have been told, and a message to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Event(StrEnum):
    """What somebody can ask to be told of."""

    SIGNAL_OPENED = "signal.opened"
    SIGNAL_CLOSED = "signal.closed"
    DIGEST = "digest.weekly"
    CHECK_IN_DUE = "check_in.due"
    CONNECTION_FAILED = "connection.failed"
    CONNECTION_RECOVERED = "connection.recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One reader: an address, which events go there, whose, and how often at most.

    `to` says where the address is kept (`{env: ACME_SLACK_URL}`), never the address itself. `person` is an
    id of `people`; None gets everybody's. `every` 0 tells after each sync that has news.
    """

    to: str
    on: frozenset[Event]
    person: str | None = None
    every: timedelta = timedelta()

    @property
    def reader(self) -> str:
        """Under which name it is remembered what went there."""
        return f"{self.to} for {self.person}" if self.person else self.to


SINCE = ""
"""The key under which it is remembered since when a reader is told of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That a reader knows of something, `at` (UTC); `sent` False where there was no need to say it.

    `key` tells one event of a kind from another. `says` is a digest of what a weekly digest said.
    """

    reader: str
    event: Event
    key: str
    at: datetime
    sent: bool = True
    says: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message to one reader, and what the reader knows once it has arrived."""

    subscription: Subscription
    title: str
    parts: tuple[Part, ...]
    told: tuple[Told, ...]

    @property
    def body(self) -> str:
        """The parts as plain text."""
        return "\n\n".join("\n".join((part.heading, *part.lines)) for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTrouble:
    """A reader who cannot be reached, since when (UTC) and why; the news waits for the next sync."""

    reader: str
    since: datetime
    sentence: str
