"""`syncer check`: is everything there that a sync needs, and does every tracker show every linked item?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Annotated

import typer

from syncer.cli import text
from syncer.cli.discreet import AlsoNamed, Veil, refuse_unknown, veil
from syncer.cli.exits import Exit, first, of_error
from syncer.cli.session import Session, session_of
from syncer.domain.link import Link
from syncer.domain.okr import Cycle
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from syncer.errors import SkippableError, SyncerError
from syncer.ports import NumberReader

if TYPE_CHECKING:
    from syncer.app import Configured
    from syncer.ports import Connector, Identity


class Mark(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the check."""

    what: str
    mark: Mark
    sentence: str
    hint: str = ""
    code: Exit = Exit.DONE


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(check)


def check(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Files and database only.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as failures.")] = False,
    key_results: AlsoNamed = None,
) -> None:
    """Check configuration, database, every connection, and every link. Nothing is changed."""
    session = session_of(context)
    rows: list[Row] = []
    for row in _rows(session, frozenset(key_results or ()), offline=offline):
        rows.append(row)
        session.say(f"{row.what:<12} {row.mark.value:<4} {text.plain(row.sentence)}")
        if row.hint:
            session.say(f"{'':<17} -> {row.hint}")
    failed = [row for row in rows if row.mark is Mark.FAIL]
    warned = [row for row in rows if row.mark is Mark.WARN]
    session.say(f"{len(failed)} failed, {text.many(len(warned), 'warning')}")
    session.emit({"checks": rows, "failed": len(failed), "warnings": len(warned)})
    code = first(row.code for row in failed)
    if code is Exit.DONE and strict and warned:
        code = Exit.FAILED
    raise typer.Exit(code)


def _rows(session: Session, named: frozenset[str], *, offline: bool) -> Iterator[Row]:
    for problem in session.app.loaded.problems:
        yield Row("config", Mark.FAIL, str(problem), code=Exit.CONFIG)
    found = session.app.workspaces(session.names) if session.app.loaded.files else ()
    refuse_unknown(named, [one.workspace for one in found])
    for configured in found:
        yield _file_row(configured)
        yield from _overlap_rows(configured)
        if not configured.workspace.publish.enabled:
            yield Row("publish", Mark.OK, text.PUBLISHING_OFF)
    yield _store_row(session)
    if not offline:
        for configured in found:
            hidden = veil(configured.workspace, named)
            yield from _owner_rows(configured, hidden)
            yield from _unsaid_rows(session, configured, hidden)
            for name in configured.file.connections:
                yield from _connection_rows(session, configured, name, hidden)
            yield from _reader_rows(session, configured)
            hidden.note(session)


def _file_row(configured: Configured) -> Row:
    links = text.many(len(tuple(configured.workspace.links())), "link")
    return Row("config", Mark.OK, f"{configured.path}: workspace {configured.workspace.id}, {links}")


def _overlap_rows(configured: Configured) -> Iterator[Row]:
    """Cycles may overlap, a year and its quarters do; two of a kind that do are mostly a slip of the pen."""
    for one, other in combinations(sorted(configured.workspace.cycles, key=_longest_first), 2):
        is_same = (one.start, one.end) == (other.start, other.end)
        if other.start <= one.end and (other.end > one.end or is_same):
            days = f"from {other.start} to {one.end}"
            sentence = f"{configured.path}: cycles {one.id} and {other.id} overlap {days}"
            yield Row(
                "config", Mark.WARN, sentence, "each is judged by its own days; set them apart if not meant"
            )


def _longest_first(cycle: Cycle) -> tuple[date, timedelta]:
    return cycle.start, cycle.start - cycle.end


def _store_row(session: Session) -> Row:
    app = session.app
    try:
        if app.revision() is None:
            sentence = f"no database yet at {app.store.name}"
            return Row("store", Mark.WARN, sentence, "run syncer sync, or syncer db upgrade")
        app.store.require_head()
    except SyncerError as error:
        return Row("store", Mark.FAIL, error.sentence, error.hint, of_error(error))
    return Row("store", Mark.OK, f"schema {app.store.head()}")


def _owner_rows(configured: Configured, hidden: Veil) -> Iterator[Row]:
    for placed in configured.workspace.key_results():
        if placed.key_result.owner is None and placed.key_result.id not in hidden.key_results:
            yield Row("owners", Mark.WARN, f"key result {placed.key_result.id} has no owner")


def _unsaid_rows(session: Session, configured: Configured, hidden: Veil) -> Iterator[Row]:
    """Work that is linked before its number has a start: what it did to it cannot be told later."""
    app, workspace = session.app, configured.workspace
    if app.revision() is None:
        return
    with app.store.read() as work:
        said = {one.key_result_id for one in work.check_ins(workspace.id)}
    today = workspace.day(app.clock.now())
    for placed in workspace.key_results():
        number, cycle = placed.key_result, placed.cycle
        linked = any(bet.link for bet in number.initiatives)
        if linked and number.id not in said | hidden.key_results and cycle.start <= today <= cycle.end:
            sentence = f"key result {number.id} has linked work and no value yet"
            yield Row("numbers", Mark.OK, sentence, f"say where it starts: syncer check-in {number.id} VALUE")


