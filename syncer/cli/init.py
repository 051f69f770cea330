"""`syncer init`: asks for the trackers, tries them live, writes a commented workspace file and its schema."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncer.cli.session import Session, session_of
from syncer.errors import FatalError, SyncerError

if TYPE_CHECKING:
    from syncer.app import App


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(init)


@dataclass
class Answers:
    """What was asked; a tracker without an address is left out."""

    workspace: str
    timezone: str
    jira_url: str = ""
    jira_email: str = ""
    jira_env: str = ""
    asana_gid: str = ""
    asana_env: str = ""
    asana_url: str = ""
    today: date = field(default_factory=lambda: date(2000, 1, 1))


def init(
    context: typer.Context,
    workspace: Annotated[str | None, typer.Option("--id", help="Id of the workspace.")] = None,
    timezone: Annotated[str | None, typer.Option("--timezone", help="IANA name of its time zone.")] = None,
    jira_url: Annotated[
        str | None, typer.Option("--jira-url", help="Address of Jira; empty for none.")
    ] = None,
    jira_email: Annotated[
        str | None, typer.Option("--jira-email", help="E-mail of the bot; empty for Data Center.")
    ] = None,
    asana_gid: Annotated[
        str | None, typer.Option("--asana-workspace", help="Gid of the Asana workspace; empty for none.")
    ] = None,
    asana_url: Annotated[str, typer.Option("--asana-url", help="Another address of Asana.")] = "",
) -> None:
    """Write a first workspace file. Tokens are never asked for: the file names environment variables."""
    session = session_of(context)
    name = _asked(session, "Id of the workspace", workspace, "acme")
    prefix = re.sub(r"[^A-Z0-9]", "_", name.upper())
    answers = Answers(
        workspace=name,
        timezone=_asked(session, "Time zone", timezone, "UTC"),
        jira_url=_asked(session, "Address of Jira (empty for none)", jira_url, ""),
        asana_url=asana_url,
        today=session.clock.now().date(),
    )
    if answers.jira_url:
        answers.jira_email = _asked(session, "E-mail of its bot (empty for Data Center)", jira_email, "")
        answers.jira_env = f"{prefix}_JIRA_TOKEN"
    answers.asana_gid = _asked(session, "Gid of the Asana workspace (empty for none)", asana_gid, "")
    answers.asana_env = f"{prefix}_ASANA_TOKEN" if answers.asana_gid else ""
    path = _target(session, name)
    _write(session, path, answers)
    _try_it(session, path)


def _asked(session: Session, question: str, given: str | None, default: str) -> str:
    if given is not None:
        return given.strip()
    if session.no_input:
        return default
    return str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()


def _target(session: Session, workspace: str) -> Path:
    place = session.config or Path("workspaces")
    path = place if place.suffix in {".yaml", ".yml"} else place / f"{workspace}.yaml"
    if path.exists():
        msg = f"{path} is there already and is not overwritten; give another place with -c"
        raise FatalError(msg)
    return path


def _write(session: Session, path: Path, answers: Answers) -> None:
    from config.load import load_workspace  # noqa: PLC0415  heavy
    from config.schema import workspace_schema  # noqa: PLC0415  heavy
    from syncer.registry import load_plugins  # noqa: PLC0415  heavy

    models = {kind: plugin.settings for kind, plugin in load_plugins().items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file_text(answers), encoding="utf-8")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}; give another place with -c"
        raise FatalError(msg) from error
    try:
        load_workspace(path, models)
    except SyncerError:
        path.unlink()
        raise
    schema = json.dumps(workspace_schema(models), indent=2, ensure_ascii=False) + "\n"
    (path.parent / "workspace.schema.json").write_text(schema, encoding="utf-8")
    session.config = path
    session.say(f"wrote {path}")


def _try_it(session: Session, path: Path) -> None:
    """Asks every tracker who we are; what does not work yet is said and left to `syncer check`."""
    app: App = session.app
    tried = []
    for configured in app.workspaces():
        for name in configured.file.connections:
            sentence = _tried(app, configured, name)
            tried.append({"connection": name, "result": sentence})
            session.say(f"{name}: {sentence}")
    session.say(f"Next: syncer -c {path} check, then syncer -c {path} discover")
    session.emit({"file": path, "connections": tried})


def _tried(app: App, configured: object, name: str) -> str:
    from syncer.app import Configured  # noqa: PLC0415  heavy

    assert isinstance(configured, Configured)  # noqa: S101  it comes from the app
    try:
        connector = app.connect(configured, name)
    except SyncerError as error:
        return f"not tried: {error.sentence}"
    try:
        identity = connector.check()
    except SyncerError as error:
        return f"{error.sentence}. {error.hint}".strip()
    finally:
        connector.close()
    return f"{identity.server} knows us as {identity.account}"


def file_text(answers: Answers) -> str:
    """The workspace file: what was answered, and the rest as comments to fill in."""
    quarter = _quarter(answers.today)
    return "\n".join(
        [
            "# yaml-language-server: $schema=./workspace.schema.json",
            "# The goals, the bets on them, where the work is. Values are checked in, never written here.",
            "version: 1",
            f"workspace: {answers.workspace}",
            f"timezone: {answers.timezone}",
            "",
            *_connections(answers),
            "",
            "# publish: {enabled: false}        # read only: nothing is written in any tracker",
            "",
            "people: {}                         # ana: {name: Ana Ruiz, jira: her account id}",
            "",
            "cycles:",
            f"  - id: {quarter[0]}",
            f"    start: {quarter[1].isoformat()}",
            f"    end: {quarter[2].isoformat()}",
            "    objectives: []",
            "    #  - id: onboarding",
            "    #    title: Make onboarding the reason new users stick",
            "    #    key_results:",
            "    #      - id: activation",
            "    #        title: Increase Day 7 activation from 34% to 52%",
            '    #        unit: "%"',
            "    #        start: 34",
            "    #        target: 52",
            "    #        initiatives:               # syncer discover --add activation fills these in",
            "    #          - id: new-flow",
            "    #            title: Rebuild the onboarding flow",
            "    #            link: {connection: jira, epic: ONB-12}",
            "",
        ]
    )


def _connections(answers: Answers) -> list[str]:
    if not (answers.jira_url or answers.asana_gid):
        return ["connections: {}"]
    lines = ["connections:"]
    if answers.jira_url:
        lines += ["  jira:", "    kind: jira", f"    url: {answers.jira_url}"]
        lines += [f"    email: {answers.jira_email}"] if answers.jira_email else []
        lines += [f"    token: {{env: {answers.jira_env}}}     # or {{file: name}} in the secrets folder"]
    if answers.asana_gid:
        lines += ["  asana:", "    kind: asana", f'    workspace_gid: "{answers.asana_gid}"']
        lines += [f"    url: {answers.asana_url}"] if answers.asana_url else []
        lines += [f"    token: {{env: {answers.asana_env}}}"]
    return lines


def _quarter(today: date) -> tuple[str, date, date]:
    number = (today.month - 1) // 3
    start = date(today.year, 3 * number + 1, 1)
    after = date(today.year + number // 3, (3 * number + 3) % 12 + 1, 1)
    return f"{today.year}-Q{number + 1}", start, after - timedelta(days=1)
