"""Small values for tests: the last quarter of 2026, Day 7 activation from 34 % to 52 %, an epic ONB-12.

Every builder takes the fields a test is about and fills in the rest. Days are written `"2026-11-16"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.link import Link
from syncer.domain.okr import Cycle, Initiative, KeyResult, Objective, Person, Placed, Rules, Workspace
from syncer.domain.rollup import Known, Rollup, Work, roll_up
from syncer.domain.signals.finding import Finding, Signal
from syncer.domain.work import Health, Progress, Snapshot, WorkRef, WorkStatus

Day = date | str

START = date(2026, 10, 1)
END = date(2026, 12, 31)
EPIC = WorkRef("jira", "epic", "ONB-12")

Told = Snapshot | InitiativeCheckIn


def day(value: Day) -> date:
    """A date as it is or from ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def noon(on: Day) -> datetime:
    """Noon UTC of a day, the same day in Zurich."""
    return datetime.combine(day(on), time(12), tzinfo=UTC)


def rules(**changes: Any) -> Rules:
    """One point counts; everything else as by default."""
    return Rules(**{"min_move": 1.0, **changes})


def ref(key: str = "ONB-12", *, connection: str = "jira", kind: str = "epic") -> WorkRef:
    """An address."""
    return WorkRef(connection, kind, key)


def link(initiative_id: str = "new-flow", key: str = "ONB-12", **changes: Any) -> Link:
    """An active link that was never read."""
    fields = {"initiative_id": initiative_id, "key_result_id": "activation", "ref": ref(key)}
    return Link(**{**fields, **changes})


def initiative(id: str = "new-flow", *, linked: bool = True, **changes: Any) -> Initiative:  # noqa: A002
    """A bet of Ben's, linked to an epic of its own."""
    key = "ONB-12" if id == "new-flow" else f"ONB-{id}"
    fields = {"id": id, "title": f"Bet {id}", "owner": "ben", "link": link(id, key) if linked else None}
    return Initiative(**{**fields, **changes})


def key_result(*initiatives: Initiative, **changes: Any) -> KeyResult:
    """Day 7 activation from 34 % to 52 %, with one linked initiative unless others are given."""
    fields = {
        "id": "activation",
        "title": "Increase Day 7 activation from 34% to 52%",
        "start": 34.0,
        "target": 52.0,
        "rules": rules(),
        "owner": "ana",
        "unit": "%",
        "initiatives": initiatives or (initiative(),),
    }
    return KeyResult(**{**fields, **changes})


def cycle(*key_results: KeyResult, start: Day = START, end: Day = END) -> Cycle:
    """The quarter with one objective."""
    objective = Objective(
        id="onboarding", title="Make onboarding stick", owner="ana", key_results=key_results
    )
    return Cycle(id="2026-Q4", start=day(start), end=day(end), objectives=(objective,))


def workspace(*key_results: KeyResult, **changes: Any) -> Workspace:
    """Acme in Zurich with Ana and Ben, one Jira and one Asana connection."""
    fields = {
        "id": "acme",
        "zone": ZoneInfo("Europe/Zurich"),
        "cycles": (cycle(*(key_results or (key_result(),))),),
        "people": {
            "ana": Person(id="ana", name="Ana Ruiz", accounts={"jira": "account-ana"}),
            "ben": Person(id="ben", name="Ben Ott", accounts={"jira": "account-ben"}),
        },
        "connection_kinds": {"jira": "jira", "asana": "asana"},
    }
    return Workspace(**{**fields, **changes})


def placed(of: KeyResult | None = None) -> Placed:
    """A key result in its objective and cycle."""
    return next(workspace(of or key_result()).key_results())


def check_in(on: Day, value: float, health: Health = Health.UNKNOWN, **changes: Any) -> CheckIn:
    """A value on a day, entered at noon by Ana."""
    fields = {"key_result_id": "activation", "at": noon(on), "author": "Ana Ruiz"}
    return CheckIn(on=day(on), value=value, health=health, **{**fields, **changes})


def weekly(first: Day, *values: float) -> tuple[CheckIn, ...]:
    """One check-in a week from the day `first` on."""
    return tuple(check_in(day(first) + timedelta(weeks=n), value) for n, value in enumerate(values))


def reported(on: Day, status: WorkStatus, initiative_id: str = "new-flow") -> InitiativeCheckIn:
    """A status given by hand."""
    return InitiativeCheckIn(initiative_id=initiative_id, on=day(on), at=noon(on), status=status)


def snapshot(
    on: Day = "2026-11-16", *, buckets: tuple[int, int, int] = (6, 4, 0), **changes: Any
) -> Snapshot:
    """What Jira said on a day; `buckets` are done, open and cancelled children."""
    done, still_open, cancelled = buckets
    fields = {
        "ref": EPIC,
        "item_id": "10042",
        "key": "ONB-12",
        "name": "Rebuild the onboarding flow",
        "url": "https://acme.example/browse/ONB-12",
        "status": WorkStatus.IN_PROGRESS,
        "progress": Progress(done=done, open=still_open, cancelled=cancelled),
        "taken_at": noon(on),
    }
    return Snapshot(**{**fields, **changes})


def rollup_of(
    of: KeyResult | None = None,
    *,
    on: Day,
    check_ins: Iterable[CheckIn] = (),
    work: Mapping[str, Sequence[Told]] | None = None,
    unread: Iterable[str] = (),
) -> Rollup:
    """The rollup at noon of a day. `work` maps initiative id -> what was told of it, oldest first.

    Every link was read just now, but those of the initiatives in `unread`, which have been unread for a week.
    """
    one = placed(of)
    now, told, old = noon(on), work or {}, set(unread)
    known = {
        bet.id: _work(bet, told.get(bet.id, ()), now - timedelta(days=7 if bet.id in old else 0))
        for bet in one.key_result.initiatives
    }
    return roll_up(workspace(one.key_result), one, Known(check_ins=tuple(check_ins), work=known), now)


def old_work() -> Rollup:
    """A number that climbs beside work in progress that was not read for a week."""
    climbing = weekly("2026-10-05", 34.5, 35, 36, 37, 38, 39, 40)
    read = [snapshot("2026-10-20", buckets=(9, 11, 2))]
    return rollup_of(on="2026-11-16", check_ins=climbing, work={"new-flow": read}, unread=("new-flow",))


def _work(bet: Initiative, told: Sequence[Told], read_at: datetime) -> Work:
    return Work(
        link=replace(bet.link, read_at=read_at) if bet.link else None,
        snapshots=tuple(one for one in told if isinstance(one, Snapshot)),
        reports=tuple(one for one in told if isinstance(one, InitiativeCheckIn)),
    )


def fired(finding: Finding) -> Signal:
    """The finding, which must be a signal."""
    assert isinstance(finding, Signal), f"expected a signal, got {finding!r}"
    return finding


def fact(signal: Signal, what: str) -> str:
    """What one piece of evidence shows."""
    return next(one.shown for one in signal.evidence if one.what == what)
