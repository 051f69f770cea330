"""Which bets stood under a key result for a part of its cycle only, by what the file said and says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from syncer.domain.declared import DeclaredCycle
from syncer.domain.okr import KeyResult, Workspace
from syncer.domain.stay import Stay, removed, stays
from tests.domain.build import cycle, initiative, key_result, noon, workspace

NOW = noon("2026-12-28")


def number(id_: str, *bets: str) -> KeyResult:
    """A key result with these bets and no others."""
    found = tuple(initiative(bet, linked=False) for bet in bets)
    return replace(key_result(id=id_, title=f"Number {id_}"), initiatives=found)


def said(on: str, *numbers: KeyResult, hours: int = 0) -> DeclaredCycle:
    return DeclaredCycle(cycle(*numbers), noon(on) + timedelta(hours=hours))


def numbers_of(file: Workspace) -> tuple[KeyResult, ...]:
    return tuple(placed.key_result for placed in file.key_results())


def stays_of(id_: str, file: Workspace, *versions: DeclaredCycle) -> tuple[Stay, ...]:
    (one,) = [placed for placed in file.key_results() if placed.key_result.id == id_]
    return stays(versions, one, file, NOW)


def test_a_bet_that_was_moved_left_here_and_came_there_on_the_same_day() -> None:
    file = workspace(number("a"), number("b", "bet"))
    versions = (said("2026-10-05", number("a", "bet"), number("b")), said("2026-11-18", *numbers_of(file)))

    (left,) = stays_of("a", file, *versions)
    (came,) = stays_of("b", file, *versions)

    assert (left.left_on, left.came_on, left.later) == (date(2026, 11, 18), None, frozenset({"b"}))
    assert left.taken_to is not None
    assert left.taken_to.title == "Number b"
    assert (came.came_on, came.left_at) == (date(2026, 11, 18), None)


def test_a_bet_that_was_removed_went_nowhere() -> None:
    file = workspace(number("a"))

    (left,) = stays_of("a", file, said("2026-10-05", number("a", "bet")), said("2026-12-21", number("a")))

    assert (left.initiative.id, left.left_on, left.taken_to, left.later) == (
        "bet",
        date(2026, 12, 21),
        None,
        frozenset(),
    )


def test_a_file_that_no_sync_has_seen_counts_from_now_on() -> None:
    (left,) = stays_of("a", workspace(number("a")), said("2026-10-05", number("a", "bet")))

    assert left.left_at == NOW


def test_a_bet_that_is_where_it_was_at_first_was_there_all_the_time() -> None:
    file = workspace(number("a", "bet"), number("b"))
    versions = (
        said("2026-10-05", number("a", "bet"), number("b")),
        said("2026-11-18", number("a"), number("b", "bet")),
        said("2026-12-21", number("a", "bet"), number("b")),
    )

    (at_b,) = stays_of("b", file, *versions)

    assert stays_of("a", file, *versions) == ()
    assert (at_b.came_on, at_b.left_on) == (date(2026, 11, 18), date(2026, 12, 21))


def test_a_bet_that_is_new_in_the_file_came_from_nowhere() -> None:
    file = workspace(number("a", "bet"))

    assert stays_of("a", file, said("2026-10-05", number("a")), said("2026-11-18", number("a", "bet"))) == ()


def test_what_held_on_no_day_or_before_the_cycle_only_is_no_stay() -> None:
    file = workspace(number("a"), number("b", "bet"))
    slip = said("2026-11-18", number("a", "bet"), number("b"))
    mended = said("2026-11-18", *numbers_of(file), hours=3)
    early = said("2026-09-20", number("a", "bet"), number("b"))

    for versions in ((slip, mended), (early, said("2026-09-28", *numbers_of(file)))):
        assert stays_of("a", file, *versions) == stays_of("b", file, *versions) == ()


def test_a_bet_that_went_to_a_key_result_of_another_cycle_was_taken_there() -> None:
    following = replace(cycle(number("c", "bet"), start="2027-01-01", end="2027-03-31"), id="2027-Q1")
    file = workspace(cycles=(cycle(number("a")), following))

    (left,) = stays_of("a", file, said("2026-10-05", number("a", "bet")))

    assert left.taken_to is not None
    assert (left.taken_to.id, left.later) == ("c", frozenset({"c"}))


def test_a_key_result_that_was_removed_is_known_with_the_bets_that_left_with_it() -> None:
    file = workspace(number("b"))
    versions = (said("2026-10-05", number("a", "bet"), number("b")), said("2026-12-21", number("b")))

    (gone,) = removed(versions, file.cycles[0], file, NOW)

    assert (gone.placed.key_result.id, gone.placed.key_result.initiatives) == ("a", ())
    assert gone.until == date(2026, 12, 21)
    (left,) = stays(versions, gone.placed, file, NOW)
    assert (left.initiative.id, left.left_on) == ("bet", date(2026, 12, 21))
    early = (said("2026-09-20", number("a")), said("2026-09-28", number("b")))
    assert removed(early, file.cycles[0], file, NOW) == ()
