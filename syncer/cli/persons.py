"""People, as they may be called on the command line."""

from __future__ import annotations

from syncer.domain.okr import Workspace


def person_called(workspace: Workspace, who: str) -> str | None:
    """The id of the person of the file with this id or name."""
    by_name = {person.name: id_ for id_, person in workspace.people.items()}
    return who if who in workspace.people else by_name.get(who)
