"""`syncer lint`: tasks in disguise and what goals lack, from the workspace files alone."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from xml.etree import ElementTree as ET

import typer

from syncer.cli import text
from syncer.cli.discreet import Named, refuse_unknown, veil
from syncer.cli.exits import Exit
from syncer.cli.session import Session, print_out, session_of
from syncer.domain.hygiene.findings import BENCHMARK, Finding, Share, look_over, share_of

if TYPE_CHECKING:
    from syncer.domain.okr import KeyResult, Workspace


class Format(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(lint)


def lint(
    context: typer.Context,
    form: Annotated[
        Format, typer.Option("--format", help="junit is for continuous integration.")
    ] = Format.TEXT,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when there is something to put right.")
    ] = False,
    key_results: Named = None,
) -> None:
    """Is it an OKR? Tasks in disguise, owners, focus: by the files, without database or tracker."""
    session = session_of(context)
    session.as_json = session.as_json or form is Format.JSON
    named = frozenset(key_results or ())
    workspaces = [one.workspace for one in session.workspaces()]
    refuse_unknown(named, workspaces)
    looked = [(workspace, *_looked_over(workspace, named)) for workspace in workspaces]
    if form is Format.JUNIT:
        print_out(_junit([(workspace.id, shown, found) for workspace, shown, found in looked]))
    for workspace, shown, found in looked:
        if form is Format.TEXT:
            _say(session, workspace.id, found, _share(workspace, shown))
        if not named:
            veil(workspace).note(session)
    session.emit(
        {workspace.id: _document(found, _share(workspace, shown)) for workspace, shown, found in looked}
    )
    something = exit_code and any(found for _, _, found in looked)
    raise typer.Exit(Exit.SOMETHING_TO_SEE if something else Exit.DONE)


def _looked_over(workspace: Workspace, named: frozenset[str]) -> tuple[list[KeyResult], list[Finding]]:
    hidden = veil(workspace, named).key_results
    every = [placed.key_result for placed in workspace.key_results()]
    shown = [one for one in every if one.id not in hidden and (not named or one.id in named)]
    ids = {one.id for one in shown}
    found = [
        one
        for one in look_over(workspace)
        if one.key_result_id in ids or (not one.key_result_id and not named)
    ]
    return shown, found


def _share(workspace: Workspace, shown: Sequence[KeyResult]) -> Share:
    ids = {one.id for one in shown}
    return share_of(tuple(placed for placed in workspace.key_results() if placed.key_result.id in ids))


def _say(session: Session, workspace: str, found: Sequence[Finding], share: Share) -> None:
    for one in found:
        session.say(f"{one.severity.value:<4} {one.kind}  {one.about}")
        session.say(f"     {text.name(one.sentence)}")
        for reason in one.reasons:
            session.say(f"       {text.name(reason)}")
        session.say(f"     -> {text.plain(one.hint)}")
    session.say(f"{workspace}: {_in_words(share)}; {BENCHMARK}")


def _in_words(share: Share) -> str:
    if share.share is None:
        return "there is no key result yet"
    are = "is a task" if share.disguised == 1 else "are tasks"
    return f"{share.disguised} of {text.many(share.all, 'key result')} ({share.share:.0%}) {are} in disguise"


def _document(found: Sequence[Finding], share: Share) -> dict[str, Any]:
    return {
        "findings": found,
        "disguised": share.disguised,
        "key_results": share.all,
        "share": share.share,
        "benchmark": BENCHMARK,
    }


def _junit(looked: Sequence[tuple[str, Sequence[KeyResult], Sequence[Finding]]]) -> str:
    """One suite a workspace, one case a key result or objective that something is found on."""
    suites = ET.Element("testsuites", name="syncer lint")
    for workspace, shown, found in looked:
        by_subject: dict[str, list[Finding]] = {one.id: [] for one in shown}
        for finding in found:
            by_subject.setdefault(finding.about, []).append(finding)
        failed = sum(bool(findings) for findings in by_subject.values())
        suite = ET.SubElement(
            suites, "testsuite", name=workspace, tests=str(len(by_subject)), failures=str(failed)
        )
        for subject, findings in by_subject.items():
            case = ET.SubElement(suite, "testcase", classname=workspace, name=subject)
            if findings:
                said = [f"{text.name(one.sentence)}\n-> {text.plain(one.hint)}" for one in findings]
                kind, message = findings[0].kind, text.name(findings[0].sentence)
                ET.SubElement(case, "failure", type=kind, message=message).text = "\n".join(said)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True)
