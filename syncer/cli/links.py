"""`syncer links`: a link outlives what happens to its item and its comment; here it says what did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named, names_of, refuse_unknown, veil
from syncer.cli.exits import Exit, first, of_error
from syncer.cli.session import Session, session_of
from syncer.cli.sheet_words import coverage
from syncer.domain.link import Link, history_of
from syncer.domain.sync import ConnectorState, Receipt, Standing
from syncer.domain.work import Gone, Item, LinkState, Outcome, Snapshot, WorkRef
from syncer.engine.resume import resume as take_up
from syncer.engine.view import View, look
from syncer.errors import SkippableError, SyncerError

if TYPE_CHECKING:
    from syncer.app import Configured

Names = Annotated[
    list[str] | None, typer.Argument(help="Links, by id, initiative or key; all of them without any.")
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The links of one workspace that a command is about."""

    configured: Configured
    view: View
    links: tuple[Link, ...]


def register(app: typer.Typer) -> None:
    """Adds the group to the command line."""
    group = typer.Typer(no_args_is_help=True, help="The links: what became of the items they point at.")
    group.command("list")(list_links)
    group.command("show")(show)
    group.command("verify")(verify)
    group.command("resume")(resume)
    app.add_typer(group, name="links")


def list_links(context: typer.Context, key_results: Named = None) -> None:
    """Every link with its state, the age of its last read, and whether a comment stands."""
    session = session_of(context)
    document: dict[str, Any] = {}
    for chosen in _choose(session, (), key_results):
        view = chosen.view
        document[view.workspace.id] = [_document(view, link) for link in chosen.links]
        session.say(f"{view.workspace.id}: {text.many(len(chosen.links), 'link')}")
        if rollups := view.public(frozenset(key_results or ())):
            session.say(f"  {coverage(rollups)}")
        rows = [_row(view, link, session.app.clock.now()) for link in chosen.links]
        for row in text.columns(rows):
            session.say(f"  {row}")
    session.emit(document)


def show(context: typer.Context, names: Names = None, key_results: Named = None) -> None:
    """One link in full: its item, its last figures, its history, its comment, and what to do about it."""
    session = session_of(context)
    document: dict[str, Any] = {}
    for chosen in _choose(session, names or (), key_results):
        view = chosen.view
        document[view.workspace.id] = [_document(view, link) for link in chosen.links]
        for link in chosen.links:
            for line in _full(view, link, session.app.clock.now()):
                session.say(line)
    session.emit(document)


def verify(context: typer.Context, names: Names = None, key_results: Named = None) -> None:
    """Ask the trackers for every link right now. Nothing is stored and nothing is written."""
    session = session_of(context)
    document: dict[str, Any] = {}
    codes: list[Exit] = []
    for chosen in _choose(session, names or (), key_results):
        outcomes, failures = _ask(session, chosen.configured, chosen.links)
        codes += failures
        rows = [(link.id, *_verdict(outcomes.get(link.ref))) for link in chosen.links]
        rows += [
            (f"{link.id} comment_on", *_verdict(outcomes.get(link.comment_on)))
            for link in chosen.links
            if link.comment_on and link.publish
        ]
        codes += [Exit.PARTIAL for _, state, _ in rows if state != LinkState.ACTIVE.words]
        document[chosen.view.workspace.id] = [
            {"link": name, "state": state, "sentence": sentence} for name, state, sentence in rows
        ]
        for row in text.columns(rows):
            session.say(row)
    session.emit(document)
    raise typer.Exit(first(codes))


def resume(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Links, by id, initiative or key.")],
) -> None:
    """Take up again the comments that a person deleted or edited. The next sync writes them."""
    session = session_of(context)
    document: dict[str, Any] = {}
    for chosen in _choose(session, names, None):
        workspace = chosen.view.workspace.id
        items = {item for link in chosen.links if (item := link.carrier.item)}
        before = {receipt.item: receipt.standing for receipt in _resume(session, workspace, items)}
        rows = [(link, before.get(link.carrier.item) if link.carrier.item else None) for link in chosen.links]
        document[workspace] = [{"link": link.id, "resumed": was is not None} for link, was in rows]
        for link, was in rows:
            session.say(f"{link.id}: {_resumed(chosen.view, link, was)}")
    session.emit(document)


def _resume(session: Session, workspace: str, items: Collection[Item]) -> tuple[Receipt, ...]:
    return take_up(session.app.ready_store, workspace, items) if items else ()


def _resumed(view: View, link: Link, was: Standing | None) -> str:
    if was is None:
        return f"nothing to resume, its comment: {_standing(view, link)}"
    if not link.publish:
        return "resumed, but the workspace file keeps this link silent"
    if was is Standing.EDITED:
        return "the next sync writes over what a person wrote in its comment"
    return "the next sync writes its comment anew"


def _choose(session: Session, names: Sequence[str], key_results: Sequence[str] | None) -> list[Chosen]:
    """The links asked for in every workspace. Refuses names that no link in them has."""
    found = session.workspaces()
    named = frozenset(key_results or ())
    refuse_unknown(named, [one.workspace for one in found])
    links = {one.workspace.id: tuple(one.workspace.links()) for one in found}
    unknown = set(names).difference(*(names_of(link) for of_one in links.values() for link in of_one))
    if unknown:
        hidden = [veil(one.workspace) for one in found]
        known = [link.id for of_one in links.values() for link in of_one]
        listed = [name for name in known if not any(name in one.links for one in hidden)]
        raise SkippableError(no_link(sorted(unknown), listed))
    with session.known_store() as store:
        views = [look(one.workspace, store, session.app.clock) for one in found]
    return [_chosen(session, one, view, names, named) for one, view in zip(found, views, strict=True)]


