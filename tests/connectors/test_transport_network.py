"""Companies' networks: authorities and certificates of their own, proxies, an environment that meddles."""

import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import trustme

from connectors.credentials import RefusedCredentials
from connectors.sandbox.server import Request, Response, StandIn
from connectors.silence import Attempt, unanswered
from connectors.transport import Effect, Rule, Transport, Wire
from syncer.errors import CredentialsError, FatalError, SyncerError, TemporaryError

RULES = (Rule("GET", r"/items/\d+", Effect.READ),)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Says:
    """Answers everything alike."""

    def __init__(self, answer: Response | None = None) -> None:
        self.answer = answer or Response.of(200, {"ok": True})

    def respond(self, request: Request) -> Response:
        del request
        return self.answer


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def secure(authority: trustme.CA, *names: str, wants_client: bool = False) -> Iterator[StandIn]:
    """A stand-in that speaks TLS with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names or ("127.0.0.1", "localhost")).configure_cert(context)
    if wants_client:
        # With TLS 1.3 the refusal comes after the handshake and may be lost in the reset that follows it.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    stand_in = StandIn(Says())
    inner = stand_in._server
    inner.socket = context.wrap_socket(inner.socket, server_side=True, do_handshake_on_connect=False)
    with stand_in:
        yield stand_in


def ask(base: str, *, refused: RefusedCredentials | None = None, token: str = "t", **options: Any) -> Any:
    wire = Wire(**{"vendor": "Acme", "base_url": base, "rules": RULES, "confirm": None, **options})
    transport = Transport(wire, sleep=lambda _: None, refused=refused or RefusedCredentials())
    with requests.Session() as session:
        transport.mount(session)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return session.get(f"{base}/items/1", headers=headers).json()


def failure(base: str, **options: Any) -> SyncerError:
    with pytest.raises(SyncerError) as caught:
        ask(base, **options)
    return caught.value


def test_an_unknown_authority_is_said_and_a_known_one_works(authority: trustme.CA, bundle: str) -> None:
    with secure(authority) as server:
        base = f"https://127.0.0.1:{server.port}"
        error = failure(base)
        assert isinstance(error, FatalError)
        assert str(error) == "The certificate of Acme is not trusted here"
        assert error.hint == "Name your company's authority in the connection's ca_bundle."
        assert server.requests == []
        assert ask(base, ca_bundle=bundle) == {"ok": True}


def test_a_certificate_for_another_host_is_said(authority: trustme.CA, bundle: str) -> None:
    with secure(authority, "jira.acme.example") as server:
        for host in ("127.0.0.1", "localhost"):
            error = failure(f"https://{host}:{server.port}", ca_bundle=bundle)
            assert isinstance(error, FatalError)
            assert str(error) == "The certificate of Acme is for another host"
            assert error.hint == "Write url with the host name that is in the certificate."


def test_a_session_that_skips_certificates_is_not_listened_to(authority: trustme.CA) -> None:
    with secure(authority) as server, requests.Session() as session:
        base = f"https://127.0.0.1:{server.port}"
        Transport(Wire(vendor="Acme", base_url=base, rules=RULES, confirm=None)).mount(session)
        session.verify = False
        with pytest.raises(FatalError, match="is not trusted here"):
            session.get(f"{base}/items/1")


def test_a_client_certificate_is_shown_where_it_is_wanted(
    authority: trustme.CA, bundle: str, tmp_path: Path
) -> None:
    mine = tmp_path / "client.pem"
    authority.issue_cert("okr@acme.example").private_key_and_cert_chain_pem.write_to_path(str(mine))
    with secure(authority, wants_client=True) as server:
        base = f"https://127.0.0.1:{server.port}"
        error = failure(base, ca_bundle=bundle)
        assert isinstance(error, FatalError)
        assert str(error) == "Acme does not agree to a secure connection with us"
        assert error.hint == (
            "It may want a client certificate: "
            "name a PEM file with both parts in the connection's client_cert."
        )
        assert server.requests == []
        assert ask(base, ca_bundle=bundle, client_cert=str(mine)) == {"ok": True}


@pytest.mark.parametrize(
    ("said", "sentence", "hint"),
    [
        (
            "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required",
            "Acme wants a client certificate",
            "Name a PEM file with certificate and key in the connection's client_cert.",
        ),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired",
            "The certificate of Acme has expired",
            "Have it renewed on the server.",
        ),
    ],
)
def test_what_openssl_says_is_understood(said: str, sentence: str, hint: str) -> None:
    attempt = Attempt("Acme", "acme.example", "GET /", 30, may_have_changed=False)
    error = unanswered(requests.exceptions.SSLError(said), attempt)
    assert (type(error), str(error), error.hint) == (FatalError, sentence, hint)


def test_a_client_certificate_that_is_not_there_is_said(authority: trustme.CA, bundle: str) -> None:
    with secure(authority) as server:
        base = f"https://127.0.0.1:{server.port}"
        error = failure(base, ca_bundle=bundle, client_cert="/nowhere/client.pem")
        assert str(error).startswith("The certificate files of the connection to Acme cannot be used: ")
        assert error.hint == "Check ca_bundle and client_cert."


class Tunnel(ThreadingHTTPServer):
    """A proxy that connects to wherever it is asked to, and notes where that was and who asked."""

    daemon_threads = True

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), TunnelHandler)
        self.status = status
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class TunnelHandler(BaseHTTPRequestHandler):
    server: Tunnel

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_CONNECT(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        self.send_response_only(self.server.status)
        self.end_headers()
        if self.server.status != 200:
            return
        host, port = self.path.split(":")
        with socket.create_connection((host, int(port))) as there:
            back = Thread(target=_pump, args=(there, self.connection), daemon=True)
            back.start()
            _pump(self.connection, there)
            back.join(5)
        self.close_connection = True


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(block)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def tunnel(status: int = 200) -> Iterator[Tunnel]:
    with Tunnel(status) as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()


def test_a_proxy_is_gone_through_and_sees_no_token(authority: trustme.CA, bundle: str) -> None:
    with secure(authority) as server, tunnel() as proxy:
        base = f"https://127.0.0.1:{server.port}"
        assert ask(base, ca_bundle=bundle, proxy=proxy.url) == {"ok": True}
        assert proxy.asked == [(f"127.0.0.1:{server.port}", None)]
        assert server.requests[0].headers["authorization"] == "Bearer t"


def test_a_proxy_that_wants_a_password_is_said() -> None:
    sentence = "The proxy before Acme wants a user name and a password (407)"
    hint = "Set HTTPS_PROXY=http://user:password@host:port for the service and take proxy out of the file."
    with tunnel(407) as proxy, StandIn(Says(Response(407))) as plain:
        errors = (
            failure("https://jira.acme.example", proxy=proxy.url),
            failure("http://jira.acme.example", proxy=plain.url),
        )
    assert [(type(error), str(error), error.hint) for error in errors] == [(FatalError, sentence, hint)] * 2


def test_a_proxy_that_is_not_there_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = failure("https://jira.acme.example", proxy=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert isinstance(error, TemporaryError)
    assert str(error) == "Acme cannot be reached at jira.acme.example"
    assert error.hint == "Check url, proxy and the network."


def test_the_proxy_of_the_file_counts_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(Says()) as proxy, StandIn(Says()) as other:
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("NO_PROXY", "jira.acme.example")
        ask("http://jira.acme.example", proxy=proxy.url)
        assert [request.headers["host"] for request in proxy.requests] == ["jira.acme.example"]
        assert other.requests == []


def test_a_proxy_of_the_environment_counts_but_not_before_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with StandIn(Says()) as proxy, StandIn(Says()) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        ask("http://jira.acme.example")
        ask(server.url)
        assert [request.headers["host"] for request in proxy.requests] == ["jira.acme.example"]
        assert len(server.requests) == 1


@pytest.mark.parametrize(("token", "sent"), [("", None), ("t", "Bearer t")])
def test_netrc_adds_nothing_to_a_request(
    token: str, sent: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with StandIn(Says()) as server:
        assert requests.Session().get(server.url).request.headers["Authorization"].startswith("Basic ")
        ask(server.url, token=token)
        assert server.requests[1].headers.get("authorization") == sent


def test_an_answer_that_announces_too_much_is_not_read() -> None:
    with StandIn(Says(Response(200, b"x" * 3_000_000))) as server:
        error = failure(server.url, max_bytes=2**20)
    assert str(error) == "Acme sent more than 1 MiB in one answer"


def test_an_answer_that_swells_is_cut() -> None:
    bomb = Response(200, gzip.compress(b"0" * 30_000_000), {"Content-Encoding": "gzip"})
    assert len(bomb.body) < 2**20
    with StandIn(Says(bomb)) as server:
        error = failure(server.url, max_bytes=2**20)
    assert str(error) == "Acme sent more than 1 MiB in one answer"


def test_a_refused_token_is_sent_once_by_all_connections_and_a_new_one_is_tried() -> None:
    memory = RefusedCredentials()
    with StandIn(Says(Response.of(401, {}))) as server:
        assert str(failure(server.url, refused=memory)) == "Acme does not accept the token (401)"
        again = failure(server.url, refused=memory)
        assert isinstance(again, CredentialsError)
        assert str(again) == "Acme has already refused this token, so it was not sent again"
        assert len(server.requests) == 1
        server.application = Says()
        assert ask(server.url, refused=memory, token="new") == {"ok": True}
        assert ask(server.url, refused=memory, token="") == {"ok": True}
        assert len(server.requests) == 3


def test_a_login_denied_with_a_success_is_a_refusal_too() -> None:
    memory = RefusedCredentials()
    with StandIn(Says()) as server:
        denied = {"admit": lambda _: CredentialsError("Acme wants a CAPTCHA"), "refused": memory}
        assert str(failure(server.url, **denied)) == "Acme wants a CAPTCHA"
        assert "already refused" in str(failure(server.url, **denied))
        assert len(server.requests) == 1
