"""What a cycle's evidence speaks for in the next one."""

from __future__ import annotations

from datetime import date

import pytest

from syncer.domain.next_cycle import days_after, next_id
from syncer.domain.okr import Cycle


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-10-01", "2026-12-31", ("2027-01-01", "2027-03-31")),
        ("2026-01-01", "2026-03-31", ("2026-04-01", "2026-06-30")),
        ("2026-01-01", "2026-12-31", ("2027-01-01", "2027-12-31")),
        ("2027-12-01", "2027-12-31", ("2028-01-01", "2028-01-31")),
        ("2028-01-01", "2028-01-31", ("2028-02-01", "2028-02-29")),
        ("2026-01-05", "2026-04-05", ("2026-04-06", "2026-07-05")),
        ("2026-02-01", "2026-02-14", ("2026-02-15", "2026-02-28")),
    ],
)
def test_whole_months_follow_whole_months_and_days_follow_days(
    start: str, end: str, expected: tuple[str, str]
) -> None:
    cycle = Cycle(id="q", start=date.fromisoformat(start), end=date.fromisoformat(end))

    assert days_after(cycle) == tuple(map(date.fromisoformat, expected))


def test_an_id_takes_the_name_of_its_cycle_and_gives_up_the_former() -> None:
    assert next_id("activation", "2026-Q4", "2027-Q1") == "activation-2027-q1"
    assert next_id("activation-2026-q4", "2026-Q4", "2027-Q1") == "activation-2027-q1"
    assert len(next_id("a" * 63, "2026-Q4", "2027-Q1")) == 63
