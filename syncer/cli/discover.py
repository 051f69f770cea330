"""`syncer discover`: what the tokens can see and nobody linked yet, as YAML or straight into the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import refuse_unknown
from syncer.cli.exits import Exit, first, of_error
from syncer.cli.session import Session, session_of
from syncer.domain.link import history_of
from syncer.engine.checkins import find_key_result
from syncer.engine.view import look
from syncer.errors import SkippableError, SyncerError

if TYPE_CHECKING:
    from pathlib import Path

    from syncer.app import Configured
    from syncer.ports import Found


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as an initiative that links it; `id` is free in its file."""

    id: str
    connection: str
    found: Found

    @property
    def title(self) -> str:
        """Its name on one line, its key where it has none."""
        return text.name(self.found.name) or text.name(self.found.key)


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(discover)


def discover(
    context: typer.Context,
    add: Annotated[
        str | None,
        typer.Option(
            "--add", metavar="KR", help="Put them under this key result, keeping the file's comments."
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KEY", help="Only this key; repeatable.")
    ] = None,
) -> None:
    """Epics, projects and portfolios that the tokens can see and nobody has linked yet."""
    session = session_of(context)
    found = session.workspaces()
    if add is not None:
        refuse_unknown([add], [one.workspace for one in found])
        found = tuple(one for one in found if add in {p.key_result.id for p in one.workspace.key_results()})
    codes: list[Exit] = []
    document: dict[str, Any] = {}
    for configured in found:
        seen, failed = _unlinked(session, configured)
        codes += failed
        entries = _entries(configured, [one for one in seen if not only or one[1].key in only])
        document[configured.workspace.id] = [_document(one) for one in entries]
        if add is None:
            _print(session, configured, entries)
        else:
            _add(session, configured, add, entries, chosen=bool(only))
    session.emit(document)
    raise typer.Exit(first(codes))


def _unlinked(session: Session, configured: Configured) -> tuple[list[tuple[str, Found]], list[Exit]]:
    linked = _linked(session, configured)
    unlinked: list[tuple[str, Found]] = []
    codes: list[Exit] = []
    for name in configured.file.connections:
        try:
            connector = session.app.connect(configured, name)
            try:
                seen = connector.discover()
            finally:
                connector.close()
        except SyncerError as error:
            session.tell(error, name)
            code = of_error(error)
            codes.append(Exit.PARTIAL if code is Exit.FAILED else code)
        else:
            unlinked += [(name, one) for one in seen if (name, one.kind, one.key) not in linked]
    return unlinked, codes


def _linked(session: Session, configured: Configured) -> set[tuple[str, str, str]]:
    """What is linked, by the key of the file and by the one that the tracker last gave the item."""
    with session.known_store(silently=True) as store:
        before = look(configured.workspace, store, session.app.clock).before
    linked = {(link.ref.connection, link.ref.kind, link.ref.key) for link in before.links}
    for link in before.links:
        history = history_of(link, before.snapshots)
        linked.update((link.ref.connection, link.ref.kind, one.key) for one in history[-1:])
    return linked


def _entries(configured: Configured, found: Sequence[tuple[str, Found]]) -> list[Entry]:
    placed = configured.workspace.key_results()
    taken = {bet.id for one in placed for bet in one.key_result.initiatives}
    return [Entry(_free(slug(one.name) or slug(one.key), taken), name, one) for name, one in found]


def slug(name: str) -> str:
    """A name as an id: lower-case letters, digits and hyphens, at most 40."""
    ascii_only = name.casefold().encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-")


def _free(id_: str, taken: set[str]) -> str:
    number, free = 2, id_
    while free in taken:
        free, number = f"{id_}-{number}", number + 1
    taken.add(free)
    return free


def _print(session: Session, configured: Configured, entries: Sequence[Entry]) -> None:
    session.say(f"# {configured.workspace.id}: {len(entries)} not linked yet")
    for entry in entries:
        for line in entry_lines(entry):
            session.say(line)


def entry_lines(entry: Entry) -> Iterator[str]:
    """One initiative as the file writes it."""
    found = entry.found
    owner = f", {text.name(found.owner_name)}" if found.owner_name else ""
    yield f"- id: {entry.id}    # {text.name(found.url)}{owner}"
    yield f"  title: {_quoted(entry.title)}"
    yield f"  link: {{connection: {entry.connection}, {found.kind}: {_quoted(text.name(found.key))}}}"


def _quoted(value: str) -> str:
    clean = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"'


def _document(entry: Entry) -> dict[str, Any]:
    found = entry.found
    return {
        "id": entry.id,
        "connection": entry.connection,
        "kind": found.kind,
        "key": found.key,
        "name": found.name,
        "url": found.url,
        "owner": found.owner_name,
    }


def _add(
    session: Session, configured: Configured, key_result: str, entries: Sequence[Entry], *, chosen: bool
) -> None:
    """Edits the file in place. Without --only a long list is refused: it would be a backlog, not a focus."""
    limit = find_key_result(configured.workspace, key_result).key_result.rules.focus_limit
    if len(entries) > limit and not chosen:
        msg = f"{len(entries)} items are not linked yet, {key_result} takes {limit}; choose with --only KEY"
        raise SkippableError(msg)
    if entries:
        _edit(session, configured.path, key_result, entries)
    session.say(f"added {len(entries)} to {key_result} in {configured.path}")


def _edit(session: Session, path: Path, key_result: str, entries: Sequence[Entry]) -> None:
    """Writes the file anew beside itself, and in its place once it is found to be valid."""
    from config.load import load_workspace  # noqa: PLC0415  heavy

    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(_with_entries(path.read_text(encoding="utf-8"), key_result, entries), "utf-8")
        load_workspace(fresh, {kind: one.settings for kind, one in session.app.plugins.items()})
        fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; give the user write access to its folder"
        raise SkippableError(msg) from error
    finally:
        fresh.unlink(missing_ok=True)


def _with_entries(content: str, key_result: str, entries: Sequence[Entry]) -> str:
    from io import StringIO  # noqa: PLC0415  with what it is for

    from ruamel.yaml import YAML  # noqa: PLC0415  heavy
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415  heavy

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    tree = yaml.load(content)
    offset = tree["cycles"].lc.col  # the file's own way to indent lists
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    target = next(one for one in _key_results(tree) if str(one["id"]) == key_result)
    if not target.get("initiatives"):
        target["initiatives"] = CommentedSeq()
    for entry in entries:
        link = CommentedMap({"connection": entry.connection, entry.found.kind: text.name(entry.found.key)})
        link.fa.set_flow_style()
        target["initiatives"].append(CommentedMap({"id": entry.id, "title": entry.title, "link": link}))
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _key_results(tree: Any) -> Iterator[Any]:  # noqa: ANN401  a round-trip tree
    for cycle in tree.get("cycles") or ():
        for objective in cycle.get("objectives") or ():
            yield from objective.get("key_results") or ()
