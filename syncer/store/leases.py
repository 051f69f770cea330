"""Leases: the exclusive right to sync a workspace, by the database's clock, with a token that only grows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, or_, select, update

from syncer.errors import BusyError, LeaseLostError
from syncer.ports import Lease
from syncer.store.schema import leases
from syncer.store.statements import database_time, inserting


def acquire(connection: Connection, workspace: str, lifetime: timedelta) -> Lease:
    """Takes the lease in one statement. Raises BusyError while it is held and not run out."""
    until = database_time(connection, lifetime)
    insert = inserting(connection, leases).values(workspace=workspace, token=1, until=until)
    free = or_(leases.c.until.is_(None), leases.c.until <= database_time(connection))
    statement = insert.on_conflict_do_update(
        index_elements=["workspace"], set_={"token": leases.c.token + 1, "until": until}, where=free
    )
    token = connection.execute(statement.returning(leases.c.token)).scalar_one_or_none()
    if token is None:
        msg = f"workspace {workspace} is being synced by another run"
        raise BusyError(msg, hint="it ends by itself; syncer resync waits for it")
    return Lease(workspace, token)


def renew(connection: Connection, lease: Lease, lifetime: timedelta) -> None:
    """Prolongs it; one that ran out while nobody took it is still ours. Raises LeaseLostError."""
    until = database_time(connection, lifetime)
    if connection.execute(update(leases).where(*_ours(lease)).values(until=until)).rowcount == 0:
        raise _lost(lease)


def release(connection: Connection, lease: Lease) -> None:
    """Gives it back, if it is ours; the token stays, so that the next holder's is higher."""
    connection.execute(update(leases).where(*_ours(lease)).values(until=None))


def check(connection: Connection, lease: Lease) -> None:
    """Raises LeaseLostError unless it is ours; on PostgreSQL nobody can take it before the transaction ends.

    On SQLite the transaction that checks holds the write lock of the whole database already.
    """
    held = select(leases.c.token).where(*_ours(lease)).with_for_update()
    if connection.execute(held).first() is None:
        raise _lost(lease)


def is_held(connection: Connection, workspace: str) -> bool:
    """Whether somebody holds it now."""
    live = leases.c.until > database_time(connection)
    return (
        connection.execute(select(leases.c.token).where(leases.c.workspace == workspace, live)).first()
        is not None
    )


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        leases.c.workspace == lease.workspace,
        leases.c.token == lease.token,
        leases.c.until.is_not(None),
    )


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(
        f"workspace {lease.workspace} was taken over by another run; this one stops and writes nothing more"
    )
