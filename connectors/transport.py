"""The one way out: every request of every connector leaves through this adapter.

It is mounted on the session of a vendor's library, which therefore never sees a failed answer: what comes
back is a success, or an error of syncer.errors is raised. It holds the gate (an allow-list, read only or
not), keeps to one host, repeats what may be repeated, and waits as long as the tracker says.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from connectors.answers import Answer, RefusedError, common_reading, messages_of, redacted
from syncer.errors import FatalError, ReadOnlyError, SyncerError, TemporaryError

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_CHUNK: Final = 65536


class Effect(Enum):
    """What a request does in the tracker, and so whether it may be repeated."""

    READ = "changes nothing"
    REPLACE = "leaves the same behind however often it arrives"
    CREATE = "makes something new each time; never repeated while its outcome is unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """A request that may leave: a method and a regular expression for the whole path below the base URL."""

    method: str
    path: str
    effect: Effect


def _no_opinion(_: Response) -> SyncerError | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How one connection talks.

    `vendor` is a name for sentences. Requests go below `base_url` or not at all, and only where a rule
    allows; without `may_write` only rules that read count. `explain` reads an answer that is no success
    (None: the common reading), `admit` one that is (None: fine). `secrets` never reach a sentence.
    `timeout` is (connect, read) in seconds; `max_wait` the longest pause in seconds that is slept through.
    `ca_bundle`, `proxy` and `client_cert` override what the session and the environment say.
    """

    vendor: str
    base_url: str
    rules: tuple[Rule, ...]
    may_write: bool
    explain: Callable[[Response], SyncerError | None] = _no_opinion
    admit: Callable[[Response], SyncerError | None] = _no_opinion
    secrets: tuple[str, ...] = ()
    timeout: tuple[float, float] = (5, 30)
    attempts: int = 4
    max_wait: float = 60
    max_bytes: int = 64 * 1024 * 1024
    ca_bundle: str | None = None
    proxy: str | None = None
    client_cert: str | tuple[str, str] | None = None


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - this is the place where connectors wait


