from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.store.sql_store import SqlStore, open_store


@pytest.fixture
def empty(address: str) -> Iterator[SqlStore]:
    """A store that was never set up."""
    store = open_store(address)
    yield store
    store.close()


@pytest.fixture
def store(empty: SqlStore) -> SqlStore:
    """A store at the newest revision."""
    empty.upgrade()
    return empty
