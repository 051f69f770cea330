"""`syncer plan`, `sync`, `resync`: the one walk, dry, whole, and by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from syncer.cli import text
from syncer.cli.discreet import AlsoNamed, Veil, refuse_unknown, veil
from syncer.cli.exits import Exit, first, of_error, of_report
from syncer.cli.links import no_link
from syncer.cli.markdown import plan_markdown
from syncer.cli.session import Session, session_of
from syncer.domain.sync import Standing, Wrote
from syncer.engine.courier import Delivered
from syncer.engine.pull import Scope
from syncer.engine.report import ConnectionOutcome, ConnectionReport, Held, Planned, SyncReport
from syncer.engine.sync import Wish, plan_sync, run_sync
from syncer.errors import BusyError, SkippableError, SyncerError

if TYPE_CHECKING:
    from syncer.app import Configured
    from syncer.store.sql_store import SqlStore

Force = Annotated[bool, typer.Option("--force", help="Past the brakes and the back-off.")]
KeyResults = Annotated[list[str] | None, typer.Option("--kr", help="Only this key result; repeatable.")]
Initiatives = Annotated[
    list[str] | None, typer.Option("--initiative", help="Only this initiative; repeatable.")
]
Links = Annotated[list[str] | None, typer.Option("--link", help="Only this link (id or key); repeatable.")]


class Form(StrEnum):
    """The forms a plan is printed in."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Lines(Protocol):
    """Shows a report line by line, to somebody for whom it is `now` (UTC)."""

    def __call__(self, report: SyncReport, now: datetime, /, *, publishing: bool) -> Iterable[str]:
        """The lines."""
        ...


def register(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command()(plan)
    app.command()(sync)
    app.command()(resync)


def plan(
    context: typer.Context,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when a sync would change something.")
    ] = False,
    force: Force = False,
    key_results: AlsoNamed = None,
    form: Annotated[
        Form, typer.Option("--format", help="`markdown` fits a pull request; `json` is the same as --json.")
    ] = Form.TEXT,
) -> None:
    """Read and judge, and show what `sync` would store and write. Nothing is changed anywhere."""
    session = session_of(context)
    session.as_json = session.as_json or form is Form.JSON
    lines = plan_markdown if form is Form.MARKDOWN else plan_lines
    reports, code = _plans(session, Wish(force=force), key_results, lines)
    if code is Exit.DONE and exit_code and any(report.has_changes for report in reports):
        code = Exit.SOMETHING_TO_SEE
    raise typer.Exit(code)


def sync(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="The same as `plan`.")] = False,
    pull_only: Annotated[
        bool, typer.Option("--pull-only", help="Store and judge, write no comment.")
    ] = False,
    force: Force = False,
    key_results: AlsoNamed = None,
) -> None:
    """Pull, judge and publish once, now."""
    session = session_of(context)
    wish = Wish(pull_only=pull_only, force=force)
    if dry_run:
        _, code = _plans(session, wish, key_results, plan_lines)
    else:
        named = _named(session, key_results)
        _, code = _each(session, lambda one: _sync(session, one, wish), named, sync_lines)
    raise typer.Exit(code)


def resync(
    context: typer.Context,
    key_results: KeyResults = None,
    initiatives: Initiatives = None,
    links: Links = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Exit with 7 instead of waiting for a running sync.")
    ] = False,
    force: Force = False,
) -> None:
    """Read everything again, whatever the connectors remember, and print what changed."""
    session = session_of(context)
    scope = Scope(frozenset(key_results or ()), frozenset(initiatives or ()), frozenset(links or ()))
    wish = Wish(scope=scope, fresh=True, force=force)

    named = scope.key_results | scope.initiatives | scope.links

    def work(one: Configured) -> SyncReport:
        _refuse_unknown(one, scope, veil(one.workspace, named))
        return _waiting(session, one, lambda: _sync(session, one, wish), no_wait=no_wait)

    _, code = _each(session, work, named, sync_lines)
    raise typer.Exit(code)


def _named(session: Session, key_results: Iterable[str] | None) -> frozenset[str]:
    named = frozenset(key_results or ())
    refuse_unknown(named, [one.workspace for one in session.workspaces()] if named else ())
    return named


def _refuse_unknown(configured: Configured, scope: Scope, hidden: Veil) -> None:
    links = tuple(configured.workspace.links())
    if not scope.is_whole and not any(scope.covers(link) for link in links):
        wanted = sorted(scope.key_results | scope.initiatives | scope.links)
        raise SkippableError(no_link(wanted, [link.id for link in links if not hidden.hides(link)]))


