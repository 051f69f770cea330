"""YAML text → plain values, with the place of every key.

Built on ruamel.yaml's nodes rather than its objects: so duplicate keys are found all at once, dates stay text
for the model to judge, and no message ever repeats a value of the file, which may be a misplaced secret.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

Path = tuple[str | int, ...]

_KNOWN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("null", "bool", "int", "float", "timestamp", "str", "map", "seq", "merge", "value")
)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Fault:
    """Something wrong with the YAML itself."""

    place: Place
    path: Path
    message: str


@dataclass
class Tree:
    """A parsed file: `value` of plain dicts, lists and scalars; `faults` found on the way."""

    root: Node | None
    value: object = None
    faults: list[Fault] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Return the place of the deepest part of `path` that is in the file: a key, or a list's item."""
        node, place = self.root, _START
        for step in path:
            found = _child(node, step)
            if found is not None:
                place, node = found
        return place

    def show(self, path: Path) -> str:
        """Write a path for people: list items by their id where they have one, else `[0]`."""
        node, shown = self.root, ""
        for step in path:
            found = _child(node, step)
            node = found[1] if found else None
            shown += _shown_step(step, node, first=not shown)
        return shown

    def paths(self) -> Iterator[tuple[str, Place]]:
        """Yield every path of the file as `show` writes it, with its place."""
        yield from self._paths((), self.value)

    def _paths(self, path: Path, value: object) -> Iterator[tuple[str, Place]]:
        if path:
            yield self.show(path), self.place(path)
        if isinstance(value, dict):
            steps: list[tuple[str | int, object]] = list(value.items())
        else:
            steps = list(enumerate(value)) if isinstance(value, list) else []
        for step, child in steps:
            yield from self._paths((*path, step), child)


_START: Final = Place(1, 1)


def parse(text: str) -> Tree:
    """Read one YAML 1.2 document. Never raises for what the text holds: see `faults`."""
    yaml = YAML(typ="rt")
    yaml.composer.warn_double_anchors = False  # YAML 1.2 allows it: an alias means the anchor before it
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        return Tree(None, faults=[_syntax_fault(error)])
    except ReaderError as error:
        return Tree(None, faults=[_character_fault(text, error)])
    except (YAMLError, RecursionError):
        return Tree(None, faults=[Fault(_START, (), "not readable as YAML")])
    tree = Tree(root)
    if root is not None:
        tree.value = _Builder(tree.faults).build(root, ())
    return tree


def _syntax_fault(error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else _START
    if "another document" in (error.problem or ""):
        return Fault(place, (), "a second YAML document starts here; write one workspace per file")
    if "undefined alias" in (error.problem or ""):
        return Fault(place, (), "an alias without its anchor; text that begins with * needs quotes")
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return Fault(place, (), f"not valid YAML: {said}")


def _character_fault(text: str, error: ReaderError) -> Fault:
    before = text[: error.position]
    place = Place(before.count("\n") + 1, error.position - before.rfind("\n"))
    return Fault(place, (), "a control character is not allowed here")


def _child(node: Node | None, step: str | int) -> tuple[Place, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in _pairs(node):
            if key.value == step:
                return _at(key), value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _at(node.value[step]), node.value[step]
    return None


def _shown_step(step: str | int, node: Node | None, *, first: bool) -> str:
    if isinstance(step, int):
        found = _child(node, "id")
        name = found[1].value if found else None
        if not (isinstance(name, str) and _ID.fullmatch(name)):
            return f"[{step}]"
        step = name
    return step if first else f".{step}"


def _at(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and key.style is None


def _pairs(node: MappingNode, depth: int = 0) -> Iterator[tuple[Node, Node]]:
    """Yield the mapping's own keys, then those merged in by `<<`, which give way to them."""
    for key, value in node.value:
        if not _is_merge(key):
            yield key, value
    for key, value in node.value:
        if _is_merge(key) and depth < 20:
            for merged in value.value if isinstance(value, SequenceNode) else [value]:
                if isinstance(merged, MappingNode):
                    yield from _pairs(merged, depth + 1)


class _Builder:
    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._built: dict[int, object] = {}
        self._open: set[int] = set()

    def build(self, node: Node, path: Path) -> object:
        """Make the plain value; one node used through several aliases is built once."""
        if id(node) in self._built:
            return self._built[id(node)]
        refusal = self._refusal(node)
        if refusal:
            self._fault(node, path, refusal)
            return None
        self._open.add(id(node))
        value = self._value(node, path)
        self._open.discard(id(node))
        self._built[id(node)] = value
        return value

    def _refusal(self, node: Node) -> str:
        if id(node) in self._open:
            return "an anchor may not contain itself"
        if str(node.tag) not in _KNOWN_TAGS:
            return "tags are not used in this file; text that begins with ! needs quotes"
        return ""

    def _value(self, node: Node, path: Path) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return scalar(node.value, str(node.tag).rpartition(":")[2])

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, object]:
        self._report_twice(node, path)
        value: dict[str, object] = {}
        for key, child in _pairs(node):
            if not isinstance(key, ScalarNode):
                self._fault(key, path, "a key must be plain text")
            elif key.value not in value:
                value[key.value] = self.build(child, (*path, key.value))
        return value

    def _report_twice(self, node: MappingNode, path: Path) -> None:
        first: dict[str, Node] = {}
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                continue
            seen = first.setdefault(key.value, key)
            if seen is not key:
                message = f"the key stands twice, first on line {_at(seen).line}; keep one"
                self._fault(key, (*path, key.value), message)

    def _fault(self, node: Node, path: Path, message: str) -> None:
        self._faults.append(Fault(_at(node), path, message))


def scalar(text: str, tag: str) -> object:
    """Make the value of a YAML 1.2 core scalar; what has no exact value stays text."""
    if tag == "null":
        return None
    if tag == "bool":
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        if tag == "int":
            return text if re.fullmatch(r"[-+]?0\d+", text) else int(text, 0)
        if tag == "float":
            return float(re.sub(r"^([-+]?)\.(inf|nan)$", r"\1\2", text, flags=re.IGNORECASE))
    except ValueError:
        return text
    return text
