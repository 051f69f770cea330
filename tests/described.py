"""Holds every request that any test's stand-in receives against the vendor's own OpenAPI document.

A plugin of the tests. Where SYNCER_SPECS is unset it does nothing, and the header of the run says so. Each
shape of request is checked once: a method, a path without its ids, the names in query and body. The tests of
the stand-ins themselves send what the real services would refuse, and are left alone.
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
    for stand_in, arrived in received:
        _check(stand_in, arrived)


def _check(stand_in: StandIn, arrived: Request) -> None:
    name = DOCUMENTS.get(type(stand_in.application))
    below = GATEWAY.sub("", arrived.path)
    if name is None or below.startswith("/_edge/"):
        return  # no document describes Data Center, and Atlassian's tenant look-up is none of the API
    if name == "jira-cloud-v3.json" and "/comment" in below and arrived.method in {"POST", "PUT"}:
        _check_body(arrived)
    shape = (name, arrived.method, re.sub(r"[A-Z]+-\d+|\d+", "#", below), *_names(arrived))
    if shape in _seen:
        return
    _seen.add(shape)
    if name == "asana.json":
        check_described([described(arrived)])
        return
    specs.check_all(name, [replace(arrived, path=below)], base=stand_in.url)


def _names(arrived: Request) -> tuple[object, ...]:
    body = arrived.json if arrived.body else {}
    inner = body.get("data", body) if isinstance(body, dict) else {}
    return tuple(sorted(arrived.query)), tuple(sorted(inner)) if isinstance(inner, dict) else ()


def _check_body(arrived: Request) -> None:
    if "body" in arrived.json:
        _adf().validate(arrived.json["body"])


@cache
def _adf() -> Any:
    schema = json.loads(specs.needed("adf-schema-full.json").read_text(encoding="utf-8"))
    return validator_for(schema)(schema)
