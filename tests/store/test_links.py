from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text

from syncer.domain.link import Link
from syncer.domain.work import LinkState
from syncer.store.sql_store import SqlStore
from tests.store.values import ACME, NOW, link

READ: dict[str, Any] = {
    "item_id": "10042",
    "state": LinkState.ARCHIVED,
    "read_at": NOW,
    "advice": "it was archived",
}


def known(store: SqlStore, workspace: str = ACME) -> tuple[Link, ...]:
    with store.read() as unit:
        return unit.links(workspace)


def declared_keys(store: SqlStore, workspace: str = ACME) -> list[str]:
    """The keys of the links that the file has now."""
    standing = "SELECT key FROM links WHERE workspace = :of AND retired_at IS NULL"
    with store._engine.connect() as connection:
        return sorted(connection.scalars(text(standing), {"of": workspace}))


def declare(store: SqlStore, *links: Link, workspace: str = ACME) -> None:
    with store.write() as unit:
        unit.declare_links(workspace, links)


def row_count(store: SqlStore) -> int:
    with store._engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM links").scalar_one())


def test_links_keep_the_order_of_the_file(store: SqlStore) -> None:
    declared = [link(f"i{n}", f"ONB-{n}") for n in (3, 1, 2)]
    declare(store, *declared)
    assert known(store) == tuple(declared)
    declare(store, *reversed(declared))
    assert known(store) == tuple(reversed(declared))


def test_what_reads_have_left_survives_the_next_declaration(store: SqlStore) -> None:
    declare(store, link())
    with store.write() as unit:
        unit.save_links(ACME, [link(**READ)])
    declare(store, link(publish=False, key_result_id="retention"))
    assert known(store) == (link(publish=False, key_result_id="retention", **READ),)
    assert known(store)[0].item_id == "10042"


def test_a_retired_link_comes_back_with_what_was_known(store: SqlStore) -> None:
    declare(store, link())
    with store.write() as unit:
        unit.save_links(ACME, [link(**READ)])
    declare(store)
    assert declared_keys(store) == []
    assert known(store) == (link(**READ),)
    declare(store, link())
    assert declared_keys(store) == ["ONB-12"]
    assert known(store) == (link(**READ),)


def test_another_key_or_initiative_is_another_link(store: SqlStore) -> None:
    declare(store, link())
    declare(store, link(key="ONB-13"), link("emails"))
    assert set(known(store)) == {link(), link(key="ONB-13"), link("emails")}
    assert declared_keys(store) == ["ONB-12", "ONB-13"]
    assert row_count(store) == 3


def test_workspaces_do_not_see_each_other(store: SqlStore) -> None:
    declare(store, link())
    declare(store, link("emails"), workspace="globex")
    declare(store)
    assert known(store) == (link(),)
    assert known(store, "globex") == (link("emails"),)
    assert declared_keys(store, "globex") == ["ONB-12"]


def test_an_address_longer_than_an_index_entry_is_stored(store: SqlStore) -> None:
    jql = link(key="project in (" + ", ".join(f"P{n}" for n in range(3000)) + ")")
    declare(store, jql)
    assert known(store) == (jql,)


def test_an_identical_declaration_writes_nothing(store: SqlStore) -> None:
    declared = [link(f"i{n}", f"ONB-{n}") for n in range(20)]
    declare(store, *declared)
    statements: list[str] = []
    event.listen(
        store._engine,
        "before_cursor_execute",
        lambda _c, _cur, sql, *_rest: statements.append(sql.split()[0]),
    )
    declare(store, *declared)
    assert not {"INSERT", "UPDATE", "DELETE"} & set(statements)
    declare(store, *declared[:-1], link("new"))
    assert statements.count("INSERT") == 1


def test_saving_a_link_that_is_not_declared_adds_none(store: SqlStore) -> None:
    with store.write() as unit:
        unit.save_links(ACME, [link(**READ)])
        unit.save_links(ACME, [])
    assert row_count(store) == 0


@pytest.mark.parametrize("state", LinkState)
def test_every_state_is_kept(store: SqlStore, state: LinkState) -> None:
    declare(store, link())
    read = replace(link(), state=state)
    with store.write() as unit:
        unit.save_links(ACME, [read])
    assert known(store) == (read,)
