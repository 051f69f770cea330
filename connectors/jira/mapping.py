"""From Jira's records to the product's words: buckets, status, snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from connectors.buckets import Bucket, bucket_of, tally
from connectors.jira.records import Child, Epic, Resolution, Status
from connectors.jira.state import Kin
from connectors.past import Piece, past_of
from syncer.domain.work import LinkState, Progress, Snapshot, WorkRef, WorkStatus

CANCELLED_RESOLUTIONS: Final = frozenset(
    {
        "won't do",
        "won't fix",
        "duplicate",
        "cannot reproduce",
        "declined",
        "incomplete",
        "obsolete",
        "invalid",
        "cancelled",
        "canceled",
        "abandoned",
    }
)
"""Resolutions, in lower case, that end an issue without its work being done.

These are Jira's English defaults; a site with other words names them in status_map, by name or as
`resolution:10002`.
"""

_BY_CATEGORY: Final = {
    "new": WorkStatus.PLANNED,
    "indeterminate": WorkStatus.IN_PROGRESS,
    "undefined": WorkStatus.PLANNED,
    "done": WorkStatus.DONE,
}

StatusMap = Mapping[str, WorkStatus]


class Words:
    """What statuses and resolutions mean on one site: the workspace's own word, then the category.

    A word for one project alone stands under its key and a slash, `ONB/On Hold`, and goes before the others.
    It learns statuses as they are seen; a status that an administrator moved to another category moves
    every issue that is known to be in it. `known` is what was learned before: status id to category and word.
    `unmapped` are the names seen that the map has no word for, with what they are taken for.
    """

    def __init__(self, status_map: StatusMap, known: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._map = {_folded(name): word for name, word in status_map.items()}
        self.known: dict[str, tuple[str, str]] = dict(known or {})
        self.unmapped: dict[str, str] = {}

    def learn(self, status: Status, project: str = "") -> str:
        """Takes a status as it is now. Gives its id, behind the project's key where that has its own word."""
        own = self._own(status, project)
        name = f"{project}/{status.id}" if own else status.id
        word = own or self._of(status)
        self.known[name] = (status.category, word.value if word else "")
        if word is None:
            self.unmapped[status.name] = _taken_for(status.category)
        return name

    def kin(self, child: Child, *, counts: bool, parent: bool = False) -> Kin:
        """What is kept of an issue; `parent` keeps what is above it."""
        status = self.learn(child.status, _project(child.key))
        above = child.parent if parent else None
        if not counts:
            return Kin("", parent=above)
        ending = self.ending(child.resolution)
        return Kin(status, ending, child.points, above, created=child.created, ended=child.ended)

    def ending(self, resolution: Resolution | None) -> WorkStatus | None:
        """The word a resolution stands for, None where it says no more than the status does."""
        if resolution is None:
            return None
        names = (f"resolution:{resolution.id}", f"resolution:{resolution.name}", resolution.name)
        mapped = next((self._map[_folded(name)] for name in names if _folded(name) in self._map), None)
        cancelled = _folded(resolution.name) in CANCELLED_RESOLUTIONS
        return mapped or (WorkStatus.DROPPED if cancelled else None)

    def bucket(self, kin: Kin) -> Bucket:
        """Where a counted issue belongs."""
        category, word = self.known.get(kin.status, ("", ""))
        if word:
            return bucket_of(WorkStatus(word))
        if category != "done":
            return Bucket.OPEN
        return bucket_of(kin.ending or WorkStatus.DONE)

    def is_under_way(self, kin: Kin) -> bool:
        """Whether somebody works on it now."""
        category, word = self.known.get(kin.status, ("", ""))
        return word == WorkStatus.IN_PROGRESS or (not word and category == "indeterminate")

    def has_no_category(self, kin: Kin) -> bool:
        """Whether Jira does not say how far an issue in this status is, and nobody else does."""
        category, word = self.known.get(kin.status, ("", ""))
        return not word and category not in {"new", "indeterminate", "done"}

    def work_status(self, epic: Epic) -> tuple[WorkStatus, tuple[str, ...]]:
        """The status word of a linked issue, and a note where Jira's category says little."""
        known = self.known.get(epic.status.id)
        category = known[0] if known else epic.status.category
        mapped = self._own(epic.status, _project(epic.key)) or self._of(epic.status)
        if mapped is not None:
            return mapped, ()
        self.unmapped[epic.status.name] = _taken_for(category)
        if category == "done":
            return self.ending(epic.resolution) or WorkStatus.DONE, ()
        return _by_category(epic.status.name, category)

    def _of(self, status: Status) -> WorkStatus | None:
        return self._map.get(_folded(status.name)) or self._map.get(status.id)

    def _own(self, status: Status, project: str) -> WorkStatus | None:
        names = (f"{project}/{status.name}", f"{project}/{status.id}")
        return next((self._map[_folded(name)] for name in names if _folded(name) in self._map), None)


