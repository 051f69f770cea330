from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.domain.sync import Wrote
from syncer.store.sql_store import open_store
from tests.engine.desk import Desk


@pytest.fixture
def desk(address: str) -> Iterator[Desk]:
    """A desk on SQLite, and one on PostgreSQL."""
    store = open_store(address)
    store.upgrade()
    yield Desk(store)
    store.close()


@pytest.fixture
def standing(desk: Desk) -> Desk:
    """A comment that stands."""
    desk.epic()
    desk.check_in(36)
    assert desk.sync().wrote == {Wrote.CREATED: 1}
    desk.tracker.steps.clear()
    return desk