def no_link(unknown: Sequence[str], known: Sequence[str]) -> str:
    """The sentence that refuses names, with the links there are one per line."""
    return "\n  ".join((f"no link is called {', '.join(unknown)}; the links are", *(known or ("none",))))


def _chosen(
    session: Session, configured: Configured, view: View, names: Sequence[str], named: frozenset[str]
) -> Chosen:
    hidden = veil(view.workspace, (*names, *named))
    links = tuple(
        link
        for link in view.before.links
        if not hidden.hides(link)
        and (not names or names_of(link) & set(names))
        and (not named or link.key_result_id in named)
    )
    if not (names or named):
        hidden.note(session)
    return Chosen(configured, view, links)


def _ask(
    session: Session, configured: Configured, links: Sequence[Link]
) -> tuple[Mapping[WorkRef, Outcome], list[Exit]]:
    """What the trackers say now, each connection for itself."""
    outcomes: dict[WorkRef, Outcome] = {}
    codes: list[Exit] = []
    for name in dict.fromkeys(link.ref.connection for link in links):
        mine = [link for link in links if link.ref.connection == name]
        refs = tuple(dict.fromkeys((*(link.ref for link in mine), *(link.carrier for link in mine))))
        try:
            connector = session.app.connect(configured, name)
            try:
                fetched = connector.fetch(refs, ConnectorState())
            finally:
                connector.close()
        except SyncerError as error:
            session.note(f"{name}: {error.sentence}" + (f"\n-> {error.hint}" if error.hint else ""))
            codes.append(of_error(error))
        else:
            outcomes.update((one.ref, one) for one in fetched.outcomes)
    return outcomes, codes


def _verdict(outcome: Outcome | None) -> tuple[str, str]:
    match outcome:
        case Snapshot():
            label = text.name(f"{outcome.key} {outcome.name}")
            return outcome.state.words, f"{label}, {outcome.status.words} {outcome.progress.basis}"
        case Gone():
            return outcome.state.words, text.plain(outcome.advice)
        case None:
            return "unread", "its connection could not be asked"
        case _:
            return "unread", text.plain(outcome.why)


def _last(view: View, link: Link) -> tuple[Snapshot, ...]:
    return history_of(link, view.before.snapshots)


def _receipt(view: View, link: Link) -> Receipt | None:
    return next((r for r in view.before.receipts if r.item == link.carrier.item), None)


def _standing(view: View, link: Link) -> str:
    receipt = _receipt(view, link)
    if receipt is not None:
        return receipt.standing.value.replace("_", " ")
    return "none yet" if link.publish else "off"


def _row(view: View, link: Link, now: datetime) -> tuple[str, ...]:
    snapshots = _last(view, link)
    label = f"{snapshots[-1].key} {text.name(snapshots[-1].name)}" if snapshots else ""
    return (
        link.id,
        link.state.words,
        f"read {text.age(link.read_at, now)}",
        f"comment {_standing(view, link)}",
        text.plain(label),
        text.plain(link.advice),
    )


def _full(view: View, link: Link, now: datetime) -> Iterator[str]:
    yield f"{link.id} ({link.ref.kind}) for key result {link.key_result_id}"
    yield f"  state    {link.state.words}, read {text.age(link.read_at, now)}"
    if link.advice:
        yield f"  advice   {text.plain(link.advice)}"
    yield f"  item     {link.item_id or 'not known yet'}"
    snapshots = _last(view, link)
    if snapshots:
        last = snapshots[-1]
        yield f"  now      {text.name(f'{last.key} {last.name}')}: {last.status.words} {last.progress.basis}"
        yield f"  where    {text.plain(last.url)}"
        yield from (f"  note     {text.plain(note)}" for note in last.notes)
    where = f" on {link.comment_on.key}" if link.comment_on else ""
    yield f"  comment  {_standing(view, link)}{where}"
    for snapshot in snapshots:
        yield f"  {snapshot.taken_at:%Y-%m-%d %H:%M} UTC  {snapshot.status.words} {snapshot.progress.basis}"


def _document(view: View, link: Link) -> dict[str, Any]:
    snapshots = _last(view, link)
    receipt = _receipt(view, link)
    return {
        "link": link.id,
        "key_result": link.key_result_id,
        "ref": replace(link.ref, options=frozenset()),
        "state": link.state,
        "read_at": link.read_at,
        "advice": link.advice,
        "publish": link.publish,
        "comment_on": link.comment_on.key if link.comment_on else None,
        "comment": receipt.standing if receipt else None,
        "published_at": receipt.published_at if receipt else None,
        "snapshots": [
            {
                "taken_at": s.taken_at,
                "key": s.key,
                "name": s.name,
                "url": s.url,
                "status": s.status,
                "basis": s.progress.basis,
                "notes": s.notes,
            }
            for s in snapshots
        ],
    }
