"""The one way out: every request of every connector leaves through this adapter.

It is mounted on the session of a vendor's library, which therefore never sees a failed answer: what comes
back is a success, or an error of syncer.errors is raised. It holds the gate (an allow-list, read only or
not), keeps to one host, repeats what may be repeated, and waits as long as the tracker says.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from config.fields import is_loopback
from connectors.address import path_below
from connectors.answers import Answer, RefusedError, common_reading, messages_of, redacted, retry_after
from connectors.credentials import REFUSED, RefusedCredentials, digest
from connectors.limits import UNLIMITED, Limits
from connectors.pacing import SHARED, Call, Pace, Paces, Watch
from connectors.silence import Attempt, proxy_refuses, unanswered
from syncer.errors import (
    CredentialsError,
    FatalError,
    LeaseLostError,
    ReadOnlyError,
    SyncerError,
    TemporaryError,
)
from syncer.ports import Confirm

T = TypeVar("T")

_AT_ONCE: Final = 0.05
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_CHUNK: Final = 65536
_LONGEST_PAUSE_OF_A_SINGLE_WRITE: Final = 5.0
"""Seconds before a creation or a removal is sent again."""


class Effect(Enum):
    """What a request does in the tracker, and so whether it may be repeated."""

    READ = "changes nothing"
    REPLACE = "leaves the same behind however often it arrives"
    CREATE = "makes something new each time; never repeated while its outcome is unknown"
    REMOVE = "takes away; not repeated while its outcome is unknown, or nobody knows whose doing it was"


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
    allows; without `confirm`, which is asked right before each attempt at a request that writes, only rules
    that read count. `explain` reads an answer that is no success (None: the common reading), `admit`
    one that is (None: fine). `secrets` never reach a sentence.
    `timeout` is (connect, read) in seconds; `max_wait` the seconds one request may be held up, its pauses and
    its turns taken together. `limits` are what the vendor takes, kept by all connectors of the process.
    `ca_bundle`, `proxy` and `client_cert` override what the session and the environment say. Proxies of the
    environment (and NO_PROXY) count otherwise, but not for an address on this machine; ~/.netrc never does.
    """

    vendor: str
    base_url: str
    rules: tuple[Rule, ...]
    confirm: Confirm | None
    explain: Callable[[Response], SyncerError | None] = _no_opinion
    admit: Callable[[Response], SyncerError | None] = _no_opinion
    secrets: tuple[str, ...] = ()
    timeout: tuple[float, float] = (5, 30)
    attempts: int = 4
    max_wait: float = 60
    max_bytes: int = 64 * 1024 * 1024
    limits: Limits = UNLIMITED
    ca_bundle: str | None = None
    proxy: str | None = None
    client_cert: str | tuple[str, str] | None = None


