"""Holds every request that any test's stand-in receives against the vendor's own OpenAPI document.

A plugin of the tests. Where SYNCER_SPECS is unset it does nothing, and the header of the run says so. Each
shape of request is checked once: a method, a path without its ids, every name in query and body with the kind
of its value, and short words whole, for a document may list the ones it takes. The tests of the stand-ins
themselves send what the real services would refuse, and are left alone. A line at the end says how many
requests were held against how many shapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from jsonschema.validators import validator_for

from connectors.sandbox.asana_api import AsanaApi
from connectors.sandbox.jira_cloud import JiraCloud
from connectors.sandbox.server import Request, Response, StandIn, Wire
from tests.connectors import specs
from tests.connectors.asana.desk import check_described, described

DOCUMENTS = {JiraCloud: "jira-cloud-v3.json", AsanaApi: "asana.json"}
WORD = re.compile(r"[a-z_-]{1,20}", re.IGNORECASE)
GATEWAY = re.compile(r"^/ex/jira/[^/]+")
_seen: set[tuple[object, ...]] = set()


@pytest.fixture(autouse=True)
def _described(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every request of this test is one that the vendor describes."""
    if specs.folder() is None or "connectors/sandbox" in str(request.path):
        yield
        return
    received: list[tuple[StandIn, Request]] = []
    answer = StandIn.answer

    def noted(stand_in: StandIn, arrived: Request) -> Response | Wire:
        received.append((stand_in, arrived))
        return answer(stand_in, arrived)

    monkeypatch.setattr(StandIn, "answer", noted)
    yield
    known = len(_seen)
    held = sum(_check(stand_in, arrived) for stand_in, arrived in received)
    request.node.user_properties.append(("held against a document", held))
    request.node.user_properties.append(("shapes of requests", len(_seen) - known))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [one for one in terminalreporter.stats.get("", ()) if isinstance(one, pytest.TestReport)]
    counts = [pair for one in reports if one.when == "teardown" for pair in one.user_properties]
    held, shapes = (
        sum(int(str(count)) for name, count in counts if name == what)
        for what in ("held against a document", "shapes of requests")
    )
    if held:
        terminalreporter.write_line(
            f"{held} requests were held against the vendors' OpenAPI documents, in {shapes} shapes"
        )


def _check(stand_in: StandIn, arrived: Request) -> bool:
    """Whether there is a document for it; raises where the document does not allow it."""
    name = DOCUMENTS.get(type(stand_in.application))
    below = GATEWAY.sub("", arrived.path)
    if name is None or below.startswith("/_edge/"):
        return False  # no document describes Data Center, and Atlassian's tenant look-up is none of the API
    if name == "jira-cloud-v3.json" and "/comment" in below and arrived.method in {"POST", "PUT"}:
        _check_body(arrived)
    body = _shape(arrived.json) if arrived.body else None
    query = _shape({name: list(values) for name, values in arrived.query.items()})
    shape = (name, arrived.method, re.sub(r"[A-Z]+-\d+|\d+", "#", below), query, body)
    if shape not in _seen:
        _seen.add(shape)
        if name == "asana.json":
            check_described([described(arrived)])
        else:
            specs.check_all(name, [replace(arrived, path=below)], base=stand_in.url)
    return True


def _shape(value: object) -> object:
    """A JSON value as a document judges it: names, kinds, and words that may be one of a list."""
    if isinstance(value, dict):
        return tuple(sorted((name, _shape(inner)) for name, inner in value.items()))
    if isinstance(value, list):
        return ("list", *sorted({repr(_shape(inner)) for inner in value}))
    return value if isinstance(value, str) and WORD.fullmatch(value) else type(value).__name__


def _check_body(arrived: Request) -> None:
    if "body" in arrived.json:
        _adf().validate(arrived.json["body"])


@cache
def _adf() -> Any:
    schema = json.loads(specs.needed("adf-schema-full.json").read_text(encoding="utf-8"))
    return validator_for(schema)(schema)
