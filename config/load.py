"""Workspace files from disk: everything wrong with them at once, each finding with its place."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from config import marks
from config.checks import Kinds, check
from config.fields import ConnectionSettings, brief
from config.problems import ConfigInvalid, Problem
from config.sentences import explain, suggestion
from config.workspace import WorkspaceFile

__all__ = ["ConfigInvalid", "Loaded", "Problem", "load_workspace", "load_workspaces", "parse_file", "sources"]


@dataclass(frozen=True)
class Loaded:
    """The files that are whole and valid, and what is wrong with the others."""

    files: tuple[tuple[Path, WorkspaceFile], ...]
    problems: tuple[Problem, ...]


def load_workspace(path: Path, connections: Kinds) -> WorkspaceFile:
    """Read one workspace file; `connections` is the map kind → settings model. Raises ConfigInvalid."""
    tree = parse_file(path)
    found = [(fault.path, fault.message) for fault in tree.faults]
    refused = {path for path, _ in found}
    places = [fault.place for fault in tree.faults]
    workspace: WorkspaceFile | None = None
    if isinstance(tree.value, dict):
        settings, wrong = _connections(tree.value.get("connections"), connections)
        workspace, invalid = _workspace(tree.value, settings)
        wrong += [*invalid, *check(tree.value, connections)]
        fresh = [item for item in wrong if item[0] not in refused]
        found += fresh
        places += [tree.place(at) for at, _ in fresh]
    elif not tree.faults:
        found, places = [((), _no_mapping(tree))], [marks.Place(1, 1)]
    problems = {
        Problem(str(path), place, tree.show(at), message): None
        for (at, message), place in zip(found, places, strict=True)
    }
    if problems or workspace is None:
        raise ConfigInvalid(tuple(sorted(problems, key=_by_place)))
    return workspace


def load_workspaces(path: Path, connections: Kinds) -> Loaded:
    """Read one file, or every *.yaml and *.yml at the top level of a directory. Never raises for content.

    Files that share a workspace id are all left out: none of them is known to be the right one.
    """
    try:
        paths = _files(path)
    except OSError as error:
        remedy = "`syncer init` writes a first file, -c names another place"
        return Loaded((), (Problem(str(path), None, "", f"cannot be read: {error.strerror}; {remedy}"),))
    if not paths:
        return Loaded((), (Problem(str(path), None, "", "no *.yaml file here; `syncer init` writes one"),))
    files: list[tuple[Path, WorkspaceFile]] = []
    problems: list[Problem] = []
    for file in paths:
        try:
            files.append((file, load_workspace(file, connections)))
        except ConfigInvalid as invalid:
            problems += invalid.problems
    shared = tuple(_shared_ids(files))
    spoiled = {problem.file for problem in shared}
    return Loaded(tuple(item for item in files if str(item[0]) not in spoiled), (*problems, *shared))


def sources(path: Path) -> Mapping[str, str]:
    """Say for each dotted path of a file where it stands, as `file:line:col`; may raise ConfigInvalid."""
    return {shown: f"{path}:{place.line}:{place.column}" for shown, place in parse_file(path).paths()}


def parse_file(path: Path) -> marks.Tree:
    """Read a file as YAML without judging its content; raises ConfigInvalid when it is not readable text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid((Problem(str(path), None, "", f"cannot be read: {error.strerror}"),)) from None
    try:
        return marks.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = marks.Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        message = "not UTF-8 text; save the file as UTF-8"
        raise ConfigInvalid((Problem(str(path), place, "", message),)) from None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        path.stat()
        return [path]
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in {".yaml", ".yml"} and not file.name.startswith(".") and not file.is_dir()
    )


def _by_place(problem: Problem) -> tuple[marks.Place, str, str]:
    return problem.place or marks.Place(0, 0), problem.path, problem.message


def _no_mapping(tree: marks.Tree) -> str:
    if tree.value is None:
        return "the file is empty; `syncer init` writes a first one"
    found = "a list" if isinstance(tree.value, list) else "one value"
    return f"a workspace file is a mapping (key: value), not {found}"


def _workspace(
    raw: Mapping[str, object], settings: Mapping[str, ConnectionSettings]
) -> tuple[WorkspaceFile | None, list[tuple[marks.Path, str]]]:
    try:
        return WorkspaceFile.model_validate({**raw, "connections": settings}), []
    except ValidationError as error:
        return None, list(explain(error, WorkspaceFile, raw))


def _connections(
    raw: object, kinds: Kinds
) -> tuple[dict[str, ConnectionSettings], list[tuple[marks.Path, str]]]:
    if raw is None:
        return {}, []
    if not isinstance(raw, dict):
        return {}, [(("connections",), "must be a mapping (key: value)")]
    good: dict[str, ConnectionSettings] = {}
    wrong: list[tuple[marks.Path, str]] = []
    for name, settings in raw.items():
        outcome = _connection(settings, kinds)
        if isinstance(outcome, ConnectionSettings):
            good[name] = outcome
        else:
            wrong += [(("connections", name, *at), said) for at, said in outcome]
    return good, wrong


def _connection(settings: object, kinds: Kinds) -> ConnectionSettings | list[tuple[marks.Path, str]]:
    known = ", ".join(sorted(kinds))
    if not isinstance(settings, dict):
        return [((), "must be a mapping (key: value)")]
    kind = settings.get("kind")
    if kind is None:
        return [(("kind",), f"is required and missing; one of {known}")]
    if not isinstance(kind, str) or kind not in kinds:
        close = (isinstance(kind, str) and suggestion(kind, kinds)) or f"; there are {known}"
        return [(("kind",), f"no connector is of kind {brief(kind)}{close}")]
    try:
        return kinds[kind].model_validate(settings)
    except ValidationError as error:
        return list(explain(error, kinds[kind], settings, quiet=True))


def _shared_ids(files: list[tuple[Path, WorkspaceFile]]) -> Iterator[Problem]:
    count = Counter(workspace.workspace for _, workspace in files)
    for path, workspace in files:
        if count[workspace.workspace] > 1:
            others = [p.name for p, w in files if w.workspace == workspace.workspace and p != path]
            message = f"{workspace.workspace!r} is also the id in {', '.join(others)}; ids are unique"
            yield Problem(str(path), parse_file(path).place(("workspace",)), "workspace", message)
