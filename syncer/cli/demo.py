"""`syncer demo`: a story quarter on stand-ins over real HTTP, week by week; no account, no internet."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncer.cli import text
from syncer.cli.session import Session, session_of
from syncer.errors import FatalError

if TYPE_CHECKING:
    from connectors.sandbox.story import Story, Week
    from syncer.app import App, Configured
    from syncer.engine.report import SyncReport

WORKSPACE_FILE = "acme.yaml"
STATE_FILE = "sandbox.json"


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(demo)


def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Leave the folder behind, for every other command.")
    ] = None,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Keep the stand-ins up until stopped; with --keep, bring them back."),
    ] = False,
    today: Annotated[
        str | None, typer.Option("--today", help="The quarter's last day, YYYY-MM-DD; else today.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another quarter of the same story.")] = 7,
    port: Annotated[
        int, typer.Option("--port", help="First of three ports for the stand-ins; 0 is any.")
    ] = 0,
) -> None:
    """Play a quarter with Jira Cloud, Jira Data Center and Asana on this machine; no account is needed."""
    session = session_of(context)
    if port and port not in _PORTS:
        raise typer.BadParameter(f"{port} is not 0 or from {_PORTS[0]} to {_PORTS[-1]}", param_hint="--port")
    last_day = _last_day(today) if today else session.clock.now().astimezone(UTC).date()
    with _folder(keep) as folder:
        if (folder / ".syncer" / STATE_FILE).exists():
            _bring_back(session, folder, serve=serve)
            return
        story = _new_story(last_day, seed, port)
        with story:
            write_files(folder, story)
            result = _play(session, folder, story)
            _save(folder, story)
            _show_end(session, story, result)
            _show_last_sheet(session, folder, story)
            _show_review(session, folder, story)
            if keep:
                session.note(f"kept in {folder}: try  syncer -c {folder} status")
            elif not serve:
                session.note(_NEXT)
            if serve:
                _stay(session, folder, story)


_NEXT = "keep a quarter to try every command on: syncer demo --keep DIR; link your own: syncer init"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="okr-syncer-demo-") as temporary:
            yield Path(temporary)
        return
    folder = keep.expanduser().absolute()
    is_demo = (folder / ".syncer" / STATE_FILE).exists()
    if folder.exists() and not is_demo and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} is not empty and holds no demo; give --keep a new folder"
        raise FatalError(msg)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder} cannot be made: {error.strerror}; give --keep another folder"
        raise FatalError(msg) from error
    yield folder


_PORTS = range(1024, 65534)
"""First ports of three that no system service has."""
_YEARS = range(2001, 2200)
"""A workspace file takes days of 2000 to 2199, and the quarter begins before its last day."""


def _last_day(value: str) -> date:
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a date; write YYYY-MM-DD") from None
    if day.year not in _YEARS:
        raise typer.BadParameter(
            f"{day} is not in the years {_YEARS[0]} to {_YEARS[-1]}", param_hint="--today"
        )
    return day


def _new_story(today: date, seed: int, port: int) -> Story:
    from connectors.sandbox.story import Story  # noqa: PLC0415  heavy

    ports = (port, port + 1, port + 2) if port else (0, 0, 0)
    try:
        return Story(today, seed, jira_port=ports[0], datacenter_port=ports[1], asana_port=ports[2])
    except OSError as error:
        wanted = f"ports {ports[0]} to {ports[2]}"
        msg = f"the stand-ins cannot listen on {wanted}: {error.strerror}; give another --port"
        raise FatalError(msg) from error


def write_files(folder: Path, story: Story) -> None:
    """Makes the folder a workspace folder of the story: its file with the schema, and its tokens as files."""
    from config.schema import workspace_schema  # noqa: PLC0415  heavy
    from syncer.registry import load_plugins  # noqa: PLC0415  heavy

    folder.mkdir(parents=True, exist_ok=True)
    (folder / WORKSPACE_FILE).write_text(story.workspace_file(), encoding="utf-8")
    models = {kind: plugin.settings for kind, plugin in load_plugins().items()}
    schema = json.dumps(workspace_schema(models), indent=2) + "\n"
    (folder / "workspace.schema.json").write_text(schema, encoding="utf-8")
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    for name, token in story.secrets().items():
        file = secrets / name
        file.touch(mode=0o600)
        file.write_text(token + "\n", encoding="utf-8")


@dataclass
class Played:
    """The tally of a quarter."""

    weeks: int = 0
    syncs: int = 0
    requests: int = 0
    created: int = 0
    updated: int = 0
    second_sync_writes: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    cleared: Counter[str] = field(default_factory=Counter)

    def add(self, report: SyncReport) -> None:
        """Counts one sync."""
        from syncer.domain.sync import Wrote  # noqa: PLC0415  heavy

        self.syncs += 1
        self.requests += report.requests
        self.created += report.wrote[Wrote.CREATED]
        self.updated += report.wrote[Wrote.UPDATED]
        self.fired.update(signal.kind for signal in report.opened)
        self.cleared.update(signal.kind for signal in report.closed)


def demo_app(folder: Path, clock: Any) -> App:  # noqa: ANN401  anything with now()
    """An app on the demo's own folder, whatever the environment says."""
    from pydantic import SecretStr  # noqa: PLC0415  heavy

    from config.service import ServiceSettings  # noqa: PLC0415  heavy
    from syncer.app import App  # noqa: PLC0415  heavy

    settings = ServiceSettings(
        workspaces=folder,
        state_dir=folder / ".syncer",
        secrets_dir=folder / "secrets",
        database_url=SecretStr(f"sqlite:///{folder / '.syncer' / 'syncer.db'}"),
    )
    return App(settings, clock)


