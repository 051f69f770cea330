"""The log: one line per event on stderr, for people or as JSON, without secrets and without line breaks.

Everything that logs through the standard library (APScheduler, urllib3, the trackers' libraries) comes out
the same way and keeps quiet below a warning.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from syncer.observe.redacting import Redactor

QUIET = ("apscheduler", "asana", "jira", "requests", "requests_oauthlib", "urllib3", "tzlocal", "alembic")
_LONGEST_ERROR = 300
_FIRST = ("timestamp", "level", "event")


def configure(
    *,
    format: Literal["text", "json"] = "text",  # noqa: A002  the setting's own name
    level: str = "info",
    redact: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Sets up logging for the whole process; a second call replaces the first.

    `level` is debug, info, warning or error; only debug shows tracebacks. `redact` holds secrets that must
    never appear. `stream` is stderr unless given.
    """
    is_debug = level == "debug"
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(format, Redactor(redact), is_debug=is_debug))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.INFO if is_debug else logging.WARNING)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_failed
    structlog.configure(
        processors=[*_common(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: `log.info("sync closed", requests=3)`. The event is a fixed phrase, facts are keywords."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bound(**facts: object) -> AbstractContextManager[None]:
    """Adds facts (`workspace="acme"`) to every line that this thread logs inside the block."""
    return bound_contextvars(**facts)


def _common() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(format_: str, redactor: Redactor, *, is_debug: bool) -> logging.Formatter:
    def without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {key: redactor.value(value, key) for key, value in event.items()}

    def as_line(_: WrappedLogger, __: str, event: EventDict) -> str:
        ordered = {key: event.pop(key) for key in _FIRST if key in event} | dict(event)
        line = json.dumps(ordered) if format_ == "json" else _text(ordered)
        return redactor.literal(line)

    return ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info if is_debug else _error_in_brief,
            without_secrets,
            as_line,
        ],
        use_get_message=True,
        pass_foreign_args=False,
        keep_exc_info=False,
        keep_stack_info=False,
    )


def _error_in_brief(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event.setdefault("error", f"{type(error).__name__}: {error}"[:_LONGEST_ERROR])
    return event


def _text(event: dict[str, Any]) -> str:
    head = (
        f"{event.pop('timestamp', '')} {event.pop('level', ''):<7} {_printable(str(event.pop('event', '')))}"
    )
    event.pop("logger", None)
    return " ".join([head, *(f"{_printable(key)}={_shown(value)}" for key, value in event.items())])


def _shown(value: object) -> str:
    if isinstance(value, str):
        is_word = value and not set(value) & set(" \"'=") and value.isprintable()
        return value if is_word else f'"{_printable(value.replace(chr(34), chr(39)))}"'
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """No line break, terminal sequence or turn of direction survives; each shows as its escape."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_type is not SystemExit:
        name = failure.thread.name if failure.thread else "unknown"
        get_logger(__name__).error(
            "a thread ended with an error; report this as a defect", thread=name, exc_info=failure.exc_value
        )
