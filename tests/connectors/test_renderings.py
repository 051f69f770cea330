"""What one comment says is said in each of its three renderings, or a note says that it is not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from connectors.asana.markup import rich_text
from connectors.jira.markup import adf, wiki
from syncer.domain.render import Section, render
from tests.domain import build

RENDERINGS: dict[str, Callable[..., str]] = {
    "document": lambda comment: json.dumps(adf(comment), ensure_ascii=False),
    "wiki markup": wiki,
    "rich text": rich_text,
}


@pytest.mark.parametrize("rendered", RENDERINGS.values(), ids=RENDERINGS)
@pytest.mark.parametrize(("bets", "fits"), [(40, True), (900, False)])
def test_no_bet_is_left_out_without_a_word(rendered: Callable[..., str], bets: int, fits: bool) -> None:
    titles = [f"Bet {n} of those that are to move the number of the quarter" for n in range(bets)]
    number = build.key_result(
        *(build.initiative(f"bet-{n}", title=title, linked=n == 0) for n, title in enumerate(titles))
    )
    rollup = build.rollup_of(number, on="2026-11-17")

    text = rendered(render("acme", "10042", [Section(rollup, rollup.work[0], ())]))

    assert all(title in text for title in titles) is fits
    assert ("Shortened" in text) is not fits