def _waiting(
    session: Session, configured: Configured, work: Callable[[], SyncReport], *, no_wait: bool
) -> SyncReport:
    told = False
    while True:
        try:
            return work()
        except BusyError:
            if no_wait:
                raise
            if not told:
                session.note(f"{configured.workspace.id}: waiting for the sync that is running")
                told = True
            threading.Event().wait(0.2)


def _plans(
    session: Session, wish: Wish, key_results: Iterable[str] | None, lines: Lines
) -> tuple[list[SyncReport], Exit]:
    named = _named(session, key_results)
    with session.known_store(silently=True) as store:
        return _each(session, lambda one: _plan(session, one, wish, store), named, lines)


def _plan(session: Session, configured: Configured, wish: Wish, store: SqlStore) -> SyncReport:
    return plan_sync(session.app.engine(configured, may_write=False, store=store), wish)


def _sync(session: Session, configured: Configured, wish: Wish) -> SyncReport:
    return run_sync(session.app.engine(configured, may_write=not wish.pull_only), wish)


def _each(
    session: Session, work: Callable[[Configured], SyncReport], named: frozenset[str], lines: Lines
) -> tuple[list[SyncReport], Exit]:
    """Every workspace for itself: one that fails stops no other."""
    reports: list[SyncReport] = []
    shown: list[dict[str, Any]] = []
    codes: list[Exit] = []
    errors: list[dict[str, str]] = []
    for configured in session.workspaces():
        try:
            report = work(configured)
        except SyncerError as error:
            codes.append(of_error(error))
            errors.append(
                {"workspace": configured.workspace.id, "code": error.code, "message": error.sentence}
            )
            session.tell(error, configured.workspace.id)
        else:
            reports.append(report)
            codes.append(of_report(report))
            shown.append(_show(session, configured, report, named, lines))
    session.emit({"workspaces": shown, "errors": errors})
    return reports, first(codes)


def _show(
    session: Session, configured: Configured, report: SyncReport, named: frozenset[str], lines: Lines
) -> dict[str, Any]:
    """Prints the lines of a report and returns its document, both without what is confidential."""
    hidden = veil(configured.workspace, named)
    public = hidden.over(report)
    publishing = configured.workspace.publish.enabled
    for line in lines(public, session.app.clock.now(), publishing=publishing):
        session.say(line)
    if public != report:
        hidden.note(session)
    return {**report_document(public), "publishing": publishing}


def sync_lines(report: SyncReport, _: datetime, *, publishing: bool) -> Iterable[str]:
    """What a sync did, line by line, with a summary at the end."""
    yield from _common(report)
    for one in report.delivered:
        yield f"  comment on {one.publication.ref}: {_became(one)}" + (f": {one.why}" if one.why else "")
        if one.hint:
            yield f"    -> {one.hint}"
    for held in report.held_back:
        yield f"  comment on {held.publication.ref}: {_waits(held)}"
    yield from _exposed(report)
    for reader in report.told:
        yield f"  told {reader}"
    for trouble in report.untold:
        yield f"  ! not told: {text.plain(trouble.sentence)}"
    if not publishing:
        yield f"  {text.PUBLISHING_OFF}"
    comments = f", comments: {_wrote(report)}" if publishing else ""
    yield (
        f"{report.workspace}: {len(report.changes)} changed, "
        f"{text.many(len(report.opened), 'signal')} opened, {len(report.closed)} closed"
        f"{comments}; {text.many(report.requests, 'request')}"
    )


def _became(delivered: Delivered) -> str:
    if delivered.code:
        return "refused"
    if delivered.standing is None:
        return "not found, looked for again"
    if delivered.standing is Standing.PARTIAL:
        return "begun" if delivered.writes else "another one of ours stands, the next sync writes it anew"
    if delivered.standing is Standing.STANDING and delivered.wrote is Wrote.REMOVED:
        return "a second one of ours removed"
    if delivered.wrote is not Wrote.NOTHING:
        return delivered.wrote.value
    return _LEFT.get(delivered.standing, "left alone")


_LEFT = {
    Standing.OPTED_OUT: "left alone: opted out",
    Standing.EDITED: "left alone: edited by a person",
    Standing.STANDING: "stands as it should",
    Standing.WITHDRAWN: "there is none to remove",
}


def _waits(held: Held) -> str:
    if held.until is None:
        return f"waits: {text.plain(held.why) or 'this sync has written enough'}"
    why = text.plain(held.why) if held.why else "the interval between two edits"
    return f"held back until {held.until:%Y-%m-%d %H:%M} UTC, {why}"


def _exposed(report: SyncReport) -> Iterator[str]:
    return (f"  ! {text.exposed(one)}" for one in report.exposed)


def _wrote(report: SyncReport) -> str:
    wrote = [f"{count} {what.value}" for what, count in sorted(report.wrote.items())] or ["none written"]
    return ", ".join(wrote + ([f"{len(report.held_back)} held back"] if report.held_back else []))