class Transport(HTTPAdapter):
    """Mount it on a Session for both schemes (see `mount`). Safe to share between threads."""

    def __init__(self, wire: Wire, *, sleep: Callable[[float], None] = _sleep) -> None:
        super().__init__()
        self._wire = wire
        self._pause = sleep
        self._lock = Lock()
        self._requests = self._writes = self._bytes = 0

    @property
    def requests(self) -> int:
        """How many requests have left, repetitions included."""
        return self._requests

    @property
    def writes(self) -> int:
        """How many of them could change something."""
        return self._writes

    @property
    def bytes_received(self) -> int:
        """The size of all bodies that came back, decompressed."""
        return self._bytes

    def mount(self, session: Session) -> None:
        """Makes this the session's only way out."""
        session.adapters.clear()
        session.mount("https://", self)
        session.mount("http://", self)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, ARG002 - the signature is that of requests
        timeout: object = None,  # noqa: ARG002 - the wire knows the only right one
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: str | bytes | tuple[str | bytes, str | bytes] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Sends a request and returns a success, its body read. Raises errors of syncer.errors alone."""
        wire = self._wire
        effect = permitted(wire, request)
        path = wire.ca_bundle or verify
        through = {"http": wire.proxy, "https": wire.proxy} if wire.proxy else proxies

        def once() -> Response:
            self._count(effect)
            try:
                response = super(Transport, self).send(
                    request,
                    stream=True,
                    timeout=wire.timeout,
                    verify=path,
                    cert=wire.client_cert or cert,
                    proxies=through,
                )
                self._read(response)
            except (RequestException, OSError) as error:
                raise _unanswered(wire, error, request, effect) from None
            _judge(wire, response, effect)
            return response

        return Retrying(
            retry=retry_if_exception(lambda error: _repeatable(error, effect)),
            wait=lambda state: pause(state.attempt_number, _told(state), wire.max_wait),
            stop=lambda state: (
                stop_after_attempt(wire.attempts)(state) or state.upcoming_sleep > wire.max_wait
            ),
            sleep=self._pause,
            reraise=True,
        )(once)

    def _count(self, effect: Effect) -> None:
        with self._lock:
            self._requests += 1
            self._writes += effect is not Effect.READ

    def _read(self, response: Response) -> None:
        chunks, size = [], 0
        for chunk in response.iter_content(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._wire.max_bytes:
                response.close()
                raise FatalError(
                    f"{self._wire.vendor} sent more than {self._wire.max_bytes // 2**20} MiB in one answer"
                )
        # requests keeps a body that was read by the caller nowhere; libraries above ask for `.content`.
        response._content = b"".join(chunks)  # noqa: SLF001
        with self._lock:
            self._bytes += size


def permitted(wire: Wire, request: PreparedRequest) -> Effect:
    """What the request does, if it may leave. Raises ReadOnlyError or FatalError if it may not."""
    url, base = urlsplit(request.url or ""), urlsplit(wire.base_url)
    method, below = request.method or "", url.path.removeprefix(base.path.rstrip("/"))
    if (url.scheme, url.hostname, url.port) != (base.scheme, base.hostname, base.port) or (
        not url.path.startswith(base.path.rstrip("/") + "/")
    ):
        raise FatalError(f"A request to {url.hostname} was stopped: this connection talks to {base.hostname}")
    rule = next((r for r in wire.rules if r.method == method and re.fullmatch(r.path, below)), None)
    writes = method not in {"GET", "HEAD"} if rule is None else rule.effect is not Effect.READ
    if writes and not wire.may_write:
        raise ReadOnlyError(
            f"{method} {below} was about to be written to {wire.vendor} in a run that only reads"
        )
    if rule is None:
        raise FatalError(f"{method} {below} is not among the requests okr-syncer may send to {wire.vendor}")
    return rule.effect


def pause(attempt: int, told: float | None, longest: float) -> float:
    """Seconds to wait after the attempt with that number: growing, spread, and never less than told.

    What the tracker told us is stretched a little, so that those it told the same do not come back at once,
    but not beyond `longest` where the tracker's own figure is within it.
    """
    grown: float = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (attempt - 1)) * random.uniform(0.7, 1.3)  # noqa: S311
    floor = told or 0.0
    wait = max(grown, floor * random.uniform(1.0, 1.25))  # noqa: S311 - spread, not secrecy
    return wait if floor > longest else min(wait, longest)


def _told(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, TemporaryError) else None


def _repeatable(error: BaseException, effect: Effect) -> bool:
    if not isinstance(error, TemporaryError):
        return False
    return effect is not Effect.CREATE or not error.outcome_unknown


def _judge(wire: Wire, response: Response, effect: Effect) -> None:
    if response.ok and response.status_code < 300:
        error = wire.admit(response)
    else:
        error = wire.explain(response) or common_reading(wire.vendor, response)
    if error is None:
        return
    if isinstance(error, TemporaryError) and response.status_code != 429 and effect is not Effect.READ:
        error.outcome_unknown = True
    messages = tuple(redacted(text, wire.secrets) for text in messages_of(response))
    raise _without_secrets(wire, error) from RefusedError(Answer(response.status_code, messages))


def _without_secrets(wire: Wire, error: SyncerError) -> SyncerError:
    error.sentence = redacted(error.sentence, wire.secrets)
    error.hint = redacted(error.hint, wire.secrets)
    error.args = (error.sentence,)
    return error


def _unanswered(wire: Wire, error: Exception, request: PreparedRequest, effect: Effect) -> SyncerError:
    if not isinstance(error, RequestException):
        return FatalError(
            f"The certificate files of the connection to {wire.vendor} cannot be used: {error}",
            hint="Check ca_bundle and client_cert.",
        )
    if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return FatalError(
            f"The certificate of {wire.vendor} is not trusted here",
            hint="Name your company's authority in the connection's ca_bundle.",
        )
    if _never_connected(error):
        return TemporaryError(
            f"{wire.vendor} cannot be reached at {urlsplit(wire.base_url).netloc}",
            hint="Check url, proxy and the network.",
        )
    late = isinstance(error, Timeout) or isinstance(_inner(error), ReadTimeoutError)
    what = f"did not answer within {wire.timeout[1]:g} s" if late else "broke off the connection"
    return TemporaryError(
        f"{wire.vendor} {what} ({request.method} {urlsplit(request.url or '').path})",
        outcome_unknown=effect is not Effect.READ,
    )


def _never_connected(error: Exception) -> bool:
    if isinstance(error, (ConnectTimeout, ProxyError)):
        return True
    inner = _inner(error)
    return isinstance(inner, MaxRetryError) and isinstance(
        inner.reason, (NewConnectionError, ConnectTimeoutError)
    )


def _inner(error: Exception) -> object:
    return error.args[0] if error.args else None
