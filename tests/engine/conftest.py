from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.store.sql_store import open_store
from tests.engine.desk import Desk


@pytest.fixture
def desk(address: str) -> Iterator[Desk]:
    """A desk on SQLite, and one on PostgreSQL."""
    store = open_store(address)
    store.upgrade()
    yield Desk(store)
    store.close()
