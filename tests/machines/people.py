"""People at work on a Jira site, drawn by seed, and what is true there at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import available_timezones

from connectors.sandbox.jira_records import TYPE_NAMED, Account, Issue
from connectors.sandbox.jira_site import BOT, Deployment, JiraSite
from syncer.domain.work import WorkRef

ZONES = sorted(available_timezones())
PROJECTS = ("ONB", "WEB", "OPS")
ENDS = (
    ("To Do", None),
    ("In Progress", None),
    ("On Hold", None),
    ("Imported", None),
    ("Done", "Done"),
    ("Done", None),
    ("Done", "Won't Do"),
    ("Won't Do", "Duplicate"),
)
LABEL = "bet"
CANCELLED = frozenset({"Won't Do", "Duplicate"})
ANA = Account("5b10a2844c20165700ede21g", "Ana Ruiz", "ana@acme.example")

NEVER = datetime.min.replace(tzinfo=UTC)

Counts = tuple[int, int, int]
"""Done, open, cancelled."""


@dataclass(slots=True)
class Clock:
    """The server's clock; it stands still until it is told to move."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass(slots=True)
class People:
    """One site and everybody who edits it. `linked` are the items as they were linked.

    `edited_at` is when somebody last did something; `recategorised` that a status changed its category, which
    touches no issue.
    """

    site: JiraSite
    clock: Clock
    random: Random
    linked: Sequence[WorkRef] = ()
    edited_at: datetime = NEVER
    recategorised: bool = False

    def truth(self, ref: WorkRef) -> Counts | None:
        """What is to be counted under a linked item, None for one that the bot cannot read."""
        found = self._under_epic(ref.key) if ref.kind == "epic" else self._found_by(ref)
        if found is None:
            return None
        count = Counter(self._bucket(one) for one in found)
        return count["done"], count["open"], count["cancelled"]

    def _under_epic(self, key: str) -> list[Issue] | None:
        try:
            epic = self.site.issue(key)
        except KeyError:
            return None
        if not self._is_shown(epic):
            return None
        return [one for one in map(self.site.issue, self.site.children_of(epic.id)) if self._is_counted(one)]

    def _found_by(self, ref: WorkRef) -> list[Issue] | None:
        """What a project, version or query finds, without the headings over something else of it."""
        project = ref.key.partition(":")[0]
        if ref.kind != "jql" and not self._is_readable(project):
            return None
        found = [one for one in self.site.issues() if self._is_shown(one) and TYPE_NAMED[one.type].level >= 0]
        found = [one for one in found if self._belongs(one, ref)]
        headings = {one.parent for one in found}
        return [one for one in found if one.id not in headings]

    def _is_readable(self, project: str) -> bool:
        return project not in self.site.hidden_projects and not self.site.projects[project].archived

    def _belongs(self, issue: Issue, ref: WorkRef) -> bool:
        if ref.kind == "project":
            return issue.project == ref.key
        if ref.kind == "version":
            versions = map(self.site.versions.__getitem__, issue.versions)
            return ref.key in {f"{version.project}:{version.name}" for version in versions}
        return LABEL in issue.labels

    def hidden(self) -> frozenset[str]:
        """The ids of what is there and not shown."""
        return frozenset(one.id for one in self.site.issues() if not self._is_shown(one))

    def edit(self) -> None:
        """Somebody does something."""
        acts, weights = zip(*self._acts(), strict=True)
        self.random.choices(acts, weights)[0]()
        self.edited_at = self.clock.moment

    def _acts(self) -> Sequence[tuple[Callable[[], None], int]]:
        return (
            (self._add, 8),
            (self._change, 12),
            (self._reparent, 8),
            (self._delete, 4),
            (self._move, 3),
            (self._hide, 4),
            (self._reveal, 4),
            (self._hide_many, 1),
            (self._hide_epic, 1),
            (self._reveal_epic, 2),
            (self._move_epic, 1),
            (self._touch_epic, 2),
            (self._archive, 1),
            (self._restore, 2),
            (self._hide_project, 1),
            (self._reveal_project, 2),
            (self._recategorise, 1),
            (self._delete_epic, 1),
            (self._label, 4),
            (self._fix, 4),
        )

    def _is_shown(self, issue: Issue) -> bool:
        return self.site.is_visible(issue) and not self.site.projects[issue.project].archived

    def _is_counted(self, issue: Issue) -> bool:
        return self._is_shown(issue) and TYPE_NAMED[issue.type].level == 0

    def _bucket(self, issue: Issue) -> str:
        if self.site.statuses[issue.status].category != "done":
            return "open"
        return "cancelled" if issue.resolution in CANCELLED else "done"

    def _is_open(self, issue: Issue) -> bool:
        return not self.site.projects[issue.project].archived

    def _children(self) -> list[str]:
        """Everything below epics that can be edited; what is archived is read only."""
        below = (one for one in self.site.issues() if TYPE_NAMED[one.type].level == 0)
        return [one.key for one in below if self._is_open(one)]

    def _epics(self) -> list[str]:
        above = (one for one in self.site.issues() if one.type == "Epic")
        return [one.key for one in above if self._is_open(one)]

    def _child(self) -> str | None:
        children = self._children()
        return self.random.choice(children) if children else None

    def _epic(self) -> str | None:
        epics = self._epics()
        return self.random.choice(epics) if epics else None

    def _project(self) -> str | None:
        there = [key for key, project in self.site.projects.items() if not project.archived]
        return self.random.choice(there) if there else None

    def _add(self) -> None:
        project, parent = self._project(), self._epic()
        if project is None:
            return
        status, resolution = self.random.choice(ENDS)
        made = self.site.add_issue(
            project, self.random.choice(("Story", "Bug", "Task")), "a child", parent=parent,
            status=status, resolution=resolution,
        )  # fmt: skip
        if self.random.random() < 0.2:
            self.site.add_issue(project, "Sub-task", "a part of it", parent=made)
        if self.random.random() < 0.4:
            self.site.label(made, LABEL)

    def _change(self) -> None:
        if child := self._child():
            self.site.set_status(child, *self.random.choice(ENDS))

    def _reparent(self) -> None:
        if child := self._child():
            self.site.reparent(child, self.random.choice([None, *self._epics()]))

    def _delete(self) -> None:
        if child := self._child():
            self.site.delete(child)

    def _move(self) -> None:
        child, project = self._child(), self._project()
        if child and project and self.site.issue(child).project != project:
            self.site.move(child, project)

    def _hide(self) -> None:
        if child := self._child():
            self.site.hide(child)

    def _reveal(self) -> None:
        for name in self.random.sample(sorted(self.site.hidden), k=min(1, len(self.site.hidden))):
            self.site.hidden.discard(name)

    def _hide_many(self) -> None:
        children = self._children()
        for child in self.random.sample(children, k=len(children) // 2):
            self.site.hide(child)

    def _hide_epic(self) -> None:
        if epic := self._epic():
            self.site.hide(epic)

    def _reveal_epic(self) -> None:
        for epic in self._epics():
            self.site.reveal(epic)

    def _move_epic(self) -> None:
        epic, project = self._epic(), self._project()
        if epic and project and self.site.issue(epic).project != project:
            self.site.move(epic, project)

    def _touch_epic(self) -> None:
        if epic := self._epic():
            self.site.rename(epic, f"Name {self.random.randrange(100)}")
            self.site.write_comment(epic, ANA, "How far are we?")

    def _archive(self) -> None:
        if project := self._project():
            self.site.archive_project(project)

    def _restore(self) -> None:
        for project in self.site.projects:
            self.site.archive_project(project, archived=False)

    def _hide_project(self) -> None:
        self.site.hide_project(self.random.choice(PROJECTS))

    def _reveal_project(self) -> None:
        for project in sorted(self.site.hidden_projects):
            self.site.reveal_project(project)

    def _recategorise(self) -> None:
        status = self.random.choice(("On Hold", "In Review", "Imported"))
        self.site.recategorise(status, self.random.choice(("new", "indeterminate", "done")))
        self.recategorised = True

    def _label(self) -> None:
        if child := self._child():
            self.site.label(child, *self.random.choice(((), (LABEL,), (LABEL, "other"), ("other",))))

    def _fix(self) -> None:
        if child := self._child():
            there = [
                name
                for name, of in self.site.versions.items()
                if of.project == self.site.issue(child).project
            ]
            self.site.fix_in(child, *self.random.sample(there, k=self.random.randint(0, len(there))))

    def _delete_epic(self) -> None:
        epic = self._epic()
        if epic and self.random.random() < 0.5:
            self.site.delete(epic)


SEARCHES = (
    WorkRef("jira", "project", "ONB"),
    WorkRef("jira", "version", "WEB:1.0"),
    WorkRef("jira", "version", "ONB:2.0"),
    WorkRef("jira", "jql", f"labels = {LABEL} ORDER BY created"),
)


def at_work(random: Random, deployment: Deployment, *, searches: bool = False) -> People:
    """A site in any zone, read by an account in another, at any time of the year, with a few epics.

    `searches` links some projects, versions and queries beside them.
    """
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(365 * 86_400)))
    bot = replace(BOT, zone=random.choice(ZONES))
    site = JiraSite(clock.now, deployment=deployment, zone=random.choice(ZONES), bot=bot)
    for key in PROJECTS:
        site.add_project(key, f"Project {key}")
        for name in ("1.0", "2.0"):
            site.add_version(key, name)
    epics = [
        site.add_issue(random.choice(PROJECTS), "Epic", f"Epic {n}") for n in range(random.randint(2, 5))
    ]
    linked = [WorkRef("jira", "epic", key) for key in epics[:-1]]
    if searches:
        linked = [*linked[:2], *random.sample(SEARCHES, k=random.randint(1, len(SEARCHES)))]
    people = People(site, clock, random, linked=linked)
    for _ in range(random.randint(0, 25)):
        people._add()
    clock.pass_by(hours=random.choice((1, 13, 50)))
    site.index_lag = timedelta(minutes=random.choice((0, 0, 1, 5, 10, 30, 120, 720, random.randint(0, 720))))
    return people
