"""One fetch: all refs in, an outcome for each out, with as few requests as Asana allows.

Names, dates and status updates are read anew each time; tasks are counted anew only where something may have
changed, and at the latest after a day. QUALITY.md says what it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from connectors.asana import mapping
from connectors.asana.advice import gone, not_a_gid, told
from connectors.asana.client import AsanaClient
from connectors.asana.counting import together
from connectors.asana.crowd import PARALLEL, Crowd, Trouble
from connectors.asana.portfolios import Holding, Shelf
from connectors.asana.records import LinkedTask, Project, StatusUpdate, Task, User
from connectors.asana.roster import read_projects
from connectors.asana.row import is_gid
from connectors.asana.state import (
    Count,
    Memory,
    dump_contents,
    dump_count,
    dump_memory,
    load_contents,
    load_count,
    load_memory,
)
from connectors.asana.tally import Tally
from connectors.shared import shared_by
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Outcome, Progress, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import ForbiddenError, NotFoundError, SkippableError, TemporaryError
from syncer.ports import Fetched, Past

KINDS: Final = ("project", "portfolio", "task")

_ALLOWED: Final = "allow_issue"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a fetch goes by. `who` asks whose token it is; `rules` names what counts are made by."""

    client: AsanaClient
    workspace: str
    rules: str
    status_map: Mapping[str, WorkStatus]
    now: datetime
    who: Callable[[], User]


def fetch(setting: Setting, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:
    """An outcome for every ref, in order; the state holds the parts of these refs alone."""
    memory = load_memory(state.connection, setting.rules)
    if not memory.me:
        memory = replace(memory, me=setting.who().gid)
    once = tuple(dict.fromkeys(refs))
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="asana") as pool:
        try:
            found, memory = _read(setting, Crowd(pool), once, state, memory)
        finally:
            pool.shutdown(cancel_futures=True)
    outcomes = {ref: _outcome(setting, found, ref) for ref in once}
    _raise_if_nothing_was_read(found, once)
    kept = ConnectorState(dump_memory(memory), _parts(found, outcomes))
    past = {ref: before for ref, one in outcomes.items() if (before := _past(setting, found, one))}
    return Fetched(
        tuple(outcomes[ref] for ref in refs), kept, past=past, shared=partial(_shared, found, outcomes)
    )


def _shared(found: _Found, outcomes: Mapping[WorkRef, Outcome]) -> Mapping[tuple[WorkRef, ...], int]:
    read = [ref for ref, one in outcomes.items() if isinstance(one, Snapshot) and ref.kind != "portfolio"]
    work = {ref: [task.gid for task in _listed(found, ref) if not task.is_rollup] for ref in read}
    return shared_by({ref: dict.fromkeys(gids) for ref, gids in work.items()})


@dataclass(slots=True)
class _Found:
    """What was read of everything the refs need, by gid, each once; or why not."""

    holdings: dict[str, Holding | Trouble] = field(default_factory=dict)
    projects: dict[str, Project | Trouble] = field(default_factory=dict)
    counts: Mapping[str, Count | Trouble] = field(default_factory=dict)
    listed: Mapping[str, Sequence[Task]] = field(default_factory=dict)
    tasks: dict[str, tuple[LinkedTask, list[Task]] | Trouble] = field(default_factory=dict)
    updates: dict[str, StatusUpdate | Trouble | None] = field(default_factory=dict)


def _gid(ref: WorkRef) -> str:
    return ref.item_id or ref.key


