"""The brakes: what is suddenly unreadable, or suddenly empty, is a failure before it is news. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from syncer.domain.link import Link
from syncer.domain.work import Gone, Item, LinkState, Outcome, Snapshot, Unread, WorkRef
from syncer.errors import UnsafePullError

MIN_LINKS = 5
MIN_PIECES = 5
MAX_LOST = 0.30


def guard(
    connection: str,
    links: Sequence[Link],
    outcomes: Mapping[WorkRef, Outcome],
    last_read: datetime | None,
    now: datetime,
) -> None:
    """Raises UnsafePullError when at least five links were readable and more than 30 % of them are not now.

    `links` are those asked for over this connection, as they stood before the fetch. Readable were those
    that were seen at `last_read` (UTC), the last time the connection as a whole was read and believed: a
    link lost before that was reported then, and counts no more. What was seen at a time that is still to come
    was seen before the clock was set back.
    """
    before = [
        link
        for link in links
        if link.read_at and last_read and last_read <= link.read_at <= max(last_read, now)
    ]
    lost = [link for link in before if not _is_there(outcomes.get(link.ref))]
    if len(before) >= MIN_LINKS and len(lost) / len(before) > MAX_LOST:
        share = len(lost) / len(before)
        msg = (
            f"{connection}: {len(lost)} of {len(before)} links that could be read last time cannot be read "
            f"now ({share:.0%}, the brake is at {MAX_LOST:.0%}); nothing of this connection was stored"
        )
        raise UnsafePullError(
            msg, hint="check what the token may see; if the items are really gone, run syncer sync --force"
        )


def believed(outcomes: Mapping[WorkRef, Outcome], last: Mapping[Item, Snapshot]) -> dict[WorkRef, Outcome]:
    """The outcomes, with an item unread that lost too much of its work since its `last` snapshot.

    Too much is all of it, or more than 30 % and at least five pieces. A search index that is being rebuilt
    and a right that was taken away answer with the same short list as an item whose work was moved
    elsewhere: which of them it is, a person has to say. A link that is done when it is empty may lose its
    last few pieces.
    """
    return {ref: _held(ref, outcome, last) for ref, outcome in outcomes.items()}


def _held(ref: WorkRef, outcome: Outcome, last: Mapping[Item, Snapshot]) -> Outcome:
    if not isinstance(outcome, Snapshot):
        return outcome
    before = last.get(outcome.item)
    there, here = _pieces(before) if before else 0, _pieces(outcome)
    emptied = here == 0 < there and "done_when_empty" not in ref.options
    shrunk = there - here >= MIN_PIECES and there - here > there * MAX_LOST
    if not (emptied or shrunk):
        return outcome
    why = (
        f"{outcome.key}: the tracker does not show {_missing(there, here)} that belonged to it last time; "
        "the last count is kept. Check what the token may see; if they are really gone, run "
        "syncer resync --force"
    )
    return Unread(ref, why)


def _missing(there: int, here: int) -> str:
    if here:
        return f"{there - here} of the {there} pieces of work"
    return "the one piece of work" if there == 1 else f"any of the {there} pieces of work"


def _pieces(snapshot: Snapshot) -> int:
    counts = snapshot.progress
    return counts.done + counts.open + counts.cancelled


def _is_there(outcome: Outcome | None) -> bool:
    """Whether the tracker shows the item, if only as archived: a lost permission never answers like that."""
    archived = isinstance(outcome, Gone) and outcome.state is LinkState.ARCHIVED
    return archived or isinstance(outcome, Snapshot)
