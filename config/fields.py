"""Field types shared by the workspace file and the connectors' settings; stands on pydantic alone."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from ipaddress import ip_address
from math import inf
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

LITERAL_SECRET: Final = "a secret is never written in this file; use {env: NAME} or {file: path}"  # noqa: S105 - the sentence, not a secret
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION: Final = re.compile(r"(\d{1,5})\s*([mhdw])")
_LONGEST: Final = timedelta(days=3660)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LARGEST: Final = 1e15  # beyond it the difference of two numbers is no longer exact
_CLOCK: Final = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY: Final = re.compile(f"daily {_CLOCK}")
_WEEKLY: Final = re.compile(f"({'|'.join(WEEKDAYS)}) {_CLOCK}")


def brief(value: object) -> str:
    """Show a value of the file in a message: text in quotes, long ones cut, lists only by name."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:56]}…'"


class Frozen(BaseModel):
    """Base of every model of the workspace file: immutable, unknown keys refused, no input in error texts."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class SecretRef(Frozen):
    """Where a secret is found: `{env: NAME}` or `{file: path}`; never the secret itself."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    env: str | None = None
    file: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _refuse_literal(cls, value: object) -> object:
        if isinstance(value, cls):
            return value
        # Neither keys nor values are repeated: any of them may be the secret.
        if not isinstance(value, dict) or set(value) not in ({"env"}, {"file"}):
            raise ValueError(LITERAL_SECRET)
        ((key, text),) = value.items()
        if not isinstance(text, str) or not text.strip():
            raise ValueError(LITERAL_SECRET)
        if key == "env" and not _ENV_NAME.fullmatch(text.strip()):
            raise ValueError(
                "env: takes the name of an environment variable: letters, digits and _, no digit first"
            )
        if key == "file" and "://" in text:
            raise ValueError("file: takes the name of a file; write the address into that file")
        return value

    def __str__(self) -> str:
        return f"{{env: {self.env}}}" if self.env else f"{{file: {self.file}}}"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{brief(value)} is not a duration; write 15m, 6h, 21d or 2w")
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > _LONGEST:
        raise ValueError(f"{brief(value)} is longer than ten years")
    return length


def _every(value: object) -> timedelta:
    bare = value.strip().removeprefix("every ") if isinstance(value, str) else value
    interval = _duration(bare)
    if interval < timedelta(minutes=1):
        raise ValueError("the shortest interval is 1m")
    return interval


def format_duration(value: timedelta) -> str:
    """Write a duration as the workspace file does: the largest of d, h and m that divides it."""
    minutes = int(value.total_seconds()) // 60
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{1,5}\s*[mhdw]$", "examples": ["15m", "6h", "21d", "2w"]}
    ),
]
"""A length of time: `15m`, `6h`, `21d`, `2w`."""

Every = Annotated[
    timedelta,
    BeforeValidator(_every),
    PlainSerializer(lambda value: f"every {format_duration(value)}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^(every )?\d{1,5}\s*[mhdw]$", "examples": ["every 15m"]}),
]
"""An interval of at least a minute: `every 15m`, or `15m`."""


@dataclass(frozen=True)
class DailyAt:
    """Every day at a local wall-clock time of the workspace's zone; written `daily 03:00`."""

    time: time

    @classmethod
    def at(cls, clock: str) -> Self:
        """Make it from `HH:MM`."""
        return cls(time.fromisoformat(clock))

    def __str__(self) -> str:
        return f"daily {self.time:%H:%M}"


@dataclass(frozen=True)
class WeeklyAt:
    """Every week on `weekday` (Monday is 0) at a local time of the workspace's zone; written `mon 09:00`."""

    weekday: int
    time: time

    @classmethod
    def at(cls, day: str, clock: str) -> Self:
        """Make it from a day of WEEKDAYS and `HH:MM`."""
        return cls(WEEKDAYS.index(day), time.fromisoformat(clock))

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.time:%H:%M}"


def _daily(value: object) -> DailyAt:
    if isinstance(value, DailyAt):
        return value
    match = _DAILY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{brief(value)} is not a time of the day; write daily 03:00")
    return DailyAt(time(int(match[1]), int(match[2])))


