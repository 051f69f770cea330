"""People, as they may be called on the command line."""

from __future__ import annotations

import typer

from syncer.domain.okr import Workspace


def person_called(workspace: Workspace, who: str) -> str | None:
    """The id of the person of the file with this id or name. Refuses a name that several have."""
    if who in workspace.people:
        return who
    found = [id_ for id_, person in workspace.people.items() if person.name == who]
    if len(found) > 1:
        raise typer.BadParameter(f"{who} is the name of {' and '.join(found)}; give one of these ids")
    return found[0] if found else None
