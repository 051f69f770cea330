"""The words of the file that stand above a comment's section: a change of them is news to its readers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncer.domain.okr import Initiative
from syncer.domain.sync import Wrote
from tests.domain import build
from tests.engine.desk import Desk


def reword(desk: Desk, bet: Initiative | None = None, **changes: Any) -> None:
    desk.configure(cycles=(build.cycle(build.key_result(bet or build.initiative(), **changes)),))


def heading(desk: Desk) -> str:
    (text,) = desk.tracker.comments("10042")
    return text.splitlines()[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "Make more of them stay"}, "Make more of them stay (34 % → 52 %)"),
        ({"target": 51.0}, "(34 % → 51 %)"),
        ({"start": 33.5}, "(33.5 % → 52 %)"),
        ({"bet": build.initiative(title="A shorter flow")}, "A shorter flow →"),
    ],
    ids=["title", "target", "start", "bet"],
)
def test_the_comment_follows_the_words_of_the_file(
    standing: Desk, changes: dict[str, Any], said: str
) -> None:
    reword(standing, **changes)
    assert [held.until for held in standing.sync().held_back] == [build.noon("2026-11-02").replace(hour=18)]
    standing.clock.pass_(hours=6)

    assert standing.sync().wrote == {Wrote.UPDATED: 1}

    assert said in heading(standing)
    standing.clock.pass_(hours=6)
    assert standing.sync().wrote == {}


def test_words_that_were_never_noted_are_no_reason_to_write(standing: Desk) -> None:
    with standing.store.write() as work:
        (receipt,) = work.receipts("acme")
        work.save_receipt(replace(receipt, facts=tuple(replace(one, heading="") for one in receipt.facts)))
    standing.clock.pass_(days=1)

    assert standing.sync().wrote == {}