def _weekly(value: object) -> WeeklyAt:
    if isinstance(value, WeeklyAt):
        return value
    match = _WEEKLY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            f"{brief(value)} is not a time of the week; write mon 09:00 (mon tue wed thu fri sat sun)"
        )
    return WeeklyAt(WEEKDAYS.index(match[1]), time(int(match[2]), int(match[3])))


Daily = Annotated[
    DailyAt,
    BeforeValidator(_daily),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^daily {_CLOCK}$", "examples": ["daily 03:00"]}),
]
Weekly = Annotated[
    WeeklyAt,
    BeforeValidator(_weekly),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": f"^({'|'.join(WEEKDAYS)}) {_CLOCK}$", "examples": ["mon 09:00"]}
    ),
]


def is_loopback(host: str) -> bool:
    """Tell whether a URL's host is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _url(value: str, info: ValidationInfo) -> str:
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in {"http", "https"} or re.search(r"[\s\\]", value):
        raise ValueError("not a web address; write https://host")
    if "@" in parts.netloc:
        raise ValueError("a user name or password does not belong in a URL; the token has its own key")
    if "?" in value or "#" in value:
        raise ValueError(
            "a query or fragment does not belong in this URL; write the address of the site alone"
        )
    if parts.scheme == "http" and not is_loopback(host) and not info.data.get("allow_http", False):
        remedy = ", or set allow_http: true on this connection" if "allow_http" in info.data else ""
        raise ValueError(f"http:// sends the token in clear text; use https://{remedy}")
    return value.rstrip("/")


Url = Annotated[
    str,
    AfterValidator(_url),
    WithJsonSchema({"type": "string", "pattern": r"^https?://[^\s?#@\\]+$"}),
]
"""An https address without query or credentials, trailing slash stripped.

http is taken on loopback, and elsewhere when the model has `allow_http: true` declared before the field.
"""


def _identifier(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        raise ValueError("an id that looks like a decimal number needs quotes")  # noqa: TRY004 - pydantic's door
    return value


Identifier = Annotated[
    str,
    BeforeValidator(_identifier),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer"}]}),
]
"""A key or id as the tracker gives it; digits without quotes are taken as text."""


def _number(value: object) -> object:
    # pydantic would take "34" and true for numbers.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{brief(value)} is not a number")  # noqa: TRY004 - as above
    if _LARGEST < abs(value) < inf:
        raise ValueError("is too large to be reckoned with; choose a larger unit")
    return value


Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
"""A finite number up to 1e15 either way; text and true/false are refused."""

Switch = Annotated[
    Literal["on", "off"], BeforeValidator(lambda value: {True: "on", False: "off"}.get(value, value))
]
"""`on` or `off`; true and false mean the same."""


class ConnectionSettings(Frozen):
    """Base of a connector's settings: one entry under `connections:` of a workspace file.

    `link_kinds` are the keys a link to this connection may use, `comment_kinds` those of them that can carry
    a comment, and `carrier_kind` is what `comment_on` names. `value_kinds` are the keys under which
    `value_from` may find a number there. `not_used_yet` names keys and link kinds that are accepted but not
    acted on yet. A subclass narrows `kind` to a Literal and may declare `url: Url`.
    """

    link_kinds: ClassVar[frozenset[str]] = frozenset()
    comment_kinds: ClassVar[frozenset[str]] = frozenset()
    carrier_kind: ClassVar[str | None] = None
    value_kinds: ClassVar[frozenset[str]] = frozenset()
    not_used_yet: ClassVar[frozenset[str]] = frozenset()

    kind: str
    allow_http: bool = False

    @property
    def publishes(self) -> bool:
        """Whether comments may be written over this connection; a subclass with a setting for it says so."""
        return True

    @property
    def audience(self) -> str:
        """Who may see our comments, in a word that changes when they do; empty where everybody may."""
        return ""

    @classmethod
    def parse(cls, settings: dict[str, Any]) -> Self:
        """Validate one connection on its own; raises pydantic.ValidationError."""
        return cls.model_validate(settings)
