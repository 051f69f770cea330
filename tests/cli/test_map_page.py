"""`syncer report map --format html`: the map as one page that acts on nothing and asks nothing."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from syncer.cli.map_page import map_page
from syncer.cli.map_words import Goals
from syncer.domain.rollup import Rollup
from tests.cli.world import World
from tests.domain import build
from tests.domain.build import initiative, key_result, old_work, rollup_of

LONG = "Rebuild the onboarding flow for every plan, every country and every size of customer we have"


def drawings(page: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def boxes(page: str) -> dict[str, ET.Element]:
    """Every box by its full text."""
    return {box.findtext("title", ""): box for svg in drawings(page) for box in svg.iter("g")}


def page_of(*rollups: Rollup) -> str:
    return map_page([Goals("acme", rollups)])


def is_dashed(box: ET.Element) -> bool:
    return any("dashed" in rect.get("class", "") for rect in box.iter("rect"))


def test_every_goal_is_drawn_with_its_bets_and_items(synced: World) -> None:
    ran = synced.run("report", "map", "--format", "html")

    assert ran.code == 0
    found = boxes(ran.out)
    assert "Make onboarding the reason new users stick: 2 key results" in found
    (flow,) = [name for name in found if name.startswith("Rebuild the onboarding flow: ")]
    assert flow.endswith(" · jira:ONB-12")
    assert is_dashed(found["Smaller fonts: not reported · no link: kept by hand"])
    assert not is_dashed(found[flow])
    branches = synced.run("--json", "report", "map").json["acme"]
    objectives = {one["objective"] for one in branches}
    bets = sum(len(one["initiatives"]) for one in branches)
    assert len(drawings(ran.out)) == len(objectives)
    assert (
        sum(len(list(svg.iter("g"))) for svg in drawings(ran.out)) == len(objectives) + len(branches) + bets
    )
    wires = sum(len(list(svg.iter("path"))) for svg in drawings(ran.out))
    assert wires == len(branches) + bets


def test_what_is_confidential_is_drawn_for_who_names_it(synced: World) -> None:
    ran = synced.run("report", "map", "--format", "html")
    assert [word for word in ("retention", "Lift net revenue", "GRO-4", "Renewal") if word in ran.out] == []
    assert ran.err == "acme: 1 confidential key result is not shown; name one with --kr ID\n"

    named = synced.run("report", "map", "--format", "html", "--kr", "retention")
    assert "Lift net revenue" in named.out


@pytest.mark.parametrize(
    ("value", "on", "look", "word"),
    [
        (53, "2026-11-16", "good", "achieved"),
        (43, "2026-11-16", "good", "on track"),
        (40, "2026-11-16", "warning", "behind"),
        (35, "2026-11-16", "bad", "off track"),
        (53, "2026-10-20", "warning", "stale"),
        (None, "", "unknown", "no data"),
    ],
)
def test_a_number_has_the_colour_of_what_it_measures_and_the_word_beside_it(
    value: float | None, on: str, look: str, word: str
) -> None:
    told = [] if value is None else [build.check_in(on, value)]
    page = page_of(rollup_of(key_result(title="Activation"), on="2026-11-16", check_ins=told))

    (box,) = [box for name, box in boxes(page).items() if name.startswith("Activation: ")]
    assert box.get("class") == look
    assert [str(text.text) for text in box.iter("text")][-1].startswith(f"{word} · ")


def test_work_whose_figures_are_old_says_so_before_all_else() -> None:
    page = page_of(old_work())

    (box,) = [box for name, box in boxes(page).items() if name.startswith("Bet new-flow: ")]
    (told,) = [str(text.text) for text in box.iter("text") if text.get("class") == "about"]
    assert box.get("class") == "warning"
    stale = "stale since 2026-11-09 12:00 UTC"
    assert told.startswith(f"{stale} · ")
    assert box.findtext("title") == f"Bet new-flow: {stale} · in progress 9/20 · 2 cancelled · jira:ONB-12"
    assert "→ jira:ONB-12, stale since 2026-11-09 12:00 UTC" in page


def test_done_work_has_no_colour_of_its_own() -> None:
    page = page_of(rollup_of(key_result(initiative(title="Flow")), on="2026-11-16"))
    (box,) = [box for name, box in boxes(page).items() if name.startswith("Flow: ")]
    assert box.get("class") == "plain"


def test_a_key_result_without_a_bet_hangs_in_the_air() -> None:
    page = page_of(rollup_of(key_result(initiatives=()), on="2026-11-16"))
    assert is_dashed(boxes(page)["No initiative: nothing is bet on it"])
    (svg,) = drawings(page)
    assert [path.get("class") for path in svg.iter("path")] == ["wire", "wire dashed"]


WIDE = "新しいユーザーのためのアプリ内ツールチップ" * 5


@pytest.mark.parametrize("title", [LONG, LONG.replace(" ", ""), WIDE])
def test_a_long_title_is_cut_and_told_in_full(title: str) -> None:
    page = page_of(rollup_of(key_result(initiative(title=title)), on="2026-11-16"))

    (box,) = [box for name, box in boxes(page).items() if name.startswith(f"{title}: ")]
    first, second = [str(text.text) for text in box.iter("text") if text.get("class") == "name"]
    assert second.endswith("…")
    assert title.replace(" ", "").startswith((first + second.removesuffix("…")).replace(" ", ""))
    assert max(len(first), len(second)) <= 33


HOSTILE = "</title></svg><script>alert(1)</script>\" onload='x' &amp; <img src=//example.test>"


def test_foreign_words_are_words_and_nothing_is_asked_of_any_other_place() -> None:
    rollup = rollup_of(key_result(initiative(title=HOSTILE), title=HOSTILE), on="2026-11-16")
    page = map_page([Goals(HOSTILE, [rollup])])

    assert [name for name in boxes(page) if name.startswith(f"{HOSTILE}: ")] != []
    assert set(re.findall(r"<([a-z]\w*)", page)).isdisjoint(
        {"script", "img", "link", "iframe", "image", "use"}
    )
    assert [word for word in ("url(", "@import", "href", 'src="') if word in page] == []


def test_who_does_not_see_it_is_told_the_same() -> None:
    page = map_page([Goals(name, [rollup_of(key_result(), on="2026-11-16")]) for name in ("acme", "globex")])

    names: list[str] = []
    for svg in drawings(page):
        assert svg.get("role") == "img"
        title, told = svg.find("title"), svg.find("desc")
        assert title is not None
        assert told is not None
        assert svg.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
        names += [str(title.get("id")), str(told.get("id"))]
        assert "no data" in str(told.text)
    assert len(names) == len(set(names)) == 4
    covered = "1 of 1 key results have a bet with a live link; 1 of 1 bets are linked"
    assert f"<pre>acme\n  {covered}\n└ " in page


def test_a_workspace_with_nothing_to_show() -> None:
    assert "There is no key result to be shown." in map_page([Goals("acme", ())])