def _read(
    setting: Setting, crowd: Crowd, refs: Sequence[WorkRef], state: ConnectorState, memory: Memory
) -> tuple[_Found, Memory]:
    client, found = setting.client, _Found()
    asked = {
        kind: tuple({_gid(r): None for r in refs if r.kind == kind and is_gid(_gid(r))}) for kind in KINDS
    }
    shelf = Shelf(client)
    found.holdings = crowd.each(
        lambda gid: shelf.holding(gid, load_contents(state.items.get(gid, ""))), asked["portfolio"]
    )
    allowed = {_gid(ref) for ref in refs if _ALLOWED in ref.options}
    found.tasks = crowd.each(lambda gid: _linked_task(client, gid, gid in allowed), asked["task"])
    held = _held(found)
    known = {gid: project for gid, project in held.items() if project}
    rest = [gid for gid in asked["project"] if gid not in known]
    read, memory = read_projects(client, setting.workspace, crowd, rest, memory)
    found.projects = {**known, **read}
    countable = [gid for gid in asked["project"] if isinstance(found.projects[gid], Project)]
    memory = _count(setting, crowd, found, tuple(dict.fromkeys([*countable, *held])), state, memory)
    found.updates = crowd.each(
        lambda gid: _foreign_update(client, gid, memory.me), _reported_by(found, memory.me)
    )
    return found, memory


def _linked_task(client: AsanaClient, gid: str, allowed: bool) -> tuple[LinkedTask, list[Task]]:  # noqa: FBT001
    """A task with what is below it, which concerns nobody where the task cannot be linked."""
    task = client.linked_task(gid)
    can_be = mapping.not_a_bet(task, allow_issue=allowed) is None
    return task, client.subtasks(gid) if can_be and task.subtasks else []


def _held(found: _Found) -> dict[str, Project | None]:
    return {
        gid: project
        for holding in found.holdings.values()
        if isinstance(holding, Holding)
        for gid, project in holding.projects.items()
    }


def _count(
    setting: Setting,
    crowd: Crowd,
    found: _Found,
    projects: Sequence[str],
    state: ConnectorState,
    memory: Memory,
) -> Memory:
    holdings = {gid: one for gid, one in found.holdings.items() if isinstance(one, Holding)}
    tally = Tally(
        client=setting.client,
        workspace=setting.workspace,
        crowd=crowd,
        rules=setting.rules,
        status_map=setting.status_map,
        now=setting.now,
        homed=frozenset(gid for one in holdings.values() for gid in one.projects),
        portfolios={gid: one.contents.projects for gid, one in holdings.items() if one.flat},
        own=state.own,
    )
    parts = {gid: load_count(state.items.get(gid, ""), setting.rules) for gid in projects}
    before = {gid: count for gid, count in parts.items() if count}
    tallied = tally.run(projects, before, memory)
    found.counts, found.listed = tallied.counts, tallied.listed
    return tallied.memory


def _reported_by(found: _Found, me: str) -> list[str]:
    everything = [
        *(one for one in found.projects.values() if isinstance(one, Project)),
        *(one.portfolio for one in found.holdings.values() if isinstance(one, Holding)),
    ]
    return [one.gid for one in everything if one.status and me in one.status.by]


def _foreign_update(client: AsanaClient, gid: str, me: str) -> StatusUpdate | None:
    foreign = [update for update in client.updates(gid) if me not in update.by]
    return max(foreign, key=lambda update: update.created_at, default=None)


def _outcome(setting: Setting, found: _Found, ref: WorkRef) -> Outcome:
    gid = _gid(ref)
    if not is_gid(gid):
        return Unread(ref, not_a_gid(ref))
    if ref.kind not in KINDS:
        return Unread(ref, f"Asana has no {ref.kind} links; link a project, a portfolio or a task")
    try:
        return _snapshot(setting, found, ref, gid)
    except (NotFoundError, ForbiddenError) as error:
        return gone(ref, gid, setting.who().name, error)
    except (SkippableError, TemporaryError) as error:
        return Unread(ref, told(error))