class Transport(HTTPAdapter):
    """Mount it on a Session for both schemes (see `mount`). Safe to share between threads.

    `sleep` replaces the waiting in tests, and time passes with it; such a transport keeps a pace of its own.
    `paces` says whom to share one with, `refused` with whom to share what is known of wrong tokens.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        sleep: Callable[[float], None] | None = None,
        paces: Paces | None = None,
        refused: RefusedCredentials = REFUSED,
    ) -> None:
        super().__init__()
        self._wire = wire
        self._paces = paces or (Paces(Watch(sleep)) if sleep else SHARED)
        self._refused = refused
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
        """Makes this the session's only way out, and the connection's own credentials the only ones."""
        session.adapters.clear()
        session.mount("https://", self)
        session.mount("http://", self)
        if session.auth is None:
            # Without an auth of its own a session lets ~/.netrc write the Authorization header.
            session.auth = _as_it_is

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
        rule = permitted(wire, request)
        credential = _credential(request)
        pace = self._paces.of(wire.limits, wire.base_url, digest(credential))
        call = _call(wire, request, rule, digest(credential))
        patience = _Patience(wire.max_wait, self._paces.watch)
        in_doubt = False
        means = {
            # A session that was told not to look at certificates is not listened to.
            "verify": wire.ca_bundle or verify or True,
            "cert": wire.client_cert or cert,
            "proxies": _way_through(wire, proxies),
        }

        def once() -> Response:
            nonlocal in_doubt
            try:
                with _admitted(wire, pace, call, patience), self._login(credential, patience) as login:
                    response = self._exchange(request, rule.effect, means)
                    pace.listen(call, response.status_code, response.headers, retry_after(response))
                    return self._judged(response, rule.effect, credential, login)
            except SyncerError as error:
                # What an earlier attempt may have done is not undone by the answer to a later one.
                in_doubt = error.outcome_unknown = in_doubt or error.outcome_unknown
                raise

        return Retrying(
            retry=retry_if_exception(lambda error: _repeatable(error, rule.effect)),
            wait=lambda state: pause(state.attempt_number, _told(state), patience.left),
            stop=lambda state: (
                stop_after_attempt(wire.attempts)(state) or not patience.bears(state.upcoming_sleep)
            ),
            sleep=patience.sleep,
            reraise=True,
        )(once)

    def _login(self, credential: str, patience: _Patience) -> AbstractContextManager[int]:
        if not credential:
            return nullcontext(0)
        turn = self._refused.login(self._wire.vendor, self._wire.base_url, credential, patience.left)
        return patience.entering(turn)

    def _exchange(self, request: PreparedRequest, effect: Effect, means: Mapping[str, Any]) -> Response:
        wire = self._wire
        if wire.confirm is not None and effect is not Effect.READ:
            wire.confirm()  # after every wait, so that nothing but the connection lies between
        self._count(effect)
        try:
            response = super().send(request, stream=True, timeout=wire.timeout, **means)
            self._read(response)
        except (RequestException, OSError) as error:
            what = f"{request.method} {urlsplit(request.url or '').path}"
            server, writes = urlsplit(wire.base_url).netloc, effect is not Effect.READ
            attempt = Attempt(wire.vendor, server, what, wire.timeout[1], may_have_changed=writes)
            raise unanswered(error, attempt) from None
        return response

    def _judged(self, response: Response, effect: Effect, credential: str, login: int) -> Response:
        try:
            _judge(self._wire, response, effect)
        except CredentialsError:
            if credential:
                self._refused.refuse(self._wire.base_url, credential)
            raise
        if credential:
            self._refused.accept(self._wire.base_url, credential, login)
        return response

    def _count(self, effect: Effect) -> None:
        with self._lock:
            self._requests += 1
            self._writes += effect is not Effect.READ

    def _read(self, response: Response) -> None:
        chunks, size = [], _announced(response)
        if size <= self._wire.max_bytes:
            size = 0
            for chunk in response.iter_content(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > self._wire.max_bytes:
                    break
        if size > self._wire.max_bytes:
            response.close()
            raise FatalError(
                f"{self._wire.vendor} sent more than {self._wire.max_bytes // 2**20} MiB in one answer"
            )
        # requests keeps a body that was read by the caller nowhere; libraries above ask for `.content`.
        response._content = b"".join(chunks)  # noqa: SLF001
        with self._lock:
            self._bytes += size


class _Patience:
    """How long one request may still be held up, in seconds, its pauses and its turns taken together."""

    def __init__(self, longest: float, watch: Watch) -> None:
        self.left = longest
        self._watch = watch

    def bears(self, seconds: float) -> bool:
        return 0 < self.left >= seconds

    def sleep(self, seconds: float) -> None:
        self.left -= seconds
        self._watch.sleep(seconds)

    @contextmanager
    def entering(self, turn: AbstractContextManager[T]) -> Iterator[T]:
        """The turn, with the time that it was waited for counted."""
        begun = self._watch.now()
        with turn as entered:
            waited = self._watch.now() - begun
            self.left -= waited if waited > _AT_ONCE else 0.0
            yield entered


@contextmanager
def _admitted(wire: Wire, pace: Pace, call: Call, patience: _Patience) -> Iterator[None]:
    while True:
        with patience.entering(pace.under_way(call, patience.left)) as free:
            if not free:
                raise TemporaryError(
                    f"Too many requests to {wire.vendor} were under way, and none of them ended in time",
                    hint="The next sync tries again.",
                )
            wait = pace.wait(call)
            if wait == 0:
                yield
                return
        if not patience.bears(wait):
            raise TemporaryError(
                f"{wire.vendor} takes no more requests with this token for {math.ceil(wait)} s",
                hint="The next sync after that goes on.",
                retry_after=wait,
            )
        patience.sleep(wait)


def _call(wire: Wire, request: PreparedRequest, rule: Rule, token: str) -> Call:
    path = path_below(wire.base_url, request.url or "")
    return Call(token, rule.method, path, rule.path, writes=rule.effect is not Effect.READ)


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request


def _credential(request: PreparedRequest) -> str:
    value: str | bytes = request.headers.get("Authorization", "")
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _way_through(wire: Wire, from_environment: Mapping[str, str] | None) -> Mapping[str, str] | None:
    if wire.proxy:
        return {"http": wire.proxy, "https": wire.proxy}
    # What is on this machine is not behind the company's proxy, whatever the environment says.
    return {} if is_loopback(urlsplit(wire.base_url).hostname or "") else from_environment


def _announced(response: Response) -> int:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdecimal() else 0


def permitted(wire: Wire, request: PreparedRequest) -> Rule:
    """The rule that lets the request leave. Raises ReadOnlyError or FatalError if none does."""
    below, method = path_below(wire.base_url, request.url or ""), request.method or ""
    rule = next((r for r in wire.rules if r.method == method and re.fullmatch(r.path, below)), None)
    writes = method not in {"GET", "HEAD"} if rule is None else rule.effect is not Effect.READ
    if writes and wire.confirm is None:
        raise ReadOnlyError(
            f"{method} {below} was about to be written to {wire.vendor} in a run that only reads"
        )
    if rule is None:
        raise FatalError(f"{method} {below} is not among the requests okr-syncer may send to {wire.vendor}")
    return rule


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
    if not isinstance(error, TemporaryError) or isinstance(error, LeaseLostError):
        return False
    if effect not in {Effect.CREATE, Effect.REMOVE}:
        return True
    # What the caller saw a moment ago, a person may have made theirs by the end of a long pause.
    return not error.outcome_unknown and (error.retry_after or 0) <= _LONGEST_PAUSE_OF_A_SINGLE_WRITE


def _judge(wire: Wire, response: Response, effect: Effect) -> None:
    if response.ok and response.status_code < 300:
        error = wire.admit(response)
    else:
        behind_proxy = proxy_refuses(wire.vendor) if response.status_code == 407 else None
        error = behind_proxy or wire.explain(response) or common_reading(wire.vendor, response)
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
