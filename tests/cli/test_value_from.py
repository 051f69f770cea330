"""`value_from: {csv: …}`: the number from where it lives, read at each sync, beside hand check-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.world import World, today

TODAY = today().date()
DAY, BEFORE = (TODAY - timedelta(days=7)).isoformat(), (TODAY - timedelta(days=14)).isoformat()
NUMBERS = f"Day;Activation\n2001-01-01;12\n{BEFORE};35\n{DAY};36,5\n"


@pytest.fixture
def sourced(acme: World) -> World:
    """The story with the activation rate in a file of its own."""
    source = "{csv: numbers/activation.csv, date_column: Day, value_column: Activation}"
    acme.edit("            start: 34\n", f"            start: 34\n            value_from: {source}\n")
    (acme.folder / "numbers").mkdir()
    say(acme, NUMBERS)
    return acme


def say(world: World, numbers: str) -> None:
    (world.folder / "numbers" / "activation.csv").write_text(numbers, encoding="utf-8")


def values(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT on_day, value, source FROM check_ins ORDER BY id")


def test_each_new_value_is_a_check_in_and_the_second_sync_adds_none(sourced: World) -> None:
    ran = sourced.run("sync")
    again = sourced.run("sync")

    assert (ran.code, again.code) == (0, 0)
    assert f"  ~ activation: 36.5 on {DAY} from csv\n" in ran.out
    assert "from csv" not in again.out
    assert values(sourced) == [(BEFORE, 35.0, "csv"), (DAY, 36.5, "csv")]
    assert "activation from 34% to 52%: at 36.5 %, target 52 %" in sourced.run("brief").out


def test_a_hand_check_in_stands_until_the_source_says_something_else(sourced: World) -> None:
    assert sourced.run("sync").code == 0
    assert sourced.run("check-in", "activation", "36", "--on", DAY).code == 0

    assert sourced.run("sync").code == 0
    assert [row[1] for row in values(sourced)] == [35.0, 36.5, 36.0]

    say(sourced, NUMBERS.replace("36,5", "37"))
    assert sourced.run("sync").code == 0
    assert [row[1] for row in values(sourced)] == [35.0, 36.5, 36.0, 37.0]
    assert "at 37 %, target" in sourced.run("brief").out


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (NUMBERS.replace("36,5", "lots"), "numbers/activation.csv:4: 'lots' is not a number; write it like "),
        (NUMBERS.replace("36,5", "nan"), "numbers/activation.csv:4: nan is no number a key"),
        (NUMBERS + f"{DAY};9\n", f"numbers/activation.csv:5: a second value for {DAY}; keep one"),
        (
            NUMBERS + "x\n",
            "numbers/activation.csv:5: 1 cell under 2 columns; put quotes around a cell that ",
        ),
        ("Day\n", "numbers/activation.csv:1: the column activation must be there; the first line names day"),
    ],
)
def test_a_file_that_is_wrong_adds_nothing_and_stops_nothing(
    sourced: World, numbers: str, sentence: str
) -> None:
    say(sourced, numbers)

    ran = sourced.run("sync")

    assert ran.code == 3
    assert f"  ! value of activation: {sentence}" in ran.out
    assert values(sourced) == []
    assert "  ~ ONB-12 " in ran.out


def test_a_file_that_is_missing_is_a_sentence(sourced: World) -> None:
    (sourced.folder / "numbers" / "activation.csv").unlink()

    ran = sourced.run("sync")

    assert ran.code == 3
    assert (
        "value of activation: numbers/activation.csv cannot be read: No such file or directory\n" in ran.out
    )


def test_a_link_out_of_the_folder_is_refused(sourced: World) -> None:
    outside = sourced.folder.parent / "secret.csv"
    outside.write_text(NUMBERS, encoding="utf-8")
    (sourced.folder / "numbers" / "activation.csv").unlink()
    (sourced.folder / "numbers" / "activation.csv").symlink_to(outside)

    ran = sourced.run("sync")

    assert "numbers/activation.csv leads outside the workspaces folder; put the file below it\n" in ran.out
    assert values(sourced) == []


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "a/../../b.csv"])
def test_a_path_out_of_the_folder_is_a_fault_of_the_file(sourced: World, path: str) -> None:
    sourced.edit("numbers/activation.csv", path)

    ran = sourced.run("sync")

    assert ran.code == 5
    assert f"{path} is outside the workspaces folder; give a path below it" in ran.err
