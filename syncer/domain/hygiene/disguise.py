"""Is a key result a task in disguise? Each mark for or against it has a weight and a reason in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncer.domain.hygiene.words import (
    MILESTONES,
    OUTCOME_NOUNS,
    OUTCOME_VERBS,
    OUTPUT_VERBS,
    PIECES_OF_WORK,
)

ENOUGH: Final = 2.0
"""Marks that weigh this much together make a task of it."""

_WORD: Final = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")
_FROM_TO: Final = re.compile(r"\b(?:from\b.*\d.*\bto\b.*\d|\d\S*\s*%?\s*(?:→|->|to)\s*\S*\d)")
_FAR: Final = "under|below|above|over|at least|at most|within|less than|more than|(?:up|down) (?:to|from)|at"
_BOUND: Final = re.compile(rf"\b(?:{_FAR})\b\s*\S{{0,3}}\d|\d\S*\s*%?\s*or (?:above|below|lower|higher)")
_PART: Final = re.compile(r"\b(?!100\b)\d+(?:\.\d+)?\s*%")


@dataclass(frozen=True, slots=True)
class Mark:
    """One reason: positive for a task, negative for a number that changes; `said` is for people."""

    weight: float
    said: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; `reasons` are the marks for a task, in words."""

    marks: tuple[Mark, ...]

    @property
    def weight(self) -> float:
        """All marks together."""
        return sum(mark.weight for mark in self.marks)

    @property
    def is_disguised(self) -> bool:
        """Whether it is a task rather than a number."""
        return self.weight >= ENOUGH

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks for a task."""
        return tuple(mark.said for mark in self.marks if mark.weight > 0)


def judged(title: str, start: float | None = None, target: float | None = None, unit: str = "") -> Verdict:
    """A key result by its title and, where they are known, by where its number begins and shall end."""
    text = title.casefold()
    words = _WORD.findall(text)
    return Verdict((*_by_words(words), *_by_figures_in(text), *_by_numbers(start, target, unit)))


def _by_words(words: list[str]) -> Iterator[Mark]:
    first = words[0] if words else ""
    if first in OUTPUT_VERBS:
        yield Mark(2, f'it begins with "{first}", which is something to do')
    elif first in OUTCOME_VERBS:
        yield Mark(-2, f'"{first}" is something a number does')
    for word in words[1:]:
        if word in MILESTONES:
            yield Mark(2, f'"{word}" is reached once and then over')
            break
    for word in words:
        if word in PIECES_OF_WORK:
            yield Mark(1.5, f'"{word}" is a piece of work, not what it changes')
            break
    if any(word in OUTCOME_NOUNS for word in words):
        yield Mark(-1, "something is measured")


def _by_figures_in(text: str) -> Iterator[Mark]:
    if _FROM_TO.search(text):
        yield Mark(-2, "it says from where to where")
    elif _BOUND.search(text):
        yield Mark(-1.5, "it says how far")
    if _PART.search(text):
        yield Mark(-1, "it is a share of something")


def _by_numbers(start: float | None, target: float | None, unit: str) -> Iterator[Mark]:
    if start is None or target is None:
        return
    if (start, target) == (0, 1):
        yield Mark(1.5, "it goes from 0 to 1: done or not")
    elif (start, target, unit) == (0, 100, "%"):
        yield Mark(1.5, "it goes from 0 % to 100 %: done or not")
    elif start == 0:
        yield Mark(0.5, "it counts up from 0")
    else:
        yield Mark(-0.5, "its number is somewhere already")
