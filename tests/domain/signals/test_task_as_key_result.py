"""task_as_key_result: the judgement of the lint, while the cycle runs."""

from __future__ import annotations

import pytest

from syncer.domain.hygiene.findings import verdict_on
from syncer.domain.okr import KeyResult
from syncer.domain.severity import Severity
from syncer.domain.signals.finding import Signal
from syncer.domain.signals.task_as_key_result import detect
from tests.domain.build import fired, key_result, rollup_of

ON = "2026-11-16"
TASK = key_result(title="Deliver phase 2 of the new onboarding flow")


def test_a_task_in_the_place_of_a_number_asks_what_it_is_meant_to_change() -> None:
    found = fired(detect(rollup_of(TASK, on=ON), None))

    assert (found.kind, found.severity) == ("task_as_key_result", Severity.WARN)
    assert found.headline == f'"{TASK.title}" is a task, not a number that changes.'
    assert found.question == "What change is this work meant to cause?"
    assert [fact.shown for fact in found.evidence] == [
        'it begins with "deliver", which is something to do',
        '"phase" is reached once and then over',
    ]


def test_it_is_gone_when_the_number_is_written() -> None:
    standing = fired(detect(rollup_of(TASK, on=ON), None))

    number = key_result(title="Increase Day 7 activation from 34% to 52%")
    assert detect(rollup_of(number, on=ON), standing) is None


@pytest.mark.parametrize("on", ["2026-10-07", "2027-01-01"])
def test_in_the_first_week_and_after_the_cycle_it_is_quiet(on: str) -> None:
    assert detect(rollup_of(TASK, on=on), None) is None


@pytest.mark.parametrize(
    "one",
    [
        TASK,
        key_result(title="Redesign the checkout", start=0, target=1),
        key_result(title="Ship the mobile app", start=0, target=100),
        key_result(title="Cut the page load from 4.2 to 2.5 seconds", unit="s", start=4.2, target=2.5),
        key_result(title="Day 7 activation"),
    ],
    ids=lambda one: one.title,
)
def test_it_judges_as_the_lint_does(one: KeyResult) -> None:
    assert isinstance(detect(rollup_of(one, on=ON), None), Signal) is verdict_on(one).is_disguised
