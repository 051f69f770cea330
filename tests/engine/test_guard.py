"""What is believed of an item that shows less work than last time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncer.domain.work import Outcome, Progress, Snapshot, Unread
from syncer.engine.guard import believed
from tests.domain import build


def seen(pieces: int, *, options: frozenset[str] = frozenset()) -> Snapshot:
    return build.snapshot(ref=replace(build.ref(), options=options), progress=Progress(open=pieces))


def judged(before: int, now: int, *, options: frozenset[str] = frozenset()) -> Outcome:
    outcome = seen(now, options=options)
    last = {("jira", outcome.item_id): seen(before)}
    return believed({outcome.ref: outcome}, last)[outcome.ref]


@pytest.mark.parametrize(
    ("before", "now"), [(10, 10), (10, 30), (100, 70), (100, 71), (14, 10), (4, 1), (0, 0)]
)
def test_a_usual_change_is_news(before: int, now: int) -> None:
    assert isinstance(judged(before, now), Snapshot)


@pytest.mark.parametrize(("before", "now"), [(100, 69), (100, 1), (16, 11), (5, 0), (1, 0)])
def test_a_sudden_loss_is_unread(before: int, now: int) -> None:
    assert isinstance(judged(before, now), Unread)


def test_it_is_said_with_its_figures_and_what_to_do() -> None:
    lost = judged(100, 60)
    assert isinstance(lost, Unread)
    assert lost.why == (
        "ONB-12: the tracker does not show 40 of the 100 pieces of work that belonged to it last time; the "
        "last count is kept. Check what the token may see; if they are really gone, run syncer resync --force"
    )


@pytest.mark.parametrize(("before", "believed_"), [(1, True), (4, True), (5, False), (40, False)])
def test_a_link_that_is_done_when_empty_may_lose_its_last_few(before: int, *, believed_: bool) -> None:
    outcome = judged(before, 0, options=frozenset({"done_when_empty"}))
    assert isinstance(outcome, Snapshot) is believed_
