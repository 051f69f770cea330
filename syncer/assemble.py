"""From the validated workspace file to domain values. Pure; its models are seen as plain attributes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncer.domain.link import Link
from syncer.domain.notification import Event, Subscription
from syncer.domain.okr import (
    Bet,
    Checkpoints,
    Curve,
    Cycle,
    Initiative,
    Keep,
    KeyResult,
    Objective,
    Pace,
    Person,
    PublishPolicy,
    Rules,
    WhenRetired,
    Workspace,
)
from syncer.domain.work import WorkRef, WorkStatus

Model = Any
"""A model of config.workspace: pydantic is not imported here, and a protocol would say it all twice."""

CADENCE = timedelta(days=7)
"""Check-ins are weekly."""

RULES = (
    "min_move",
    "window",
    "settle",
    "idle_after",
    "check_in_grace",
    "focus_limit",
    "on_track_gap",
    "behind_gap",
    "stale_after",
    "work_gap",
    "scope_growth",
)
"""The keys of a key result that set a figure it is judged by."""

MIN_MOVE_SHARE = 0.05
"""The smallest movement that counts, as a share of the span (or of a value to be kept), by default."""


def assemble(file: Model) -> Workspace:
    """The workspace as the domain knows it; `file` is a checked config.workspace.WorkspaceFile."""
    return Workspace(
        id=file.workspace,
        zone=ZoneInfo(file.timezone),
        cycles=tuple(_cycle(file, cycle) for cycle in file.cycles),
        people={
            id_: Person(id=id_, name=person.name, accounts=dict(person.accounts))
            for id_, person in file.people.items()
        },
        connection_kinds={name: settings.kind for name, settings in file.connections.items()},
        audiences={name: one.audience for name, one in file.connections.items() if one.audience},
        silent=frozenset(name for name, one in file.connections.items() if not one.publishes),
        publish=PublishPolicy(
            enabled=file.publish.enabled,
            min_interval=file.publish.min_interval,
            max_writes_per_sync=file.publish.max_writes_per_sync,
            when_retired=WhenRetired(file.publish.when_retired),
        ),
        sync_every=file.schedule.sync,
        reconcile_at=file.schedule.reconcile.time,
        check_in_on=file.schedule.check_in.weekday,
        check_in_at=file.schedule.check_in.time,
        notify=tuple(_subscription(entry) for entry in file.notify),
    )


def _subscription(entry: Model) -> Subscription:
    return Subscription(
        to=str(entry.to),
        on=frozenset(Event(event) for event in entry.on),
        person=entry.person,
        every=entry.every or timedelta(),
    )


def status_map(file: Model, connection: str) -> dict[str, WorkStatus]:
    """The exceptions that hold for one connection: those under its kind, then those under its own name."""
    kind = file.connections[connection].kind
    named = {**file.status_map.get(kind, {}), **file.status_map.get(connection, {})}
    return {status: WorkStatus(word) for status, word in named.items()}


def _cycle(file: Model, cycle: Model) -> Cycle:
    return Cycle(
        id=cycle.id,
        start=cycle.start,
        end=cycle.end,
        objectives=tuple(
            Objective(
                id=objective.id,
                title=objective.title,
                owner=objective.owner,
                key_results=tuple(_key_result(file, one) for one in objective.key_results),
            )
            for objective in cycle.objectives
        ),
    )


def _key_result(file: Model, key_result: Model) -> KeyResult:
    return KeyResult(
        id=key_result.id,
        title=key_result.title,
        owner=key_result.owner,
        unit=key_result.unit,
        start=key_result.target if key_result.keep else key_result.start,
        target=key_result.target,
        pace=_pace(key_result.pace),
        keep=Keep(key_result.keep) if key_result.keep else None,
        rules=_rules(key_result, file.signals, file.schedule),
        confidential=key_result.confidential,
        value_at=_value_at(key_result.value_from),
        initiatives=tuple(_initiative(file, one, key_result.id) for one in key_result.initiatives),
    )


def _value_at(place: Model) -> WorkRef | None:
    if place is None or place.kind is None:
        return None
    return WorkRef(place.connection, place.kind, str(getattr(place, place.kind)))


def _pace(pace: Model) -> Pace:
    if isinstance(pace, str):
        return Curve(pace)
    return Checkpoints(tuple(sorted(pace.items())))


def _rules(key_result: Model, signals: Model, schedule: Model) -> Rules:
    kept = key_result.keep is not None
    span = abs(key_result.target - (0 if kept else key_result.start))

    def own(name: str, common: Model = signals) -> Any:  # noqa: ANN401  of the type of the rule
        value = getattr(key_result, name)
        return getattr(common, name) if value is None else value

    return Rules(
        min_move=span * MIN_MOVE_SHARE if key_result.min_move is None else key_result.min_move,
        window=own("window"),
        settle=own("settle"),
        idle_after=own("idle_after"),
        cadence=CADENCE,
        grace=own("check_in_grace"),
        focus_limit=own("focus_limit"),
        on_track_gap=own("on_track_gap"),
        behind_gap=own("behind_gap"),
        stale_after=own("stale_after", schedule),
        work_gap=own("work_gap"),
        scope_growth=own("scope_growth"),
        own=frozenset(name for name in RULES if getattr(key_result, name) is not None),
    )


def _initiative(file: Model, initiative: Model, key_result_id: str) -> Initiative:
    bet, link = initiative.bet, initiative.link
    return Initiative(
        id=initiative.id,
        title=initiative.title,
        owner=initiative.owner,
        bet=Bet(move=bet.move, why=bet.why) if bet else None,
        link=_link(file, link, initiative.id, key_result_id) if link else None,
    )


def _link(file: Model, link: Model, initiative_id: str, key_result_id: str) -> Link:
    connection = file.connections[link.connection]
    options = {
        "allow_issue": link.allow_issue,
        "done_when_empty": link.done_when == "empty",
    }
    chosen = frozenset(name for name, wanted in options.items() if wanted)
    return Link(
        initiative_id=initiative_id,
        key_result_id=key_result_id,
        ref=WorkRef(link.connection, link.kind, link.key, options=chosen),
        publish=link.publish == "on"
        and connection.publishes
        and (link.comment_on is not None or link.kind in connection.comment_kinds),
        comment_on=_carrier(link, connection),
    )


def _carrier(link: Model, connection: Model) -> WorkRef | None:
    if link.comment_on is None:
        return None
    # It need not be an epic: nothing is counted below it.
    return WorkRef(
        link.connection, connection.carrier_kind, link.comment_on, options=frozenset({"allow_issue"})
    )
