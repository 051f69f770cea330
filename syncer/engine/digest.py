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
from syncer.domain.signals.finding import SignalSpan
from syncer.engine import wording
from syncer.engine.news import Fresh, Record, failing, public_spans
from syncer.engine.weekly import last_slot

EVERYTHING_READ = "- everything was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What it says. `told` is to be remembered either way; without `is_news` there is nothing to send."""

    parts: tuple[Part, ...]
    told: Told
    is_news: bool


def digest_for(
    subscription: Subscription, workspace: Workspace, record: Record, fresh: Fresh, now: datetime
) -> Digest:
    """The digest that is due, with all that is `fresh`. Nothing of a confidential key result is in it."""
    memory = record.memories[subscription]
    last = max(memory.digests, key=lambda told: told.at, default=None)
    since = last.at if last else memory.since[Event.DIGEST]
    public = [one for one in record.rollups if not one.key_result.confidential]
    concerns = concerns_of(subscription.person, public, workspace) if subscription.person else None
    rollups = [one for one in public if concerns is None or _concerns(one, concerns)]
    spans = list(public_spans(subscription, workspace, record))
    open_ = [one for one in spans if one.closed_at is None and one.signal.id not in record.asleep]
    opened = [one for one in open_ if one.opened_at > since or one in fresh.opened]
    closed = [one for one in spans if _has_ended(one, since) or one in fresh.closed]
    unread = _unread(workspace, record, rollups, subscription) or [EVERYTHING_READ]
    numbers = [wording.number_line(rollup) for rollup in (concerns.numbers if concerns else rollups)]
    bets = [f"- {delivery(rollup, line)}" for rollup, line in (concerns.bets if concerns else ())]
    standing = [wording.signal_line(one.signal, workspace) for one in open_]
    before = [wording.signal_line(one.signal, workspace) for one in open_ if one not in opened]
    begun = [wording.opened_line(one.signal, workspace) for one in opened]
    over = [wording.signal_line(one.signal, workspace) for one in closed]
    says = _says(unread, standing, numbers, bets)
    slot = last_slot(workspace, now).isoformat()
    return Digest(
        parts=(
            *wording.part("Could not be read", unread, more="syncer status"),
            *(_own(numbers, bets) if concerns else ()),
            *wording.part("Opened since the last digest", begun),
            *wording.part("Closed since the last digest", over),
            *wording.part("Still open", before, more="syncer signals"),
            *(() if concerns else wording.part("The numbers", numbers, more="syncer report weekly")),
        ),
        told=Told(reader=subscription.reader, event=Event.DIGEST, key=slot, at=now, says=says),
        is_news=bool(opened or closed) or last is None or last.says != says,
    )


def _has_ended(span: SignalSpan, since: datetime) -> bool:
    """Whether it was over only after the moment, having stood at it."""
    return span.closed_at is not None and span.opened_at <= since < span.closed_at


def _concerns(rollup: Rollup, concerns: Concerns) -> bool:
    return rollup in concerns.numbers or any(rollup is carries for carries, _ in concerns.bets)


def _own(numbers: list[str], bets: list[str]) -> Iterator[Part]:
    """Impact before delivery, for who answers for both."""
    yield from wording.part("Your numbers", numbers, more="syncer report weekly")
    yield from wording.part("Your bets", bets, more="syncer report weekly")


def _unread(
    workspace: Workspace, record: Record, rollups: list[Rollup], subscription: Subscription
) -> list[str]:
    return [
        *(wording.failing_line(health, workspace) for health in failing(workspace, record)),
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
