"""`syncer report map`: every goal down to its linked item, orphans included."""

from __future__ import annotations

import re

from syncer.cli.alignment import mermaid
from syncer.cli.map_words import Goals, as_text
from syncer.cli.sheet_words import coverage
from syncer.domain.render import day as written
from syncer.domain.work import WorkStatus
from tests.cli.world import World, today
from tests.domain.build import initiative, key_result, old_work, rollup_of, snapshot

ALL_LIVE = "5 of 5 key results have a bet with a live link; 14 of 17 bets are linked"


def test_link_coverage_is_told_where_links_are_shown(synced: World) -> None:
    synced.story.sites.cloud.hide("WEB-5")
    synced.story.sites.asana.hide_project("1200000000000778")
    before = synced.run("links", "list").out
    synced.run("sync")

    less = f"4{ALL_LIVE[1:]}, 2 of them stale or not readable"
    assert f"acme: 14 links\n  {ALL_LIVE}\n" in before
    assert f"acme: 14 links\n  {less}\n" in synced.run("links", "list").out
    assert synced.run("report", "map").out.startswith(f"acme\n  {less}\n└ ")
    assert f"<h2>acme</h2>\n<p>{less}</p>\n" in synced.run("report", "map", "--format", "html").out
    secret = synced.run("links", "list", "--kr", "retention").out
    assert "  1 of 1 key results have a bet with a live link; 1 of 1 bets are linked\n" in secret


def test_a_bet_without_a_link_or_whose_figures_are_old_covers_nothing() -> None:
    by_hand = rollup_of(key_result(initiative(linked=False)), on="2026-11-16")
    dropped = rollup_of(
        on="2026-11-16", work={"new-flow": [snapshot("2026-11-10", status=WorkStatus.DROPPED)]}
    )
    fresh = rollup_of(on="2026-11-16", work={"new-flow": [snapshot("2026-11-10")]})

    assert coverage([by_hand, dropped, old_work(), fresh]) == (
        "1 of 4 key results have a bet with a live link; "
        "2 of 3 bets are linked, 1 of them stale or not readable"
    )


def test_every_goal_is_there_with_its_bets_and_items(synced: World) -> None:
    out = synced.run("report", "map").out

    assert out.startswith(
        f"acme\n  {ALL_LIVE}\n└ Make onboarding the reason new users stick\n  └ Increase Day 7 activation"
    )
    assert "    └ Rebuild the onboarding flow (planned) → jira:ONB-12\n" in out
    assert "    └ Smaller fonts (not reported) → no link: kept by hand\n" in out
    assert "retention" not in out
    assert "Lift net revenue" in synced.run("report", "map", "--kr", "retention").out


def test_a_broken_link_is_said(synced: World) -> None:
    synced.story.sites.cloud.hide("ONB-12")
    synced.run("sync")
    hidden = f"→ jira:ONB-12, not visible, last read {written(today().date())}\n"
    assert hidden in synced.run("report", "map").out


def test_work_whose_figures_are_old_says_since_when_in_every_form() -> None:
    goals = Goals("acme", [old_work()])
    old = "jira:ONB-12, stale since 2026-11-09 12:00 UTC"
    assert f"    └ Bet new-flow (in progress) → {old}" in list(as_text(goals))
    assert f'  i1x0 --> l1x0["{old}"]' in list(mermaid(goals))


def test_a_key_result_without_a_bet_hangs_in_the_air() -> None:
    drawn = list(mermaid(Goals("acme", [rollup_of(key_result(initiatives=()), on="2026-11-16")])))
    assert drawn[-1] == '  k1 -.-> n1["no initiative: nothing is bet on it"]'


def test_a_flowchart_has_every_node_once_and_is_wired(synced: World) -> None:
    lines = synced.run("report", "map", "--format", "mermaid").out.splitlines()

    assert lines[0] == "flowchart LR"
    node = r'[a-z]\w*(?:\["[^"]*"\])?'
    assert [
        line for line in lines[1:] if not re.fullmatch(rf"  {node}(?: (?:-->|-\.->) {node})?", line)
    ] == []
    made = [name for line in lines for name in re.findall(r"(\w+)\[", line)]
    assert len(made) == len(set(made))


def test_foreign_words_are_labels_and_nothing_else() -> None:
    hostile = initiative(title='"] --> x["<b>`#quot;`</b>\n  click w "javascript:alert(1)"')
    drawn = list(mermaid(Goals("acme", [rollup_of(key_result(hostile), on="2026-11-16")])))

    (line,) = [line for line in drawn if " --> i1x0" in line]
    assert line == (
        '  k1 --> i1x0["#quot;] --#gt; x[#quot;#lt;b#gt;#96;#35;quot;#96;#lt;/b#gt; click w'
        ' #quot;javascript:alert(1)#quot; (not reported)"]'
    )


def test_as_json_it_is_the_same_tree(synced: World) -> None:
    branches = synced.run("--json", "report", "map").json["acme"]
    fonts = [one for branch in branches for one in branch["initiatives"] if one["initiative"] == "fonts"]
    assert fonts == [
        {"initiative": "fonts", "title": "Smaller fonts", "item": None, "link_state": None, "stale": None}
    ]


def test_an_objective_nobody_measures_hangs_in_the_air(acme: World) -> None:
    acme.edit("    objectives:\n", "    objectives:\n      - {id: brand, title: Be loved}\n")
    forms = {form: acme.run("report", "map", "--format", form).out for form in ("text", "mermaid", "html")}

    assert "└ Be loved\n  ! no key result: nothing says whether it is reached\n" in forms["text"]
    assert '  w --> b0["Be loved"]\n  b0 -.-> m0["no key result: ' in forms["mermaid"]
    assert "<p><b>Be loved</b>: no key result: nothing says whether it is reached</p>" in forms["html"]
    found = acme.run("--json", "report", "map").json["acme"]
    assert [one["objective"] for one in found if one["key_result"] is None] == ["Be loved"]


def test_an_objective_of_which_all_is_confidential_is_not_called_bare(acme: World) -> None:
    number = "{id: rival, title: Own 51%, start: 0, target: 51, confidential: true}"
    acme.edit(
        "    objectives:\n", f"    objectives:\n      - {{id: deal, title: Buy, key_results: [{number}]}}\n"
    )

    for form in ("text", "mermaid", "html"):
        out = acme.run("report", "map", "--format", form).out
        assert "no key result" not in out
        assert "Buy" not in out
