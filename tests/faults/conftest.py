"""The databases faults are let loose on, set up once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncer.store.sql_store import open_store
from tests.databases import new_schema


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that is set up; a yard empties it for itself."""
    yield from _databases(request, tmp_path_factory, "postgres")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def durable_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same, one that writes through to the disk, as it does in production."""
    yield from _databases(request, tmp_path_factory, "durable_postgres")


@pytest.fixture(scope="module")
def file_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same, an SQLite file."""
    folder: Path = tmp_path_factory.mktemp("faults")
    return _set_up(f"sqlite:///{folder}/syncer.db")


def _databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, server: str
) -> Iterator[str]:
    if request.param == "sqlite":
        yield _set_up(f"sqlite:///{tmp_path_factory.mktemp('faults')}/syncer.db")
        return
    with new_schema(request.getfixturevalue(server)) as inside:
        yield _set_up(inside)


def _set_up(address: str) -> str:
    store = open_store(address)
    store.upgrade()
    store.close()
    return address
