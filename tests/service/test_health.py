"""The two addresses a container is watched by."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest

from syncer.errors import FatalError
from syncer.service.health import Checks, listening


def ask(port: int, path: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, Any, str]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None, answer.headers["Server"]
    finally:
        connection.close()


def ready(*, database: bool = True, scheduler: bool = True) -> Checks:
    return {"database": lambda: database, "scheduler": lambda: scheduler}


def test_a_process_that_is_alive_says_so_and_its_version_even_when_not_ready() -> None:
    with listening("127.0.0.1", 0, version="1.2.3", checks=ready(database=False)) as port:
        status, said, server = ask(port, "/healthz")
    assert (status, said) == (200, {"status": "ok", "version": "1.2.3"})
    assert server.strip() == "okr-syncer"


@pytest.mark.parametrize(
    ("database", "scheduler", "status", "word"),
    [
        (True, True, 200, "ready"),
        (False, True, 503, "not ready"),
        (True, False, 503, "not ready"),
    ],
)
def test_ready_is_when_everything_holds(*, database: bool, scheduler: bool, status: int, word: str) -> None:
    checks = ready(database=database, scheduler=scheduler)
    with listening("127.0.0.1", 0, version="1", checks=checks) as port:
        answered, said, _ = ask(port, "/readyz?strict=1")
    assert answered == status
    assert said == {"status": word, "database": database, "scheduler": scheduler}


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz/", "/healthz/x"])
def test_anything_else_is_not_there(path: str) -> None:
    with listening("127.0.0.1", 0, version="1", checks=ready()) as port:
        assert ask(port, path)[:2] == (404, {"status": "not found"})


def test_a_probe_may_ask_for_the_head_alone() -> None:
    with listening("127.0.0.1", 0, version="1", checks=ready()) as port:
        assert ask(port, "/readyz", "HEAD")[:2] == (200, None)


def test_a_port_in_use_is_a_sentence() -> None:
    with listening("127.0.0.1", 0, version="1", checks=ready()) as port:
        said = (
            f"127.0.0.1 port {port} cannot be listened on (Address already in use): "
            "set SYNCER_WEB__HOST and SYNCER_WEB__PORT to an address that is free"
        )
        with (
            pytest.raises(FatalError) as caught,
            listening("127.0.0.1", port, version="1", checks=ready()),
        ):
            pass
    assert caught.value.sentence == said


def test_the_port_is_free_again_afterwards() -> None:
    with listening("127.0.0.1", 0, version="1", checks=ready()) as port:
        pass
    with listening("127.0.0.1", port, version="2", checks=ready()) as again:
        assert again == port
        assert ask(port, "/healthz")[1]["version"] == "2"


def test_a_caller_that_says_nothing_does_not_block_the_others() -> None:
    with (
        listening("127.0.0.1", 0, version="1", checks=ready()) as port,
        socket.create_connection(("127.0.0.1", port)),
    ):
        assert ask(port, "/healthz")[0] == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_ipv6_address_will_do() -> None:
    try:
        with listening("::1", 0, version="1", checks=ready()) as port:
            assert ask(port, "/healthz", host="::1")[0] == 200
    except FatalError as error:
        pytest.skip(error.sentence)
