"""The answer's shape: `opt_fields`, compact records, references to other records.

A record answers with what its view in `asana_views` knows. Names the view does not know are left out in
silence, as Asana does, so a misspelt field is a missing one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
Find = Callable[["Ref"], Record | None]
View = Mapping[str, Callable[[Record], Any]]
Wanted = Mapping[str, "Wanted"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A record named by another one; answered compact unless its own fields are asked for."""

    kind: str
    gid: str


@dataclass(frozen=True)
class Shape:
    """How one kind of record answers: every field, those of a compact record, those only given when asked."""

    view: View
    compact: Wanted
    opt_in: frozenset[str] = frozenset()


def wanted(opt_fields: str) -> Wanted:
    """The tree of dotted paths in a comma-separated list: `a,b.c` is `{"a": {}, "b": {"c": {}}}`."""
    tree: dict[str, Any] = {}
    for path in filter(None, (part.strip() for part in opt_fields.split(","))):
        node = tree
        for name in path.split("."):
            node = node.setdefault(name, {})
    return tree


@dataclass(frozen=True)
class Selector:
    """Turns records into answers; `find` follows references."""

    shapes: Mapping[str, Shape]
    find: Find

    def pick(self, kind: str, record: Record, fields: Wanted) -> Record:
        """The gid and the wanted fields of one record, nested ones included."""
        view = self.shapes[kind].view
        picked: Record = {"gid": record["gid"]} if "gid" in record else {}
        for name, nested in fields.items():
            if name in view:
                picked[name] = self._open(view[name](record), nested)
        return picked

    def compact(self, kind: str, record: Record, fields: Wanted) -> Record:
        """The record as lists give it: the wanted fields, or a compact record when none are named."""
        return self.pick(kind, record, fields or self.shapes[kind].compact)

    def full(self, kind: str, record: Record, fields: Wanted) -> Record:
        """The record as its own address gives it: the wanted fields, or all that are not opt-in."""
        shape = self.shapes[kind]
        return self.pick(
            kind, record, fields or {name: {} for name in shape.view if name not in shape.opt_in}
        )

    def _open(self, value: Any, nested: Wanted) -> Any:  # noqa: ANN401  JSON
        if isinstance(value, Ref):
            record = self.find(value)
            return record and self.compact(value.kind, record, nested)
        if isinstance(value, list):
            return [self._open(item, nested) for item in value]
        if isinstance(value, dict):
            names = nested or {key: {} for key in value}
            return {name: self._open(value[name], inner) for name, inner in names.items() if name in value}
        return value