def _snapshot(setting: Setting, found: _Found, ref: WorkRef, gid: str) -> Snapshot:
    if ref.kind == "task":
        task, subtasks = _whole(found.tasks[gid])
        why = mapping.not_a_bet(task, allow_issue=_ALLOWED in ref.options)
        if why is not None:
            raise SkippableError(why)
        return mapping.task_snapshot(ref, task, subtasks, setting.now, setting.status_map)
    if ref.kind == "portfolio":
        holding = _whole(found.holdings[gid])
        item, work = holding.portfolio, _work_of(holding, found)
    else:
        item = _whole(found.projects[gid])
        work = _counted(setting.client, gid, found.counts[gid]).progress
    update, notes = _update(found, item)
    reading = mapping.Reading(ref, item, work, update, setting.now, notes)
    return mapping.snapshot(reading, setting.status_map)


def _past(setting: Setting, found: _Found, outcome: Outcome) -> Past | None:
    """Of a project that was just counted, or a task; a portfolio may have held other projects then."""
    if not isinstance(outcome, Snapshot) or outcome.ref.kind == "portfolio":
        return None
    return partial(mapping.past, outcome, _listed(found, outcome.ref), setting.status_map)


def _listed(found: _Found, ref: WorkRef) -> Sequence[Task]:
    """The tasks of a project or task that were listed in this fetch."""
    gid = _gid(ref)
    return _whole(found.tasks[gid])[1] if ref.kind == "task" else found.listed.get(gid, ())


def _counted(client: AsanaClient, gid: str, count: Count | Trouble) -> Count:
    if isinstance(count, NotFoundError | ForbiddenError):
        # Asana still lists the project: only a look at itself tells whether it went away just now.
        client.touch_project(gid)
        raise SkippableError(f"The tasks of project {gid} cannot be read: {told(count)}") from count
    return _whole(count)


def _update(found: _Found, item: Project) -> tuple[StatusUpdate | None, tuple[str, ...]]:
    """The newest update of somebody else; a refusal to list them costs the health, not the whole item."""
    update = found.updates.get(item.gid, item.status)
    if isinstance(update, SkippableError):
        return None, (f"The last status update is our own; those before it were not read: {told(update)}",)
    return _whole(update), ()


def _work_of(holding: Holding, found: _Found) -> Progress:
    counts = []
    for gid in holding.projects:
        count = found.counts[gid]
        if not isinstance(count, Count):
            raise SkippableError(f"Project {gid} in this portfolio was not read: {told(count)}") from count
        counts.append(count)
    return together(counts)


def _whole(answer: T | Trouble) -> T:
    if isinstance(answer, SkippableError | TemporaryError):
        raise answer
    return answer


def _raise_if_nothing_was_read(found: _Found, refs: Sequence[WorkRef]) -> None:
    """A failure of all is a failure of the connection, not of each link."""
    failures = [_failure(found, ref) for ref in refs]
    if failures and all(failures):
        raise next(failure for failure in reversed(failures) if failure)


def _failure(found: _Found, ref: WorkRef) -> TemporaryError | None:
    gid = _gid(ref)
    read = found.tasks.get(gid) or found.holdings.get(gid) or found.projects.get(gid)
    answers: list[object] = [read, found.counts.get(gid), found.updates.get(gid)]
    if isinstance(read, Holding):
        answers += [found.counts.get(one) for one in read.projects]
    return next((answer for answer in answers if isinstance(answer, TemporaryError)), None)


def _parts(found: _Found, outcomes: Mapping[WorkRef, Outcome]) -> dict[str, str]:
    """An empty part marks what was not read, so that it is read in full next time."""
    parts: dict[str, str] = {}
    for gid, count in found.counts.items():
        parts[gid] = dump_count(count) if isinstance(count, Count) else ""
    for ref, outcome in outcomes.items():
        gid = _gid(ref)
        holding = found.holdings.get(gid) if ref.kind == "portfolio" else None
        if isinstance(holding, Holding):
            parts[gid] = dump_contents(holding.contents)
        elif ref.kind == "project" and not isinstance(outcome, Snapshot) and is_gid(gid):
            parts[gid] = ""
    return parts
