"""What telling people of news needs from outside: who carries a message, and a memory of what went out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from syncer.domain.notification import NotifyTrouble, Told


class Notifier(Protocol):
    """Carries messages to one address."""

    def send(self, title: str, body: str) -> None:
        """Sends plain text and returns once it was accepted.

        Raises SyncerError with a sentence that says where the address is kept and not what it is.
        """
        ...

    def check(self) -> str:
        """The kind of service behind the address; nothing is sent. Raises SyncerError as `send` does."""
        ...


class NotifyRows(Protocol):
    """The part of a transaction that remembers who was told of what."""

    def told(self, workspace: str) -> tuple[Told, ...]:
        """Everything any reader was told, oldest first."""
        ...

    def add_told(self, workspace: str, told: Sequence[Told]) -> None:
        """Remembers; what is remembered already stays as it is."""
        ...

    def forget_told(self, workspace: str, told: Sequence[Told]) -> None:
        """Takes these away, by reader, event and key; what is not remembered does not matter."""
        ...

    def notify_troubles(self, workspace: str) -> tuple[NotifyTrouble, ...]:
        """The readers that cannot be reached, by name."""
        ...

    def save_notify_trouble(self, workspace: str, trouble: NotifyTrouble) -> None:
        """Adds or replaces the trouble of a reader."""
        ...

    def drop_notify_trouble(self, workspace: str, reader: str) -> None:
        """Takes the trouble of a reader away; nothing happens when there is none."""
        ...
