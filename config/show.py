"""A loaded workspace, key by key: what holds, where it comes from, and what is accepted but not used yet."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from config.fields import SecretRef
from config.workspace import Link, WorkspaceFile

_URL_CREDENTIALS: Final = re.compile(r"//[^/@\s]+@")


def unused(workspace: WorkspaceFile) -> tuple[str, ...]:
    """Return the dotted paths of the keys and link kinds that a connector accepts and does not act on yet."""
    return tuple(dict.fromkeys(_dotted(path) for path in _unused(workspace)))


def describe(workspace: WorkspaceFile, sources: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (path, value, source) of every key with a value, redacted; the source may be `default`."""
    return [
        (_dotted(path), _words(value), sources.get(_dotted(path), "default"))
        for path, value in _leaves(workspace, workspace.model_dump(mode="json"), ())
        if value is not None
    ]


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[")


def _steps(value: object) -> Iterator[tuple[str, object, str | int]]:
    """Yield (shown step, child, key of the child in a dump)."""
    if isinstance(value, BaseModel):
        for name in (*type(value).model_fields, *(value.__pydantic_extra__ or {})):
            yield name, getattr(value, name), name
    elif isinstance(value, dict):
        for key, child in value.items():
            yield str(key), child, str(key)
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield getattr(child, "id", f"[{index}]"), child, index


def _unused(workspace: WorkspaceFile) -> Iterator[tuple[str, ...]]:
    for name, settings in workspace.connections.items():
        yield from (
            ("connections", name, key) for key in sorted(settings.not_used_yet & settings.model_fields_set)
        )
    for path, link in _linked(workspace, ()):
        target = workspace.connections.get(link.connection)
        if target is not None and link.kind in target.not_used_yet:
            yield (*path, link.kind)


def _linked(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Link]]:
    if isinstance(value, Link):
        yield path, value
    for step, child, _ in _steps(value):
        yield from _linked(child, (*path, step))


def _leaves(value: object, dumped: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    children = list(_steps(value))
    if isinstance(value, SecretRef):
        yield path, str(value)
    elif not children or all(isinstance(child, str) and step.startswith("[") for step, child, _ in children):
        yield path, dumped
    else:
        for step, child, key in children:
            yield from _leaves(child, dumped[key] if isinstance(dumped, dict | list) else None, (*path, step))  # type: ignore[index]


def _words(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, float):
        return f"{value:.10g}"
    return "none" if value == {} else _URL_CREDENTIALS.sub("//***@", str(value))