def _play(session: Session, folder: Path, story: Story) -> Played:
    app = demo_app(folder, story.clock)
    (configured,) = app.workspaces()
    played = Played()
    for week in story.play():
        written = story.workspace_file(week.number)
        if written != configured.path.read_text(encoding="utf-8"):
            configured.path.write_text(written, encoding="utf-8")
            app.store.close()
            app = demo_app(folder, story.clock)
            (configured,) = app.workspaces()
        _check_in(app, configured, week)
        report = _sync(app, configured)
        played.weeks += 1
        played.add(report)
        again = _sync(app, configured)
        played.add(again)
        played.second_sync_writes += again.writes
        _show_week(session, app, configured, week, report)
    app.store.close()
    return played


def _sync(app: App, configured: Configured) -> SyncReport:
    from syncer.engine.sync import Wish, run_sync  # noqa: PLC0415  heavy

    return run_sync(app.engine(configured, may_write=True), Wish())


def _check_in(app: App, configured: Configured, week: Week) -> None:
    from syncer.domain.work import Health, WorkStatus  # noqa: PLC0415  heavy
    from syncer.engine.checkins import check_in, report_initiative  # noqa: PLC0415  heavy

    for told in week.check_ins:
        check_in(
            configured.workspace,
            app.ready_store,
            app.clock,
            key_result=told.key_result,
            value=told.value,
            health=Health(told.health),
            on=told.on,
            note=told.note,
            author=told.author,
        )
    for report in week.reports:
        report_initiative(
            configured.workspace,
            app.ready_store,
            app.clock,
            initiative=report.initiative,
            status=WorkStatus(report.status),
            on=report.on,
            note=report.note,
            author=report.author,
        )


def _show_week(session: Session, app: App, configured: Configured, week: Week, report: SyncReport) -> None:
    from syncer.engine.view import look  # noqa: PLC0415  heavy

    session.say(f"━━━ week {week.number} · {week.at:%d %b %Y} " + "━" * 40)
    for sentence in week.happenings:
        session.say(f"  · {sentence}")
    view = look(configured.workspace, app.ready_store, app.clock)
    session.say()
    for line in text.weekly_sheet(configured.workspace.id, view.public(), view.public_signals()):
        session.say(line)
    hidden = {r.key_result.id for r in view.rollups if r.key_result.confidential}
    for verb, signals in (("opened", report.opened), ("closed", report.closed)):
        for signal in signals:
            if signal.key_result_id not in hidden:
                session.say(f"  signal {verb}: {signal.kind.replace('_', ' ')} on {signal.key_result_id}")
    wrote = ", ".join(f"{count} {what.value}" for what, count in sorted(report.wrote.items()))
    session.say(f"  comments: {wrote or 'none written'}; {text.many(report.requests, 'request')}")
    session.say()


