"""Small values of the workspace file, each with the sentence that refuses what is none."""

import re
from datetime import date, datetime
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from config.fields import Identifier, brief

_RESERVED_NAMES: Final = frozenset({"name", "email"})


def _lower_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", value):
        raise ValueError(
            f"{brief(value)} is not an id: lower-case letters, digits, _ and -, at most 63, no sign first"
        )
    return value


def _item_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
        raise ValueError(f"{brief(value)} is not an id: letters, digits, _ and -, at most 63, no sign first")
    return value


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ValueError(f"{brief(value)} is not an e-mail address")
    return value


WorkspaceId = Annotated[
    str,
    AfterValidator(_lower_id),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"}),
]
ItemId = Annotated[
    Identifier,
    AfterValidator(_item_id),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"}, {"type": "integer"}]}
    ),
]
MailAddress = Annotated[
    str, AfterValidator(_mail_address), WithJsonSchema({"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"})
]
Text = Annotated[str, Field(min_length=1)]
StatusWord = Literal["planned", "in_progress", "on_hold", "done", "dropped"]
Event = Literal[
    "signal.opened",
    "signal.closed",
    "digest.weekly",
    "check_in.due",
    "connection.failed",
    "connection.recovered",
]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{brief(name)} is not a time zone; write an IANA name such as Europe/Zurich"
        ) from None
    return name


def _day(value: object) -> object:
    try:
        # fromisoformat alone also takes 20261001 and 2026-W40-4.
        day = value if isinstance(value, date) else datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"{brief(value)} is not a date; write YYYY-MM-DD") from None
    if not 2000 <= day.year < 2200:
        raise ValueError(f"{day} is not in this or the next century")
    return day


Day = Annotated[date, BeforeValidator(_day)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


def connection_name(name: str) -> str:
    """Return the name of a connection as it is; ValueError where it cannot be one."""
    _lower_id(name)
    if name in _RESERVED_NAMES:
        raise ValueError(f"a connection cannot be called {name}: people have a key of that name")
    return name


ConnectionName = Annotated[WorkspaceId, AfterValidator(connection_name)]
