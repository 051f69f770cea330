from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncer.store.sql_store import open_store
from tests.engine.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = open_store(f"sqlite:///{tmp_path / 'syncer.db'}")
    store.upgrade()
    yield Desk(store)
    store.close()
