"""What people report: taken where it can be right, refused with the reason where it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.world import World, today, writes

KNOWN = "activation, first-response, trial-to-paid, weekly-teams, page-load"


def check_ins(acme: World) -> list[tuple[object, ...]]:
    return acme.rows("SELECT key_result_id, value, health, note, author, source FROM check_ins")


def test_a_value_is_stored_and_shown_against_its_pace(acme: World) -> None:
    ran = acme.run("check-in", "activation", "37", "--health", "at_risk", "--note", "low", "--author", "Ana")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Increase Day 7 activation from 34% to 52%: 37 % on ")
    assert ran.out.endswith(" expected; the comments follow with the next sync\n")
    assert check_ins(acme) == [("activation", 37.0, "at_risk", "low", "Ana", "hand")]


def test_a_day_may_be_given(acme: World) -> None:
    day = today().date() - timedelta(days=20)

    ran = acme.run("--json", "check-in", "activation", "36.5", "--on", day.isoformat())

    assert ran.json["check_in"]["on"] == day.isoformat()
    assert acme.rows("SELECT on_day FROM check_ins") == [(day.isoformat(),)]


@pytest.mark.parametrize(("days", "follow"), [(3, "; the comments follow with the next sync"), (30, "")])
def test_a_value_after_the_cycle_says_what_it_is_for(acme: World, days: int, follow: str) -> None:
    end = today().date() - timedelta(days=days)
    declared = next(line for line in acme.file.read_text(encoding="utf-8").splitlines() if "end: " in line)
    acme.edit(declared, f"{declared.partition('end: ')[0]}end: {end}")

    ran = acme.run("check-in", "activation", "40", "--on", (end + timedelta(days=2)).isoformat())

    assert (ran.code, ran.out.splitlines()[0].endswith(f" expected{follow}")) == (0, True)
    assert ran.out.splitlines()[1].startswith("demo-quarter ended on ")
    assert ran.out.endswith(
        ": this tells whether late work moved the number, and changes neither its status nor its score\n"
    )


def test_a_number_may_be_below_zero(acme: World) -> None:
    assert acme.run("check-in", "activation", "-4.5").code == 0
    assert [row[1] for row in check_ins(acme)] == [-4.5]


def test_what_is_checked_in_reaches_the_comment(synced: World) -> None:
    assert synced.run("check-in", "activation", "37").code == 0
    # So long ago that the interval between two edits of one comment is over.
    synced.change("UPDATE receipts SET published_at = '2020-01-01 00:00:00.000000'")

    assert synced.run("sync").code == 0

    texts = {one.item: one.text for one in synced.story.comments()}
    assert "Number: 37 %" in texts["ONB-12"]
    assert set(synced.comments().values()) == {1}
    assert len(writes(*synced.story.stand_ins)) == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["activation", "nan"], "nan is no number a key result can have; give a finite one"),
        (["activation", "inf"], "inf is no number a key result can have; give a finite one"),
        (["activation", "-inf"], "-inf is no number a key result can have; give a finite one"),
        (["nix", "40"], f"workspace acme has no key result nix; it has {KNOWN}"),
        (
            ["--initiative", "new-flow", "--status", "done"],
            "new-flow is linked to jira:ONB-12: its status comes from there and is not kept by hand",
        ),
    ],
)
def test_what_cannot_be_right_is_refused(acme: World, arguments: list[str], sentence: str) -> None:
    ran = acme.run("check-in", *arguments)

    assert (ran.code, ran.out, ran.err) == (1, "", sentence + "\n")


@pytest.mark.parametrize("away", [-400, 3, 400])
def test_a_day_outside_the_cycle_or_still_to_come_is_refused(acme: World, away: int) -> None:
    day = today().date() + timedelta(days=away)

    ran = acme.run("check-in", "activation", "40", "--on", day.isoformat())

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{day} is outside demo-quarter; give a day from {acme.story.start} to ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["activation", "lots"], "'lots' is not a number; write it like 37 or 5.5"),
        (["activation", "37,5"], "'37,5' has a decimal comma; write 37.5"),
        (["activation", "1e16"], "1e16 is too large to be reckoned with; choose a larger unit"),
        (["activation", "-2e15"], "-2e15 is too large to be reckoned with; choose a larger unit"),
        (["activation", "40", "--on", "31.12.2026"], "'31.12.2026' is not a date; write YYYY-MM-DD"),
        (["activation", "40", "--health", "green"], "'green' is not one of 'on_track', 'at_risk', "),
        (["--initiative", "fonts", "--status", "finished"], "'finished' is not one of 'planned', "),
        (["activation", "--initiative", "fonts", "--status", "done"], "and no key result"),
    ],
)
def test_what_cannot_be_read_is_a_matter_of_usage(acme: World, arguments: list[str], sentence: str) -> None:
    ran = acme.run("check-in", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_nothing_refused_is_stored(synced: World) -> None:
    before = synced.stored()
    for arguments in (["activation", "nan"], ["nix", "1"], ["activation", "1", "--on", "2001-01-01"]):
        assert synced.run("check-in", *arguments).code == 1

    assert synced.stored() == before


def test_a_bet_kept_by_hand(acme: World) -> None:
    ran = acme.run("check-in", "--initiative", "fonts", "--status", "on_hold", "--note", "later")

    assert ran.code == 0
    assert ran.out.startswith("fonts: on hold on ")
    assert acme.rows("SELECT initiative_id, status, note FROM initiative_check_ins") == [
        ("fonts", "on_hold", "later")
    ]
    assert "Smaller fonts                on hold       kept by hand" in acme.run("report", "weekly").out


def test_a_bet_is_not_done_in_the_future(acme: World) -> None:
    ran = acme.run("check-in", "--initiative", "fonts", "--status", "done", "--on", "2099-01-01")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("2099-01-01 is still to come; give a day up to ")
    assert acme.rows("SELECT * FROM initiative_check_ins") == []


def test_it_is_for_one_workspace(acme: World) -> None:
    text = acme.file.read_text(encoding="utf-8")
    other = text.replace("workspace: acme", "workspace: beta")
    (acme.folder / "beta.yaml").write_text(other, encoding="utf-8")

    ran = acme.run("check-in", "activation", "40")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "this is for one workspace; choose one with -w: acme, beta\n"
    assert acme.run("check-in", "activation", "40", "-w", "beta").code == 0
    assert acme.rows("SELECT workspace FROM check_ins") == [("beta",)]


@pytest.mark.parametrize(("login", "author"), [("ana", "Ana Ruiz"), ("root", "")])
def test_a_login_is_published_as_the_name_of_its_person_or_not_at_all(
    acme: World, monkeypatch: pytest.MonkeyPatch, login: str, author: str
) -> None:
    monkeypatch.setenv("LOGNAME", login)

    assert acme.run("check-in", "activation", "37").code == 0
    assert acme.run("check-in", "--initiative", "fonts", "--status", "done").code == 0

    assert acme.rows("SELECT author FROM check_ins") == [(author,)]
    assert acme.rows("SELECT author FROM initiative_check_ins") == [(author,)]


def test_a_correction_deletes_nothing_and_both_are_shown(acme: World) -> None:
    day = today().date().isoformat()
    for value in ("37", "36"):
        assert acme.run("check-in", "activation", value, "--on", day, "--author", "ana").code == 0

    ran = acme.run("check-in", "activation", "--history")

    first, second = ran.out.splitlines()
    assert "37 % · entered " in first
    assert first.endswith(" by Ana Ruiz · corrected to 36 %")
    assert "36 % · entered " in second
    assert second.endswith(" by Ana Ruiz")
    held = acme.run("--json", "check-in", "activation", "--history").json["check_ins"]
    assert [one["held"] for one in held] == [False, True]


def test_no_history_yet(acme: World) -> None:
    ran = acme.run("check-in", "activation", "--history")

    assert (ran.code, ran.out) == (
        0,
        "Increase Day 7 activation from 34% to 52%: nobody has checked in a value\n",
    )


def test_an_unknown_initiative_is_not_answered_with_confidential_ones(acme: World) -> None:
    ran = acme.run("check-in", "--initiative", "nix", "--status", "done")

    assert ran.code == 1
    assert "new-flow" in ran.err
    assert "renewals" not in ran.err


def test_no_comments_are_promised_where_none_will_follow(acme: World) -> None:
    assert "the comments follow" in acme.run("check-in", "activation", "40").out
    assert "the comments follow" not in acme.run("check-in", "retention", "103").out