def plan_lines(report: SyncReport, now: datetime, *, publishing: bool) -> Iterable[str]:
    """What a sync would do, with the comments as they would stand."""
    yield from _common(report)
    for one in report.planned if publishing else ():
        yield from _planned_lines(one, now)
    for held in report.held_back:
        yield f"  comment on {held.publication.ref}: {_waits(held)}"
    yield from _exposed(report)
    if not publishing:
        yield f"  {text.PUBLISHING_OFF}"
    comments = f", {text.many(report.to_write, 'comment')} to write" if publishing else ""
    yield (
        f"Plan for {report.workspace}: {len(report.changes)} to store, "
        f"{text.many(len(report.opened), 'signal')} to open, {len(report.closed)} to close"
        f"{comments}. "
        "Nothing was changed."
    )


def _planned_lines(planned: Planned, now: datetime) -> Iterator[str]:
    yield f"  {text.step(planned, now)}"
    yield from (f"      {line}" for line in text.planned_lines(planned))
    if planned.veiled:
        yield f"      {text.VEILED}"


def _common(report: SyncReport) -> Iterable[str]:
    for connection in report.connections:
        yield from _read(connection)
    for change in report.changes:
        label = f"{change.snapshot.key} {change.snapshot.name}"
        yield f"  ~ {text.name(label)}: {text.plain('; '.join(map(str, change.changes)))}"
        yield from (f"      note: {text.plain(note)}" for note in change.snapshot.notes)
    for move in report.moved:
        yield f"  ~ {move.initiative_id}: moved from key result {move.before} to {move.now}"
    if report.backfilled:
        yield f"  the past of {text.many(report.backfilled, 'item')} was drawn from dates"
    failed = {connection.connection for connection in report.failed}
    for trouble in report.troubles:
        if trouble.link.ref.connection in failed:
            continue  # said once for the connection
        yield f"  ! {trouble.link.id} ({trouble.link.state.words}): {text.plain(trouble.why)}"
    yield from _values(report)
    for signal in report.opened:
        yield f"  + {signal.kind} on {signal.key_result_id}"
    for signal in report.closed:
        yield f"  - {signal.kind} on {signal.key_result_id}"


def _read(connection: ConnectionReport) -> Iterable[str]:
    if connection.outcome is ConnectionOutcome.READ:
        links, requests = text.many(connection.links, "link"), text.many(connection.requests, "request")
        yield f"  {connection.connection}: {links} read, {requests}"
    else:
        name = connection.connection
        sentence = text.plain(connection.sentence).removeprefix(f"{name}: ")
        yield f"  {name}: {connection.outcome.value}: {sentence}"
        if connection.hint:
            yield f"    -> {connection.hint}"
        if connection.until and connection.outcome is not ConnectionOutcome.DEFERRED:
            yield f"    -> left alone until {connection.until:%Y-%m-%d %H:%M} UTC"


def _values(report: SyncReport) -> Iterable[str]:
    for entry in report.values:
        yield f"  ~ {entry.key_result_id}: {entry.value:g} on {entry.on} from {entry.source}"
    for trouble in report.value_troubles:
        yield f"  ! value of {trouble.key_result_id}: {text.plain(trouble.why)}"


def report_document(report: SyncReport) -> dict[str, Any]:
    """A report as JSON shows it."""
    return {
        "workspace": report.workspace,
        "run": report.run,
        "connections": report.connections,
        "changes": [
            {"item": c.snapshot.key, "name": c.snapshot.name, "changes": [str(x) for x in c.changes]}
            for c in report.changes
        ],
        "troubles": [{"link": t.link.id, "state": t.link.state, "why": t.why} for t in report.troubles],
        "values": report.values,
        "value_troubles": report.value_troubles,
        "signals_opened": [s.id for s in report.opened],
        "signals_closed": [s.id for s in report.closed],
        "planned": [
            {
                "item": str(p.publication.ref),
                "body": p.publication.comment.plain if p.publication.comment else None,
                "not_before": p.not_before,
                "has_room": p.has_room,
            }
            for p in report.planned
        ],
        "delivered": [
            {"item": str(d.publication.ref), "wrote": d.wrote, "standing": d.standing, "why": d.why}
            for d in report.delivered
        ],
        "comments": {**report.wrote, "to_write": report.to_write},
        "moved": report.moved,
        "backfilled": report.backfilled,
        "held_back": [
            {"item": str(h.publication.ref), "until": h.until, "why": h.why} for h in report.held_back
        ],
        "exposed": report.exposed,
        "told": report.told,
        "untold": report.untold,
        "requests": report.requests,
        "writes": report.writes,
    }
