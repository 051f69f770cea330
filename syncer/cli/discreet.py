"""What is confidential is kept back from every command, and shown to who asks for it by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from syncer.cli.session import Session
from syncer.domain.link import Link
from syncer.domain.okr import Workspace
from syncer.domain.work import WorkRef
from syncer.engine.publish import leaks
from syncer.engine.report import Planned, SyncReport

Named = Annotated[
    list[str] | None, typer.Option("--kr", help="Only this key result, a confidential one too; repeatable.")
]
AlsoNamed = Annotated[
    list[str] | None,
    typer.Option("--kr", help="Show what concerns this confidential key result, too; repeatable."),
]


@dataclass(frozen=True, slots=True)
class Veil:
    """What of one workspace is not shown: key results, their links, and items that serve only those.

    `shown` are the key results of the file that may be: one that has left it may have been confidential.
    """

    workspace: str
    key_results: frozenset[str]
    links: frozenset[str]
    refs: frozenset[WorkRef]
    shown: frozenset[str]

    def hides(self, link: Link) -> bool:
        """Whether nobody is told of this link."""
        return link.id in self.links

    def over(self, report: SyncReport) -> SyncReport:
        """The report without what is not shown; its counts of requests and writes are of everything."""
        planned = tuple(self._over(p) for p in report.planned if p.publication.ref not in self.refs)
        public = replace(
            report,
            changes=tuple(c for c in report.changes if c.snapshot.ref not in self.refs),
            moved=tuple(m for m in report.moved if {m.before, m.now} <= self.shown),
            troubles=tuple(t for t in report.troubles if not self.hides(t.link)),
            values=tuple(v for v in report.values if v.key_result_id not in self.key_results),
            value_troubles=tuple(t for t in report.value_troubles if t.key_result_id not in self.key_results),
            opened=tuple(s for s in report.opened if s.key_result_id in self.shown),
            closed=tuple(s for s in report.closed if s.key_result_id in self.shown),
            planned=planned,
            unnamed_planned=report.to_write - len(planned),
            delivered=tuple(d for d in report.delivered if d.publication.ref not in self.refs),
            held_back=tuple(h for h in report.held_back if h.publication.ref not in self.refs),
        )
        return replace(public, unnamed=(*public.unnamed, *(report.wrote - public.wrote).elements()))

    def _over(self, planned: Planned) -> Planned:
        """What stands there may tell of what became confidential only now."""
        tells = planned.receipt is not None and leaks(planned.receipt.facts, self.key_results)
        return replace(planned, veiled=tells)

    def note(self, session: Session) -> None:
        """Says beside the result how many key results are kept back, if any is."""
        note_kept_back(session, self.workspace, len(self.key_results))


def note_kept_back(session: Session, workspace: str, count: int) -> None:
    """Says beside a result how many key results of a workspace are kept back, if any is."""
    if count:
        noun = "key result is" if count == 1 else "key results are"
        session.note(f"{workspace}: {count} confidential {noun} not shown; name one with --kr ID")


def veil(workspace: Workspace, named: Iterable[str] = ()) -> Veil:
    """What is not shown to who named these key results, initiatives, links or keys."""
    asked = frozenset(named)
    kept = {p.key_result.id for p in workspace.key_results() if p.key_result.confidential} - asked
    links = tuple(workspace.links())
    hidden = [link for link in links if link.key_result_id in kept and not names_of(link) & asked]
    shown = {ref for link in links if link not in hidden for ref in (link.ref, link.carrier)}
    return Veil(
        workspace=workspace.id,
        key_results=frozenset(kept),
        shown=frozenset(placed.key_result.id for placed in workspace.key_results()) - kept,
        links=frozenset(link.id for link in hidden),
        refs=frozenset(ref for link in hidden for ref in (link.ref, link.carrier)) - shown,
    )


def names_of(link: Link) -> frozenset[str]:
    """What a link may be called by: its id, its initiative's, and address or key of an item it concerns."""
    addresses = {name for ref in (link.ref, link.carrier) for name in (str(ref), ref.key)}
    return frozenset({link.id, link.initiative_id, *addresses})


def refuse_unknown(named: Iterable[str], workspaces: Iterable[Workspace]) -> None:
    """Refuses names that no key result in the workspaces has."""
    placed = [one.key_result for workspace in workspaces for one in workspace.key_results()]
    unknown = sorted(set(named) - {one.id for one in placed})
    if unknown:
        known = ", ".join(one.id for one in placed if not one.confidential) or "none"
        raise typer.BadParameter(f"no key result is called {', '.join(unknown)}; there are {known}")
