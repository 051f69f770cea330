"""The weekly digest of one reader. Opens with what could not be read; where nothing changed there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syncer.domain.notification import Event, Part, Subscription, Told
from syncer.domain.okr import Workspace
from syncer.domain.roles import Concerns, concerns_of, delivery
from syncer.domain.rollup import Rollup
from syncer.engine import wording
from syncer.engine.news import Fresh, Known, failing, memory_of, public_rows
from syncer.engine.weekly import last_slot

EVERYTHING_READ = "- everything was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What it says. `told` is to be remembered either way; without `is_news` there is nothing to send."""

    parts: tuple[Part, ...]
    told: Told
    is_news: bool


def digest_for(
    subscription: Subscription, workspace: Workspace, known: Known, fresh: Fresh, now: datetime
) -> Digest:
    """The digest that is due, with all that is `fresh`. Nothing of a confidential key result is in it."""
    memory = memory_of(subscription, known.told)
    last = max(memory.digests, key=lambda told: told.at, default=None)
    since = last.at if last else memory.since[Event.DIGEST]
    public = [one for one in known.rollups if not one.key_result.confidential]
    concerns = concerns_of(subscription.person, public, workspace) if subscription.person else None
    rollups = [one for one in public if concerns is None or _concerns(one, concerns)]
    rows = list(public_rows(subscription, workspace, known))
    open_ = [row for row in rows if row[2] is None and row[0].id not in known.asleep]
    opened = [row for row in open_ if row[1] > since or row in fresh.opened]
    closed = [row for row in rows if (row[2] and row[1] <= since < row[2]) or row in fresh.closed]
    unread = _unread(workspace, known, rollups, subscription) or [EVERYTHING_READ]
    numbers = [wording.number_line(rollup) for rollup in (concerns.numbers if concerns else rollups)]
    bets = [f"- {delivery(rollup, line)}" for rollup, line in (concerns.bets if concerns else ())]
    before = [wording.signal_line(row, workspace) for row in open_ if row not in opened]
    says = _says(unread, [wording.signal_line(row, workspace) for row in open_], numbers, bets)
    slot = last_slot(workspace, now).isoformat()
    return Digest(
        parts=(
            *wording.part("Could not be read", unread, more="syncer status"),
            *(_own(numbers, bets) if concerns else ()),
            *wording.part(
                "Opened since the last digest", [wording.opened_line(r, workspace) for r in opened]
            ),
            *wording.part(
                "Closed since the last digest", [wording.signal_line(r, workspace) for r in closed]
            ),
            *wording.part("Still open", before, more="syncer signals"),
            *(() if concerns else wording.part("The numbers", numbers, more="syncer report weekly")),
        ),
        told=Told(reader=subscription.reader, event=Event.DIGEST, key=slot, at=now, says=says),
        is_news=bool(opened or closed) or last is None or last.says != says,
    )


def _concerns(rollup: Rollup, concerns: Concerns) -> bool:
    return rollup in concerns.numbers or any(rollup is carries for carries, _ in concerns.bets)


def _own(numbers: list[str], bets: list[str]) -> Iterator[Part]:
    """Impact before delivery, for who answers for both."""
    yield from wording.part("Your numbers", numbers, more="syncer report weekly")
    yield from wording.part("Your bets", bets, more="syncer report weekly")


def _unread(
    workspace: Workspace, known: Known, rollups: list[Rollup], subscription: Subscription
) -> list[str]:
    return [
        *(wording.failing_line(health, workspace) for health in failing(workspace, known)),
        *(wording.unread_line(w, workspace) for r in rollups for w in r.work if w.stale),
        *(
            wording.unsaid_line(rollup)
            for rollup in rollups
            if rollup.number_stale and subscription.person in {None, rollup.key_result.owner}
        ),
    ]


def _says(*parts: list[str]) -> str:
    """A digest of every line, of those too that a long part leaves out."""
    said = "\n\n".join("\n".join(lines) for lines in parts)
    return hashlib.sha256(said.encode()).hexdigest()
