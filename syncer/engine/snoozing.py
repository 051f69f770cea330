"""Putting an open signal aside for a while, with a reason."""

from __future__ import annotations

from datetime import date

from syncer.domain.okr import Workspace
from syncer.domain.snooze import Snooze
from syncer.errors import SkippableError
from syncer.ports import Clock, Store


def snooze(
    workspace: Workspace,
    store: Store,
    clock: Clock,
    *,
    signal_id: str,
    until: date,
    reason: str,
    author: str = "",
) -> Snooze:
    """Stores that an open signal is put aside up to and with a day, which may be today.

    Raises SkippableError where the signal is not open, the day is over, or no reason is given.
    """
    now = clock.now()
    today = workspace.day(now)
    if not reason.strip():
        msg = f"say why {signal_id} can wait: --why TEXT"
        raise SkippableError(msg)
    if until < today:
        msg = f"{until} is over; give a day from {today} on"
        raise SkippableError(msg)
    with store.write() as work:
        history = work.signal_history(workspace.id)
        opened = {span.signal.id: span.opened_at for span in history if span.closed_at is None}
        if signal_id not in opened:
            msg = f"no open signal is called {signal_id}; syncer signals lists them"
            raise SkippableError(msg)
        entry = Snooze(
            signal_id=signal_id,
            at=max(now, opened[signal_id]),  # also where the clock was set back
            until=until,
            reason=reason.strip(),
            author=author,
        )
        work.add_snooze(workspace.id, entry)
    return entry
