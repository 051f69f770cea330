"""What people are told about a link that cannot be read, and what they can do about it."""

from __future__ import annotations

from syncer.domain.work import Gone, LinkState, WorkRef
from syncer.errors import ForbiddenError, SkippableError, SyncerError


def told(error: SyncerError) -> str:
    """An error as one line."""
    return f"{error.sentence.rstrip('.')}. {error.hint}" if error.hint else error.sentence


def not_a_gid(ref: WorkRef) -> str:
    """Why a key cannot be the key of anything in Asana."""
    return f"{ref.key!r} is not a gid: copy the digits of the {ref.kind}'s address in Asana"


def gone(ref: WorkRef, gid: str, account: str, error: SkippableError) -> Gone:
    """How an item went away that Asana, asked for it directly, does not show."""
    if isinstance(error, ForbiddenError):
        advice = (
            f"{account} may not see {ref.kind} {gid} in Asana. "
            f"Share the {ref.kind} with that account, or take the link out of the workspace file."
        )
        return Gone(ref, LinkState.FORBIDDEN, advice)
    advice = (
        f"Asana has no {ref.kind} {gid}, or never showed it to {account}: it was deleted, or the gid is "
        "wrong. Restore it, correct the gid, or take the link out of the workspace file."
    )
    return Gone(ref, LinkState.GONE, advice)
