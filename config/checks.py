"""Checks across the parts of a workspace file, on plain values: so they speak even when a field is wrong."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Final
from unicodedata import category

from pydantic import TypeAdapter, ValidationError

from config.fields import ConnectionSettings, Duration, brief, format_duration
from config.marks import Path
from config.sentences import suggestion
from config.value_from import VALUE_KINDS
from config.values import connection_name
from config.workspace import LINK_KINDS, Person, Schedule

Found = Iterator[tuple[Path, str]]
Kinds = Mapping[str, type[ConnectionSettings]]

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_DURATION: Final = TypeAdapter[timedelta](Duration)

_LEVELS: Final = (
    ("cycles", "cycle"),
    ("objectives", "objective"),
    ("key_results", "key result"),
    ("initiatives", "initiative"),
)


def check(raw: Mapping[str, object], kinds: Kinds) -> Found:
    """Yield what does not fit together, as (path, sentence)."""
    yield from _names(raw)
    yield from _duplicate_ids(raw)
    yield from _owners(raw)
    yield from _accounts(raw)
    yield from _status_maps(raw)
    yield from _links(raw, kinds)
    yield from _numbers(raw, kinds)
    yield from _checkpoints(raw)
    yield from _staleness(raw)
    yield from _spans(raw)
    yield from _units(raw)
    yield from _readers(raw)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _items(value: object, path: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    if isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value) if isinstance(item, dict))


def _level(raw: Mapping[str, object], depth: int) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Yield every cycle (0), objective (1), key result (2) or initiative (3) with its path."""
    here: list[tuple[Path, Mapping[str, object]]] = [((), raw)]
    for key, _ in _LEVELS[: depth + 1]:
        here = [found for path, parent in here for found in _items(parent.get(key), (*path, key))]
    yield from here


def _names(raw: Mapping[str, object]) -> Found:
    for name in _mapping(raw.get("connections")):
        try:
            connection_name(name)
        except ValueError as error:
            yield ("connections", name), str(error)


def _duplicate_ids(raw: Mapping[str, object]) -> Found:
    for depth, (_, noun) in enumerate(_LEVELS):
        seen: set[str] = set()
        for path, item in _level(raw, depth):
            name = str(item.get("id"))
            if "id" in item and name in seen:
                yield (
                    (*path, "id"),
                    f"the id {brief(name)} belongs to another {noun}; ids are unique in the file",
                )
            seen.add(name)


def _owners(raw: Mapping[str, object]) -> Found:
    people = _mapping(raw.get("people"))
    for depth in (1, 2, 3):
        for path, item in _level(raw, depth):
            owner = item.get("owner")
            if isinstance(owner, str) and owner not in people:
                close = suggestion(owner, people) or "; add the person under people"
                yield (*path, "owner"), f"nobody is called {brief(owner)}{close}"


def _accounts(raw: Mapping[str, object]) -> Found:
    connections = _mapping(raw.get("connections"))
    kinds = {str(_mapping(settings).get("kind")) for settings in connections.values()}
    known = {*connections, *kinds}
    own = set(Person.model_fields)
    for name, person in _mapping(raw.get("people")).items():
        for key in _mapping(person):
            if key not in own | known:
                close = (
                    suggestion(key, own | known) or "; an account's key is the name or kind of a connection"
                )
                yield ("people", name, key), f"no connection is called {brief(key)}{close}"


def _status_maps(raw: Mapping[str, object]) -> Found:
    connections = _mapping(raw.get("connections"))
    kinds = {str(_mapping(settings).get("kind")) for settings in connections.values()}
    for name in _mapping(raw.get("status_map")):
        if name not in connections and name not in kinds:
            yield ("status_map", name), _no_connection(name, connections)


def _no_connection(name: str, connections: Mapping[str, object]) -> str:
    close = suggestion(name, connections) or "; add it under connections"
    return f"no connection is called {brief(name)}{close}"


def _links(raw: Mapping[str, object], kinds: Kinds) -> Found:
    connections = _mapping(raw.get("connections"))
    for path, initiative in _level(raw, 3):
        link = _mapping(initiative.get("link"))
        name = link.get("connection")
        if not isinstance(name, str):
            continue
        if name not in connections:
            yield (*path, "link", "connection"), _no_connection(name, connections)
            continue
        yield from _offered((*path, "link"), link, str(_mapping(connections[name]).get("kind")), kinds)


