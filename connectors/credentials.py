"""Which credentials a tracker has refused: a wrong token costs one failed login, not a locked account.

Trackers ask for a CAPTCHA or lock an account after a few failed logins, so a refused credential is not sent
again by anybody in this process. A new one, read from the same file, is another credential and is tried.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from syncer.errors import CredentialsError

_LONGEST_TURN: Final = 30.0

Key = tuple[str, str]


class RefusedCredentials:
    """Knows credentials by host and digest; keeps none of them. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._refused: set[Key] = set()
        self._accepted: set[Key] = set()
        self._turns: dict[Key, Lock] = {}

    def refuse(self, host: str, credential: str) -> None:
        """The host does not accept it; from now on `was_refused` and nothing is sent with it."""
        key = _key(host, credential)
        with self._lock:
            self._refused.add(key)
            self._accepted.discard(key)

    def accept(self, host: str, credential: str) -> None:
        """The host knows it, also after it had refused it: an administrator unlocked the account."""
        key = _key(host, credential)
        with self._lock:
            self._accepted.add(key)
            self._refused.discard(key)

    def was_refused(self, host: str, credential: str) -> bool:
        """Whether sending it would be one more failed login."""
        with self._lock:
            return _key(host, credential) in self._refused

    def forget(self) -> None:
        """Lets everything be tried again: somebody has acted and says so."""
        with self._lock:
            self._refused.clear()
            self._accepted.clear()
            self._turns.clear()

    @contextmanager
    def login(self, vendor: str, host: str, credential: str) -> Iterator[None]:
        """Goes around one request that carries the credential; raises CredentialsError if it was refused.

        Until the host has accepted it once, requests with it take turns (30 s at most), so that many workers
        with one wrong token fail once between them. The caller says `accept` or `refuse` inside.
        """
        key = _key(host, credential)
        with self._lock:
            turn = None if key in self._accepted else self._turns.setdefault(key, Lock())
        taken = turn.acquire(timeout=_LONGEST_TURN) if turn else False
        try:
            if self.was_refused(host, credential):
                raise _not_again(vendor)
            yield
        finally:
            if turn and taken:
                turn.release()


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


REFUSED: Final = RefusedCredentials()
"""What all connectors of this process know together."""
