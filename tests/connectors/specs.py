"""Holds requests against the vendors' official OpenAPI documents, where SYNCER_SPECS names their folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest

from connectors.sandbox.server import Request


def folder() -> Path | None:
    """Where the documents are, None where SYNCER_SPECS is not set."""
    named = os.environ.get("SYNCER_SPECS")  # noqa: TID251 - a test's own switch
    return Path(named) if named else None


def needed(name: str) -> Path:
    """The document of that name; skips the test, and says so, where it is not at hand."""
    found = folder()
    if found is None or not (found / name).exists():
        pytest.skip(f"needs {name} in the folder that SYNCER_SPECS names")
    return found / name


@cache
def document(name: str, base: str) -> OpenAPI:
    """The document with `base` as its only server, loaded once."""
    spec = json.loads(needed(name).read_text(encoding="utf-8"))
    spec["servers"] = [{"url": base}]
    for item in (spec, *(call for path in spec["paths"].values() for call in path.values())):
        if isinstance(item, dict):
            item.pop("security", None)  # OAuth is no scheme openapi-core can check
    # Atlassian's own document does not pass the strict check of documents.
    unchecked = Config(spec_validator_cls=None)  # type: ignore[arg-type]
    return OpenAPI.from_dict(spec, config=unchecked)


def check(name: str, request: requests.PreparedRequest, *, base: str) -> None:
    """Raises openapi_core's error where a request is not what the document allows."""
    document(name, base).validate_request(RequestsOpenAPIRequest(request))


def check_all(name: str, received: Iterable[Request], *, base: str) -> None:
    """The same for what a stand-in received; nothing where the document is not at hand."""
    found = folder()
    if found is None or not (found / name).exists():
        return
    for request in received:
        check(name, _prepared(request, base), base=base)


def _prepared(request: Request, base: str) -> requests.PreparedRequest:
    query: dict[str, Any] = dict(request.query)
    path = request.path.replace("/rest/api/2/serverInfo", "/rest/api/3/serverInfo")
    url = f"{base}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
    headers = {"Content-Type": "application/json", "Authorization": request.headers.get("authorization", "")}
    return requests.Request(request.method, url, headers=headers, data=request.body or None).prepare()
