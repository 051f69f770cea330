"""Connectors by entry point: kind to plugin, checked once when they are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from syncer.errors import FatalError
from syncer.ports import Plugin

GROUP = "syncer.connectors"


@dataclass(frozen=True, slots=True)
class Installed:
    """The connectors by kind, and for each kind that cannot be used the sentence that says why."""

    plugins: Mapping[str, Plugin]
    broken: Mapping[str, str]


def load_installed(found: Iterable[EntryPoint] | None = None) -> Installed:
    """What can be loaded, and what cannot: one broken connector keeps nobody from using the others."""
    plugins: dict[str, Plugin] = {}
    broken: dict[str, str] = {}
    for entry in entry_points(group=GROUP) if found is None else found:
        try:
            plugin = _load(entry)
        except FatalError as error:
            broken[entry.name] = error.sentence
            continue
        if plugin.kind in plugins:
            broken[plugin.kind] = _twice(entry)
        plugins[plugin.kind] = plugin
    return Installed({kind: one for kind, one in plugins.items() if kind not in broken}, broken)


def load_plugins(found: Iterable[EntryPoint] | None = None) -> Mapping[str, Plugin]:
    """Every installed connector by kind. Raises FatalError naming the distribution that is at fault."""
    plugins: dict[str, Plugin] = {}
    for entry in entry_points(group=GROUP) if found is None else found:
        plugin = _load(entry)
        if plugin.kind in plugins:
            raise FatalError(_twice(entry))
        plugins[plugin.kind] = plugin
    return plugins


def _load(entry: EntryPoint) -> Plugin:
    try:
        plugin = entry.load()
    except Exception as error:  # somebody else's module may do anything when it is imported
        msg = f"connector {entry.name} of {_origin(entry)} cannot be loaded: {error}; install it again"
        raise FatalError(msg) from error
    if not isinstance(plugin, Plugin):
        msg = f"connector {entry.name} of {_origin(entry)}: {entry.value} is no syncer.ports.Plugin"
        raise FatalError(msg)
    if plugin.kind != entry.name:
        msg = f"connector {entry.name} of {_origin(entry)} says its kind is {plugin.kind}; the two must agree"
        raise FatalError(msg)
    return plugin


def _twice(entry: EntryPoint) -> str:
    return f"kind {entry.name} has two connectors; uninstall {_origin(entry)} or the other"


def _origin(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown distribution"
