"""What a workspace file says that is no goal, or lacks of one. Pure; the file alone is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncer.domain.hygiene.disguise import Verdict, judged
from syncer.domain.hygiene.words import OUTPUT_VERBS, TEAMS
from syncer.domain.okr import KeyResult, Objective, Placed, Workspace
from syncer.domain.severity import Severity

FAR_TOO_MANY: Final = 15
"""So many initiatives on one key result are a backlog."""

_AMBITIONS: Final = frozenset({"make", "get", "lead", "build", "create", "become", "reach", "open"})
"""Begin good objectives as well as tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to put right; `about` is the id it concerns, `key_result_id` None for an objective.

    `reasons` say in words why it was found, `hint` what to do.
    """

    kind: str
    severity: Severity
    about: str
    sentence: str
    hint: str
    key_result_id: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How many key results are tasks in disguise."""

    disguised: int
    all: int

    @property
    def share(self) -> float | None:
        """Disguised by all, 0 to 1; None without key results."""
        return self.disguised / self.all if self.all else None


BENCHMARK: Final = "52 % of 20,952 key results in 876 organisations were (OKRs Tool platform, July 2026)"
"""Source: Steven Macdonald, "OKRs and Project Management: How They Actually Fit Together", 5 July 2026."""


def look_over(workspace: Workspace) -> tuple[Finding, ...]:
    """Everything there is to put right, in the order of the file."""
    return tuple(
        finding
        for cycle in workspace.cycles
        for objective in cycle.objectives
        for finding in (
            *_of_objective(objective),
            *(one for key_result in objective.key_results for one in _of_key_result(key_result)),
        )
    )


def share_of(placed: Iterator[Placed] | tuple[Placed, ...]) -> Share:
    """How many of these key results are tasks in disguise."""
    verdicts = [verdict_on(one.key_result) for one in placed]
    return Share(sum(verdict.is_disguised for verdict in verdicts), len(verdicts))


def verdict_on(key_result: KeyResult) -> Verdict:
    """Whether a key result is a task in disguise, and why."""
    return judged(key_result.title, key_result.start, key_result.target, key_result.unit)


def _of_objective(objective: Objective) -> Iterator[Finding]:
    if is_task_list(objective.title):
        yield Finding(
            kind="task_list_objective",
            severity=Severity.WARN,
            about=objective.id,
            sentence=f'"{objective.title}" lists what shall be done, not what shall be different',
            hint="Say what will be true when it worked; move each task down into an initiative.",
        )
    yield from _of_owner("objective", objective.id, objective.owner, None)


def is_task_list(title: str) -> bool:
    """Whether an objective is one task, or several in a row."""
    clauses = [clause.split() for clause in re.split(r"[.;,]|\band\b", title.casefold()) if clause.split()]
    firsts = [clause[0] for clause in clauses]
    if len(firsts) > 1:
        return all(first in OUTPUT_VERBS for first in firsts)
    return bool(firsts) and firsts[0] in OUTPUT_VERBS - _AMBITIONS


def _of_key_result(key_result: KeyResult) -> Iterator[Finding]:
    verdict = verdict_on(key_result)
    if verdict.is_disguised:
        yield Finding(
            kind="task_as_key_result",
            severity=Severity.FAIL,
            about=key_result.id,
            key_result_id=key_result.id,
            sentence=f'"{key_result.title}" is a task, not a number that changes',
            hint=f'Move "{key_result.title}" down into an initiative, and write the key result as what it is'
            " meant to change: from __ to __.",
            reasons=verdict.reasons,
        )
    elif (key_result.start, key_result.target) == (0, 1):
        yield Finding(
            kind="binary_target",
            severity=Severity.WARN,
            about=key_result.id,
            key_result_id=key_result.id,
            sentence=f'"{key_result.title}" goes from 0 to 1: nobody can say how far it is',
            hint="Measure something that moves while you work: from __ to __.",
        )
    yield from _of_owner("key result", key_result.id, key_result.owner, key_result.id)
    yield from _of_focus(key_result)


def _of_owner(what: str, about: str, owner: str | None, key_result: str | None) -> Iterator[Finding]:
    if not owner:
        kind, sentence = "no_owner", f"{what} {about} has no owner"
    elif TEAMS.intersection(re.findall(r"[a-z]+", owner.casefold())):
        kind, sentence = "team_owner", f"{what} {about} is owned by {owner}, which is nobody in particular"
    else:
        return
    yield Finding(
        kind=kind,
        severity=Severity.WARN,
        about=about,
        key_result_id=key_result,
        sentence=sentence,
        hint="Name one person of people as its owner.",
    )


def _of_focus(key_result: KeyResult) -> Iterator[Finding]:
    count, limit = len(key_result.initiatives), key_result.rules.focus_limit
    if count <= limit:
        return
    yield Finding(
        kind="backlog_not_focus",
        severity=Severity.FAIL if count >= FAR_TOO_MANY else Severity.WARN,
        about=key_result.id,
        key_result_id=key_result.id,
        sentence=f"{count} initiatives are listed under key result {key_result.id}; the limit is {limit}"
        f" (focus_limit), and {FAR_TOO_MANY} are a backlog",
        hint="Which three matter? Take out the others; those that are done or dropped count here, for the"
        " file does not say so.",
    )
