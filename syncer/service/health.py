"""Two addresses for whoever watches the container: is the process alive, is it ready to work."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from types import MappingProxyType

from syncer.errors import FatalError

Checks = Mapping[str, Callable[[], bool]]
"""What must hold for the service to be ready: a name (`database`) and a question that raises nothing."""


@contextmanager
def listening(host: str, port: int, *, version: str, checks: Checks) -> Iterator[int]:
    """Answers `GET /healthz` and `GET /readyz` inside the block; yields the port, for 0 a free one.

    Raises FatalError with a sentence when the address cannot be listened on.
    """
    server = _bind(host, port)
    server.version = version
    server.checks = checks
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    version = ""
    checks: Checks = MappingProxyType({})

    def server_bind(self) -> None:
        # HTTPServer would ask the name service for the host's full name, which may take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    server_version = "okr-syncer"
    sys_version = ""
    timeout = 5

    def do_GET(self) -> None:
        path = self.path.split("?", 1)[0]
        if path == "/healthz":
            self._say(200, {"status": "ok", "version": self.server.version})
        elif path == "/readyz":
            held = {name: check() for name, check in self.server.checks.items()}
            is_ready = all(held.values())
            self._say(200 if is_ready else 503, {"status": "ready" if is_ready else "not ready", **held})
        else:
            self._say(404, {"status": "not found"})

    do_HEAD = do_GET  # noqa: N815  http.server's own name

    def _say(self, status: int, said: Mapping[str, object]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
        """Nothing: a probe every few seconds is no news."""


def _bind(host: str, port: int) -> _Server:
    try:
        return (_ServerV6 if ":" in host else _Server)((host, port), _Answer)
    except OSError as error:
        msg = (
            f"{host} port {port} cannot be listened on ({error.strerror or error}): "
            "set SYNCER_WEB__HOST and SYNCER_WEB__PORT to an address that is free"
        )
        raise FatalError(msg) from None
