"""Which credentials a tracker has refused: a wrong token costs one failed login, not a locked account.

Trackers ask for a CAPTCHA or lock an account after a few failed logins, so a refused credential is not sent
again by anybody in this process. A new one, read from the same file, is another credential and is tried.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from syncer.errors import CredentialsError, TemporaryError

_LONGEST_TURN: Final = 30.0
_TRUST: Final = 60.0
"""Seconds after which an accepted credential is tried by one request again before the others follow."""

Key = tuple[str, str]


class RefusedCredentials:
    """Knows credentials by host and digest; keeps none of them. Safe to share between threads.

    `now` is in seconds and never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._refused: set[Key] = set()
        self._refusals: Counter[Key] = Counter()
        self._accepted: dict[Key, float] = {}
        self._turns: dict[Key, Lock] = {}

    def refuse(self, host: str, credential: str) -> None:
        """The host does not accept it; from now on `was_refused` and nothing is sent with it."""
        key = _key(host, credential)
        with self._lock:
            self._refused.add(key)
            self._refusals[key] += 1
            self._accepted.pop(key, None)

    def accept(self, host: str, credential: str, login: int | None = None) -> None:
        """The host knows it, also after it had refused it: an administrator unlocked the account.

        `login` is what `login` gave to the request: an answer to one that was begun before a refusal says
        nothing about the time after it, and is not listened to.
        """
        key = _key(host, credential)
        with self._lock:
            if login is None or login == self._refusals[key]:
                self._accepted[key] = self._now()
                self._refused.discard(key)

    def was_refused(self, host: str, credential: str) -> bool:
        """Whether sending it would be one more failed login."""
        with self._lock:
            return _key(host, credential) in self._refused

    def forget(self) -> None:
        """Lets everything be tried again: somebody has acted and says so."""
        with self._lock:
            self._refused.clear()
            self._refusals.clear()
            self._accepted.clear()
            self._turns.clear()

    @contextmanager
    def login(self, vendor: str, host: str, credential: str, longest: float = _LONGEST_TURN) -> Iterator[int]:
        """Goes around one request that carries the credential; raises CredentialsError if it was refused.

        While the host has not accepted it within the last minute, one request goes first and the others wait
        for what becomes of it, so that many workers with one wrong token fail once between them; who has
        waited `longest` seconds (30 at most) raises TemporaryError and sends nothing. A token that is revoked
        while it is in use fails once for each request then under way. The caller says `accept` or `refuse`
        inside, and gives `accept` what it was given here.
        """
        key = _key(host, credential)
        turn = None if self._is_trusted(key) else self._turn(key)
        if turn is not None and not turn.acquire(timeout=max(0.0, min(longest, _LONGEST_TURN))):
            raise _still_trying(vendor)
        if turn is not None and self._is_trusted(key):
            turn.release()
            turn = None
        try:
            with self._lock:
                refused, login = key in self._refused, self._refusals[key]
            if refused:
                raise _not_again(vendor)
            yield login
        finally:
            if turn is not None:
                turn.release()

    def _is_trusted(self, key: Key) -> bool:
        with self._lock:
            accepted = self._accepted.get(key)
            return accepted is not None and self._now() - accepted < _TRUST

    def _turn(self, key: Key) -> Lock:
        with self._lock:
            return self._turns.setdefault(key, Lock())


def digest(credential: str) -> str:
    """A name for a credential that does not give it away."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def _key(host: str, credential: str) -> Key:
    return host, digest(credential)


def _not_again(vendor: str) -> CredentialsError:
    return CredentialsError(
        f"{vendor} has already refused this token, so it was not sent again",
        hint="Too many failed logins lock an account. Put a new token where the workspace file points; "
        "if the account was unlocked instead, restart the service.",
    )


def _still_trying(vendor: str) -> TemporaryError:
    return TemporaryError(
        f"{vendor} has not answered yet whether it accepts this token, so nothing else was sent with it"
    )


REFUSED: Final = RefusedCredentials()
"""What all connectors of this process know together."""
