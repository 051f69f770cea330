"""`value_from: {asana_goal: …}`: the number as people set it in a goal, read at each sync."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.sandbox.server import Request, Response
from tests.cli.world import World, today, writes

GOAL = "1200000000000999"
DAY = today().date().isoformat()
SOURCE = f"asana:{GOAL}"


@pytest.fixture
def sourced(acme: World) -> World:
    """The story with the activation rate in a goal of Asana, at 36.5 %."""
    acme.edit("            start: 34\n", f"            start: 34\n            value_from: {place()}\n")
    acme.story.sites.asana.paid = True
    acme.story.sites.asana.add_goal("New users stick", 0.365, unit="percentage", gid=GOAL)
    return acme


def place(connection: str = "asana", gid: str = GOAL) -> str:
    return f'{{connection: {connection}, asana_goal: "{gid}"}}'


def say(world: World, current: object) -> None:
    world.story.sites.asana.set_goal(GOAL, current_number_value=current)


def values(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT on_day, value, source FROM check_ins ORDER BY id")


def asked(world: World) -> list[Request]:
    return [one for stand_in in world.story.stand_ins for one in stand_in.requests if "/goals/" in one.path]


def test_the_value_is_a_check_in_of_the_day_it_was_read_and_the_same_value_is_none(sourced: World) -> None:
    ran, again = sourced.run("sync"), sourced.run("sync")

    assert (ran.code, again.code) == (0, 0)
    assert f"  ~ activation: 36.5 on {DAY} from {SOURCE}\n" in ran.out
    assert SOURCE not in again.out
    assert values(sourced) == [(DAY, 36.5, SOURCE)]
    assert "activation from 34% to 52%: at 36.5 %, target 52 %" in sourced.run("brief").out
    assert len(asked(sourced)) == 2


def test_the_same_value_on_a_later_day_is_no_check_in_either(sourced: World) -> None:
    assert sourced.run("sync").code == 0
    earlier = (today().date() - timedelta(days=1)).isoformat()
    sourced.change(f"UPDATE check_ins SET on_day = '{earlier}'")

    assert sourced.run("sync").code == 0
    assert values(sourced) == [(earlier, 36.5, SOURCE)]

    say(sourced, 0.37)
    assert sourced.run("sync").code == 0
    assert values(sourced) == [(earlier, 36.5, SOURCE), (DAY, 37.0, SOURCE)]


def test_a_hand_check_in_stands_until_the_goal_says_something_else(sourced: World) -> None:
    assert sourced.run("sync").code == 0
    assert sourced.run("check-in", "activation", "36").code == 0

    assert sourced.run("sync").code == 0
    assert [row[1] for row in values(sourced)] == [36.5, 36.0]

    say(sourced, 0.37)
    assert sourced.run("sync").code == 0
    assert [row[1] for row in values(sourced)] == [36.5, 36.0, 37.0]
    assert "at 37 %, target" in sourced.run("brief").out


def test_a_dry_run_says_it_and_stores_nothing(sourced: World) -> None:
    ran = sourced.run("sync", "--dry-run")

    assert f"  ~ activation: 36.5 on {DAY} from {SOURCE}\n" in ran.out
    assert writes(*sourced.story.stand_ins) == []
    assert not sourced.database.exists() or values(sourced) == []


def test_a_goal_that_tasks_move_is_refused_and_nothing_else_is_lost(sourced: World) -> None:
    sourced.story.sites.asana.set_goal(GOAL, progress_source="project_task_completion")

    ran = sourced.run("sync")

    assert ran.code == 3
    assert (
        f"  ! value of activation: no ticket moves a number, and goal {GOAL} takes its value from" in ran.out
    )
    assert values(sourced) == []
    assert "  asana: 4 links read, " in ran.out
    assert "  ~ ONB-12 " in ran.out
    assert sourced.comments().total() > 0


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, f"this account may not see goal {GOAL} in Asana; share the goal with it"),
        (404, f"Asana has no goal {GOAL}, or never showed it to this account: it was deleted, or the gid"),
        (500, "Asana has a problem of its own (500)"),
    ],
)
def test_a_goal_that_cannot_be_read_costs_its_own_number_alone(
    sourced: World, status: int, sentence: str
) -> None:
    assert sourced.run("sync").code == 0
    say(sourced, 0.4)
    _spoil(sourced, status)

    ran = sourced.run("sync")

    assert ran.code == 3
    assert f"  ! value of activation: {sentence}" in ran.out
    assert "  asana: 4 links read, " in ran.out
    assert values(sourced) == [(DAY, 36.5, SOURCE)]


def _spoil(world: World, status: int) -> None:
    (asana,) = [one for one in world.story.stand_ins if any("/goals/" in r.path for r in one.requests)]

    def fault(number: int, request: Request) -> Response | None:
        del number
        return Response.of(status, {"errors": [{"message": "no"}]}) if "/goals/" in request.path else None

    asana.fault = fault


def test_check_tries_the_number(sourced: World) -> None:
    assert f"asana        ok   asana_goal {GOAL}: 36.5 %\n" in sourced.run("check").out

    sourced.story.sites.asana.set_goal(GOAL, progress_source="task_completion")
    refused = sourced.run("check")
    assert refused.code == 3
    assert f"asana        FAIL asana_goal {GOAL}: no ticket moves a number, and goal {GOAL} " in refused.out


def test_a_confidential_number_is_read_and_not_shown(sourced: World) -> None:
    sourced.edit(f"value_from: {place()}", f"value_from: {place()}\n            confidential: true")

    assert f"asana        ok   asana_goal {GOAL}: readable\n" in sourced.run("check").out
    ran = sourced.run("sync")
    assert (ran.code, "36.5" in ran.out, "activation" in ran.out) == (0, False, False)
    assert values(sourced) == [(DAY, 36.5, SOURCE)]


def test_a_connection_that_is_down_is_said_at_the_number_too(sourced: World) -> None:
    sourced.story.sites.asana.token_revoked = True

    ran = sourced.run("sync")

    assert ran.code == 4
    assert "  ! value of activation: Asana does not accept the token (401)" in ran.out
    assert values(sourced) == []


def test_the_number_of_a_run_for_another_key_result_is_left_alone(sourced: World) -> None:
    assert sourced.run("resync", "--kr", "first-response").code == 0
    assert asked(sourced) == []

    assert sourced.run("resync", "--kr", "activation").code == 0
    assert values(sourced) == [(DAY, 36.5, SOURCE)]


def test_a_connection_that_has_a_number_and_no_link(sourced: World) -> None:
    text = sourced.file.read_text(encoding="utf-8")
    head, _, rest = text.partition("  asana:  ")
    block, _, after = rest.partition("\npeople:")
    numbers = f"  goals:  {block.rstrip()}\n"
    sourced.file.write_text(f"{head}  asana:  {block.rstrip()}\n{numbers}\npeople:{after}", encoding="utf-8")
    sourced.edit(place(), place("goals"))

    ran = sourced.run("sync")

    assert ran.code == 0
    assert "  goals: 0 links read, 1 request\n" in ran.out
    assert values(sourced) == [(DAY, 36.5, f"goals:{GOAL}")]
    sourced.story.sites.asana.rate_limited = 1000
    sourced.story.sites.asana.retry_after = 3600
    assert sourced.run("sync", "--kr", "activation").code == 3
    kept = sourced.rows("SELECT not_before IS NOT NULL FROM connection_health WHERE connection = 'goals'")
    assert kept == [(1,)]


@pytest.mark.parametrize(
    ("value_from", "sentence"),
    [
        (place("jira"), "there is no asana_goal behind jira, which is of kind jira"),
        (place("asna"), "no connection is called 'asna', did you mean asana?"),
        (place(gid="1/2"), "'1/2' is not a gid: copy the digits of the goal's address in Asana"),
        ("{asana_goal: 12}", "asana_goal is read over a connection; add connection, its name"),
        ("{csv: a.csv, connection: asana}", "a file is read over no connection; leave connection out"),
        (
            "{csv: a.csv, connection: asana, asana_goal: 1}",
            "names csv and asana_goal; write csv: FILE, or asana_goal: GID with its connection",
        ),
        (
            "{connection: asana}",
            "names no place of the number; write csv: FILE, or asana_goal: GID with its connection",
        ),
    ],
)
def test_a_place_that_cannot_be_is_a_fault_of_the_file(
    sourced: World, value_from: str, sentence: str
) -> None:
    sourced.edit(place(), value_from)

    ran = sourced.run("sync")

    assert ran.code == 5
    assert sentence in ran.err
