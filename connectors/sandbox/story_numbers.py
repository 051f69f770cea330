"""The numbers: thirteen weeks of values, reported healths and notes per key result."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.story_cast import ANA, BEN, CLEO, DEV, EVA, Member

_WORDS: Final = {"g": "on_track", "a": "at_risk", "r": "off_track", "-": "unknown"}


@dataclass(frozen=True)
class Series:
    """One key result: a value a week (None: nobody checked in), a health a week as one letter, noise, notes.

    The noise is the most a seed may move a value by; no threshold of the judgement is that near.
    """

    key_result: str
    author: Member
    values: tuple[float | None, ...]
    healths: str
    noise: float
    digits: int
    notes: dict[int, str]


@dataclass(frozen=True)
class Entry:
    """One week's check-in on one key result."""

    key_result: str
    author: Member
    value: float
    health: str
    note: str


SERIES: Final = (
    Series(
        "activation",
        ANA,
        (34.1, 34.2, 34.5, 34.8, 34.9, 36.0, 36.3, 36.2, 36.4, 36.5, 42.8, 45.1, 47.3),
        "gaaaaaaarraaa",
        0.1,
        1,
        {
            7: "Everything is out, now we wait for the first cohorts",
            9: "Three bets shipped and nobody stays longer",
            11: "Sign-up had skipped the new flow for invited people; since the fix they see it too",
        },
    ),
    Series(
        "first-response",
        DEV,
        (8.9, 8.7, 8.5, 8.3, 8.1, 7.8, 7.5, 6.9, 5.9, 4.8, 3.9, 3.1, 2.4),
        "gaaaggrraaagg",
        0.1,
        1,
        {5: "The inbox is nearly there, this will drop any day", 7: "To be honest: the clock does not care"},
    ),
    Series(
        "trial-to-paid",
        CLEO,
        (8.0, 8.2, 8.5, 8.9, 9.2, 9.4, 9.6, 9.9, 10.3, 10.7, 11.1, 11.5, 11.8),
        "gaaaaaaaaaagg",
        0.1,
        1,
        {4: "Up again, and no webinar has happened yet"},
    ),
    Series(
        "weekly-teams",
        ANA,
        (428, 438, 449, 458, None, None, 484, 497, 505, 508, 513, 518, 521),
        "gaaa--gaaaagg",
        1,
        0,
        {7: "Back after two weeks away", 12: "The fair in spring will close the gap"},
    ),
    Series(
        "page-load",
        BEN,
        (4.2, 4.1, 3.95, 3.8, 3.65, 3.5, 3.35, 3.2, 3.08, 3.05, 3.04, 3.03, 3.03),
        "gaagggggaaaaa",
        0.01,
        2,
        {10: "What is left is the editor"},
    ),
    Series(
        "retention",
        EVA,
        (
            101.87,
            102.43,
            103.09,
            103.76,
            104.38,
            105.02,
            105.67,
            106.31,
            106.94,
            107.58,
            108.23,
            108.86,
            109.34,
        ),
        "ggggggggggggg",
        0.01,
        2,
        {},
    ),
)


def entries(seed: int, week: int) -> tuple[Entry, ...]:
    """What is checked in at the end of a week, counted from 1."""
    found = []
    for series in SERIES:
        value = series.values[week - 1]
        if value is not None:
            dice = random.Random(f"{seed}:{series.key_result}:{week}")  # noqa: S311  a story, not a secret
            shaken = round(value + dice.uniform(-series.noise, series.noise), series.digits)
            health = _WORDS[series.healths[week - 1]]
            note = series.notes.get(week, "")
            found.append(Entry(series.key_result, series.author, shaken, health, note))
    return tuple(found)
