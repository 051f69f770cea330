"""Tasks in disguise: the document's own lines, and four hundred key results of which half are some."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from syncer.domain.hygiene.disguise import judged

HERE = Path(__file__).parent
WANTED = 0.95
Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_disguised(row: Row, *, numbers: bool = True) -> bool:
    if not numbers:
        return judged(row["title"]).is_disguised
    return judged(row["title"], float(row["start"]), float(row["target"]), row["unit"]).is_disguised


def measured(of: list[Row], *, numbers: bool = True) -> tuple[float, float]:
    """Precision and recall."""
    found = [row for row in of if is_disguised(row, numbers=numbers)]
    right = [row for row in found if row["disguised"] == "yes"]
    there = [row for row in of if row["disguised"] == "yes"]
    return len(right) / len(found), len(right) / len(there)


@pytest.mark.parametrize(
    "title",
    ["Ship the redesign", "Launch the new onboarding flow", "Run the campaign", "Migrate the database"],
)
def test_the_tasks_of_the_document_are_caught(title: str) -> None:
    assert judged(title).is_disguised
    assert judged(title, 0, 1).is_disguised
    assert (
        judged(title, 0, 1).reasons[0]
        == f'it begins with "{title.split(maxsplit=1)[0].casefold()}", which is something to do'
    )


def test_the_outcome_of_the_document_is_not() -> None:
    assert not judged("Increase Day 7 activation from 34% to 52%").is_disguised
    assert not judged("Increase Day 7 activation from 34% to 52%", 34, 52, "%").is_disguised


@pytest.mark.parametrize("name", ["seen", "held_out"])
def test_the_sets_hold_as_many_of_either_kind(name: str) -> None:
    kinds = [row["disguised"] for row in rows(name)]
    assert (kinds.count("yes"), kinds.count("no")) == (100, 100)


def test_precision_and_recall(record_property: Callable[[str, object], None]) -> None:
    seen, held_out = rows("seen"), rows("held_out")
    figures = {
        "all 400": measured([*seen, *held_out]),
        "the seen half": measured(seen),
        "the held-out half": measured(held_out),
        "all 400 by their words alone": measured([*seen, *held_out], numbers=False),
    }
    for name, (precision, recall) in figures.items():
        record_property(f"hygiene: {name}", f"precision {precision:.3f}, recall {recall:.3f}")
    for name in ("all 400", "the held-out half"):
        assert min(figures[name]) >= WANTED, name
