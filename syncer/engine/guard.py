"""The brake: when much that was readable is suddenly not, permission was lost, not work. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncer.domain.link import Link
from syncer.domain.work import LinkState, Outcome, Snapshot, WorkRef
from syncer.errors import UnsafePullError

MIN_LINKS = 5
MAX_LOST = 0.30


def guard(connection: str, links: Sequence[Link], outcomes: Mapping[WorkRef, Outcome]) -> None:
    """Raises UnsafePullError when at least five links were readable and more than 30 % of them are not now.

    `links` are those asked for over this connection, as they stood before the fetch.
    """
    before = [link for link in links if link.read_at is not None and link.state in _READABLE]
    lost = [link for link in before if not isinstance(outcomes.get(link.ref), Snapshot)]
    if len(before) >= MIN_LINKS and len(lost) / len(before) > MAX_LOST:
        share = len(lost) / len(before)
        msg = (
            f"{connection}: {len(lost)} of {len(before)} links that could be read last time cannot be read "
            f"now ({share:.0%}, the brake is at {MAX_LOST:.0%}); nothing of this connection was stored"
        )
        raise UnsafePullError(
            msg, hint="check what the token may see; if the items are really gone, run syncer sync --force"
        )


_READABLE = frozenset({LinkState.ACTIVE, LinkState.ARCHIVED})
