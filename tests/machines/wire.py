"""The way to a stand-in without a socket, and what goes wrong on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Broken
from urllib3 import HTTPHeaderDict, HTTPResponse

from connectors.sandbox.server import Request, StandIn, Wire
from connectors.sandbox.server import Response as Answer


@contextmanager
def in_memory() -> Iterator[dict[str, StandIn]]:
    """Requests to the hosts in the mapping go to their stand-in, which is not even started."""
    served: dict[str, StandIn] = {}

    def send(adapter: HTTPAdapter, request: PreparedRequest, **_: Any) -> Response:
        stand_in = served[urlsplit(request.url or "").netloc]
        answer = stand_in.answer(_as_received(request))
        if answer is Wire.LOSE_ANSWER or not isinstance(answer, Answer):
            raise Broken("the connection was reset")
        return adapter.build_response(request, _raw(answer))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", send)
        yield served


@contextmanager
def served(stand_in: StandIn, hosts: dict[str, StandIn] | None) -> Iterator[StandIn]:
    """Over HTTP where there are no hosts in memory."""
    if hosts is None:
        with stand_in:
            yield stand_in
        return
    host = urlsplit(stand_in.url).netloc
    hosts[host] = stand_in
    try:
        yield stand_in
    finally:
        del hosts[host]
        stand_in.stop()


def _as_received(request: PreparedRequest) -> Request:
    parts = urlsplit(request.url or "")
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body or b""
    return Request(
        request.method or "GET",
        parts.path,
        parse_qs(parts.query, keep_blank_values=True),
        {"host": parts.netloc, **headers},
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _raw(answer: Answer) -> HTTPResponse:
    length = answer.headers.get("Content-Length", str(len(answer.body)))
    headers: Mapping[str, str] = {**answer.headers, "Content-Length": length}
    return HTTPResponse(
        body=BytesIO(answer.body),
        headers=HTTPHeaderDict(headers),
        status=answer.status,
        preload_content=False,
    )
