"""Two workspaces on one item: each keeps one comment of its own there, and never touches the other's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from syncer.domain.okr import Workspace
from syncer.engine.checkins import check_in
from syncer.engine.report import SyncReport
from syncer.engine.sync import Engine, Wish, run_sync
from tests.faults.yard import KINDS, Kind, Yard

DAY = timedelta(days=1)


@dataclass
class Tenant:
    """One workspace on the yard's tracker, in the same database as the other one."""

    yard: Yard
    id: str
    confidential: bool = False

    @property
    def workspace(self) -> Workspace:
        self.yard.confidential = self.confidential
        return replace(self.yard.workspace, id=self.id, notify=())

    def sync(self, value: float | None = None, *, fresh: bool = False) -> SyncReport:
        context = replace(self.yard._context("tracker"), workspace=self.id)
        with self.yard.opened() as store:
            if value is not None:
                check_in(
                    self.workspace, store, self.yard.clock, key_result="activation", value=value, author="Ana"
                )
            engine = Engine(
                workspace=self.workspace,
                store=store,
                clock=self.yard.clock,
                connect=lambda _, confirm: self.yard.tracker.connect(replace(context, confirm=confirm)),
            )
            return run_sync(engine, Wish(fresh=fresh))

    def texts(self) -> list[str]:
        """Its comments, by their marker."""
        found = (body for bodies in self.yard.tracker.comments().values() for body in bodies)
        return [body for body in found if f"okr-syncer:{self.id}/" in body]


@pytest.fixture(params=KINDS)
def tenants(request: pytest.FixtureRequest, database: str) -> Iterator[tuple[Tenant, Tenant]]:
    kind: Kind = request.param
    with Yard(kind, database, 1) as yard:
        acme, other = Tenant(yard, "acme"), Tenant(yard, "other")
        acme.sync(36)
        other.sync(47)
        yield acme, other


def test_each_keeps_one_comment_of_its_own(tenants: tuple[Tenant, Tenant]) -> None:
    acme, other = tenants
    for tenant, value in zip(tenants, ("36 %", "47 %"), strict=True):
        (text,) = tenant.texts()
        assert value in text
    before = acme.texts()
    acme.yard.clock.pass_by(DAY)

    other.sync(50)
    acme.sync(fresh=True)

    assert acme.texts() == before
    (text,) = other.texts()
    assert "50 %" in text


def test_one_takes_back_its_own_alone(tenants: tuple[Tenant, Tenant]) -> None:
    acme, other = tenants
    before = acme.texts()
    other.confidential = True
    other.sync()
    acme.sync(fresh=True)

    assert (acme.texts(), other.texts()) == (before, [])


def test_where_one_lost_its_comment_it_does_not_adopt_the_others(tenants: tuple[Tenant, Tenant]) -> None:
    acme, other = tenants
    other.confidential = True
    other.sync()
    other.confidential = False
    acme.yard.clock.pass_by(DAY)
    before = acme.texts()

    other.sync(50)

    assert acme.texts() == before
    assert len(other.texts()) == 1
