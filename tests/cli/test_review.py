"""`syncer review` beyond the golden quarter: cycles that left the file, changed goals, and the next cycle."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from config.load import load_workspace
from config.workspace import WorkspaceFile
from syncer.cli.next_cycle import indent_of
from syncer.registry import load_plugins
from tests.cli.world import World, today

TARGET = """            start: 34
            target: 52
"""


def rename(world: World) -> None:
    """The cycle leaves the file for another with other ids."""
    text = world.file.read_text(encoding="utf-8")
    head, _, _ = text.partition("\ncycles:")
    later = today().date() + timedelta(days=30)
    cycle = f"- id: later\n    start: {later}\n    end: {later + timedelta(days=80)}\n"
    world.file.write_text(f"{head}\ncycles:\n  {cycle}", encoding="utf-8")


def test_a_cycle_that_left_the_file_is_reviewed_as_it_was(synced: World) -> None:
    assert synced.run("check-in", "activation", "43").code == 0
    before = synced.run("review")
    (cycle,) = {one["cycle"] for one in synced.run("--json", "review").json["acme"]["key_results"]}
    rename(synced)
    assert synced.run("sync").code == 0

    plain, after = synced.run("review"), synced.run("review", "--cycle", cycle)

    assert f"acme: {cycle} left the file; syncer review --cycle ID looks back at it" in plain.err
    assert "activation" not in plain.out
    assert after.out.split("What was flagged")[0] == before.out.split("What was flagged")[0]


def test_cycles_of_the_same_ids_are_told_in_their_own_words(synced: World) -> None:
    """The next cycle has the ids of the former one and other titles."""
    text = synced.file.read_text(encoding="utf-8")
    (start, end) = re.findall(r"    (?:start|end): ([-0-9]{10})\n", text)
    later = date.fromisoformat(end) + timedelta(days=1)
    following = (
        text.replace("- id: demo-quarter\n", "- id: following\n")
        .replace(start, str(later))
        .replace(end, str(later + timedelta(days=90)))
        .replace("Smaller fonts", "Fonts once more")
        .replace("Cut the page load", "Keep the page light")
    )
    synced.file.write_text(following, encoding="utf-8")
    assert synced.run("sync").code == 0

    together = synced.run("review", "--cycle", "demo-quarter", "--cycle", "following").out

    flagged = together.partition("What was flagged\n")[2]
    assert "unlinked bet of Smaller fonts, open since " in flagged
    assert "Cut the page load" in flagged


def test_a_cycle_nobody_heard_of_is_refused(synced: World) -> None:
    ran = synced.run("review", "--cycle", "1999-Q4")

    assert ran.code == 2
    assert "no cycle is called 1999-Q4; there are " in ran.err


def test_a_target_that_was_changed_is_told_with_its_day(synced: World) -> None:
    assert synced.run("check-in", "activation", "43").code == 0
    synced.change("UPDATE cycles SET declared_at = '2026-01-01 09:00:00.000000'")
    synced.edit(TARGET, TARGET.replace("52", "48"))
    assert synced.run("sync").code == 0

    reviewed = synced.run("review", "--kr", "activation")

    assert "34 % → 48 %" in reviewed.out
    assert " the file had it as 34 % → 52 %\n" in reviewed.out
    (formerly,) = synced.run("--json", "review", "--kr", "activation").json["acme"]["key_results"][0][
        "formerly"
    ]
    assert (formerly["start"], formerly["target"]) == (34, 52)


def test_a_target_that_was_mended_on_the_same_day_is_no_history(synced: World) -> None:
    synced.edit(TARGET, TARGET.replace("52", "48"))
    assert synced.run("sync").code == 0

    assert "the file had it as" not in synced.run("review").out


FONTS = """              - id: fonts
                title: Smaller fonts
                owner: ben
"""
TOOLTIPS = """              - id: tooltips
                title: In-app tooltips
                owner: ben
                bet: {move: 4, why: "nobody finds the import"}
                link: {connection: jira, epic: WEB-4}
