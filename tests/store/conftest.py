"""A migrated store on SQLite, and on PostgreSQL where SYNCER_TEST_PG_DSN names a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from syncer.store.sql_store import SqlStore, open_store


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The address of an empty schema of its own on the test server; skips where there is none."""
    dsn = os.environ.get("SYNCER_TEST_PG_DSN")  # noqa: TID251  names a test server, is no setting of ours
    if not dsn:
        pytest.skip("PostgreSQL: SYNCER_TEST_PG_DSN is not set")
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    schema = f"test_{uuid.uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        try:
            inside = url.update_query_dict({"options": f"-csearch_path={schema}"})
            yield inside.render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty database is."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/syncer.db"
        return
    with postgres_schema() as address:
        yield address


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
