"""A small server that takes what Apprise posts to a `json://` address, and keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

SECRET = "hunter2-path"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it came over the wire."""

    title: str
    body: str


@dataclass(slots=True)
class Postbox:
    """What arrived. `answer` is the status it gives; `url` holds a secret, as real addresses do."""

    port: int = 0
    answer: int = 200
    letters: list[Letter] = field(default_factory=list)
    refused: int = 0

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/{SECRET}"

    def take(self) -> list[Letter]:
        """What arrived since the last look."""
        found, self.letters = self.letters, []
        return found


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A server on a free port of this machine."""
    box = Postbox()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.strip("/") != SECRET:
                self.send_error(404)
                return
            if box.answer == 200:
                box.letters.append(Letter(said["title"], said["message"]))
            else:
                box.refused += 1
            self.send_response(box.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        box.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
