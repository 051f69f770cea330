from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from syncer.errors import StoreError
from syncer.store import migrating
from syncer.store.connection import Mode
from syncer.store.schema import metadata
from syncer.store.sql_store import SqlStore
from tests.store.values import ACME, link


def run(store: SqlStore, *statements: str) -> None:
    with store._transaction(Mode.MIGRATE) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_empty_database_is_brought_to_the_head(empty: SqlStore) -> None:
    assert empty.current() is None
    empty.upgrade()
    assert empty.current() == empty.head()
    empty.require_head()


def test_the_revisions_make_the_schema_the_code_expects(store: SqlStore) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert set(metadata.tables) == set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_a_second_upgrade_keeps_everything(store: SqlStore) -> None:
    with store.write() as unit:
        unit.declare_links(ACME, [link()])
    store.upgrade()
    with store.read() as unit:
        assert unit.links(ACME) == (link(),)


def test_the_revisions_can_be_taken_back(store: SqlStore) -> None:
    with store._transaction(Mode.MIGRATE) as connection:
        config = migrating._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store._engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    store.upgrade()
    assert store.current() == store.head()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(empty: SqlStore) -> None:
    def fail_at_the_end() -> None:
        with empty._transaction(Mode.MIGRATE) as connection:
            migrating.upgrade(connection, "x")
            connection.exec_driver_sql("SELECT * FROM nowhere")

    with pytest.raises(StoreError):
        fail_at_the_end()
    assert empty.current() is None
    with empty._engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_database_of_a_newer_version_is_left_alone(store: SqlStore) -> None:
    run(store, "UPDATE alembic_version SET version_num = '9999'")
    sentence = (
        f"database {store.name} was written by a newer version (revision 9999): "
        "install that version, or restore a backup from before it"
    )
    for refuse in (store.upgrade, store.require_head):
        with pytest.raises(StoreError) as caught:
            refuse()
        assert str(caught.value) == sentence
    assert store.current() == "9999"


def test_a_database_that_is_not_set_up_names_the_command(empty: SqlStore) -> None:
    sentence = f"database {empty.name} is not set up for this version: run `syncer db upgrade`"
    with pytest.raises(StoreError) as caught:
        empty.require_head()
    assert str(caught.value) == sentence
    with pytest.raises(StoreError) as caught, empty.read() as unit:
        unit.links(ACME)
    assert str(caught.value) == sentence
    with pytest.raises(StoreError) as caught:
        empty.acquire(ACME)
    assert str(caught.value) == sentence


def test_a_missing_column_names_the_command_too(store: SqlStore) -> None:
    run(store, "ALTER TABLE links DROP COLUMN advice")
    with pytest.raises(StoreError, match="run `syncer db upgrade`"), store.read() as unit:
        unit.links(ACME)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_rows_that_refer_to_missing_ones_stop_an_upgrade(empty: SqlStore) -> None:
    run(
        empty,
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent(id))",
        "INSERT INTO child VALUES (1, 7)",
    )
    with pytest.raises(StoreError) as caught:
        empty.upgrade()
    assert str(caught.value) == (
        f"database {empty.name} was not upgraded: rows refer to missing ones; "
        "restore a backup and upgrade that"
    )
    assert empty.current() is None


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_foreign_keys_are_off_in_a_migration_and_on_elsewhere(store: SqlStore) -> None:
    def enforced(mode: Mode) -> bool:
        with store._transaction(mode) as connection:
            return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one())

    modes = (Mode.WRITE, Mode.MIGRATE, Mode.READ, Mode.WRITE)
    assert [enforced(mode) for mode in modes] == [True, False, True, True]