def _reader_rows(session: Session, configured: Configured) -> Iterator[Row]:
    """Whether the addresses of notifications can be used; nothing is sent there."""
    for to, notifier in session.app.notifiers(configured).items():
        try:
            yield Row("notify", Mark.OK, f"{to}: {notifier.check()}, nothing sent")
        except SyncerError as error:
            yield Row("notify", Mark.FAIL, error.sentence, error.hint, of_error(error))


def _connection_rows(session: Session, configured: Configured, name: str, hidden: Veil) -> Iterator[Row]:
    connector: Connector | None = None
    try:
        connector = session.app.connect(configured, name)
        identity = connector.check()
        yield from _identity_rows(name, identity)
        links = [link for link in configured.workspace.links() if link.ref.connection == name]
        refs = tuple(dict.fromkeys(link.ref for link in links))
        carriers = tuple(dict.fromkeys(link.carrier for link in links if link.carrier not in refs))
        fetched = connector.fetch((*refs, *carriers), ConnectorState())
        outcomes = {one.ref: one for one in fetched.outcomes}
        yield from (_link_row(name, ref, outcomes.get(ref), hidden) for ref in refs)
        yield from (_carrier_row(name, ref, outcomes.get(ref), hidden) for ref in carriers)
        yield from _shared_rows(name, [link for link in links if not hidden.hides(link)])
        yield from _common_rows(name, _in_common(fetched.shared(), refs), hidden)
        yield from _undated_row(
            name, [o for ref in refs if ref not in hidden.refs and (o := outcomes.get(ref))]
        )
        readable = [ref for ref in (*refs, *carriers) if isinstance(outcomes.get(ref), Snapshot)]
        yield from _access_rows(configured, name, connector, readable)
        yield from _number_rows(configured, name, connector, hidden)
        yield from _unmapped(
            configured, name, [o for ref, o in outcomes.items() if ref in refs and ref not in hidden.refs]
        )
        yield from _status_rows(name, fetched.unmapped)
    except SyncerError as error:
        code = of_error(error)
        yield Row(name, Mark.FAIL, error.sentence, error.hint, Exit.PARTIAL if code is Exit.FAILED else code)
    finally:
        if connector is not None:
            connector.close()


def _identity_rows(name: str, identity: Identity) -> Iterator[Row]:
    zone = f", time zone {identity.zone}" if identity.zone else ""
    yield Row(name, Mark.OK, f"{identity.server} at {identity.url}, as {identity.account}{zone}")
    skew = identity.clock_skew
    if skew is None:
        yield Row(name, Mark.OK, "it does not say what time its clock shows")
        return
    seconds = round(abs(skew))
    way = "ahead of" if skew > 0 else "behind"
    sentence = f"its clock is {seconds} s {way} ours" if seconds else "its clock agrees with ours"
    wrong = seconds > _CLOCK_SKEW
    hint = "set the clock of this machine by a time server" if wrong else ""
    yield Row(name, Mark.WARN if wrong else Mark.OK, sentence, hint)


_CLOCK_SKEW = 60
"""Seconds; reads do not depend on it, but dates of check-ins and of trackers are held side by side."""


def _access_rows(
    configured: Configured, name: str, connector: Connector, refs: Sequence[WorkRef]
) -> Iterator[Row]:
    """The rights that are missing for writing comments, where comments are wanted."""
    workspace = configured.workspace
    spoken = {
        link.carrier
        for link in workspace.links()
        if link.publish and link.key_result_id not in workspace.confidential
    }
    linked = {link.ref for link in workspace.links()}
    wanted = [ref for ref in refs if ref in spoken] if workspace.publish.enabled else []
    for access in connector.access(wanted) if wanted else ():
        if not access.can_comment:
            kind = access.ref.kind if access.ref in linked else _CARRIER
            sentence = f"{kind} {access.ref.key}: no comment can be written, {access.missing}"
            yield Row(name, Mark.WARN, sentence, "give the token's account that right, or set publish: off")


def _number_rows(configured: Configured, name: str, connector: Connector, hidden: Veil) -> Iterator[Row]:
    """The numbers that are read over the connection, each tried; a sync reads them while their cycle runs."""
    for placed in configured.workspace.key_results():
        one, ref = placed.key_result, placed.key_result.value_at
        if ref is None or ref.connection != name or not isinstance(connector, NumberReader):
            continue
        try:
            value = connector.read_value(ref, one.unit)
        except SkippableError as error:
            yield Row(name, Mark.FAIL, f"{ref.kind} {ref.key}: {error.sentence}", code=Exit.PARTIAL)
        else:
            shown = "readable" if one.id in hidden.key_results else one.show(value)
            yield Row(name, Mark.OK, f"{ref.kind} {ref.key}: {shown}")