def _project(key: str) -> str:
    return key.rpartition("-")[0]


def _taken_for(category: str) -> str:
    return _word_of(category).words


def _word_of(category: str) -> WorkStatus:
    return _BY_CATEGORY.get(category, WorkStatus.IN_PROGRESS)


def _by_category(name: str, category: str) -> tuple[WorkStatus, tuple[str, ...]]:
    """The word for a status without one of its own, and a note where its category says little."""
    word = _word_of(category)
    if category == "undefined":
        note = (
            f"The status '{name}' has no category in Jira and is taken as {word.words}; "
            "status_map can say more."
        )
        return word, (note,)
    if category not in _BY_CATEGORY:
        note = f"The status '{name}' has the unknown category '{category}' and is taken as {word.words}."
        return word, (note,)
    return word, ()


def progress(family: Mapping[str, Kin], words: Words, *, with_points: bool) -> Progress:
    """The buckets of what counts for a linked item, each issue once."""
    pieces = ((words.bucket(kin), kin.points) for kin in counted(family).values())
    return tally(pieces, with_points=with_points)


def counted(family: Mapping[str, Kin]) -> dict[str, Kin]:
    """What counts of a family, by id: an issue above another one of it is a heading and does not."""
    headings = {kin.parent for kin in family.values() if kin.status and kin.parent}
    return {name: kin for name, kin in family.items() if kin.status and name not in headings}


def past(now: Snapshot, family: Mapping[str, Kin], words: Words, begun: date | None) -> tuple[Snapshot, ...]:
    """What the item was like before, where its family was just read in full; nothing else knows the dates."""
    return past_of(now, (_piece(kin, words) for kin in counted(family).values()), begun)


def _piece(kin: Kin, words: Words) -> Piece | None:
    if kin.created is None:
        return None
    bucket = words.bucket(kin)
    ended = None if bucket is Bucket.OPEN else kin.ended
    return Piece(bucket, kin.created, ended, kin.points)


def doubts(family: Mapping[str, Kin], words: Words) -> tuple[str, ...]:
    """A note where issues stand in statuses that say nothing about how far they are."""
    vague = sum(1 for kin in family.values() if kin.status and words.has_no_category(kin))
    if not vague:
        return ()
    return (f"{vague} of its issues are in a status without a known category and count as open.",)


def by_counts(counts: Progress, family: Iterable[Kin], words: Words, *, done_when_empty: bool) -> WorkStatus:
    """The status word of a project, an unreleased version or a query, which have none of their own.

    More work may always come, so it is done only where the workspace file says so: then as soon as nothing
    of it is open, an empty result included.
    """
    if done_when_empty and not counts.open:
        return WorkStatus.DONE
    begun = counts.done or any(kin.status and words.is_under_way(kin) for kin in family)
    return WorkStatus.IN_PROGRESS if begun else WorkStatus.PLANNED


def snapshot(
    ref: WorkRef, epic: Epic, counts: Progress, *, site: str, words: Words, taken_at: datetime
) -> Snapshot:
    """The epic as the product keeps it; `site` is the address people open in a browser."""
    status, notes = words.work_status(epic)
    return Snapshot(
        ref=ref,
        item_id=epic.id,
        key=epic.key,
        name=epic.name,
        url=f"{site}/browse/{epic.key}",
        status=status,
        progress=counts,
        state=LinkState.ACTIVE,
        owner=epic.owner,
        owner_name=epic.owner_name,
        start=epic.start,
        due=epic.due,
        done_on=epic.ended if status is WorkStatus.DONE else None,
        notes=notes,
        taken_at=taken_at,
    )


def not_an_epic(epic: Epic, *, allow_issue: bool = False) -> str | None:
    """Why an issue cannot be linked as `epic`, None if it can.

    Cloud tells the hierarchy level. Data Center does not, and type names can be changed: there an issue is
    an epic when a field of the epic family is set on it or its type is still called Epic.
    """
    if epic.subtask:
        return f"{epic.key} is a sub-task, part of the issue above it; link the epic or the issue above it"
    if allow_issue or is_above_story(epic):
        return None
    return (
        f"{epic.key} is of type {epic.type_name}, not an epic; link the epic above it, or set "
        "allow_issue: true on the link"
    )


def is_above_story(epic: Epic) -> bool:
    """Whether other issues than sub-tasks belong under it."""
    if epic.level is not None:
        return epic.level >= 1
    return epic.marked_epic or epic.type_name.casefold() == "epic"


def _folded(name: str) -> str:
    return name.strip().casefold().replace("’", "'")
