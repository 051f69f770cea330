"""The counts of all projects of a fetch: kept where nothing changed, made anew where something may have."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from connectors.asana.changes import WORKSPACE, Changes, Lookout
from connectors.asana.client import AsanaClient
from connectors.asana.counting import Counting, counted
from connectors.asana.crowd import Crowd, Trouble
from connectors.asana.records import Task
from connectors.asana.state import Count, Memory
from syncer.domain.work import WorkStatus

ROTATION: Final = timedelta(hours=24)
"""After so long every project has been counted anew; each has its own turn in the second half of it."""

NOT_WORTH_ASKING: Final = 3
"""So few requests are better spent on counting everything than on asking what changed."""


@dataclass(frozen=True, slots=True)
class Tallied:
    """The count of each project, or why there is none, and the memory as it is afterwards.

    `listed` are the tasks of the projects that were counted anew.
    """

    counts: Mapping[str, Count | Trouble]
    listed: Mapping[str, Sequence[Task]]
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What counting goes by. `homed` are the projects whose tasks may be in several of them.

    `portfolios` hold projects and nothing else: gid -> gids of what is in them. `own` are tasks that carry
    comments of ours, whatever somebody made of their notes and wherever they were moved.
    """

    client: AsanaClient
    workspace: str
    crowd: Crowd
    rules: str
    status_map: Mapping[str, WorkStatus]
    now: datetime
    homed: frozenset[str] = frozenset()
    portfolios: Mapping[str, frozenset[str]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def run(self, projects: Sequence[str], before: Mapping[str, Count], memory: Memory) -> Tallied:
        """Counts every project, and lists the tasks of those that may have changed since `before`."""
        known = {gid: before[gid] for gid in projects if gid in before and self._holds(gid, before[gid])}
        changes, memory = self._changes(projects, known, memory)
        quiet = {
            gid: replace(count, since=self.now, sync=changes.place(gid))
            for gid, count in known.items()
            if gid not in changes.dirty
        }
        answers: dict[str, Count | Trouble] = {**quiet}
        listed: dict[str, Sequence[Task]] = {}
        todo = [gid for gid in projects if gid not in quiet]
        while todo:
            tasks = self.crowd.each(lambda gid: self.client.tasks(gid, homes=gid in self.homed), todo)
            read = {gid: self._told(rows) for gid, rows in tasks.items() if isinstance(rows, list)}
            listed |= read
            for gid, rows in tasks.items():
                how = self._how(gid, changes, memory)
                answers[gid] = rows if isinstance(rows, Trouble) else counted(read[gid], how)
                quiet.pop(gid, None)
            todo = sorted(self._unaware(read.values(), quiet))
        return Tallied(answers, listed, memory)

    def _told(self, tasks: Sequence[Task]) -> list[Task]:
        return [replace(task, is_rollup=True) if task.gid in self.own else task for task in tasks]

    def _holds(self, gid: str, count: Count) -> bool:
        if gid in self.homed and count.shared is None:
            return False
        share = zlib.crc32(gid.encode()) / 2**32
        return timedelta() <= self.now - count.at < ROTATION * (0.5 + share / 2)

    def _changes(
        self, projects: Sequence[str], known: Mapping[str, Count], memory: Memory
    ) -> tuple[Changes, Memory]:
        everything = Changes(frozenset(known))
        price = sum(known[gid].pages if gid in known else 1 for gid in projects)
        if price <= NOT_WORTH_ASKING:
            return everything, memory
        lookout = Lookout(self.client, self.workspace, self.crowd, self.now, self.portfolios)
        if not memory.probe or memory.probed_at is None or self.now - memory.probed_at >= ROTATION:
            memory, sync = lookout.probe(projects, memory)
            if memory.probe == WORKSPACE:
                return Changes(frozenset(known), sync), memory
        return lookout.look(known, memory)

    def _how(self, gid: str, changes: Changes, memory: Memory) -> Counting:
        return Counting(
            rules=self.rules,
            at=self.now,
            status_map=self.status_map,
            homes=gid in self.homed,
            members=memory.probe == WORKSPACE,
            sync=changes.place(gid),
        )

    def _unaware(self, read: Iterable[Sequence[Task]], quiet: Mapping[str, Count]) -> set[str]:
        """Projects whose kept count has another idea of where a task is than the task itself says now."""
        told = {gid: (count.shared or {}).keys() for gid, count in quiet.items() if gid in self.homed}
        sharing: dict[str, set[str]] = {}
        for gid, shared in told.items():
            for task_gid in shared:
                sharing.setdefault(task_gid, set()).add(gid)
        unaware: set[str] = set()
        for task in (task for tasks in read for task in tasks if task.homes and not task.is_rollup):
            thought = sharing.get(task.gid, set())
            unaware |= thought - task.homes
            if len(task.homes) > 1:
                unaware |= (task.homes & told.keys()) - thought
        return unaware
