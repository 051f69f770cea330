"""`syncer signals show` and `history`: one signal, and all there ever were."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.world import World, today


def test_one_open_signal(synced: World) -> None:
    ran = synced.run("signals", "show", "page-load/unlinked_bet/fonts")

    assert ran.code == 0
    assert ran.out.startswith("info unlinked_bet  page-load/fonts  since ")
    assert ran.out.endswith("     Ben Ott: Where is this work done?\n")


def test_a_signal_that_is_not_open(synced: World) -> None:
    ran = synced.run("signals", "show", "page-load/nix")

    assert (ran.code, ran.out) == (2, "")
    assert "no open signal is called page-load/nix; open are: " in " ".join(ran.err.split())


def test_the_history_keeps_what_was_closed(synced: World) -> None:
    assert synced.run("check-in", "--initiative", "fonts", "--status", "done").code == 0
    assert synced.run("sync").code == 0

    rows = {row["id"]: row for row in synced.run("--json", "signals", "history").json["acme"]}

    assert rows["page-load/unlinked_bet/fonts"]["closed_at"]
    assert rows["page-load/unlinked_bet/scripts"]["closed_at"] is None
    assert "  page-load/unlinked_bet/fonts " in synced.run("signals", "history").out


def test_the_history_hides_what_is_confidential_unless_it_is_named(synced: World) -> None:
    assert "retention" not in synced.run("signals", "history").out
    assert "retention/stale_number" in synced.run("signals", "history", "--kr", "retention").out


FONTS = "page-load/unlinked_bet/fonts"


def test_a_signal_that_can_wait_is_put_aside_and_stays_in_the_history(synced: World) -> None:
    until = (today() + timedelta(days=7)).date()

    ran = synced.run("signals", "snooze", FONTS, "--until", str(until), "--why", "they are bought this week")

    assert (ran.code, ran.out) == (
        0,
        f"{FONTS} is snoozed until {until.day} {until:%b} {until.year}: they are bought this week\n",
    )
    shown = synced.run("signals")
    assert ", 1 snoozed\n" in shown.out
    count = shown.out.partition(": ")[2].partition("\n")[0]
    assert f"; {count}\n" in synced.run("status").out
    document = synced.run("--json", "status").json["acme"]
    assert document["snoozed_signals"] == [FONTS]
    assert FONTS not in document["open_signals"]
    assert "page-load/fonts" not in shown.out
    assert f"  {FONTS} " in synced.run("signals", "history").out
    assert synced.run("signals", "show", FONTS).code == 0


def test_what_was_put_aside_comes_back_after_its_day(synced: World) -> None:
    until = today().date()
    assert synced.run("signals", "snooze", FONTS, "--until", str(until), "--why", "today is enough").code == 0
    synced.change("UPDATE snoozes SET until_day = '2020-01-01'")

    shown = synced.run("signals").out

    assert "snoozed" not in shown
    assert "page-load/fonts" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("nix", "--until", "2099-01-01", "--why", "x"),
            1,
            "no open signal is called nix; syncer signals",
        ),
        ((FONTS, "--until", "2020-01-01", "--why", "x"), 1, "2020-01-01 is over; give a day from "),
        ((FONTS, "--until", "2099-01-01", "--why", " "), 1, f"say why {FONTS} can wait: --why TEXT"),
        ((FONTS, "--until", "soon", "--why", "x"), 2, "'soon' is not a day; write YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_put_aside(synced: World, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = synced.run("signals", "snooze", *arguments)

    assert ran.code == code
    assert said in " ".join(ran.err.split())
    assert synced.rows("SELECT count(*) FROM snoozes") == [(0,)]
