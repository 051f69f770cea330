"""Rows of who was told of what, and of who could not be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from syncer.domain.notification import Event, NotifyTrouble, Told
from syncer.store.mapping import Values


def from_told(workspace: str, told: Told) -> Values:
    """A row of notifications."""
    return {
        "workspace": workspace,
        "reader": told.reader,
        "event": told.event.value,
        "key": told.key,
        "told_at": told.at,
        "sent": told.sent,
        "says": told.says,
    }


def to_told(row: Row[Any]) -> Told:
    """A row of notifications."""
    return Told(
        reader=row.reader,
        event=Event(row.event),
        key=row.key,
        at=row.told_at,
        sent=row.sent,
        says=row.says,
    )


def from_trouble(workspace: str, trouble: NotifyTrouble) -> Values:
    """A row of notify_troubles."""
    return {
        "workspace": workspace,
        "reader": trouble.reader,
        "since": trouble.since,
        "sentence": trouble.sentence,
    }


def to_trouble(row: Row[Any]) -> NotifyTrouble:
    """A row of notify_troubles."""
    return NotifyTrouble(reader=row.reader, since=row.since, sentence=row.sentence)
