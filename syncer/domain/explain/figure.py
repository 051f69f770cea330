"""A figure with its case, and the places of the workspace file that settings are looked up in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from syncer.domain import pace
from syncer.domain.okr import Initiative, Placed


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the workspace file that had a part: `where` is `acme.yaml:12: signals.window`.

    Where nobody set it, `where` is `default (signals.window)`, with the key that would.
    """

    what: str
    value: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as it is shown, with everything it was made of.

    `inputs` are the facts, with ids and counts, `at` is the day or moment (UTC) they are of, None where there
    is none yet.
    """

    name: str
    value: str
    inputs: tuple[str, ...]
    rule: str
    at: date | datetime | None
    thresholds: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A key result, initiative or signal (`kind` says which) with its figures, as of the day `on`."""

    id: str
    kind: str
    title: str
    on: date
    figures: tuple[Figure, ...]


Lines = Mapping[str, str]
"""Dotted path of the workspace file -> `acme.yaml:12`, for every key that stands in it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Finds the lines that concern one key result."""

    placed: Placed
    lines: Lines

    @property
    def path(self) -> str:
        """The dotted path of the key result."""
        placed = self.placed
        objective = f"cycles.{placed.cycle.id}.objectives.{placed.objective.id}"
        return f"{objective}.key_results.{placed.key_result.id}"

    def at(self, what: str, value: str, key: str) -> Setting:
        """A setting by its key as signals write it: `signals.window`, `key_results[].window`."""
        path = key.replace("key_results[]", self.path)
        line = self.lines.get(path)
        return Setting(what, value, f"{line}: {path}" if line else f"default ({key})")

    def rule(self, name: str, value: str) -> Setting:
        """A figure the key result is judged by, set by itself or by the workspace."""
        return self.at(name, value, self.placed.key_result.rules.key(name))

    def own(self, name: str, value: str) -> Setting:
        """A key of the key result."""
        return self.at(name, value, f"key_results[].{name}")

    def cycle(self, name: str, value: str) -> Setting:
        """A key of the cycle."""
        return self.at(name, value, f"cycles.{self.placed.cycle.id}.{name}")

    def initiative(self, initiative: Initiative, name: str, value: str) -> Setting:
        """A key of an initiative under the key result."""
        return self.at(name, value, f"key_results[].initiatives.{initiative.id}.{name}")


def percent(share: float) -> str:
    """`16.7 %`."""
    return pace.percent(share, 1)
