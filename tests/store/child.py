"""Another process on the same database: `python -m tests.store.child COMMAND ADDRESS [ARGUMENT]`."""

from __future__ import annotations

import sys
from itertools import count

from syncer.domain.checkin import CheckIn
from syncer.domain.sync import ConnectorState
from syncer.errors import BusyError
from syncer.store.sql_store import SqlStore, open_store
from tests.store.values import ACME, NOW

BUSY = 7


def add_one(store: SqlStore) -> None:
    """Reads a value and writes the next one, in one transaction."""
    with store.write() as unit:
        before = int(unit.connector_state(ACME, "jira").connection or "0")
        unit.save_connector_state(ACME, "jira", ConnectorState(str(before + 1)))


def write_pairs(store: SqlStore, first: int) -> None:
    """Writes the same number into two tables, and says so once it is committed, for ever."""
    for number in count(first):
        check_in = CheckIn(key_result_id="activation", on=NOW.date(), at=NOW, value=float(number))
        with store.write() as unit:
            unit.add_check_in(ACME, check_in)
            unit.save_connector_state(ACME, "jira", ConnectorState("", {str(number): "written"}))
        print(number, flush=True)  # noqa: T201  the parent reads it


def main(command: str, address: str, argument: int) -> None:
    """Runs a command."""
    store = open_store(address)
    match command:
        case "count":
            for _ in range(argument):
                add_one(store)
        case "pairs":
            write_pairs(store, argument)
        case "upgrade":
            store.upgrade()
        case "hold":
            try:
                store.acquire(ACME)
            except BusyError:
                sys.exit(BUSY)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
