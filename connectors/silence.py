"""What it means when no answer came: the error it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from requests.exceptions import ConnectTimeout, ProxyError, RequestException, Timeout
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from syncer.errors import FatalError, SyncerError, TemporaryError


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that was tried: `what` is its method and path, `patience` the seconds an answer had."""

    vendor: str
    server: str
    what: str
    patience: float
    may_have_changed: bool


def unanswered(error: Exception, attempt: Attempt) -> SyncerError:
    """FatalError where somebody has to act, else TemporaryError with what is known about the outcome."""
    vendor = attempt.vendor
    if not isinstance(error, RequestException):
        return FatalError(
            f"The certificate files of the connection to {vendor} cannot be used: {error}",
            hint="Check ca_bundle and client_cert.",
        )
    if (found := _about_certificates(vendor, str(error))) is not None:
        return found
    if "Tunnel connection failed: 407" in str(error):
        return proxy_refuses(vendor)
    if _never_connected(error):
        return TemporaryError(
            f"{vendor} cannot be reached at {attempt.server}", hint="Check url, proxy and the network."
        )
    late = isinstance(error, Timeout) or isinstance(_inner(error), ReadTimeoutError)
    how = f"did not answer within {attempt.patience:g} s" if late else "broke off the connection"
    return TemporaryError(f"{vendor} {how} ({attempt.what})", outcome_unknown=attempt.may_have_changed)


def proxy_refuses(vendor: str) -> FatalError:
    """The proxy in between wants to know who we are."""
    return FatalError(
        f"The proxy before {vendor} wants a user name and a password (407)",
        hint="Set HTTPS_PROXY=http://user:password@host:port for the service and take proxy out of the file.",
    )


_CERTIFICATES: Final = {
    "Hostname mismatch": (
        "The certificate of {} is for another host",
        "Write url with the host name that is in the certificate.",
    ),
    "IP address mismatch": (
        "The certificate of {} is for another host",
        "Write url with the host name that is in the certificate.",
    ),
    "certificate has expired": ("The certificate of {} has expired", "Have it renewed on the server."),
    "CERTIFICATE_VERIFY_FAILED": (
        "The certificate of {} is not trusted here",
        "Name your company's authority in the connection's ca_bundle.",
    ),
    "CERTIFICATE_REQUIRED": (
        "{} wants a client certificate",
        "Name a PEM file with certificate and key in the connection's client_cert.",
    ),
    "HANDSHAKE_FAILURE": (
        "{} does not agree to a secure connection with us",
        "It may want a client certificate: name a PEM file with both parts in the connection's client_cert.",
    ),
}


def _about_certificates(vendor: str, said: str) -> FatalError | None:
    for sign, (sentence, hint) in _CERTIFICATES.items():
        if sign in said:
            return FatalError(sentence.format(vendor), hint=hint)
    return None


def _never_connected(error: Exception) -> bool:
    if isinstance(error, (ConnectTimeout, ProxyError)):
        return True
    inner = _inner(error)
    return isinstance(inner, MaxRetryError) and isinstance(
        inner.reason, (NewConnectionError, ConnectTimeoutError)
    )


def _inner(error: Exception) -> object:
    return error.args[0] if error.args else None
