"""Names, dates, owners and status updates of the linked projects, by the fewest requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from connectors.asana.client import AsanaClient
from connectors.asana.crowd import Crowd, Trouble, let_through
from connectors.asana.paging import PAGE
from connectors.asana.records import Project
from connectors.asana.state import Memory
from syncer.errors import SkippableError, TemporaryError

TOO_MANY: Final = 1_000_000
"""Stands for the pages of a workspace that is too large to be listed."""


def read_projects(
    client: AsanaClient, workspace: str, crowd: Crowd, gids: Sequence[str], memory: Memory
) -> tuple[dict[str, Project | Trouble], Memory]:
    """Each project, or why it cannot be read, and what was learned about the size of the workspace.

    The workspace's own listing is read where it has fewer pages than there are projects to be asked for; it
    is left as soon as all were seen. What it does not show is asked for by itself: only that tells archived,
    hidden and deleted apart.
    """
    found: dict[str, Project | Trouble] = {}
    if most := _pages_worth(len(gids), memory):
        wanted = frozenset(gids)
        try:
            rows = client.projects(workspace, lambda rows: len(rows) >= most * PAGE or _has_all(rows, wanted))
        except (SkippableError, TemporaryError) as error:
            let_through(error)
            rows = []
        found = {row.gid: row for row in rows if row and row.gid in wanted}
        memory = replace(memory, pages=_pages(len(rows), most, all_found=len(found) == len(wanted)))
    return found | crowd.each(client.project, (gid for gid in gids if gid not in found)), memory


def _pages_worth(projects: int, memory: Memory) -> int:
    if projects < 2 or memory.pages >= projects:
        return 0
    wanted = memory.pages + memory.pages // 4 + 1 if memory.pages else projects // 2
    return max(1, min(wanted, projects - 1))


def _pages(rows: int, most: int, *, all_found: bool) -> int:
    if not rows:
        return TOO_MANY
    pages = -(-rows // PAGE)
    # Twice as many next time: so few tries are wasted on a workspace whose size nobody tells.
    return pages if all_found or pages < most else 2 * pages


def _has_all(rows: Sequence[Project | None], wanted: frozenset[str]) -> bool:
    return wanted <= {row.gid for row in rows if row}
