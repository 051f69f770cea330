"""Connectors by entry point: kind to plugin, checked once when they are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from syncer.errors import FatalError
from syncer.ports import Plugin

GROUP = "syncer.connectors"


def load_plugins(found: Iterable[EntryPoint] | None = None) -> Mapping[str, Plugin]:
    """Every installed connector by kind. Raises FatalError naming the distribution that is at fault."""
    plugins: dict[str, Plugin] = {}
    for entry in entry_points(group=GROUP) if found is None else found:
        plugin = _load(entry)
        if plugin.kind in plugins:
            msg = f"kind {plugin.kind} has two connectors; uninstall {_origin(entry)} or the other"
            raise FatalError(msg)
        plugins[plugin.kind] = plugin
    return plugins


def _load(entry: EntryPoint) -> Plugin:
    try:
        plugin = entry.load()
    except (ImportError, AttributeError) as error:
        msg = f"connector {entry.name} of {_origin(entry)} cannot be loaded: {error}; install it again"
        raise FatalError(msg) from error
    if not isinstance(plugin, Plugin):
        msg = f"connector {entry.name} of {_origin(entry)}: {entry.value} is no syncer.ports.Plugin"
        raise FatalError(msg)
    if plugin.kind != entry.name:
        msg = f"connector {entry.name} of {_origin(entry)} says its kind is {plugin.kind}; the two must agree"
        raise FatalError(msg)
    return plugin


def _origin(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown distribution"
