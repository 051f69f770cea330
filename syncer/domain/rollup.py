"""Both layers of one key result at one moment: the number beside the work, never the one out of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import Closing
from syncer.domain.link import Link
from syncer.domain.okr import Initiative, KeyResult, Placed, Workspace
from syncer.domain.pace import (
    MeasuredStatus,
    Numbers,
    expected_share,
    expected_value,
    share_of,
    status_of,
)
from syncer.domain.work import Health, Progress, Snapshot, WorkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is known of one initiative's work: its link as the store has it, its snapshots in order of time.

    `reports` are the statuses given by hand, in order of time.
    """

    link: Link | None = None
    snapshots: tuple[Snapshot, ...] = ()
    reports: tuple[InitiativeCheckIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One initiative as the sheet shows it.

    `status` is None while nobody has said anything. `stale` means the figures are older than the limit or the
    item is not shown any more; then nothing here is to be believed as news. `owner` is a name for people.
    `done_by_day` has how many children were done, by the days on which something changed.
    `done_in_window` counts the children finished within the key result's window, None for *cannot tell*.
    `known_since` is the day of the first word about it, `status_since` that from which the status has held.
    `least_in_window` are the buckets when the fewest items counted in the window, None for *cannot tell*.
    `changed_on` is the day of the last news of linked work, of the first word where there was none since.
    `unread` means that nothing was read of the item for longer than `stale_after`. `read_at` (UTC) is when it
    was last read, `read_on` the day of that in the workspace's zone.
    """

    initiative: Initiative
    link: Link | None
    snapshot: Snapshot | None
    status: WorkStatus | None
    status_in_window: tuple[WorkStatus, ...]
    owner: str | None
    done_on: date | None
    done_by_day: tuple[tuple[date, int], ...]
    done_in_window: int | None
    known_since: date | None
    status_since: date | None
    least_in_window: Progress | None
    changed_on: date | None
    unread: bool
    read_at: datetime | None
    read_on: date | None
    stale: bool

    @property
    def progress(self) -> Progress | None:
        """The three buckets, None without a linked item that was read."""
        return self.snapshot.progress if self.snapshot else None

    @property
    def health(self) -> Health:
        """What the tracker's own status report says."""
        return self.snapshot.health if self.snapshot else Health.UNKNOWN

    @property
    def due(self) -> date | None:
        """The day the tracker wants it done."""
        return self.snapshot.due if self.snapshot else None

    def overdue(self, on: date) -> bool:
        """Whether its day is over while it is still open."""
        return self.is_open and self.due is not None and self.due < on

    def finished_between(self, since: date, until: date) -> bool:
        """Whether children were finished after the one day, and by the other."""
        before = [done for day, done in self.done_by_day if day <= since]
        after = [done for day, done in self.done_by_day if since < day <= until]
        return any(later > earlier for earlier, later in pairwise([*before[-1:], *after]))

    @property
    def is_bet(self) -> bool:
        """Dropped work is no bet any more."""
        return self.status is not WorkStatus.DROPPED

    @property
    def is_open(self) -> bool:
        """A bet that still needs attention; one nobody has spoken of counts as planned."""
        return self.status in {None, WorkStatus.PLANNED, WorkStatus.IN_PROGRESS, WorkStatus.ON_HOLD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One key result at the day `on`: its number against its pace, and the work beside it.

    `share` is None while nobody has checked in, and always for a number that is to be kept. `closed_on` is
    the day of the closing in the workspace's zone.
    """

    placed: Placed
    on: date
    numbers: Numbers
    owner: str | None
    share: float | None
    expected_share: float
    expected_value: float
    status: MeasuredStatus
    number_stale: bool
    closing: Closing | None = None
    closed_on: date | None = None
    work: tuple[WorkLine, ...]

    @property
    def key_result(self) -> KeyResult:
        """The key result it is about."""
        return self.placed.key_result

    @property
    def latest(self) -> CheckIn | None:
        """The newest check-in."""
        return self.numbers.latest

    @property
    def read_status(self) -> MeasuredStatus:
        """The status word on the day of the newest check-in: what was true when somebody looked."""
        if self.latest is None:
            return MeasuredStatus.NO_DATA
        return status_of(self.key_result, self.placed.cycle, self.latest.value, self.latest.on)

    @property
    def is_reached(self) -> bool:
        """Whether the number is where it was to come; one that is to be kept is, while it holds its bound."""
        if self.key_result.keep:
            return self.status is MeasuredStatus.ON_TRACK
        return self.status is MeasuredStatus.ACHIEVED

    @property
    def gap(self) -> float | None:
        """How much of the way is missing against the pace; negative when ahead."""
        return None if self.share is None else self.expected_share - self.share

    @property
    def window_start(self) -> date:
        """The first day of the window that movement is judged over, not before the cycle."""
        return max(self.placed.cycle.start, self.on - self.key_result.rules.window)

    @property
    def movement(self) -> float | None:
        """Movement over the window, None while it cannot be told: a window that is not full cannot tell."""
        if self.on - self.key_result.rules.window < self.placed.cycle.start:
            return None
        return self.numbers.movement(self.window_start, self.on)

    def judged_from(self, line: WorkLine) -> date | None:
        """The day from which the number can follow a done initiative, not before the cycle's first."""
        if line.status is not WorkStatus.DONE or line.done_on is None:
            return None
        return max(line.done_on, self.placed.cycle.start)

    def had_its_time(self, since: date) -> bool | None:
        """Whether `settle` is over since the day; None where the number was read too early in it to tell."""
        rules, read = self.key_result.rules, self.numbers.at(self.on)
        if self.on < since + rules.settle:
            return False
        return None if read is None or read.on < since + rules.settle - rules.cadence else True

    @property
    def bets(self) -> tuple[WorkLine, ...]:
        """The initiatives that are not dropped."""
        return tuple(line for line in self.work if line.is_bet)

    @property
    def open_bets(self) -> tuple[WorkLine, ...]:
        """The bets that still need attention."""
        return tuple(line for line in self.work if line.is_open)

    @property
    def work_stale(self) -> bool:
        """Whether any initiative's figures are too old to be judged."""
        return any(line.stale for line in self.work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the store knows that a judgement needs."""

    check_ins: tuple[CheckIn, ...] = ()
    work: Mapping[str, Work] = field(default_factory=dict)
    closings: Mapping[str, Closing] = field(default_factory=dict)


def roll_up(workspace: Workspace, placed: Placed, known: Known, now: datetime) -> Rollup:
    """Puts number and work of one key result side by side at the moment `now` (UTC)."""
    key_result, cycle = placed.key_result, placed.cycle
    on = min(workspace.day(now), placed.settles_on)
    numbers = Numbers.of(key_result, cycle, known.check_ins, on)
    share = share_of(key_result, numbers.latest.value) if numbers.latest else None
    expected = expected_share(key_result, cycle, on)
    closing = known.closings.get(key_result.id)
    return Rollup(
        placed=placed,
        closing=closing,
        closed_on=workspace.day(closing.at) if closing else None,
        on=on,
        numbers=numbers,
        owner=workspace.person(key_result.owner) or key_result.owner,
        share=share,
        expected_share=expected,
        expected_value=expected_value(key_result, cycle, on),
        status=status_of(key_result, cycle, numbers.latest.value if numbers.latest else None, on),
        number_stale=closing is None and _number_is_stale(numbers, on),
        work=tuple(
            _line(workspace, key_result, initiative, _until(on, known, initiative, workspace, now), now, on)
            for initiative in key_result.initiatives
        ),
    )


def _until(on: date, known: Known, initiative: Initiative, workspace: Workspace, now: datetime) -> Work:
    """The work up to the day: a cycle that is over is not changed by what an item became since.

    Of one that goes on all counts that was read: where a day is still to come, the clock was set back.
    """
    work = known.work.get(initiative.id, Work())
    goes_on = on == workspace.day(now)
    seen = tuple(one for one in work.snapshots if goes_on or workspace.day(one.taken_at) <= on)
    return replace(work, snapshots=seen, reports=tuple(one for one in work.reports if one.on <= on))


def _number_is_stale(numbers: Numbers, on: date) -> bool:
    if on < numbers.cycle.start:
        return False
    rules = numbers.key_result.rules
    last = numbers.latest.on if numbers.latest else numbers.cycle.start
    return min(on, numbers.cycle.end) - last > rules.cadence + rules.grace


def _line(
    workspace: Workspace, key_result: KeyResult, initiative: Initiative, work: Work, now: datetime, on: date
) -> WorkLine:
    snapshot = work.snapshots[-1] if work.snapshots else None
    window_start = on - key_result.rules.window
    read_at = work.link.read_at if work.link else None
    return WorkLine(
        initiative=initiative,
        link=work.link,
        snapshot=snapshot,
        status=_status(work, snapshot),
        status_in_window=_statuses_since(work, window_start, workspace),
        owner=_owner(workspace, initiative, snapshot),
        done_on=_done_on(work, workspace),
        done_by_day=tuple((workspace.day(one.taken_at), one.progress.done) for one in work.snapshots),
        done_in_window=_done_since(work.snapshots, window_start, workspace),
        known_since=_known_since(work, workspace),
        status_since=_status_since(work, workspace),
        least_in_window=_least_since(work.snapshots, window_start, workspace),
        changed_on=_changed_on(work.snapshots, workspace),
        unread=_is_unread(work.link, now, key_result.rules.stale_after),
        read_at=read_at,
        read_on=workspace.day(read_at) if read_at else None,
        stale=_work_is_stale(work.link, now, key_result.rules.stale_after),
    )


def _status(work: Work, snapshot: Snapshot | None) -> WorkStatus | None:
    if work.link is not None:
        return snapshot.status if snapshot else None
    return work.reports[-1].status if work.reports else None


def _work_is_stale(link: Link | None, now: datetime, limit: timedelta) -> bool:
    if link is None:
        return False
    return not link.state.is_readable or _is_unread(link, now, limit)


def _is_unread(link: Link | None, now: datetime, limit: timedelta) -> bool:
    return link is not None and (link.read_at is None or now - link.read_at > limit)


def _owner(workspace: Workspace, initiative: Initiative, snapshot: Snapshot | None) -> str | None:
    named = workspace.person(initiative.owner) or initiative.owner
    if named or snapshot is None:
        return named
    holder = workspace.account_holder(snapshot.ref.connection, snapshot.owner)
    return holder.name if holder else snapshot.owner_name


def _done_on(work: Work, workspace: Workspace) -> date | None:
    """The tracker's own day where it gives one, else the day since when it has been seen done."""
    snapshot = work.snapshots[-1] if work.snapshots else None
    if snapshot is not None and snapshot.status is WorkStatus.DONE:
        return snapshot.done_on or _since(
            ((workspace.day(s.taken_at), s.status) for s in work.snapshots), WorkStatus.DONE
        )
    if work.link is None and work.reports and work.reports[-1].status is WorkStatus.DONE:
        return _since(((r.on, r.status) for r in work.reports), WorkStatus.DONE)
    return None


def _since(history: Iterable[tuple[date, WorkStatus]], status: WorkStatus) -> date | None:
    first: date | None = None
    for day, seen in history:
        first = (first or day) if seen is status else None
    return first


def _statuses_since(work: Work, since: date, workspace: Workspace) -> tuple[WorkStatus, ...]:
    """Every status that held at some time from the day `since` on; empty while nobody has said anything."""
    history = _history(work, workspace)
    before = [status for day, status in history if day <= since]
    return tuple(before[-1:] + [status for day, status in history if day > since])


def _history(work: Work, workspace: Workspace) -> list[tuple[date, WorkStatus]]:
    if work.link is not None:
        return [(workspace.day(s.taken_at), s.status) for s in work.snapshots]
    return [(r.on, r.status) for r in work.reports]


def _status_since(work: Work, workspace: Workspace) -> date | None:
    history = _history(work, workspace)
    return _since(history, history[-1][1]) if history else None


def _least_since(snapshots: tuple[Snapshot, ...], since: date, workspace: Workspace) -> Progress | None:
    """From the lowest point, so that as days pass a growth that is told once is not told again."""
    before = [s for s in snapshots if workspace.day(s.taken_at) <= since]
    if not before:
        return None
    return min((s.progress for s in snapshots[len(before) - 1 :]), key=lambda progress: progress.counted)


def _done_since(snapshots: tuple[Snapshot, ...], since: date, workspace: Workspace) -> int | None:
    """Children finished since the day; *cannot tell* without a snapshot on or before it.

    Counted from the lowest point: a child reopened or taken away does not hide that another was finished.
    """
    before = [s for s in snapshots if workspace.day(s.taken_at) <= since]
    if not before:
        return None
    return snapshots[-1].progress.done - min(s.progress.done for s in snapshots[len(before) - 1 :])


def _changed_on(snapshots: tuple[Snapshot, ...], workspace: Workspace) -> date | None:
    news = [now for before, now in pairwise(snapshots) if now.is_news_of_work_after(before)]
    last = (news or list(snapshots[:1]))[-1:]
    return workspace.day(last[0].taken_at) if last else None


def _known_since(work: Work, workspace: Workspace) -> date | None:
    if work.link is not None:
        return workspace.day(work.snapshots[0].taken_at) if work.snapshots else None
    return work.reports[0].on if work.reports else None