def _show_end(session: Session, story: Story, played: Played) -> None:
    comments = story.comments()
    session.say("━━━ the comments as they stand " + "━" * 40)
    for comment in comments:
        session.say(f"{comment.stand_in} · {comment.item}")
        for line in text.plain(comment.text).splitlines():
            session.say(f"  | {line}")
        session.say()
    places = Counter((comment.stand_in, comment.item) for comment in comments)
    duplicates = sum(count - 1 for count in places.values())
    session.say(
        f"{played.weeks} weeks, {played.syncs} syncs, {played.requests} requests; comments: {played.created} "
        f"created, {played.updated} updated, {duplicates} duplicates; writes of every second sync: "
        f"{played.second_sync_writes}"
    )
    session.emit(
        {
            "weeks": played.weeks,
            "syncs": played.syncs,
            "requests": played.requests,
            "comments_created": played.created,
            "comments_updated": played.updated,
            "signals_fired": sorted(played.fired),
            "signals_cleared": sorted(played.cleared),
            "second_sync_writes": played.second_sync_writes,
            "duplicate_comments": duplicates,
        }
    )


def _show_last_sheet(session: Session, folder: Path, story: Story) -> None:
    from syncer.engine.view import look  # noqa: PLC0415  heavy

    app = demo_app(folder, story.clock)
    (configured,) = app.workspaces()
    view = look(configured.workspace, app.ready_store, app.clock)
    session.say()
    session.say("━━━ the last weekly sheet " + "━" * 40)
    for line in text.weekly_sheet(configured.workspace.id, view.public(), view.public_signals()):
        session.say(line)
    app.store.close()


def _show_review(session: Session, folder: Path, story: Story) -> None:
    from syncer.cli.review import public_lines  # noqa: PLC0415  heavy

    app = demo_app(folder, story.clock)
    (configured,) = app.workspaces()
    session.say()
    session.say("━━━ the review of the cycle " + "━" * 40)
    for line in public_lines(configured.workspace, app.ready_store, app.clock):
        session.say(line)
    app.store.close()


def _save(folder: Path, story: Story) -> None:
    state = folder / ".syncer" / STATE_FILE
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps(story.dump()), encoding="utf-8")
    fresh.replace(state)


def _bring_back(session: Session, folder: Path, *, serve: bool) -> None:
    from connectors.sandbox.story import Story  # noqa: PLC0415  heavy

    if not serve:
        msg = f"{folder} already holds a demo"
        raise FatalError(msg, hint=f"bring its stand-ins back with syncer demo --serve --keep {folder}")
    state = json.loads((folder / ".syncer" / STATE_FILE).read_text(encoding="utf-8"))
    try:
        story = Story.load(state)
    except OSError as error:
        msg = f"the stand-ins of {folder} cannot listen again: {error.strerror}; is this demo served already?"
        raise FatalError(msg) from error
    with story:
        _stay(session, folder, story)


def _stay(session: Session, folder: Path, story: Story) -> None:
    from syncer.service.shutdown import stop_signals  # noqa: PLC0415  heavy

    story.clock.follow(session.clock.now)
    for name, stand_in in (
        ("Jira Cloud", story.jira),
        ("Jira Data Center", story.datacenter),
        ("Asana", story.asana),
    ):
        session.note(f"{name} stands at {stand_in.url}")
    said = f"syncer -c {folder} check-in activation 49"
    session.note(f"Try, from another terminal:  {said}  and then  syncer -c {folder} plan")
    session.note("Stop with Ctrl-C.")
    with stop_signals() as stopping:
        while not stopping.wait(0.5):
            pass
    if folder.exists():
        _save(folder, story)
