"""Errors by consequence; each is a sentence with the remedy, and only the command line and the page print it.

SyncerError
├── FatalError          what it concerns (a connection, a command) stops until somebody acts
│   ├── CredentialsError    the tracker does not accept the credentials
│   ├── ReadOnlyError       a write was about to leave in a run that only reads
│   ├── UnsafePullError     a brake: too much vanished at once
│   └── StoreError          the database cannot be used
├── TemporaryError      the same may work later; `retry_after` says when, if the tracker did
│   ├── BusyError           somebody else holds the lease
│   └── LeaseLostError      this run was overtaken, or cannot tell; it must not write any more
└── SkippableError      one link or item is concerned; everything else goes on
    ├── ForbiddenError      the token may not see or change it
    └── NotFoundError       it is not there, or not shown to this token
"""

from __future__ import annotations


class SyncerError(Exception):
    """The root. `code` is a stable word for JSON output and metrics; `hint` says what to do next.

    `outcome_unknown` is True when a write may have been carried out although no answer came, also where a
    later attempt at it was answered, with this error.
    """

    code = "error"

    def __init__(self, sentence: str, *, hint: str = "", outcome_unknown: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.outcome_unknown = outcome_unknown


class FatalError(SyncerError):
    """What it concerns stops until somebody acts."""

    code = "fatal"


class CredentialsError(FatalError):
    """The tracker does not accept the credentials."""

    code = "credentials"


class ReadOnlyError(FatalError):
    """A write was about to leave in a run that only reads."""

    code = "read_only"


class UnsafePullError(FatalError):
    """Too much vanished at once to be believed."""

    code = "brake"


class StoreError(FatalError):
    """The database cannot be used as it is."""

    code = "store"


class TemporaryError(SyncerError):
    """The same may work later; `retry_after` is in seconds, None where the tracker did not say."""

    code = "temporary"

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        retry_after: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(sentence, hint=hint, outcome_unknown=outcome_unknown)
        self.retry_after = retry_after


class BusyError(TemporaryError):
    """Another run holds the lease of the workspace."""

    code = "busy"


class LeaseLostError(TemporaryError):
    """The lease went to somebody else, or nobody can tell; nothing more may be written."""

    code = "lease_lost"


class SkippableError(SyncerError):
    """One link or item is concerned; everything else goes on."""

    code = "skipped"


class ForbiddenError(SkippableError):
    """The token may not see or change the item."""

    code = "forbidden"


class ForeignCommentError(ForbiddenError):
    """What carries our marker was written by another account, and nothing there by ours."""


class NotFoundError(SkippableError):
    """The item is not there, or not shown to this token."""

    code = "not_found"
