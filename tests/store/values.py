"""Values to store: plain ones with what a test is about, and any there can be for hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from syncer.domain.checkin import CheckIn, InitiativeCheckIn
from syncer.domain.closing import ClosedAs, Closing
from syncer.domain.comment import Bullets, Comment, Heading, Paragraph, Publication, SectionFacts, Style, Text
from syncer.domain.link import Link
from syncer.domain.okr import Bet, Checkpoints, Curve, Cycle, Initiative, Keep, KeyResult, Objective, Rules
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import Fact, Signal, Threshold
from syncer.domain.snooze import Snooze
from syncer.domain.sync import (
    ConnectionHealth,
    OutboxRow,
    Placement,
    Receipt,
    RunOutcome,
    Standing,
    SyncRun,
    Trigger,
)
from syncer.domain.work import Health, LinkState, Points, Progress, Snapshot, WorkRef, WorkStatus


def _of_itself(initiative: Initiative) -> Initiative:
    """With a link that is its own."""
    if initiative.link is None:
        return initiative
    return replace(initiative, link=replace(initiative.link, initiative_id=initiative.id))


NOW = datetime(2026, 11, 16, 9, 30, 15, 123456, tzinfo=UTC)
ACME = "acme"


def link(initiative_id: str = "new-flow", key: str = "ONB-12", **more: Any) -> Link:
    return Link(
        initiative_id=initiative_id,
        key_result_id=more.pop("key_result_id", "activation"),
        ref=WorkRef("jira", "epic", key, more.pop("item_id", None)),
        **more,
    )


def snapshot(item_id: str = "10042", done: int = 6, taken_at: datetime = NOW, **more: Any) -> Snapshot:
    return Snapshot(
        ref=WorkRef(more.pop("connection", "jira"), "epic", "ONB-12", item_id),
        item_id=item_id,
        key="ONB-12",
        name="Rebuild the onboarding flow",
        url="https://acme.example/browse/ONB-12",
        status=WorkStatus.IN_PROGRESS,
        progress=Progress(done=done, open=4, cancelled=2),
        taken_at=taken_at,
        **more,
    )


def signal(kind: str = "bet_lost", headline: str = "shipped, not moved", **more: Any) -> Signal:
    return Signal(
        kind=kind,
        severity=Severity.WARN,
        key_result_id="activation",
        headline=headline,
        question="which bet replaces it?",
        evidence=(Fact("number", "37 % on 2026-11-16"),),
        first_seen=more.pop("first_seen", date(2026, 11, 16)),
        **more,
    )


def owed(item_id: str = "10042", words: str = "Number: 37 %", **more: Any) -> OutboxRow:
    comment = Comment((Paragraph((Text(words),)),), f"okr-syncer:{ACME}/{item_id}")
    ref = WorkRef("jira", "epic", "ONB-12", item_id)
    publication = Publication(workspace=ACME, ref=ref, item_id=item_id, comment=comment)
    return OutboxRow(publication=publication, **more)


def run(id: str = "r1", slot: str = "2026-11-16T09:30Z", **more: Any) -> SyncRun:  # noqa: A002
    return SyncRun(
        id=id,
        workspace=ACME,
        trigger=more.pop("trigger", Trigger.SCHEDULE),
        slot=slot,
        started_at=more.pop("started_at", NOW),
        **more,
    )


any_text = st.text(st.characters(exclude_categories=()), max_size=20)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31)).flatmap(  # noqa: DTZ001  drawn with a zone next
    lambda naive: st.timezones().map(lambda zone: naive.replace(tzinfo=zone))
)
moments_utc = moments.map(lambda moment: moment.astimezone(UTC))
days = st.dates(date(1, 1, 1), date(9999, 12, 31))
numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, 10**9)

refs = st.builds(WorkRef, names, names, names)
points = st.builds(Points, done=numbers, open=numbers, cancelled=numbers, unestimated=counts)
progress = st.builds(Progress, done=counts, open=counts, cancelled=counts, points=st.none() | points)
snapshots = st.builds(
    Snapshot,
    ref=refs,
    item_id=names,
    key=any_text,
    name=any_text,
    url=any_text,
    status=st.sampled_from(WorkStatus),
    progress=progress,
    state=st.sampled_from(LinkState),
    health=st.sampled_from(Health),
    owner=st.none() | any_text,
    owner_name=st.none() | any_text,
    start=st.none() | days,
    due=st.none() | days,
    done_on=st.none() | days,
    own_status=st.booleans(),
    notes=st.lists(any_text, max_size=3).map(tuple),
    taken_at=moments_utc,
)
facts = st.lists(
    st.builds(
        SectionFacts,
        key_result_id=any_text,
        initiative_id=any_text,
        number_status=any_text,
        value=st.none() | numbers,
        min_move=numbers,
        work_status=any_text,
        work_share=st.none() | numbers,
        signals=st.lists(any_text, max_size=3).map(tuple),
        unread=st.integers(0, 9),
        audience=any_text,
        heading=any_text,
        late=st.none() | numbers,
    ),
    max_size=3,
).map(tuple)
runs_of_text = st.lists(st.builds(Text, any_text, st.sampled_from(Style), any_text), max_size=3).map(tuple)
blocks = (
    st.builds(Heading, runs_of_text)
    | st.builds(Paragraph, runs_of_text)
    | st.builds(Bullets, st.lists(runs_of_text, max_size=3).map(tuple))
)
comments = st.builds(Comment, st.lists(blocks, max_size=4).map(tuple), names)
signals = st.builds(
    Signal,
    kind=any_text,
    severity=st.sampled_from(Severity),
    key_result_id=any_text,
    headline=any_text,
    question=any_text,
    evidence=st.lists(st.builds(Fact, any_text, any_text), max_size=3).map(tuple),
    thresholds=st.lists(st.builds(Threshold, any_text, any_text, any_text), max_size=3).map(tuple),
    owner=st.none() | any_text,
    readings=any_text,
    read_on=st.none() | days,
    first_seen=days,
)
check_ins = st.builds(
    CheckIn,
    key_result_id=names,
    on=days,
    at=moments_utc,
    value=numbers,
    health=st.sampled_from(Health),
    note=names,
    author=names,
    source=names,
)
initiative_check_ins = st.builds(
    InitiativeCheckIn,
    initiative_id=names,
    on=days,
    at=moments_utc,
    status=st.sampled_from(WorkStatus),
    note=names,
    author=names,
)
snoozes = st.builds(Snooze, signal_id=names, at=moments_utc, until=days, reason=names, author=names)
closings = st.builds(
    Closing,
    score=st.none() | numbers,
    cycle=names,
    key_result_id=names,
    at=moments_utc,
    word=st.sampled_from([ClosedAs.ACHIEVED, ClosedAs.MISSED]),
    value=st.none() | numbers,
    reason=names,
    author=names,
)
healths = st.builds(
    ConnectionHealth,
    connection=names,
    read_at=st.none() | moments_utc,
    failing_since=st.none() | moments_utc,
    code=names,
    sentence=names,
    not_before=st.none() | moments_utc,
)
receipts = st.builds(
    Receipt,
    workspace=names,
    ref=refs,
    item_id=names,
    placement=st.builds(Placement, st.none() | names, st.none() | names),
    standing=st.sampled_from(Standing),
    digest=names,
    facts=facts,
    published_at=st.none() | moments_utc,
)
outbox_rows = st.builds(
    OutboxRow,
    publication=st.builds(
        Publication, workspace=names, ref=refs, item_id=names, comment=st.none() | comments, facts=facts
    ),
    not_before=st.none() | moments_utc,
    in_flight=st.booleans(),
    unanswered=st.frozensets(names),
)
sync_runs = st.builds(
    SyncRun,
    id=names,
    workspace=names,
    trigger=st.sampled_from(Trigger),
    slot=names,
    started_at=moments_utc,
    recorded_at=st.none() | moments_utc,
    closed_at=st.none() | moments_utc,
    outcome=st.none() | st.sampled_from(RunOutcome),
    counts=st.dictionaries(any_text, counts, max_size=3),
)
links = st.builds(
    Link,
    initiative_id=names,
    key_result_id=names,
    ref=st.builds(WorkRef, names, names, names, st.none() | names),
    publish=st.booleans(),
    state=st.sampled_from(LinkState),
    read_at=st.none() | moments_utc,
    advice=names,
)


spans = st.integers(1, 10**7).map(lambda seconds: timedelta(seconds=seconds))
rules = st.builds(
    Rules,
    min_move=numbers,
    **dict.fromkeys(("window", "settle", "idle_after", "cadence", "grace", "stale_after"), spans),
    **dict.fromkeys(("on_track_gap", "behind_gap", "work_gap", "scope_growth"), numbers),
    focus_limit=counts,
    own=st.frozensets(st.sampled_from(["window", "settle"])),
)
cycle_refs = st.builds(WorkRef, names, names, names, options=st.frozensets(names, max_size=2))
key_results = st.builds(
    KeyResult,
    id=names,
    title=any_text,
    start=numbers,
    target=numbers,
    rules=rules,
    owner=st.none() | names,
    unit=any_text,
    pace=st.sampled_from(Curve)
    | st.lists(st.tuples(days, numbers), max_size=2).map(lambda points: Checkpoints(tuple(points))),
    keep=st.none() | st.sampled_from(Keep),
    confidential=st.booleans(),
    value_at=st.none() | cycle_refs,
).flatmap(
    lambda bare: st.lists(
        st.builds(
            Initiative,
            id=names,
            title=any_text,
            owner=st.none() | names,
            bet=st.none() | st.builds(Bet, move=st.none() | numbers, why=any_text),
            link=st.none()
            | st.builds(
                Link,
                initiative_id=names,
                key_result_id=st.just(bare.id),
                ref=cycle_refs,
                publish=st.booleans(),
                comment_on=st.none() | cycle_refs,
            ),
        ).map(_of_itself),
        max_size=2,
    ).map(lambda initiatives: replace(bare, initiatives=tuple(initiatives)))
)
cycles = st.builds(
    Cycle,
    id=names,
    start=days,
    end=days,
    objectives=st.lists(
        st.builds(
            Objective,
            id=names,
            title=any_text,
            owner=st.none() | names,
            key_results=st.lists(key_results, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)
