"""`syncer signals show` and `history`: one signal, and all there ever were."""

from __future__ import annotations

from tests.cli.world import World


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
