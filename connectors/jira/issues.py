"""Links of kind `epic`: the issues themselves, and what is under them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

from connectors.jira import absent, children, epics, mapping
from connectors.jira.changes import Changes, Group, TooMuchError
from connectors.jira.children import Family
from connectors.jira.reading import Reading, Result, name_of
from connectors.jira.records import Epic
from connectors.jira.state import Part
from syncer.domain.work import Gone, LinkState, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import ForbiddenError, NotFoundError, SkippableError

BATCH: Final = 100
"""Epics per bulk read and per search of all children: the most bulkfetch takes, few half-empty last pages."""

WIDE: Final = 500
"""Ids in one query: JRACLOUD-84010 tells of failures from a few thousand on."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]+")

In = TypeVar("In")
Item = Epic | Gone | str


@dataclass(slots=True)
class _Read:
    """What is known so far, by name: the items and what is under them; `held` keep the part they have."""

    items: dict[str, Item] = field(default_factory=dict)
    families: dict[str, Family | str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def add(self, other: _Read) -> None:
        self.items |= other.items
        self.families |= other.families
        self.held |= other.held


def read(reading: Reading, refs: Sequence[WorkRef]) -> dict[WorkRef, Result]:
    """A result for every ref."""
    refused = {name: why for name in map(name_of, refs) if (why := _not_a_name(name))}
    names = sorted({name_of(ref) for ref in refs} - refused.keys(), key=_order)
    allowed = {name_of(ref) for ref in refs if "allow_issue" in ref.options}
    found = _on_cloud(reading, names) if reading.learned.facts.is_cloud else _on_datacenter(reading, names)
    keys = {name_of(ref): ref.key for ref in refs}
    missing = [name for name in names if name not in found.items]
    found.items |= _missing(reading, missing, keys) | refused
    _complete(reading, found, allowed)
    return {ref: _result(reading, ref, found) for ref in refs}


def _on_cloud(reading: Reading, names: Sequence[str]) -> _Read:
    """Where parts are kept, only what changed; the others in bulk. A name that is missing is in neither."""
    steady = {name: part for name in names if (part := reading.fit(name)) and part.epic}
    found = _Read(items=dict(_bulk(reading, [name for name in names if name not in steady])))
    groups = [{name: steady[name] for name in batch} for batch in _batches(list(steady), WIDE)]
    for group in reading.in_parallel(lambda parts: _steady(reading, parts), groups):
        found.add(group)
    return found


def _steady(reading: Reading, parts: Mapping[str, Part], *, again: bool = False) -> _Read:
    known = {name: part.epic for name, part in parts.items() if part.epic}
    above = {epic.id: epic for epic in known.values()}
    under = children.under(reading.learned.facts, list(known.values()))
    watched = f"({under} OR id in ({', '.join(known)}))"
    try:
        seen = _changes(reading).on_cloud(Group(members=under, watched=watched, parts=parts, above=above))
    except TooMuchError:
        return _Read(items=dict(_bulk(reading, list(known))))
    except SkippableError as error:
        epics.raise_if_whole(error)
        return _without_the_dead(reading, parts, again=again)
    look = sorted(seen.changed | seen.doubtful, key=int)
    fresh = _bulk(reading, look)
    items: dict[str, Item] = {name: epic for name, epic in known.items() if name not in look}
    held = {name for name, family in seen.families.items() if isinstance(family, str)}
    return _Read(items | fresh, seen.families, held)


def _without_the_dead(reading: Reading, parts: Mapping[str, Part], *, again: bool) -> _Read:
    """One issue that is gone fails a whole query: find out which are, and ask once more without them."""
    fresh = _bulk(reading, list(parts))
    alive = {
        name: replace(part, epic=epic)
        for name, part in parts.items()
        if isinstance(epic := fresh.get(name), Epic)
    }
    found = _Read(items=dict(fresh))
    if alive and not again and len(alive) < len(parts):
        found.add(_steady(reading, alive, again=True))
    return found


def _on_datacenter(reading: Reading, names: Sequence[str]) -> _Read:
    """The keys first, for Epic Link knows nothing else; then, group by group, what changed."""
    found = _Read(items=dict(_bulk(reading, names)))
    facts = reading.learned.facts
    steady = [epic for name, epic in found.items.items() if reading.fit(name) and isinstance(epic, Epic)]
    groups = [
        batch
        for same in children.by_search(facts, steady)
        for batch in _batches(same, WIDE)
        if facts.fields.epic_link
    ]
    for families in reading.in_parallel(lambda group: _changed_below(reading, group), groups):
        found.families |= families
    return found


def _changed_below(reading: Reading, parents: Sequence[Epic]) -> dict[str, Family | str]:
    parts = {epic.id: part for epic in parents if (part := reading.fit(epic.id))}
    above = {epic.key: epic for epic in parents}
    under = children.under(reading.learned.facts, parents)
    try:
        seen = _changes(reading).on_datacenter(Group(members=under, watched=under, parts=parts, above=above))
    except (TooMuchError, SkippableError):
        return {}
    return seen.families if seen else {}


def _changes(reading: Reading) -> Changes:
    return Changes(
        client=reading.client,
        facts=reading.learned.facts,
        words=reading.words,
        now=reading.server_now,
    )


def _bulk(reading: Reading, names: Sequence[str]) -> dict[str, Item]:
    size = BATCH if reading.learned.facts.is_cloud else WIDE
    found: dict[str, Item] = {}

    def ask(batch: Sequence[str]) -> Mapping[str, Epic | str]:
        return epics.in_bulk(reading.client, reading.learned.facts, batch)

    for some in reading.in_parallel(ask, _batches(names, size)):
        found.update(some)
    for item in found.values():
        if isinstance(item, Epic):
            reading.words.learn(item.status)
    return found


def _missing(reading: Reading, names: Sequence[str], keys: Mapping[str, str]) -> dict[str, Item]:
    parts = reading.parts
    known = {
        name: _again(parts[name], "Its project" if reading.learned.facts.is_cloud else keys[name])
        for name in names
        if name in parts and parts[name].gone
    }
    fresh = [name for name in names if name not in known]
    why = (
        f"Jira leaves out {len(fresh)} linked issues at once; {epics.DIRECT_READS} of them are asked for "
        "directly in each sync, and this one is still to come"
    )
    return {
        **known,
        **{name: _directly(reading, name, keys[name]) for name in fresh[: epics.DIRECT_READS]},
        **dict.fromkeys(fresh[epics.DIRECT_READS :], why),
    }


def _again(part: Part, archived: str) -> Gone:
    state = LinkState(part.gone)
    advice = {
        LinkState.ARCHIVED: absent.ARCHIVED.format(name=archived),
        LinkState.TRASHED: absent.TRASHED.format(name="Its project"),
        LinkState.FORBIDDEN: absent.FORBIDDEN,
    }
    return absent.gone(state, advice.get(state, absent.NOT_VISIBLE.format(what="issue")))


def _directly(reading: Reading, name: str, key: str) -> Item:
    try:
        return epics.directly(reading.client, reading.learned.facts, name)
    except NotFoundError:
        part = reading.parts.get(name)
        project = part.project if part and part.project else key.strip().rpartition("-")[0]
        return absent.issue(reading.client, project)
    except ForbiddenError as error:
        return absent.forbidden(error)


def _complete(reading: Reading, found: _Read, allowed: set[str]) -> None:
    """Reads in full what is under the issues that nothing is known of."""
    facts = reading.learned.facts
    wanted = {
        item.id: item
        for name, item in found.items.items()
        if isinstance(item, Epic)
        and item.id not in found.families
        and not item.archived
        and mapping.not_an_epic(item, allow_issue=name in allowed) is None
    }
    size = BATCH if facts.is_cloud else WIDE

    def ask(batch: Sequence[Epic]) -> dict[str, Family | str]:
        return children.of_epics(reading.client, facts, reading.words, batch)

    for families in reading.in_parallel(ask, _batches(list(wanted.values()), size)):
        found.families |= families


def _result(reading: Reading, ref: WorkRef, found: _Read) -> Result:
    name, facts = name_of(ref), reading.learned.facts
    item = found.items.get(name, "Jira's answer did not mention it")
    before = reading.parts.get(name) or Part(based_on=facts.based_on)
    if isinstance(item, Gone):
        part = replace(before.unread(), gone=item.state.value)
        return Result(replace(item, ref=ref), part)
    if isinstance(item, str):
        return Result(Unread(ref, item), replace(before.unread(), gone=""))
    if item.archived:
        gone = absent.gone(LinkState.ARCHIVED, absent.ARCHIVED.format(name=ref.key.strip()))
        part = replace(before.unread(), project=item.project, gone=gone.state.value)
        return Result(replace(gone, ref=ref), part)
    why = mapping.not_an_epic(item, allow_issue="allow_issue" in ref.options)
    family = found.families.get(item.id, "nothing is known of what is under it")
    if why or isinstance(family, str):
        unread = replace(before.unread(), project=item.project, gone="")
        return Result(Unread(ref, why or str(family)), None if name in found.held else unread)
    # On Data Center the issues themselves are read each time, so nothing of them need be kept.
    kept = item if facts.is_cloud else None
    read_now = Part(based_on=facts.based_on, project=item.project, epic=kept, kin=family)
    found_now = _snapshot(reading, ref, item, family)
    begun = item.begun if found_now.status is WorkStatus.IN_PROGRESS else None
    return Result(found_now, read_now, partial(mapping.past, found_now, family, reading.words, begun), family)


def _snapshot(reading: Reading, ref: WorkRef, epic: Epic, family: Family) -> Snapshot:
    facts, words = reading.learned.facts, reading.words
    counts = mapping.progress(family, words, with_points=bool(facts.fields.estimates))
    made = mapping.snapshot(
        replace(ref, item_id=epic.id), epic, counts, site=facts.url, words=words, taken_at=reading.taken_at
    )
    return replace(made, notes=(*made.notes, *mapping.doubts(family, words), *facts.notes))


def _not_a_name(name: str) -> str | None:
    return None if _NAME.fullmatch(name) else f"'{name}' is no issue key; write one like ONB-12"


def _order(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (0, name)


def _batches(items: Sequence[In], size: int) -> list[Sequence[In]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
