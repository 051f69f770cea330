"""Making known what the file says of links and cycles: what is new, what came back, what was taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from syncer.domain.declared import DeclaredCycle
from syncer.domain.link import Link
from syncer.domain.okr import Cycle
from syncer.store.codec_cycle import decode_cycle, encode_cycle
from syncer.store.mapping import Values, link_address, link_declared, link_identity, link_read
from syncer.store.schema import cycles, links
from syncer.store.statements import database_time

_Identity = tuple[str, str]
_Known = Mapping[_Identity, Row[Any]]

ONE_LINK = (
    links.c.workspace == bindparam("b_workspace"),
    links.c.initiative_id == bindparam("b_initiative_id"),
    links.c.address == bindparam("b_address"),
)


def bound(workspace: str, link: Link) -> Values:
    """The parameters of ONE_LINK; an update may not name them like its columns."""
    return {f"b_{name}": value for name, value in link_identity(workspace, link).items()}


def declare(connection: Connection, workspace: str, declared: Sequence[Link]) -> None:
    """Adds, revives, changes and retires with at most one statement each; what stays is not touched."""
    rows = connection.execute(select(links).where(links.c.workspace == workspace))
    known = {(row.initiative_id, row.address): row for row in rows}
    wanted = {
        _identity(workspace, link): (link, link_declared(link, position))
        for position, link in enumerate(declared)
    }
    _add(connection, workspace, [wanted[key] for key in wanted.keys() - known.keys()])
    _change(
        connection, workspace, [wanted[k] for k in wanted if k in known and _differs(known[k], wanted[k][1])]
    )
    _retire(connection, workspace, known, wanted.keys())


def _identity(workspace: str, link: Link) -> _Identity:
    identity = link_identity(workspace, link)
    return (identity["initiative_id"], identity["address"])


def _differs(row: Row[Any], says: Values) -> bool:
    return row.retired_at is not None or any(getattr(row, name) != value for name, value in says.items())


def _add(connection: Connection, workspace: str, new: Sequence[tuple[Link, Values]]) -> None:
    if new:
        rows = [
            link_identity(workspace, link) | link_address(link) | says | link_read(link) for link, says in new
        ]
        connection.execute(insert(links), rows)


def _change(connection: Connection, workspace: str, changed: Sequence[tuple[Link, Values]]) -> None:
    if changed:
        rows = [bound(workspace, link) | says | {"retired_at": None} for link, says in changed]
        connection.execute(update(links).where(*ONE_LINK), rows)


def _retire(connection: Connection, workspace: str, known: _Known, wanted: AbstractSet[_Identity]) -> None:
    missing = [
        {"b_workspace": workspace, "b_initiative_id": key[0], "b_address": key[1]}
        for key, row in known.items()
        if key not in wanted and row.retired_at is None
    ]
    if missing:
        now = database_time(connection)
        connection.execute(update(links).where(*ONE_LINK).values(retired_at=now), missing)


def known_cycles(connection: Connection, workspace: str) -> tuple[DeclaredCycle, ...]:
    """Every cycle as the file had it, oldest first."""
    rows = connection.execute(select(cycles).where(cycles.c.workspace == workspace).order_by(cycles.c.id))
    return tuple(DeclaredCycle(decode_cycle(row.declared), row.declared_at) for row in rows)


def declare_cycles(connection: Connection, workspace: str, declared: Sequence[Cycle], at: datetime) -> None:
    """Adds each cycle that is new, or says something else than at last."""
    rows = connection.execute(select(cycles).where(cycles.c.workspace == workspace).order_by(cycles.c.id))
    last = {row.cycle_id: row.declared for row in rows}
    says = {cycle.id: encode_cycle(cycle) for cycle in declared}
    new = [
        {"workspace": workspace, "cycle_id": id_, "declared_at": at, "declared": text}
        for id_, text in says.items()
        if last.get(id_) != text
    ]
    if new:
        connection.execute(insert(cycles), new)