def _offered(path: Path, link: Mapping[str, object], kind: str, kinds: Kinds) -> Found:
    if kind not in kinds:
        return
    offered = kinds[kind].link_kinds
    for key in LINK_KINDS:
        if link.get(key) is not None and key not in offered:
            article = "an" if kind[0] in "aeiou" else "a"
            yield (*path, key), f"{article} {kind} connection links {', '.join(sorted(offered))}, not {key}"
    if link.get("comment_on") is not None and kinds[kind].carrier_kind is None:
        yield (*path, "comment_on"), f"{kind} has no issues to carry a comment for another item; take it out"


def _numbers(raw: Mapping[str, object], kinds: Kinds) -> Found:
    connections = _mapping(raw.get("connections"))
    for at, key_result in _level(raw, 2):
        path, place = (*at, "value_from"), _mapping(key_result.get("value_from"))
        name = place.get("connection")
        if not isinstance(name, str):
            continue
        kind = str(_mapping(connections.get(name)).get("kind"))
        if name not in connections:
            yield (*path, "connection"), _no_connection(name, connections)
        for key in VALUE_KINDS:
            if place.get(key) is not None and kind in kinds and key not in kinds[kind].value_kinds:
                yield (*path, key), f"there is no {key} behind {name}, which is of kind {kind}"


def _checkpoints(raw: Mapping[str, object]) -> Found:
    for path, key_result in _level(raw, 2):
        cycle = next(item for at, item in _level(raw, 0) if at == path[:2])
        first, last = _date(cycle.get("start")), _date(cycle.get("end"))
        if first is None or last is None or last < first:
            continue
        for day in _mapping(key_result.get("pace")):
            when = _date(day)
            if when is not None and not first <= when <= last:
                yield (*path, "pace", day), f"the checkpoint is outside the cycle, {first} to {last}"


def _staleness(raw: Mapping[str, object]) -> Found:
    try:
        schedule = Schedule.model_validate(raw.get("schedule", {}))
    except ValidationError:
        return  # what is wrong with it is said where it stands
    if schedule.stale_after < schedule.sync:
        key = "stale_after" if "stale_after" in _mapping(raw.get("schedule")) else "sync"
        limit, every = format_duration(schedule.stale_after), format_duration(schedule.sync)
        why = f"figures read every {every} and stale after {limit} would be stale most of the time"
        yield ("schedule", key), f"{why}; make stale_after at least {every}"


def _spans(raw: Mapping[str, object]) -> Found:
    places: list[tuple[Path, Mapping[str, object]]] = [(("signals",), _mapping(raw.get("signals")))]
    for path, found in (*places, *_level(raw, 2)):
        for key in ("window", "settle"):
            with suppress(ValidationError):
                if key in found and not _DURATION.validate_python(found[key]):
                    yield (*path, key), "must be longer than nothing; 21d and 14d are usual"


def _units(raw: Mapping[str, object]) -> Found:
    for path, key_result in _level(raw, 2):
        unit = key_result.get("unit")
        if isinstance(unit, str) and any(category(c) in _UNSEEN for c in unit):
            yield (*path, "unit"), "holds a control character; write the unit alone, such as h"


def _readers(raw: Mapping[str, object]) -> Found:
    people = _mapping(raw.get("people"))
    told: dict[tuple[object, ...], Path] = {}
    for path, entry in _items(raw.get("notify"), ("notify",)):
        person, events = entry.get("person"), entry.get("on")
        if isinstance(person, str) and person not in people:
            close = suggestion(person, people) or "; add the person under people"
            yield (*path, "person"), f"nobody is called {brief(person)}{close}"
        reader = (*sorted((str(k), str(v)) for k, v in _mapping(entry.get("to")).items()), str(person))
        for index, event in enumerate(events if isinstance(events, list) else ()):
            first = told.setdefault((reader, str(event)), path)
            if first != path:
                why = f"notify[{first[1]}] tells the same address of {event} already"
                yield (*path, "on", index), f"{why}; take it out of one of them"


def _date(value: object) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(str(value))
    return None
