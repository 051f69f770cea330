"""No request and no Authorization header goes where the configuration did not point."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
import requests

from connectors.address import path_below
from connectors.sandbox.server import Request, Response, StandIn
from connectors.transport import Effect, Rule, Transport, Wire
from syncer.errors import FatalError, SyncerError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3", "0.0.0.0", "::1", "localhost"])

TRAPS = ("127.0.0.2", "127.0.0.3")
HOSTS = (
    *TRAPS, "2130706434", "0x7f000002", "0x7f.0.0.2", "0177.0.0.2", "017700000002", "127.2", "127.0.2",
    "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[0:0:0:0:0:ffff:127.0.0.2]", "[::1]", "[::]", "[fd00::1]",
    "[fe80::1]", "[fd00:ec2::254]", "169.254.169.254", "metadata.google.internal", "10.0.0.1", "192.168.0.1",
    "172.16.0.1", "100.64.0.1", "0.0.0.0", "0", "localhost", "127.0.0.1.", "127.0.0.1.evil.example",
    "evil.example", "127.0.0.1%00.evil.example", "①②⑦.0.0.2", "127。0。0。2", "127.0.0.1,127.0.0.2",
)  # fmt: skip
FORMS = (
    "http://{host}:{port}/items/1",
    "https://{host}:{port}/items/1",
    "http://{own}@{host}:{port}/items/1",
    "http://user:pass@{host}:{port}/items/1",
    "http://{host}:{port}#@{own}/items/1",
    "http://{host}:{port}?@{own}/items/1",
    "http://{host}:{port}\\@{own}/items/1",
    "http://{own}\\@{host}:{port}/items/1",
    "http://{own}\\.{host}:{port}/items/1",
    "HTTP://{host}:{port}/items/1",
    "http:///{host}:{port}/items/1",
    "http://{host}:{port}/{own}/items/1",
)


@contextmanager
def traps(port: int) -> Iterator[list[socket.socket]]:
    """Listeners on neighbouring addresses with the stand-in's own port; nobody answers there."""
    listening = [socket.create_server((host, port)) for host in TRAPS]
    try:
        yield listening
    finally:
        for trap in listening:
            trap.close()


def sprung(trap: socket.socket) -> bool:
    """Whether anybody has connected."""
    trap.setblocking(False)
    try:
        trap.accept()[0].close()
    except BlockingIOError:
        return False
    return True


class Redirects:
    """Sends everybody somewhere else."""

    target = ""

    def respond(self, request: Request) -> Response:
        del request
        return Response(302, b"", {"Location": self.target})


def client(base: str) -> requests.Session:
    """Every path is allowed, so that the address alone stops a request."""
    wire = Wire(
        vendor="Acme",
        base_url=base,
        rules=(Rule("GET", r"/.*", Effect.READ),),
        confirm=None,
        timeout=(0.3, 0.3),
        attempts=1,
    )
    session = requests.Session()
    session.headers["Authorization"] = "Bearer s3cr3t"
    Transport(wire).mount(session)
    return session


def addresses(own: str, port: int) -> list[str]:
    return [form.format(host=host, port=port, own=own) for host, form in product(HOSTS, FORMS)]


def test_a_trap_can_be_sprung() -> None:
    with StandIn(Redirects()) as server, traps(server.port) as set_:
        for trap, host in zip(set_, TRAPS, strict=True):
            with pytest.raises(SyncerError), client(f"http://{host}:{server.port}") as careless:
                careless.get(f"http://{host}:{server.port}/items/1")
            assert sprung(trap)


def test_no_address_but_the_configured_one_is_reached() -> None:
    with StandIn(Redirects()) as server, traps(server.port) as set_:
        own = f"127.0.0.1:{server.port}"
        urls = addresses(own, server.port)
        assert len(urls) >= 200
        with client(f"http://{own}") as session:
            for url in urls:
                with pytest.raises((FatalError, requests.exceptions.RequestException)):
                    session.get(url)
        assert server.requests == []
        assert [sprung(trap) for trap in set_] == [False, False]


def test_no_redirect_is_followed() -> None:
    site = Redirects()
    with StandIn(site) as server, traps(server.port) as set_:
        own = f"127.0.0.1:{server.port}"
        urls = [url for url in addresses(own, server.port) if url.isascii()]
        with client(f"http://{own}") as session:
            for number, url in enumerate(urls, 1):
                site.target = url
                with pytest.raises(FatalError, match=r"Acme redirects to .+ instead of answering"):
                    session.get(f"http://{own}/items/1")
                assert len(server.requests) == number
        assert [sprung(trap) for trap in set_] == [False, False]


PATHS = (
    "/items/1", "/jira", "/jirax/items/1", "/JIRA/items/1", "/jira/../items/1", "/jira/..//items/1",
    "/jira/%2e%2e/items/1", "/jira/%2E%2E%2Fitems/1", "/jira/%252e%252e/items/1", "/jira/a/..%2f..%2fitems",
    "/jira//items/1", "/jira/items//1", "/jira/%2fitems/1", "/jira/..\\items/1", "/jira/..%5citems/1",
    "/jira/./items/../../1", "//jira/items/1", "/;/../items/1", "/jira%2fitems/1", "/jira/items/%2e",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_base(path: str) -> None:
    with StandIn(Redirects()) as server:
        base = f"http://127.0.0.1:{server.port}"
        with client(f"{base}/jira") as session, pytest.raises(FatalError):
            session.get(f"{base}{path}")
        with pytest.raises(FatalError, match=r"this connection talks to 127\.0\.0\.1/jira"):
            path_below(f"{base}/jira", f"{base}{path}")
        assert server.requests == []


@pytest.mark.parametrize(
    ("base", "url", "below"),
    [
        ("https://acme.example", "https://acme.example:443/items/1", "/items/1"),
        ("https://Acme.example:443/jira/", "https://acme.EXAMPLE/jira/items/1?x=..//#y", "/items/1"),
        ("http://[::1]:80", "http://[::1]/items/a%20b", "/items/a%20b"),
        ("https://acme.example", "https://acme.example/items/", "/items/"),
    ],
)
def test_the_configured_address_is_known_however_it_is_written(base: str, url: str, below: str) -> None:
    assert path_below(base, url) == below


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://evil.example/a", "A request to evil.example was stopped"),
        ("https://me@acme.example/a", "A request to acme.example was stopped"),
        ("https://acme.example/../a", "A request to acme.example/../a was stopped"),
        ("https://acme.example:x/a", "A request to an address that cannot be read was stopped"),
        ("https:///a", "A request to an address without a host was stopped"),
    ],
)
def test_what_was_stopped_is_said(url: str, sentence: str) -> None:
    with pytest.raises(FatalError) as caught:
        path_below("https://acme.example", url)
    assert str(caught.value) == f"{sentence}: this connection talks to acme.example"
