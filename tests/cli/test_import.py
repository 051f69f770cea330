"""`check-in --import`: past values from a spreadsheet, all of them or none, and never twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.world import Ran, World, today

TODAY = today().date()
DAY, BEFORE = (TODAY - timedelta(days=7)).isoformat(), (TODAY - timedelta(days=14)).isoformat()
HEADER = "key_result,date,value"


def imported(world: World, content: str | bytes, *flags: str) -> Ran:
    path = world.folder.parent / "past.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return world.run("check-in", "--import", path, *flags)


def values(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT key_result_id, on_day, value FROM check_ins ORDER BY id")


def test_past_values_are_added_with_all_that_is_said_of_them(acme: World) -> None:
    rows = f"{BEFORE},35,,,\nactivation,{DAY},36.5,at risk,=1+1,ana\n"

    ran = imported(acme, f"key_result,date,value,health,note,author\nactivation,{rows}", "--as", "ben")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "past.csv: added 2 check-ins and 0 corrections on 1 key result; 0 known already\n"
    assert acme.rows("SELECT value, health, note, author, source FROM check_ins ORDER BY id") == [
        (35.0, "unknown", "", "Ben Ott", "import"),
        (36.5, "at_risk", "=1+1", "Ana Ruiz", "import"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEADER}\r\nactivation,{DAY},36.5\r\n".encode(),
        f"Key_Result;Date;Value\nactivation;{DAY};36,5\n".encode(),
        f"key_result\tdate\tvalue\nactivation\t{DAY}\t36.5\n".encode("utf-16"),
        f'{HEADER}\n"activation","{DAY}","36,5"\n\n'.encode(),
    ],
    ids=["byte order mark", "semicolon and decimal comma", "tabs in UTF-16", "quotes"],
)
def test_spreadsheets_write_it_in_many_ways(acme: World, content: bytes) -> None:
    assert imported(acme, content).code == 0

    assert values(acme) == [("activation", DAY, 36.5)]


def test_the_same_rows_again_add_nothing(acme: World) -> None:
    content = f"{HEADER}\nactivation,{BEFORE},35\nactivation,{DAY},36.5\nactivation,{DAY},36.5\n"
    imported(acme, content)
    before = values(acme)

    ran = imported(acme, content, "--as", "ben")

    assert ran.out == "past.csv: added 0 check-ins and 0 corrections; 2 known already\n"
    assert values(acme) == before


def test_another_value_for_a_day_corrects_it_and_a_repeated_one_undoes_no_correction(acme: World) -> None:
    first = f"{HEADER}\nactivation,{DAY},36.5\n"
    imported(acme, first)
    assert acme.run("check-in", "activation", "36", "--on", DAY).code == 0

    imported(acme, first)
    assert [row[2] for row in values(acme)] == [36.5, 36.0]

    ran = imported(acme, f"{HEADER}\nactivation,{DAY},38\n")
    assert ran.out == "past.csv: added 0 check-ins and 1 correction on 1 key result; 0 known already\n"
    assert [row[2] for row in values(acme)] == [36.5, 36.0, 38.0]


def test_everything_wrong_is_said_at_once_and_nothing_is_stored(acme: World) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    rows = [
        f"activation,{DAY},36",
        f"nix,{DAY},1",
        f"activation,{DAY},nan",
        f"activation,{DAY},lots",
        "activation,12.10.2026,36",
        f"activation,{tomorrow},36",
        f'activation,{DAY},"1,234"',
        f"activation,{DAY},37",
        f"activation,{DAY},36,good",
        f"activation,{DAY},1e16",
    ]
    before = acme.run("check-in", "activation", "35", "--on", BEFORE)

    ran = imported(acme, "\n".join([HEADER, *rows]))

    assert before.code == 0
    assert (ran.code, ran.out) == (1, "")
    said = ran.err.splitlines()
    assert [line.split(": ", 1)[0] for line in said] == [f"past.csv:{n}" for n in range(3, 12)]
    assert said[0].endswith(
        "has no key result nix; it has activation, first-response, trial-to-paid, weekly-teams, page-load"
    )
    assert said[1].endswith("nan is no number a key result can have; give a finite one")
    assert said[2].endswith("'lots' is not a number; write it like 37 or 5.5")
    assert said[3].endswith("'12.10.2026' is not a date; write YYYY-MM-DD")
    assert f"{tomorrow} is outside demo-quarter; give a day from " in said[4]
    assert said[5].endswith("'1,234' can be read two ways; write 1.234 or 1234")
    assert said[6].endswith(f"a second value of activation for {DAY}; line 2 has one; keep one")
    assert said[7].endswith("4 cells under 3 columns; put quotes around a cell that holds the separator")
    assert said[8].endswith("1e16 is too large to be reckoned with; choose a larger unit")
    assert values(acme) == [("activation", BEFORE, 35.0)]


def test_a_wrong_health_is_said(acme: World) -> None:
    ran = imported(acme, f"{HEADER},health\nactivation,{DAY},36,green\n")

    assert ran.err == "past.csv:2: 'green' is none of on_track, at_risk, off_track, unknown\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "past.csv is empty; its first line names the columns key_result, date, value, health, note, "),
        (b"key_result,day\n", "past.csv:1: the columns date, value must be there; the first line names "),
        (b"key_result,date,value,mood\n", "past.csv:1: column 'mood' is not known; the columns are key_"),
        (b"key_result,date,value,value\n", "past.csv:1: column value is there twice; the columns are key_"),
        (b"\xff\x00\x80", "past.csv is not UTF-8 text; save it as CSV UTF-8\n"),
        (b'key_result,date,value\n"activation,1', "past.csv:2: this is not CSV (unexpected end of data); "),
    ],
)
def test_what_is_no_such_file_is_refused(acme: World, content: bytes, sentence: str) -> None:
    ran = imported(acme, content)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(sentence)


def test_a_file_that_is_not_there(acme: World) -> None:
    ran = acme.run("check-in", "--import", Path("/nowhere/past.csv"))

    assert (ran.code, ran.err) == (1, "/nowhere/past.csv cannot be read: No such file or directory\n")


def test_a_dry_run_stores_nothing(acme: World) -> None:
    ran = imported(acme, f"{HEADER}\nactivation,{DAY},36.5\n", "--dry-run")

    assert ran.out == "past.csv: would add 1 check-in and 0 corrections on 1 key result; 0 known already\n"
    assert not acme.database.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["activation", "--import", "past.csv"], "--import takes everything from the file; give nothing"),
        (["activation", "36", "--dry-run"], "--dry-run goes with --import FILE.csv"),
    ],
)
def test_what_does_not_go_together(acme: World, arguments: list[str], sentence: str) -> None:
    ran = acme.run("check-in", *arguments)

    assert ran.code == 2
    assert sentence in " ".join(ran.err.replace("│", " ").split())
