"""`syncer check-in` without arguments: what is due for one person, asked at a terminal or printed."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.cli.world import World, today


def at_a_terminal(world: World, *arguments: str, answers: list[str]) -> tuple[int, str]:
    """The program of its own behind a pseudo-terminal, with the answers typed ahead."""
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "syncer", "--no-color", "-c", str(world.folder), *arguments]
    with subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as ran:
        os.close(theirs)
        os.write(ours, "".join(answers).encode())
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # how Linux says that nobody holds the other end any more
            pass
        code = ran.wait()
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def test_number_and_work_are_one_act_with_one_time(synced: World) -> None:
    answers = [
        "lots\n",
        "3,1\n",
        "nan\n",
        "3.1\n",
        "green\n",
        "at_risk\n",
        "slow week\n",
        "in progress\n",
        "\n",
    ]

    code, shown = at_a_terminal(synced, "check-in", "--as", "ben", answers=answers)

    assert code == 0, shown
    assert "'lots' is not a number; write it like 37 or 5.5" in shown
    assert "'3,1' has a decimal comma; write 3.1" in shown
    assert "nan is no number a key result can have; give a finite one" in shown
    assert "'green' is none of on_track, at_risk, off_track, unknown" in shown
    assert "4.2 s at the start → nobody has checked in a value → 2.6 s expected by " in shown
    assert shown.index("expected by") < shown.index("Is this work moving the number?")
    assert "stored: 3.1 s on " in shown
    ((value, health, note, author, at),) = synced.rows(
        "SELECT value, health, note, author, entered_at FROM check_ins WHERE key_result_id = 'page-load'"
    )
    assert (value, health, note, author) == (3.1, "at_risk", "slow week", "Ben Ott")
    seen = synced.rows("SELECT initiative_id, status, entered_at FROM initiative_check_ins")
    statuses = {row[0]: row[1] for row in seen}
    assert {row[2] for row in seen} == {at}
    assert statuses["scripts"] == "in_progress"
    assert "fonts" not in statuses
    assert set(statuses) == {"scripts", "images", "replica", "bundle", "dashboard", "landing"}


def test_enter_keeps_a_status_and_skips_a_number(synced: World) -> None:
    assert synced.run("check-in", "--initiative", "fonts", "--status", "on_hold").code == 0

    code, shown = at_a_terminal(synced, "check-in", "--as", "ben", answers=["3\n", "\n", "\n", "\n", "\n"])
    again, nothing = at_a_terminal(synced, "check-in", "--as", "ana", answers=["\n", "\n", "\n"])

    assert (code, again) == (0, 0), shown
    assert "Enter keeps on hold" in shown
    assert synced.rows("SELECT status FROM initiative_check_ins WHERE initiative_id = 'fonts'") == [
        ("on_hold",),
        ("on_hold",),
    ]
    assert nothing.count("  skipped") == 3, "two numbers and a bet that is kept by hand"
    assert synced.rows("SELECT key_result_id FROM check_ins") == [("page-load",)]


def test_leaving_early_keeps_what_was_answered(synced: World) -> None:
    answers = ["40\n", "\n", "\n", "\x04"]

    code, shown = at_a_terminal(synced, "check-in", "--as", "ana", answers=answers)

    assert code == 130, shown
    assert synced.rows("SELECT key_result_id, value FROM check_ins") == [("activation", 40.0)]


@pytest.mark.parametrize("flags", [[], ["--no-input"]], ids=["no terminal", "no input"])
def test_nobody_to_ask_prints_what_is_due(synced: World, flags: list[str]) -> None:
    before = synced.stored()

    ran = synced.run(*flags, "check-in", "--as", "ben")

    assert ran.code == 1
    assert "1 of 1: Cut the page load from 4.2 to 2.5 seconds (75th percentile)  [page-load]\n" in ran.out
    assert "Is this work moving the number?\n" in ran.out
    assert ran.err.endswith("1 check-in due; give each with syncer check-in KR VALUE\n")
    assert synced.stored() == before


def test_who_has_checked_in_is_not_asked_again(synced: World) -> None:
    assert synced.run("check-in", "page-load", "3").code == 0

    bets = synced.run("check-in", "--as", "ben")
    for bet in ("scripts", "fonts"):
        assert synced.run("check-in", "--initiative", bet, "--status", "planned").code == 0
    ran = synced.run("check-in", "--as", "ben")

    assert "[page-load]" not in bets.out
    assert "\nthe status of 2 bets due; " in bets.err
    assert (ran.code, ran.out) == (0, "nothing is due for Ben Ott\n")


def hand_over(world: World) -> None:
    """Gives a bet that is kept by hand to somebody who owns no number."""
    title = "title: Talk to ten lost trials\n                owner: "
    world.edit(f"{title}ana", f"{title}dora")
    world.edit("people:\n", "people:\n  dora: {name: Dora Neumann}\n")


def test_who_owns_nothing_but_a_bet_kept_by_hand_is_asked_for_its_status(synced: World) -> None:
    hand_over(synced)

    listed = synced.run("check-in", "--as", "dora")
    code, shown = at_a_terminal(
        synced, "check-in", "--as", "dora", answers=["soon\n", "in progress\n", "three of ten\n"]
    )

    assert listed.code == 1
    assert (
        "1 of 1: Talk to ten lost trials  [lost-trials]\n  not reported · kept by hand · for " in listed.out
    )
    assert listed.err.endswith(
        "the status of 1 bet due; give each with syncer check-in --initiative ID --status STATUS\n"
    )
    assert code == 0, shown
    assert "'soon' is none of planned, in_progress, on_hold, done, dropped" in shown
    assert "stored: in progress on " in shown
    assert synced.rows("SELECT initiative_id, status, note, author FROM initiative_check_ins") == [
        ("lost-trials", "in_progress", "three of ten", "Dora Neumann")
    ]
    assert synced.run("check-in", "--as", "dora").out == "nothing is due for Dora Neumann\n"


def test_a_status_that_is_a_week_old_is_asked_for_again(synced: World) -> None:
    hand_over(synced)
    week_ago = (today().date() - timedelta(days=7)).isoformat()
    planned = ("check-in", "--initiative", "lost-trials", "--status", "planned", "--on", week_ago)
    assert synced.run(*planned).code == 0

    due = synced.run("--json", "check-in", "--as", "dora").json

    assert due["due"] == []
    assert due["statuses"] == [
        {
            "initiative": "lost-trials",
            "title": "Talk to ten lost trials",
            "key_result": "trial-to-paid",
            "status": "planned",
            "reported_on": week_ago,
        }
    ]
    code, shown = at_a_terminal(synced, "check-in", "--as", "dora", answers=["\n", "\n"])
    assert code == 0, shown
    assert "(Enter keeps planned)" in shown
    assert synced.run("check-in", "--as", "dora").code == 0


def test_an_overdue_number_is_called_stale(synced: World) -> None:
    long_ago = (today().date() - timedelta(days=11)).isoformat()
    assert synced.run("check-in", "page-load", "3", "--on", long_ago).code == 0

    ran = synced.run("--json", "check-in", "--as", "ben")
    text = synced.run("check-in", "--as", "ben").out

    assert [(one["key_result"], one["overdue"]) for one in ran.json["due"]] == [("page-load", True)]
    assert " (stale) → " in text


def test_a_number_of_a_cycle_that_is_over_is_asked_for_its_last_day(synced: World) -> None:
    end = today().date() - timedelta(days=3)
    text = synced.file.read_text(encoding="utf-8")
    synced.file.write_text(text.replace(str(synced.story.today), str(end)), encoding="utf-8")

    asked = synced.run("check-in", "--as", "ana")
    code, shown = at_a_terminal(synced, "check-in", "--as", "ana", answers=["37\n", *["\n"] * 9])

    assert f"give each with syncer check-in KR VALUE, for the end of a cycle with --on {end}\n" in asked.err
    assert code == 0, shown
    stored = "SELECT on_day FROM check_ins WHERE key_result_id = 'activation'"
    assert synced.rows(stored) == [(end.isoformat(),)]


def test_the_login_says_who_it_is(synced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ana")

    assert "[activation]" in synced.run("check-in").out


def test_a_stranger_is_told_who_there_is(synced: World) -> None:
    ran = synced.run("check-in", "--as", "zoe")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("nobody in acme is called zoe\n-> say who you are with --as ID; there is ana, ")


def test_a_confidential_number_is_asked_for_by_name_only(synced: World) -> None:
    ran = synced.run("check-in", "--as", "eva")
    named = synced.run("check-in", "--as", "eva", "--kr", "retention")

    assert ran.code == 0
    assert "nothing is due for " in ran.out
    assert "1 confidential key result is not shown; name one with --kr ID" in ran.err
    assert "retention" not in ran.out + ran.err
    assert "[retention]" in named.out
