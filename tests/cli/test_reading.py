"""Commands that only read make no database and upgrade none."""

from __future__ import annotations

import pytest

from tests.cli.world import World

TELLING = [["status"], ["brief"], ["signals"], ["report", "weekly"], ["links", "list"], ["links", "show"]]
SILENT = [["plan"], ["sync", "--dry-run"], ["check"], ["check", "--offline"], ["db", "current"], ["discover"]]


@pytest.mark.parametrize("command", TELLING, ids=" ".join)
def test_what_the_file_alone_tells(acme: World, command: list[str]) -> None:
    ran = acme.run(*command)

    assert ran.code == 0
    assert ran.out
    assert ran.err.count(f"no database yet at {acme.database}; run syncer sync\n") == 1
    assert not acme.database.parent.exists()


@pytest.mark.parametrize("command", SILENT, ids=" ".join)
def test_who_needs_none_says_nothing_of_it_beside(acme: World, command: list[str]) -> None:
    ran = acme.run(*command)

    assert ran.code == 0
    assert "no database yet" not in ran.err
    assert not acme.database.parent.exists()


def test_a_plan_without_a_database_is_that_of_a_first_sync(acme: World) -> None:
    planned, synced = acme.run("plan"), acme.run("sync")

    assert "  create the comment on jira:ONB-12\n" in planned.out
    assert "Plan for acme: 13 to store, " in planned.out
    assert "acme: 13 changed, " in synced.out


@pytest.mark.parametrize("command", [["sync"], ["check-in", "activation", "40"], ["db", "upgrade"]])
def test_who_writes_makes_it(acme: World, command: list[str]) -> None:
    assert acme.run(*command).code == 0
    assert acme.database.exists()


@pytest.mark.parametrize("command", [*TELLING, ["plan"]], ids=" ".join)
def test_an_older_schema_is_not_upgraded_by_reading(synced: World, command: list[str]) -> None:
    synced.change("UPDATE alembic_version SET version_num = 'older'")
    synced.change("DELETE FROM alembic_version WHERE version_num <> 'older'")

    ran = synced.run(*command)

    assert (ran.code, ran.out) == (1, "")
    assert f"database {synced.database} " in ran.err
    assert synced.rows("SELECT version_num FROM alembic_version") == [("older",)]


def test_an_empty_file_is_no_database(acme: World) -> None:
    acme.database.parent.mkdir()
    acme.database.touch()

    ran = acme.run("brief")

    assert ran.code == 0
    assert "no database yet at " in ran.err
    assert acme.run("db", "current").out == "empty; this version wants 0006: run syncer db upgrade\n"
