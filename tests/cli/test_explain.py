"""`syncer explain`: inputs, rule, time and thresholds of any figure, down to the line of the file."""

from __future__ import annotations

from tests.cli.world import World, today

FONTS = "page-load/unlinked_bet/fonts"


def line_of(world: World, text: str) -> int:
    """The line of the workspace file on which a text stands, which must be there once."""
    lines = world.file.read_text(encoding="utf-8").splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if text in line]
    return found


def test_a_number_is_explained_down_to_the_line(synced: World) -> None:
    assert synced.run("check-in", "activation", "36", "--author", "Ana Ruiz").code == 0

    ran = synced.run("explain", "activation")

    assert ran.code == 0
    assert "\nvalue: 36 %\n  from check-in of " in ran.out
    assert "\nprogress: 11.1 %\n" in ran.out
    assert "window 21 days · default (signals.window)\n" in ran.out
    target = "cycles.demo-quarter.objectives.onboarding.key_results.activation.target"
    assert f"target 52 % · acme.yaml:{line_of(synced, 'target: 52')}: {target}\n" in ran.out


def test_the_work_of_an_initiative_is_explained(synced: World) -> None:
    ran = synced.run("explain", "new-flow")

    assert ran.code == 0
    assert "\n  from epic jira:ONB-12 (item id " in ran.out
    assert f"link jira:ONB-12 · acme.yaml:{line_of(synced, 'epic: ONB-12')}: cycles.demo-quarter." in ran.out
    assert (
        f"stale_after 2 days · acme.yaml:{line_of(synced, 'stale_after: 2d')}: schedule.stale_after"
        in ran.out
    )
    assert f"settle 14 days · acme.yaml:{line_of(synced, 'settle: 14d')}: cycles.demo-quarter." in ran.out


def test_a_signal_is_explained(synced: World) -> None:
    found = synced.run("--json", "explain", FONTS).json["acme"]

    assert (found["id"], found["kind"]) == (FONTS, "signal")
    assert [one["name"] for one in found["figures"]] == ["unlinked_bet", "question"]


def test_one_figure_can_be_asked_for(synced: World) -> None:
    (gap,) = synced.run("--json", "explain", "activation", "gap").json["acme"]["figures"]
    assert (gap["name"], gap["rule"]) == ("gap", "expected - progress; below 0 is ahead of the pace")

    wrong = synced.run("explain", "activation", "gab")
    assert wrong.code == 2
    assert "activation has no figure gab, did you mean gap?" in " ".join(wrong.err.split())


def test_an_unknown_id_is_answered_with_the_nearest(synced: World) -> None:
    ran = synced.run("explain", "activatoin")

    assert (ran.code, ran.out) == (2, "")
    assert "is called activatoin, did you mean activation?" in " ".join(ran.err.split())


def test_what_is_confidential_is_explained_to_who_names_it_and_suggested_to_nobody(synced: World) -> None:
    assert "retention" not in synced.run("explain", "retentio").err
    assert "renewals" not in synced.run("explain", "renewal").err
    assert synced.run("explain", "retention").code == 0


def test_it_explains_what_the_file_says_before_the_first_sync(acme: World) -> None:
    ran = acme.run("explain", "activation", "expected")

    assert ran.code == 0
    days = (today().date(), acme.story.start)
    assert f"{(days[0] - days[1]).days + 1} of " in ran.out
    assert not acme.database.exists()
