"""`syncer plan`, `sync`, `resync`: the one walk, dry, whole, and by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.exits import Exit, first, of_error, of_report
from syncer.cli.session import Session, session_of
from syncer.engine.pull import Scope
from syncer.engine.report import ConnectionOutcome, SyncReport
from syncer.engine.sync import Wish, plan_sync, run_sync
from syncer.errors import BusyError, SkippableError, SyncerError

if TYPE_CHECKING:
    from syncer.app import Configured

Force = Annotated[bool, typer.Option("--force", help="Past the brakes and the back-off.")]
KeyResults = Annotated[list[str] | None, typer.Option("--kr", help="Only this key result; repeatable.")]
Initiatives = Annotated[
    list[str] | None, typer.Option("--initiative", help="Only this initiative; repeatable.")
]
Links = Annotated[list[str] | None, typer.Option("--link", help="Only this link (id or key); repeatable.")]


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
) -> None:
    """Read and judge, and show what `sync` would store and write. Nothing is changed anywhere."""
    session = session_of(context)
    reports, code = _each(session, lambda one: _plan(session, one, Wish(force=force)))
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
) -> None:
    """Pull, judge and publish once, now."""
    session = session_of(context)
    wish = Wish(pull_only=pull_only, force=force)
    if dry_run:
        _, code = _each(session, lambda one: _plan(session, one, wish))
    else:
        _, code = _each(session, lambda one: _sync(session, one, wish))
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

    def work(one: Configured) -> SyncReport:
        _refuse_unknown(one, scope)
        return _waiting(session, one, lambda: _sync(session, one, wish), no_wait=no_wait)

    _, code = _each(session, work)
    raise typer.Exit(code)


def _refuse_unknown(configured: Configured, scope: Scope) -> None:
    if not scope.is_whole and not any(scope.covers(link) for link in configured.workspace.links()):
        wanted = ", ".join(sorted(scope.key_results | scope.initiatives | scope.links))
        known = ", ".join(link.id for link in configured.workspace.links())
        msg = f"workspace {configured.workspace.id} has no link for {wanted}; its links are {known or 'none'}"
        raise SkippableError(msg)


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


def _plan(session: Session, configured: Configured, wish: Wish) -> SyncReport:
    report = plan_sync(session.app.engine(configured, may_write=False), wish)
    for line in plan_lines(report):
        session.say(line)
    return report


def _sync(session: Session, configured: Configured, wish: Wish) -> SyncReport:
    may_write = not wish.pull_only
    report = run_sync(session.app.engine(configured, may_write=may_write), wish)
    for line in sync_lines(report):
        session.say(line)
    return report


def _each(session: Session, work: Callable[[Configured], SyncReport]) -> tuple[list[SyncReport], Exit]:
    """Every workspace for itself: one that fails stops no other."""
    reports: list[SyncReport] = []
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
    session.emit({"workspaces": [report_document(one) for one in reports], "errors": errors})
    return reports, first(codes)


def sync_lines(report: SyncReport) -> Iterable[str]:
    """What a sync did, line by line, with a summary at the end."""
    yield from _common(report)
    for one in report.delivered:
        what = one.wrote.value if not one.code else "refused"
        standing = (
            f" ({one.standing.value.replace('_', ' ')})"
            if one.standing and one.wrote.value == "nothing"
            else ""
        )
        yield f"  comment on {one.publication.ref}: {what}{standing}" + (f": {one.why}" if one.why else "")
        if one.hint:
            yield f"    -> {one.hint}"
    wrote = (
        ", ".join(f"{count} {what.value}" for what, count in sorted(report.wrote.items())) or "none written"
    )
    held = f", {report.held_back} held back" if report.held_back else ""
    yield (
        f"{report.workspace}: {len(report.changes)} changed, {len(report.opened)} signals opened, "
        f"{len(report.closed)} closed, comments: {wrote}{held}; {report.requests} requests"
    )


def plan_lines(report: SyncReport) -> Iterable[str]:
    """What a sync would do, with the comments as they would stand."""
    yield from _common(report)
    for one in report.planned:
        before = one.receipt.text if one.receipt else ""
        what = "remove" if one.publication.comment is None else "update" if before else "create"
        later = f", not before {one.not_before:%Y-%m-%d %H:%M} UTC" if one.not_before else ""
        yield f"  {what} the comment on {one.publication.ref}{later}"
        yield from (f"      {line}" for line in text.comment_lines(one.publication.comment, before))
    yield (
        f"Plan for {report.workspace}: {len(report.changes)} to store, {len(report.opened)} signals to open, "
        f"{len(report.closed)} to close, {len(report.planned)} comments to write. Nothing was changed."
    )


def _common(report: SyncReport) -> Iterable[str]:
    for connection in report.connections:
        if connection.outcome is ConnectionOutcome.READ:
            yield f"  {connection.connection}: {connection.links} links read, {connection.requests} requests"
        else:
            name = connection.connection
            sentence = text.plain(connection.sentence).removeprefix(f"{name}: ")
            yield f"  {name}: {connection.outcome.value}: {sentence}"
            if connection.hint:
                yield f"    -> {connection.hint}"
            if connection.until and connection.outcome is ConnectionOutcome.FAILED:
                yield f"    -> left alone until {connection.until:%Y-%m-%d %H:%M} UTC"
    for change in report.changes:
        label = f"{change.snapshot.key} {change.snapshot.name}"
        yield f"  ~ {text.plain(label)}: {text.plain('; '.join(map(str, change.changes)))}"
        yield from (f"      note: {text.plain(note)}" for note in change.snapshot.notes)
    failed = {connection.connection for connection in report.failed}
    for trouble in report.troubles:
        if trouble.link.ref.connection in failed:
            continue  # said once for the connection
        yield f"  ! {trouble.link.id} ({trouble.link.state.words}): {text.plain(trouble.why)}"
    for signal in report.opened:
        yield f"  + {signal.kind} on {signal.key_result_id}"
    for signal in report.closed:
        yield f"  - {signal.kind} on {signal.key_result_id}"


def report_document(report: SyncReport) -> dict[str, Any]:
    """A report as JSON shows it. Signals and comments of confidential key results have no body to show."""
    return {
        "workspace": report.workspace,
        "run": report.run,
        "connections": report.connections,
        "changes": [
            {"item": c.snapshot.key, "name": c.snapshot.name, "changes": [str(x) for x in c.changes]}
            for c in report.changes
        ],
        "troubles": [{"link": t.link.id, "state": t.link.state, "why": t.why} for t in report.troubles],
        "signals_opened": [s.id for s in report.opened],
        "signals_closed": [s.id for s in report.closed],
        "planned": [
            {
                "item": str(p.publication.ref),
                "body": p.publication.comment.plain if p.publication.comment else None,
                "not_before": p.not_before,
            }
            for p in report.planned
        ],
        "delivered": [
            {"item": str(d.publication.ref), "wrote": d.wrote, "standing": d.standing, "why": d.why}
            for d in report.delivered
        ],
        "held_back": report.held_back,
        "requests": report.requests,
        "writes": report.writes,
    }
