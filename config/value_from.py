"""Where a key result's number lives, if not in the check-ins of people."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, field_validator, model_validator

from config.fields import Frozen, Identifier, brief
from config.values import Text

VALUE_KINDS: Final = ("asana_goal",)
"""The keys of a number that is read over a connection."""


def _gid(value: str) -> str:
    if not (value.isascii() and value.isdecimal()):
        raise ValueError(f"{brief(value)} is not a gid: copy the digits of the goal's address in Asana")
    return value


class ValueFrom(Frozen):
    """Where the number lives: in a CSV file below the folder of this file, or in a tracker.

    The file has a day and a value a line. A goal in Asana gives its current value, at each sync.
    """

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["csv"]}, {"required": ["connection", "asana_goal"]}]}
    )

    csv: Text | None = None
    date_column: Text = "date"
    value_column: Text = "value"
    connection: Text | None = None
    asana_goal: Annotated[Identifier, AfterValidator(_gid)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_place(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        named = [key for key in ("csv", *VALUE_KINDS) if value.get(key) is not None]
        if len(named) != 1:
            wanted = "csv: FILE, or asana_goal: GID with its connection"
            raise ValueError(f"names {' and '.join(named) or 'no place of the number'}; write {wanted}")
        if named == ["csv"] and value.get("connection") is not None:
            raise ValueError("a file is read over no connection; leave connection out")
        if named != ["csv"] and value.get("connection") is None:
            raise ValueError(f"{named[0]} is read over a connection; add connection, its name")
        return value

    @property
    def kind(self) -> str | None:
        """The one of VALUE_KINDS that is set, None for a file."""
        return next((kind for kind in VALUE_KINDS if getattr(self, kind) is not None), None)

    @field_validator("csv")
    @classmethod
    def _stays_below(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = PurePath(value.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise ValueError(f"{value} is outside the workspaces folder; give a path below it")
        return value
