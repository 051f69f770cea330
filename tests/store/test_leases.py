from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.domain.sync import ConnectorState
from syncer.errors import BusyError, LeaseLostError
from syncer.ports import Lease, Store
from syncer.store.sql_store import SqlStore
from tests.store.values import ACME

RUN_OUT = timedelta(seconds=-1)
TAKEN_OVER = "workspace acme was taken over by another run; this one stops and writes nothing more"


def write(store: SqlStore, lease: Lease, words: str) -> None:
    with store.write(lease) as unit:
        unit.save_connector_state(ACME, "jira", ConnectorState(words))


def written(store: SqlStore) -> str:
    with store.read() as unit:
        return unit.connector_state(ACME, "jira").connection


def test_it_is_a_store(store: SqlStore) -> None:
    port: Store = store
    assert port.leased(ACME) is False


def test_a_held_lease_is_busy_for_everybody_else(store: SqlStore) -> None:
    lease = store.acquire(ACME)
    assert store.leased(ACME)
    with pytest.raises(BusyError) as caught:
        store.acquire(ACME)
    assert caught.value.sentence == "workspace acme is being synced by another run"
    assert caught.value.hint == "it ends by itself; syncer resync waits for it"
    assert store.acquire("globex").workspace == "globex"
    write(store, lease, "mine")
    assert written(store) == "mine"


def test_a_lease_given_back_is_free_and_the_next_token_is_higher(store: SqlStore) -> None:
    first = store.acquire(ACME)
    store.release(first)
    assert not store.leased(ACME)
    with pytest.raises(LeaseLostError):
        write(store, first, "late")
    second = store.acquire(ACME)
    assert second.token > first.token


def test_an_old_token_cannot_write_renew_or_release(store: SqlStore) -> None:
    old = store.acquire(ACME, RUN_OUT)
    assert not store.leased(ACME)
    new = store.acquire(ACME)
    with pytest.raises(LeaseLostError) as caught:
        write(store, old, "from the past")
    assert str(caught.value) == TAKEN_OVER
    with pytest.raises(LeaseLostError) as caught:
        store.renew(old)
    assert str(caught.value) == TAKEN_OVER
    store.release(old)
    assert store.leased(ACME)
    write(store, new, "now")
    assert written(store) == "now"


def test_a_lease_that_ran_out_while_nobody_took_it_can_be_renewed(store: SqlStore) -> None:
    lease = store.acquire(ACME, RUN_OUT)
    store.renew(lease)
    assert store.leased(ACME)
    with pytest.raises(BusyError):
        store.acquire(ACME)


def test_a_renewed_lease_ends_by_the_database_clock(store: SqlStore) -> None:
    lease = store.acquire(ACME)
    store.renew(lease, RUN_OUT)
    assert not store.leased(ACME)
    assert store.acquire(ACME).token == lease.token + 1


def test_a_lease_never_taken_is_not_ours(store: SqlStore) -> None:
    with pytest.raises(LeaseLostError):
        store.renew(Lease(ACME, 1))
    store.release(Lease(ACME, 1))
    assert not store.leased(ACME)
