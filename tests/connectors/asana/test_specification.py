"""Requests as Asana's own description has them; every test that uses the desk is held against it as well."""

import re
from dataclasses import replace

import pytest
from openapi_core.exceptions import OpenAPIError

from connectors.asana.wire import RULES
from connectors.sandbox.server import Request
from syncer.domain.sync import ConnectorState
from syncer.domain.work import WorkRef
from tests.connectors import specs
from tests.connectors.asana.desk import ANA, Desk, check_described, described, project_ref


def of_a_whole_life() -> list[Request]:
    """Every kind of request the connector sends, once at least."""
    with Desk() as desk:
        gid = desk.site.add_project("P")
        for number in range(101):
            desk.site.add_task(gid, str(number))
        desk.site.post_status(gid, "at_risk", "theirs", ANA)
        desk.site.post_status(gid, "on_track", "ours", desk.site.bot.gid)
        desk.connector.check()
        desk.fetch(gid)
        placement = desk.published(gid)
        desk.step(gid, "38 %", placement)
        desk.connector.find_published(desk.read(gid).ref, gid, f"okr-syncer:acme/{gid}")
        desk.step(gid, None, desk.step(gid, None, placement).placement)
        everything_else(desk, gid)
        return desk.requests


def everything_else(desk: Desk, project: str) -> None:
    """The other kinds of links, and every way to look for changes."""
    task = desk.site.add_task(project, "T", resource_subtype="milestone")
    desk.site.add_task(None, "below", parent=task)
    portfolio = desk.site.add_portfolio("F", [project], owner=desk.site.bot.gid)
    desk.connector.discover()
    refs = [WorkRef("asana", "task", task), WorkRef("asana", "portfolio", portfolio)]
    desk.connector.access([*refs, project_ref(project)])
    many = [project_ref(desk.site.add_project(f"P{number}")) for number in range(5)]
    goal = desk.site.add_goal("G", 8)
    for paid, service_account in ((False, False), (True, False), (True, True)):
        desk.site.paid, desk.site.service_account = paid, service_account
        state = desk.connector.fetch([*refs, project_ref(project), *many], ConnectorState()).state
        for _ in range(2):
            state = desk.connector.fetch([*refs, project_ref(project), *many], state).state
    desk.connector.read_value(WorkRef("asana", "asana_goal", goal), "")


def test_every_request_is_one_that_asana_describes() -> None:
    specs.needed("asana.json")
    check_described(map(described, of_a_whole_life()))


def test_a_request_that_asana_does_not_describe_is_noticed() -> None:
    specs.needed("asana.json")
    request = described(of_a_whole_life()[0])
    for wrong in (
        replace(request, path="/nowhere"),
        replace(request, query={"opt_fields": ["nonsense"]}),
    ):
        with pytest.raises(OpenAPIError):
            check_described([wrong])


def test_the_gate_lets_nothing_through_that_is_never_sent() -> None:
    sent = {(request.method, request.path.removeprefix("/api/1.0")) for request in of_a_whole_life()}
    for rule in RULES:
        assert [1 for method, path in sent if method == rule.method and _matches(rule.path, path)], rule


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch(pattern, path) is not None
