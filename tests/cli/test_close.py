"""`syncer close`: the word is the person's, the number stands beside it."""

from __future__ import annotations

import pytest

from tests.cli.world import World

SHORT = (
    "activation is short of its target: 37 %, target 52 %; "
    "to close it as achieved all the same give --why TEXT\n"
)


def words(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT word, value, reason, author FROM closings ORDER BY id")


def test_achieved_below_the_target_needs_a_written_reason(synced: World) -> None:
    assert synced.run("check-in", "activation", "37").code == 0
    refused = [synced.run("close", "activation", "--as", "achieved", *why) for why in ([], ["--why", "  "])]

    ran = synced.run(
        "close", "activation", "--as", "achieved", "--why", "the board counts it", "--author", "ana"
    )

    assert [(one.code, one.out, one.err) for one in refused] == [(1, "", SHORT)] * 2
    assert (ran.code, ran.out) == (
        0,
        "Increase Day 7 activation from 34% to 52%: closed as achieved at 37 %\n",
    )
    assert words(synced) == [("achieved", 37.0, "the board counts it", "Ana Ruiz")]
    assert synced.run("sync").code == 0
    sheet = synced.run("report", "weekly").out
    assert ": the board counts it\n" in sheet
    assert "! watermelon: Closed as achieved short of its target. What does the number say?\n" in sheet


@pytest.mark.parametrize(("value", "word"), [("52", "achieved"), ("37", "missed")])
def test_the_word_that_fits_the_number_needs_none(acme: World, value: str, word: str) -> None:
    acme.run("check-in", "activation", value)

    assert acme.run("close", "activation", "--as", word).code == 0
    assert words(acme) == [(word, float(value), "", "")]


def test_missed_at_the_target_needs_a_reason(acme: World) -> None:
    acme.run("check-in", "activation", "53")

    ran = acme.run("close", "activation", "--as", "missed")

    assert (ran.code, words(acme)) == (1, [])
    assert ran.err.startswith("activation has reached its target: 53 %, target 52 %; to close it as missed ")


def test_what_is_closed_is_not_due_and_can_be_opened_again(acme: World) -> None:
    assert acme.run("check-in", "page-load", "3", "--on", acme.story.start.isoformat()).code == 0
    assert acme.run("close", "page-load", "--as", "missed").code == 0

    twice = acme.run("close", "page-load", "--as", "achieved")
    due = acme.run("check-in", "--as", "ben")
    opened = acme.run("close", "page-load", "--reopen")

    assert (
        twice.err
        == "page-load is closed as missed already; open it again first: syncer close page-load --reopen\n"
    )
    assert due.out == "nothing is due for Ben Ott\n"
    assert opened.out == "Cut the page load from 4.2 to 2.5 seconds (75th percentile): opened again at 3 s\n"
    assert [row[0] for row in words(acme)] == ["missed", "reopened"]
    assert "[page-load]" in acme.run("check-in", "--as", "ben").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["activation", "--as", "missed"],
            "nobody has checked in a value of activation; say what it came to first: syncer check-in ",
        ),
        (["activation", "--reopen"], "activation is not closed, so there is nothing to open again\n"),
        (["nix", "--as", "missed"], "workspace acme has no key result nix; it has activation, "),
    ],
)
def test_what_cannot_be_closed_is_said(acme: World, arguments: list[str], sentence: str) -> None:
    ran = acme.run("close", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(sentence)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as", "done"], "done is said of initiatives; a key result is achieved or missed"),
        (["--as", "dropped"], "dropped is said of initiatives; a key result is achieved or missed"),
        ([], "give --as achieved, --as missed, or --reopen"),
        (["--as", "missed", "--reopen"], "give --as achieved, --as missed, or --reopen"),
    ],
)
def test_the_words_of_the_two_layers_are_never_crossed(
    acme: World, arguments: list[str], sentence: str
) -> None:
    ran = acme.run("close", "activation", *arguments)

    assert ran.code == 2
    assert sentence in ran.err
    assert acme.run("check-in", "--initiative", "fonts", "--status", "achieved").code == 2


def test_a_score_by_hand_stands_beside_the_one_from_the_number(synced: World) -> None:
    assert synced.run("check-in", "activation", "43").code == 0
    why = ["--why", "the last two weeks were a holiday"]
    ran = synced.run("close", "activation", "--as", "missed", "--score", "0.7", *why, "--author", "ana")
    assert (
        ran.out == "Increase Day 7 activation from 34% to 52%: closed as missed at 43 %, score 0.70 by hand\n"
    )

    reviewed = synced.run("review", "--kr", "activation").out

    assert "Increase Day 7 activation from 34% to 52%: 43 % on " in reviewed
    assert "34 % → 52 %; score 0.50\n" in reviewed
    assert (
        "    closed as missed by Ana Ruiz, score 0.70 by hand (+0.20 to the number's): "
        "the last two weeks were a holiday\n"
    ) in reviewed
    assert synced.run("--json", "review").json["acme"]["key_results"][0]["closing"]["score"] == 0.7


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--score", "0.7"],
            "a score by hand stands beside the one from the number; to say why they differ ",
        ),
        (["--score", "7", "--why", "x"], "7 is no score; give one from 0.0 to 1.0"),
        (["--score", "nan", "--why", "x"], "nan is no score; give one from 0.0 to 1.0"),
        (["--score", "-0.1", "--why", "x"], "-0.1 is no score; give one from 0.0 to 1.0"),
    ],
)
def test_a_score_that_is_none_is_refused(acme: World, options: list[str], sentence: str) -> None:
    acme.run("check-in", "activation", "37")

    ran = acme.run("close", "activation", "--as", "missed", *options)

    assert (ran.code, words(acme)) == (1, [])
    assert ran.err.startswith(sentence)


def test_nothing_is_opened_again_with_a_score(acme: World) -> None:
    acme.run("check-in", "activation", "37")
    acme.run("close", "activation", "--as", "missed")

    ran = acme.run("close", "activation", "--reopen", "--score", "0.5", "--why", "x")

    assert ran.code == 1
    assert ran.err.startswith("activation cannot be opened again with a score; ")
