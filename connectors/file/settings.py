"""What a connection of kind `file` is configured with in the workspace file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from config.fields import ConnectionSettings


def _absolute(value: str) -> str:
    if not Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError("write the whole path, from the root on and without ..: /srv/okr/roadmap.csv")
    return value


class FileSettings(ConnectionSettings):
    """One file. `write_to: sidecar` keeps each comment as a text file in the folder `<path>.comments`."""

    link_kinds: ClassVar[frozenset[str]] = frozenset({"project", "task"})
    comment_kinds: ClassVar[frozenset[str]] = frozenset({"project", "task"})

    kind: Literal["file"]
    path: Annotated[str, AfterValidator(_absolute)]
    format: Literal["csv", "json"]
    write_to: Literal["sidecar", "off"] = "sidecar"

    @property
    def publishes(self) -> bool:
        """Nothing is written with `write_to: off`."""
        return self.write_to == "sidecar"