def _link_row(name: str, ref: WorkRef, outcome: Outcome | None, hidden: Veil) -> Row:
    match outcome:
        case Snapshot() if ref in hidden.refs:
            return Row(name, Mark.OK, f"{ref.kind} {ref.key}: readable")
        case Snapshot():
            called = f"{ref.kind} {ref.key}: {text.name(outcome.name)}"
            sentence = f"{called}, {outcome.status.words} {outcome.progress.basis}"
            mark = Mark.WARN if outcome.notes else Mark.OK
            return Row(name, mark, "; ".join((sentence, *outcome.notes)))
        case Gone(state=state, advice=advice):
            return Row(name, Mark.FAIL, f"{ref.kind} {ref.key}: {state.words}", advice, Exit.PARTIAL)
        case Unread(why=why):
            return Row(name, Mark.FAIL, f"{ref.kind} {ref.key}: {why}", code=Exit.PARTIAL)
        case None:
            return Row(name, Mark.FAIL, f"{ref.kind} {ref.key}: not in the answer", code=Exit.PARTIAL)


def _carrier_row(name: str, ref: WorkRef, outcome: Outcome | None, hidden: Veil) -> Row:
    """An item that is linked only to have a comment: its own work is nobody's concern."""
    named = replace(ref, kind=_CARRIER)
    if not isinstance(outcome, Snapshot) or ref in hidden.refs:
        return _link_row(name, named, outcome, hidden)
    return Row(name, Mark.OK, f"{named.kind} {named.key}: {text.name(outcome.name)}")


def _shared_rows(name: str, links: Sequence[Link]) -> Iterator[Row]:
    """Work that several bets name counts for each of them; on one number that is mostly a slip."""
    by_ref: dict[WorkRef, list[Link]] = {}
    for link in links:
        by_ref.setdefault(link.ref, []).append(link)
    for ref, bets in by_ref.items():
        if len(bets) > 1:
            twice = len({link.key_result_id for link in bets}) < len(bets)
            named = ", ".join(link.initiative_id for link in bets)
            sentence = f"{ref.kind} {ref.key} is linked by {named}: its work counts for each of them"
            hint = "link it once to a key result" if twice else ""
            yield Row(name, Mark.WARN if twice else Mark.OK, sentence, hint)


def _in_common(
    shared: Mapping[tuple[WorkRef, ...], int], linked: Sequence[WorkRef]
) -> Mapping[tuple[WorkRef, ...], int]:
    """The same of linked work alone: what an item that carries a comment holds is counted for nobody."""
    found: Counter[tuple[WorkRef, ...]] = Counter()
    for refs, count in shared.items():
        found[tuple(ref for ref in refs if ref in linked)] += count
    return {refs: count for refs, count in found.items() if len(refs) > 1}


def _common_rows(name: str, shared: Mapping[tuple[WorkRef, ...], int], hidden: Veil) -> Iterator[Row]:
    """Pieces of work that several links find count for each of them."""
    for refs, count in shared.items():
        if hidden.refs.isdisjoint(refs):
            named = " and ".join(f"{ref.kind} {ref.key}" for ref in refs)
            sentence = f"{text.many(count, 'piece')} of work in {named} alike, counted for each of them"
            yield Row(name, Mark.WARN, sentence, "narrow one of these links, unless it is meant")


def _undated_row(name: str, outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """Open work that nobody can find overdue."""
    ended = {WorkStatus.DONE, WorkStatus.DROPPED}
    undated = [o for o in outcomes if isinstance(o, Snapshot) and o.due is None and o.status not in ended]
    if undated:
        keys = ", ".join(text.name(f"{one.key} {one.name}".strip()) for one in undated)
        yield Row(name, Mark.WARN, f"open work without a due day: {keys}", "set one in the tracker")


_CARRIER = "comment_on"


def _status_rows(name: str, unmapped: Mapping[str, str]) -> Iterator[Row]:
    """By category is right for most, so that it is told and no warning."""
    if unmapped:
        taken = ", ".join(f"{text.name(status)} as {word}" for status, word in sorted(unmapped.items()))
        yield Row(name, Mark.OK, f"statuses that status_map does not name, by their category: {taken}")


def _unmapped(configured: Configured, name: str, outcomes: Iterable[Outcome]) -> Iterator[Row]:
    workspace = configured.workspace
    seen: dict[str, str] = {}
    for outcome in outcomes:
        if isinstance(outcome, Snapshot) and outcome.owner:
            seen[outcome.owner] = outcome.owner_name or outcome.owner
    for account, shown in seen.items():
        if workspace.account_holder(name, account) is None:
            sentence = f"{shown} owns linked work but is nobody in people"
            yield Row("owners", Mark.WARN, sentence, f"add {name}: {account} to that person")
