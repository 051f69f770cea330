"""The plan as Markdown, for a pull request that changes a workspace file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from syncer.cli import text
from syncer.engine.report import ConnectionOutcome, Planned, SyncReport

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&-])")
_FENCE: Final = re.compile(r"`{3,}")
_LISTED: Final = 100
_ROOM: Final = 60_000
"""Characters. A pull request takes 65,536 (GitHub: body of a comment), and people may write beside ours."""


def plan_markdown(report: SyncReport, now: datetime, /, *, publishing: bool) -> Iterable[str]:
    """What a sync would do, every comment as a diff, as far as a pull request takes it.

    Foreign text is no markup in it and mentions nobody.
    """
    planned = report.planned if publishing else ()
    yield f"## Plan for {escape(report.workspace)}"
    yield ""
    yield _summary(report, report.to_write if publishing else 0)
    if not publishing:
        yield from ("", f"{text.PUBLISHING_OFF[0].upper()}{text.PUBLISHING_OFF[1:]}.")
    yield from _fitted(
        _listed("What stands that should not", (escape(text.exposed(one)) for one in report.exposed)),
        _listed("What waits", _waiting(report)),
        _listed("What cannot be read", _troubles(report)),
        _listed("What is new", _changes(report)),
        _listed("Signals", _signals(report)),
        *(_comment(one, now) for one in planned),
    )
    yield ""


def escape(words: str) -> str:
    """Foreign text in one line, every character of it shown as it is."""
    return shield(text.name(words))


def shield(line: str) -> str:
    """A line that holds names made safe already, with nothing in it that would be markup."""
    return _MARKUP.sub(r"\\\1", line)


def _summary(report: SyncReport, comments: int) -> str:
    return (
        f"{len(report.changes)} to store, {text.many(len(report.opened), 'signal')} to open, "
        f"{len(report.closed)} to close, {text.many(comments, 'comment')} to write. "
        "Nothing was changed."
    )


def _fitted(*parts: Iterable[str]) -> Iterator[str]:
    """Part after part, each whole or not at all, and how many there was no room for."""
    room, left_out = _ROOM, 0
    for part in parts:
        lines = list(part)
        size = sum(len(line) + 1 for line in lines)
        if left_out or size > room:
            left_out += bool(lines)
            continue
        room -= size
        yield from lines
    if left_out:
        more = text.many(left_out, "further part")
        yield from ("", f"Shortened: {more} did not fit; `syncer plan` shows all.")


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if found:
        yield from ("", f"### {title}", "", *(f"- {item}" for item in found[:_LISTED]))
    if len(found) > _LISTED:
        yield f"- and {len(found) - _LISTED} more"


def _troubles(report: SyncReport) -> Iterator[str]:
    failed = {one.connection for one in report.failed}
    for one in report.connections:
        if one.outcome is not ConnectionOutcome.READ:
            yield f"{escape(one.connection)}: {escape(one.sentence)}"
    for trouble in report.troubles:
        if trouble.link.ref.connection not in failed:
            yield f"{escape(trouble.link.id)}: {escape(trouble.why)}"
    for value in report.value_troubles:
        yield f"number {escape(value.key_result_id)}: {escape(value.why)}"


def _waiting(report: SyncReport) -> Iterator[str]:
    for held in report.held_back:
        yield f"comment on {escape(str(held.publication.ref))}: {escape(held.why)}"


def _changes(report: SyncReport) -> Iterator[str]:
    for change in report.changes:
        what = ", ".join(escape(str(one)) for one in change.changes)
        yield f"{escape(change.snapshot.key)} {escape(change.snapshot.name)}: {what}"


def _signals(report: SyncReport) -> Iterator[str]:
    for signal in report.opened:
        yield f"opens **{escape(signal.kind)}** on {escape(signal.key_result_id)}: {escape(signal.headline)}"
    for signal in report.closed:
        yield f"closes **{escape(signal.kind)}** on {escape(signal.key_result_id)}"


def _comment(planned: Planned, now: datetime) -> Iterator[str]:
    step = text.step(planned, now)
    lines = list(text.planned_lines(planned))
    fence = "`" * (1 + max((len(found) for line in lines for found in _FENCE.findall(line)), default=2))
    yield from ("", f"### {escape(step[0].upper() + step[1:])}")
    if planned.veiled:
        yield from ("", f"{text.VEILED[0].upper()}{text.VEILED[1:]}.")
    if lines:
        yield from ("", f"{fence}diff", *lines, fence)