"""


def test_a_bet_that_left_is_told_with_its_days_and_proposed_no_more(synced: World) -> None:
    """Two leave: one goes out of the file, and one to the key result where that stood."""
    synced.change("UPDATE cycles SET declared_at = '2026-01-01 09:00:00.000000'")
    synced.edit(TOOLTIPS, "")
    synced.edit(FONTS, TOOLTIPS)
    assert synced.run("sync").code == 0
    now = today().date()
    on = f"{now.day} {now:%b} {now.year}"

    told = synced.run("review").out

    title = "Cut the page load from 4.2 to 2.5 seconds (75th percentile)"
    _, _, removed = told.partition(f"  Smaller fonts → {title}\n")
    assert f"    in the file until {on}\n" in removed.partition("→")[0]
    _, _, moved = told.partition("  In-app tooltips → Increase Day 7 activation from 34% to 52%\n")
    assert f"    in the file until {on}, taken to {title}\n" in moved.partition("→")[0]
    _, _, there = told.partition(f"  In-app tooltips → {title}\n")
    assert there.startswith(f"    taken to this key result on {on}")
    row = next(
        one
        for one in synced.run("--json", "review").json["acme"]["initiatives"]
        if one["initiative"] == "tooltips" and one["left_on"]
    )
    assert (row["key_result"], row["left_on"], row["taken_to"]) == ("activation", str(now), title)
    drawn = synced.run("review", "--next", "2027-Q1").out
    assert drawn.count("In-app tooltips") == 1
    assert "Smaller fonts" not in drawn


def test_what_was_put_aside_is_in_the_review_with_its_reason(synced: World) -> None:
    signal = "page-load/unlinked_bet/fonts"
    until = str(today().date() + timedelta(days=9))
    assert synced.run("signals", "snooze", signal, "--until", until, "--why", "waits for the list").code == 0

    flagged = synced.run("review").out.partition("What was flagged\n")[2]

    assert "unlinked bet of Smaller fonts, open since " in flagged
    assert ": waits for the list\n" in flagged
    rows = synced.run("--json", "review").json["acme"]["flagged"]
    (row,) = [one for one in rows if one["signal"] == signal]
    assert row["snoozed"][0]["reason"] == "waits for the list"


def test_nothing_confidential_is_in_any_form(synced: World) -> None:
    for form in (["--format", "md"], ["--format", "json"], ["--next", "later"]):
        ran = synced.run("review", *form)
        assert ran.code == 0
        assert "activation" in ran.out
        assert "retention" not in ran.out.casefold()


def test_markdown_has_the_words_of_the_text(synced: World) -> None:
    plain = synced.run("review").out.split("\n")
    marked = synced.run("review", "--format", "md").out.replace("\\", "").split("\n")

    def words(lines: list[str]) -> list[str]:
        return [stripped for line in lines if (stripped := line.strip().lstrip("#- "))]

    assert words(marked) == words(plain)


@pytest.fixture
def drawn(synced: World) -> str:
    assert synced.run("check-in", "activation", "43").code == 0
    assert synced.run("check-in", "first-response", "2").code == 0
    ran = synced.run("review", "--next", "2027-Q1")
    assert ran.code == 0
    return ran.out


def loaded(world: World, drawn: str) -> WorkspaceFile:
    """The workspace file with the next cycle put below the one that is there."""
    text = world.file.read_text(encoding="utf-8")
    world.file.write_text(f"{text.rstrip()}\n{drawn}", encoding="utf-8")
    return load_workspace(world.file, {kind: one.settings for kind, one in load_plugins().items()})


def test_the_next_cycle_stands_in_the_file_beside_the_former_one(synced: World, drawn: str) -> None:
    file = loaded(synced, drawn)

    former, after = file.cycles
    assert (after.id, after.start, after.end - after.start) == (
        "2027-Q1",
        former.end + timedelta(days=1),
        former.end - former.start,
    )
    found = {one.id: one for objective in after.objectives for one in objective.key_results}
    activation = found["activation-2027-q1"]
    assert (activation.start, activation.target, activation.unit, activation.owner) == (43, 52, "%", "ana")
    assert "first-response-2027-q1" not in found, "what is reached goes on only with a new target"
    assert synced.run("check", "--offline").code == 0


def test_no_bet_goes_on_before_somebody_decides(synced: World, drawn: str) -> None:
    file = loaded(synced, drawn)

    assert [one.initiatives for objective in file.cycles[1].objectives for one in objective.key_results] == [
        () for objective in file.cycles[1].objectives for _ in objective.key_results
    ]
    assert '            # keep? it is not done\n            #   - id: "new-flow-2027-q1"\n' in drawn


def test_a_bet_that_is_kept_needs_only_its_signs_taken_away(synced: World, drawn: str) -> None:
    block = drawn[drawn.index('            #   - id: "new-flow-2027-q1"') :]
    lines = block.split("\n")
    kept = [lines[0], *(line for line in lines[1:5] if line.startswith("            #     "))]
    bare = "\n".join(line.replace("# ", "", 1) for line in kept)
    chosen = drawn.replace("\n".join(kept), bare).replace(
        "            # initiatives:", "            initiatives:", 1
    )

    file = loaded(synced, chosen)

    activation = file.cycles[1].objectives[0].key_results[0]
    (bet,) = activation.initiatives
    former = file.cycles[0].objectives[0].key_results[0].initiatives[0]
    assert (bet.id, bet.title, bet.link) == ("new-flow-2027-q1", former.title, former.link)


def test_an_id_that_is_taken_and_a_cycle_that_is_none_are_refused(synced: World) -> None:
    (cycle,) = {one["cycle"] for one in synced.run("--json", "review").json["acme"]["key_results"]}

    taken = synced.run("review", "--next", cycle)
    unknown = synced.run("review", "--next", "2027-Q1", "--cycle", "1999-Q4")

    assert taken.code == unknown.code == 2
    assert f"{cycle} is in the file already; give the next cycle an id of its own" in taken.err
    assert "the next cycle is drawn from one cycle of the file; there are " in unknown.err


def test_a_file_nobody_has_synced_yet_is_reviewed(acme: World) -> None:
    assert acme.run("check-in", "activation", "43").code == 0

    assert "43 % on " in acme.run("review").out
    assert acme.run("review", "--next", "2027-Q1").code == 0


def test_what_is_wholly_confidential_is_no_part_of_the_next_cycle(synced: World) -> None:
    text = synced.file.read_text(encoding="utf-8")
    number = "{id: rival, title: Own 51%, start: 0, target: 51, confidential: true}"
    secret = f"      - {{id: deal, title: Buy the rival, key_results: [{number}]}}\n"
    synced.file.write_text(f"{text.rstrip()}\n{secret}", encoding="utf-8")

    drawn = synced.run("review", "--next", "2027-Q1")

    assert drawn.code == 0
    assert "activation-2027-q1" in drawn.out
    assert "rival" not in drawn.out.casefold()


def test_a_next_cycle_of_which_nothing_is_open_still_loads(acme: World) -> None:
    acme.run("check-in", "activation", "52")
    text = acme.file.read_text(encoding="utf-8")
    head, _, _ = text.partition("          - id: first-response")
    acme.file.write_text(head, encoding="utf-8")

    drawn = acme.run("review", "--next", "2027-Q1").out
    (_, after) = loaded(acme, drawn).cycles

    assert after.objectives == ()
    assert "its target is reached: it goes on only with a new one" in drawn


@pytest.mark.parametrize("name", ["Q1 2027", "-", "Ü", "a/b", "x" * 64])
def test_an_id_that_is_none_is_refused(acme: World, name: str) -> None:
    ran = acme.run("review", f"--next={name}")

    assert ran.code == 2
    assert "is no id" in ran.err


def test_ids_that_would_be_the_same_are_refused(acme: World) -> None:
    acme.edit("- id: first-response\n", "- id: activation-demo-quarter\n")

    ran = acme.run("review", "--next", "2027-Q1")

    assert ran.code == 2
    assert "activation-2027-q1" in ran.err


def test_a_number_whose_cycle_is_not_there_yet_is_not_called_unknown(synced: World) -> None:
    rename(synced)
    text = synced.file.read_text(encoding="utf-8").rstrip()
    objective = "      - {id: o, title: O, key_results: [{id: later-kr, title: T, start: 0, target: 9}]}"
    synced.file.write_text(f"{text}\n    objectives:\n{objective}\n", encoding="utf-8")
    assert synced.run("sync").code == 0

    later, gone = (synced.run("review", "--kr", name) for name in ("later-kr", "activation"))

    assert (later.code, gone.code) == (2, 2)
    assert "the cycle of later-kr has not begun" in later.err
    assert "activation is in a cycle that left the file; name that with --cycle" in gone.err


def test_an_id_that_a_number_shares_with_a_bet_is_told_as_itself(acme: World) -> None:
    acme.edit("- id: first-response\n", "- id: new-flow\n")
    assert acme.run("sync").code == 0

    flagged = acme.run("review").out.partition("What was flagged\n")[2]

    assert "  Rebuild the onboarding flow: " not in flagged


@pytest.mark.parametrize("indent", [0, 4])
def test_it_fits_a_file_that_is_set_in_otherwise_and_has_no_last_newline(acme: World, indent: int) -> None:
    head, _, cycles = acme.file.read_text(encoding="utf-8").rstrip().partition("\ncycles:\n")
    moved = "\n".join(f"{' ' * indent}{line[2:]}" for line in cycles.split("\n"))
    acme.file.write_text(f"{head}\ncycles:\n{moved}", encoding="utf-8")

    drawn = acme.run("review", "--next", "2027-Q1").out
    with acme.file.open("a", encoding="utf-8") as file:
        file.write(drawn)

    assert acme.run("config", "validate").code == 0
    assert (
        len(load_workspace(acme.file, {kind: one.settings for kind, one in load_plugins().items()}).cycles)
        == 2
    )


def test_what_became_confidential_is_kept_back_from_the_cycle_it_left(synced: World) -> None:
    assert synced.run("check-in", "activation", "43.21").code == 0
    synced.edit("- id: demo-quarter\n", "- id: renamed\n")
    synced.edit(TARGET, f"{TARGET}            confidential: true\n")
    assert synced.run("sync").code == 0

    for form in (["--format", "md"], ["--format", "json"], []):
        ran = synced.run("review", "--cycle", "demo-quarter", *form)
        assert ran.code == 0
        assert "page-load" in ran.out or "Cut the page load" in ran.out
        assert "43.21" not in ran.out
        assert "Day 7 activation" not in ran.out
        assert ran.err == "acme: 2 confidential key results are not shown; name one with --kr ID\n"

    named = synced.run("review", "--cycle", "demo-quarter", "--kr", "activation")
    assert "43.21 %" in named.out
    assert named.err == ""


def test_a_closing_is_of_its_own_cycle(synced: World) -> None:
    """The same id in a later cycle is another key result."""
    synced.run("check-in", "activation", "43")
    synced.run("close", "activation", "--as", "missed", "--score", "0.3", "--why", "old story")
    synced.change("UPDATE closings SET cycle_id = '2020-Q1'")

    assert "old story" not in synced.run("review").out
    assert synced.run("close", "activation", "--as", "missed").code == 0


def test_the_next_cycle_is_no_markdown(acme: World) -> None:
    ran = acme.run("review", "--next", "2027-Q1", "--format", "md")

    assert ran.code == 2
    assert "--next prints YAML for the workspace file; leave --format md away" in ran.err


@pytest.mark.parametrize(
    ("between", "entry", "indent"),
    [("", "    - id: q", 4), ("\n  # of this year\n\t\n", "- id: q", 0), ("", "{}", 2)],
)
def test_how_far_cycles_are_set_in_is_found_in_one_pass_over_empty_lines(
    between: str, entry: str, indent: int
) -> None:
    """Thousands of them, before an entry or where there is none: what tries them in turn never ends."""
    file = f"cycles:  # our quarters\n{between}" + " \n\n" * 5000 + f"{entry}\n"

    assert indent_of(file) == indent
