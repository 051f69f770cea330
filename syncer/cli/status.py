"""`syncer status`: the last run, how every connection is, how old every figure is, what is broken."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.discreet import Named, veil
from syncer.cli.exits import Exit
from syncer.cli.session import Session, session_of
from syncer.cli.sheets import note_hidden, open_signals, views
from syncer.domain.link import Link
from syncer.domain.render import day, late_words
from syncer.domain.rollup import Rollup
from syncer.domain.sync import Receipt, Standing
from syncer.domain.work import LinkState
from syncer.engine.dispatch import exposed_items
from syncer.engine.view import View
from syncer.errors import FatalError


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(status)


def status(
    context: typer.Context,
    probe: Annotated[
        bool, typer.Option("--probe", help="Only ask the running service whether it is alive (exit 0 or 1).")
    ] = False,
    key_results: Named = None,
) -> None:
    """The last run, the connections, the age of every figure, broken links, open signals."""
    session = session_of(context)
    if probe:
        raise typer.Exit(_probe(session))
    app = session.app
    document: dict[str, Any] = {}
    for view in views(session, named := frozenset(key_results or ())):
        document[view.workspace.id] = _document(view, named)
        for line in status_lines(view, app.clock.now(), named):
            session.say(line)
        note_hidden(session, view, named)
    session.emit(document)


def _probe(session: Session) -> Exit:
    web = session.app.settings.web
    host = "127.0.0.1" if web.host in {"0.0.0.0", "::", ""} else web.host  # noqa: S104  compared, not bound
    url = f"http://{host}:{web.port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            alive = answer.status == 200
    except (urllib.error.URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise FatalError(f"no service answers at {url}: {why}", hint="start one with syncer serve") from error
    session.say("alive" if alive else "not alive")
    session.emit({"alive": alive})
    return Exit.DONE if alive else Exit.FAILED


def status_lines(view: View, now: datetime, named: frozenset[str] = frozenset()) -> Iterator[str]:
    """The status of one workspace as text."""
    yield from _run_line(view, now)
    rows = []
    for name in view.workspace.connection_kinds:
        health = view.before.health.get(name)
        if health is None:
            rows.append((name, "never used", "", ""))
            continue
        state = f"failing since {health.failing_since:%Y-%m-%d %H:%M} UTC" if health.failing_since else "ok"
        rows.append((name, state, f"read {text.age(health.read_at, now)}", text.plain(health.sentence)))
    yield from (f"  {row}" for row in text.columns(rows))
    links = _links(view, named)
    yield from _link_lines(view, links, now)
    yield from (f"  ! comment on {r.ref}: {_LEFT_ALONE[r.standing]}" for r in _left_alone(view, named))
    for name, count in _exposed(view).items():
        what = f"what is confidential now still stands on {text.many(count, 'item')}"
        yield f"  ! {name}: {what}; syncer sync takes it back, or says why it cannot"
    for trouble in view.notify_troubles:
        since = f"since {trouble.since:%Y-%m-%d %H:%M} UTC"
        yield f"  ! not told {since}: {text.plain(trouble.sentence)}"
    stale = [line for r in view.public(named) for line in r.work if line.stale]
    yield f"  {text.many(len(links), 'link')}, {len(stale)} stale; {open_signals(view, named)}"
    for rollup in view.public(named):
        if rollup.number_stale:
            yield f"  ! {rollup.key_result.id}: {_stale_number(rollup)}"


def _link_lines(view: View, links: list[Link], now: datetime) -> Iterator[str]:
    """The links that somebody has to look at; what a connection lacks is said once, with the connection."""
    failing = {name for name, health in view.before.health.items() if health.failing_since}
    for link in links:
        advice = "" if link.ref.connection in failing else link.advice
        if link.state is not LinkState.ACTIVE or advice:
            read = f"last read {text.age(link.read_at, now)}"
            yield f"  ! {link.id}: {link.state.words}, {read}. {text.plain(advice)}".rstrip()


_LEFT_ALONE = {
    Standing.EDITED: "edited by a person, left alone; delete it to opt out, or run syncer links resume",
    Standing.OPTED_OUT: "deleted by a person, not written again until syncer links resume",
}


def _left_alone(view: View, named: frozenset[str]) -> list[Receipt]:
    """The comments that people edited or deleted."""
    shown = {link.carrier for link in _links(view, named)}
    return [r for r in view.before.receipts if r.standing in _LEFT_ALONE and r.ref in shown]


def _exposed(view: View) -> dict[str, int]:
    """On how many items of each connection something stands that is confidential now."""
    before = view.before
    items = exposed_items(before.receipts, before.outbox, view.workspace.confidential)
    return dict(sorted(Counter(connection for connection, _ in items).items()))


def _stale_number(rollup: Rollup) -> str:
    latest = rollup.latest
    if latest is None:
        late = f" in the cycle; {late_words(rollup)}" if rollup.numbers.late else " yet"
        return f"the number is stale, nobody has checked in a value{late}"
    since = f"nothing more in the cycle; {late_words(rollup)}" if rollup.numbers.late else "nothing since"
    return (
        f"the number is stale, {rollup.key_result.show(latest.value)} was checked in on {day(latest.on)} "
        f"and {since}"
    )


def _links(view: View, named: frozenset[str]) -> list[Link]:
    """The links that may be shown, those of key results that rest included."""
    hidden = veil(view.workspace, named)
    return [
        link
        for link in view.before.links
        if not hidden.hides(link) and (not named or link.key_result_id in named)
    ]


def _run_line(view: View, now: datetime) -> Iterator[str]:
    run = view.last_run
    if run is None:
        yield f"{view.workspace.id}: never synced; run syncer sync"
        return
    outcome = run.outcome.value if run.outcome else "not finished"
    count = run.counts.get("missed", 0)
    missed = f", {text.many(count, 'slot')} missed before it" if count else ""
    yield (
        f"{view.workspace.id}: last sync {text.age(run.started_at, now)} ({run.trigger.value}): {outcome}, "
        f"{text.many(run.counts.get('requests', 0), 'request')}{missed}"
    )


def _document(view: View, named: frozenset[str]) -> dict[str, Any]:
    return {
        "last_run": view.last_run,
        "connections": view.before.health,
        "links": [
            {
                "link": link.id,
                "state": link.state,
                "read_at": link.read_at,
                "item_id": link.item_id,
                "advice": link.advice,
            }
            for link in _links(view, named)
        ],
        "comments_left_alone": [
            {"item": str(r.ref), "standing": r.standing} for r in _left_alone(view, named)
        ],
        "exposed": _exposed(view),
        "key_results": [
            {
                "id": r.key_result.id,
                "stale": r.number_stale,
                "checked_in_on": r.latest.on if r.latest else None,
                "last_read_on": r.numbers.read_on,
            }
            for r in view.public(named)
        ],
        "untold": view.notify_troubles,
        "open_signals": [signal.id for signal in view.awake(named)],
        "snoozed_signals": [one.id for one in view.public_signals(named) if one.id in view.asleep],
    }
