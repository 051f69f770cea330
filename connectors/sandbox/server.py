"""One stand-in on loopback: an application behind a threading HTTP server, with a request log and faults.

An application is anything with `respond(request) -> Response`. The server calls it under one lock, so an
application needs no locking of its own and its state is never seen half-changed.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=False)
class Request:
    """One request as it came over the wire; header names are lower case, `query` keeps every value."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def json(self) -> Any:  # noqa: ANN401  a body is whatever the client sent
        """The decoded body; None when it is empty. Raises ValueError when it is not JSON."""
        return json.loads(self.body) if self.body else None

    def one(self, name: str, default: str = "") -> str:
        """The first value of the query parameter `name`."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True)
class Response:
    """What goes back: a status, a body in bytes and headers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, document: object, **headers: str) -> Self:
        """A JSON answer; header names are given with underscores (`Retry_After="7"`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


class Application(Protocol):
    """What a stand-in serves."""

    def respond(self, request: Request) -> Response:
        """Answer one request; called under the server's lock."""
        ...


class Wire(Enum):
    """What can go wrong on the wire instead of an answer."""

    REFUSE = "drop the connection before the application sees the request"
    LOSE_ANSWER = "let the application act, then drop the connection"
    HANG = "let the application act, then answer only when the stand-in stops"
    TRUNCATE = "let the application act, then send half of the answer's body"


Fault = Callable[[int, Request], "Response | Wire | None"]
"""Called with the request number (from 1) and the request: an answer or a wire fault, or None."""


class StandIn:
    """An application served on 127.0.0.1; use it as a context manager.

    `requests` is the log of everything that arrived, in order of arrival, faults included; `bytes_sent`
    counts the bodies of the answers, `cpu` the processor seconds it took to make them.
    `latency` is in seconds and is waited before each answer, outside the lock, as a network would.
    """

    def __init__(
        self, application: Application, *, port: int = 0, latency: float = 0.0, fault: Fault | None = None
    ) -> None:
        self.application = application
        self.latency = latency
        self.fault = fault
        self.requests: list[Request] = []
        self.bytes_sent = 0
        self.cpu = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on, also before it is started."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def writes(self) -> list[Request]:
        """Every PUT, DELETE, PATCH and POST that arrived, searches by POST included."""
        return [request for request in self.requests if request.method not in {"GET", "HEAD"}]

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and free the port; hanging requests are let go."""
        self._stopped.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Response | Wire:
        """Log the request, apply the fault if there is one, else ask the application."""
        with self._lock:
            self.requests.append(request)
            wanted = self.fault(len(self.requests), request) if self.fault else None
            if isinstance(wanted, Response) or wanted is Wire.REFUSE:
                outcome: Response | Wire = wanted
            else:
                began = time.thread_time()
                answer = self.application.respond(request)
                self.cpu += time.thread_time() - began
                outcome = wanted or answer
        if outcome is Wire.TRUNCATE:
            outcome = Response(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        if isinstance(outcome, Response):
            with self._lock:
                self.bytes_sent += len(outcome.body)
        if self.latency:
            self._stopped.wait(self.latency)
        if outcome is Wire.HANG:
            self._stopped.wait()
        return outcome


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "stand-in"
        wbufsize = 65536  # unbuffered header and body writes cost a delayed ACK (40 ms) per answer
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
            """Say nothing: the request log is `StandIn.requests`."""

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                body,
            )
            outcome = stand_in.answer(request)
            if isinstance(outcome, Response):
                self._send(outcome)
            else:
                self._drop()

        def _send(self, response: Response) -> None:
            with suppress(ConnectionError):
                self.send_response_only(response.status)
                self.send_header("Server", self.version_string())
                if "Date" not in response.headers:
                    self.send_header("Date", self.date_time_string())
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(response.body)

        def _drop(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                # A reset, not an orderly end: linger 0 makes close() send RST.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.shutdown(socket.SHUT_RD)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815  names of http.server

    return Handler
