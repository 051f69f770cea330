"""What an answer means: its waiting time, its messages, its document, or the error it stands for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from requests import Response

from syncer.errors import (
    CredentialsError,
    FatalError,
    ForbiddenError,
    NotFoundError,
    SkippableError,
    SyncerError,
    TemporaryError,
)

LONGEST_WAIT: Final = 7 * 86400.0
"""Seconds; a tracker that asks for more is taken to have sent nonsense."""

_UNDATED_WAIT: Final = 60.0
_MESSAGE_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer an error was made of: its HTTP status and the tracker's own messages, secrets taken out."""

    status: int
    messages: tuple[str, ...] = ()


class RefusedError(Exception):
    """The cause of an error that an answer stands behind; `answer_of` finds it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


def answer_of(error: SyncerError) -> Answer | None:
    """The answer behind an error, None when none came."""
    return error.__cause__.answer if isinstance(error.__cause__, RefusedError) else None


def retry_after(response: Response) -> float | None:
    """How many seconds the server wants to be left alone, 0 to LONGEST_WAIT; None when it does not say.

    `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), else Atlassian's `X-RateLimit-Reset`. Dates are
    held against the server's own `Date`; without one they count as a minute.
    """
    value = response.headers.get("Retry-After", "").strip()
    seconds = _seconds(value)
    if seconds is None:
        moment = _http_date(value) or _iso(response.headers.get("X-RateLimit-Reset", ""))
        seconds = _until(moment, response) if moment else None
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _until(moment: datetime, response: Response) -> float:
    now = _http_date(response.headers.get("Date", ""))
    return (moment - now).total_seconds() if now else _UNDATED_WAIT


def _http_date(value: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def messages_of(response: Response) -> tuple[str, ...]:
    """What the tracker itself says, one line each: Jira's and Asana's error bodies, and a gateway's."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(body, dict):
        return ()
    found = [*_texts(body.get("errorMessages")), *_texts(body.get("errors")), *_texts(body.get("message"))]
    return tuple(" ".join(text.split())[:_MESSAGE_LENGTH] for text in found)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value for text in _texts(_message(item))]
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, item in value.items() for text in _texts(item)]
    return []


def _message(item: object) -> object:
    return item.get("message") if isinstance(item, dict) else item


@contextmanager
def as_unknown_as(first: SyncerError) -> Iterator[None]:
    """What a look at the reason of `first`, or another try, raises leaves as unknown what `first` did."""
    try:
        yield
    except SyncerError as error:
        error.outcome_unknown = error.outcome_unknown or first.outcome_unknown
        raise


def common_reading(vendor: str, response: Response) -> SyncerError | None:
    """The error a status stands for with any tracker; None for a success."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _redirected(vendor, response)
    said = _said(messages_of(response))
    if status == 429:
        return TemporaryError(f"{vendor} asks us to slow down (429){said}", retry_after=retry_after(response))
    if status >= 500 or status in {408, 425}:
        return TemporaryError(
            f"{vendor} has a problem of its own ({status}){said}", retry_after=retry_after(response)
        )
    return _REFUSALS.get(status, _refused)(vendor, status, said)


def _said(messages: tuple[str, ...]) -> str:
    return f": {'; '.join(messages)}" if messages else ""


def _redirected(vendor: str, response: Response) -> SyncerError:
    return FatalError(
        f"{vendor} redirects to {_server(response.headers.get('Location', ''))} instead of answering",
        hint="Put the final address in the connection's url; a login page in between must be switched off.",
    )


def _server(location: str) -> str:
    try:
        return urlsplit(location).netloc.rpartition("@")[2] or "another page"
    except ValueError:
        return "another page"


def _refused(vendor: str, status: int, said: str) -> SyncerError:
    return SkippableError(f"{vendor} refused the request ({status}){said}")


def _unauthorized(vendor: str, status: int, said: str) -> SyncerError:
    return CredentialsError(
        f"{vendor} does not accept the token ({status}){said}",
        hint="Tokens expire and are revoked: make a new one, put it where the workspace file points, "
        "and run check.",
    )


def _forbidden(vendor: str, status: int, said: str) -> SyncerError:
    return ForbiddenError(
        f"{vendor} does not let the token do this ({status}){said}",
        hint="Give the token's account access to the item.",
    )


def _not_found(vendor: str, status: int, said: str) -> SyncerError:
    return NotFoundError(
        f"{vendor} does not know the item, or does not show it to the token ({status}){said}",
        hint="Check that it exists and that the token's account may see it.",
    )


def _removed(vendor: str, status: int, said: str) -> SyncerError:
    return FatalError(
        f"{vendor} has removed this part of its API ({status}){said}", hint="Upgrade okr-syncer."
    )


_REFUSALS: Final = {401: _unauthorized, 403: _forbidden, 404: _not_found, 410: _removed}


def document(response: Response) -> dict[str, Any]:
    """The JSON object in an answer. Raises TemporaryError for a web page, a cut answer, another type."""
    body = _decoded(response)
    if not isinstance(body, dict):
        raise TemporaryError(f"{_host(response)} answered with {_kind(body)} where an object was expected")
    return body


def listing(response: Response) -> list[Any]:
    """The JSON array in an answer; errors as for `document`."""
    body = _decoded(response)
    if not isinstance(body, list):
        raise TemporaryError(f"{_host(response)} answered with {_kind(body)} where a list was expected")
    return body


def _decoded(response: Response) -> object:
    body = response.content
    if not body.strip():
        raise TemporaryError(f"{_host(response)} sent an empty answer")
    if body.lstrip()[:1] == b"<":
        raise TemporaryError(
            f"{_host(response)} answered with a web page instead of data",
            hint="A login page or a proxy stands in between: check url and proxy.",
        )
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise TemporaryError(f"{_host(response)} sent an answer that is cut off or is no JSON") from None


def _host(response: Response) -> str:
    return urlsplit(response.url or "").netloc or "The server"


def _kind(body: object) -> str:
    return {dict: "an object", list: "a list", str: "text", type(None): "nothing"}.get(type(body), "a value")


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret of four characters or more blotted out."""
    known = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, known)), "***", text) if known else text
