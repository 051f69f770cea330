"""The next cycle as a piece of a workspace file, drawn from a review: every bet is left to be decided."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from syncer.cli.review_words import evidence_lines
from syncer.domain.next_cycle import NextNumber, Proposal, days_after, next_id
from syncer.domain.okr import Cycle
from syncer.domain.render import day

Model = Any
"""A cycle of the file, or what is below it; pydantic is not imported here."""

Renamed = Callable[[str], str]
"""Former id to new id."""


def cycle_yaml(
    file: Model, cycle: Cycle, numbers: dict[str, NextNumber], new: str, *, indent: int
) -> Iterator[str]:
    """The lines of one entry under `cycles:`, with the key results in `numbers` and no others.

    Key results start from their last value. No bet is linked before somebody takes the # away. `indent` is
    how far the entries of the file stand in; an empty line comes first, in case its last line has no end.
    """
    start, end = days_after(cycle)
    shown = [one for one in file.objectives if not one.key_results or _carried(one, numbers)]
    live = [
        one for one in shown if not one.key_results or any(not n.reached for _, n in _carried(one, numbers))
    ]
    yield ""
    yield f"# Drawn from the review of {cycle.id}; put it under cycles: in the workspace file."
    yield "# No bet goes on by itself. To keep one, take '# ' away before each of its lines and, once, before"
    yield "# 'initiatives:'; to change it rewrite it as well; to stop it delete it."
    lines = [f"  - id: {_scalar(new)}", f"    start: {start}", f"    end: {end}"]
    lines += ["    objectives:"] if live else ["    # objectives:"]
    for objective in shown:
        lines += _objective(
            objective, numbers, lambda id_: next_id(id_, cycle.id, new), is_live=objective in live
        )
    yield from (f"{' ' * indent}{line[2:]}" for line in lines)


_ENTRIES = re.compile(r"^cycles:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- ", re.MULTILINE)


def indent_of(file: str) -> int:
    """How far the entries under `cycles:` stand in, in the text of a workspace file."""
    found = _ENTRIES.search(file)
    return len(found[1]) if found else 2


def new_ids(file: Model, cycle: Cycle, numbers: dict[str, NextNumber], new: str) -> Iterator[str]:
    """Every id that the next cycle would bring, those in comments too, level by level."""
    for objective in file.objectives:
        carried = _carried(objective, numbers)
        if carried or not objective.key_results:
            yield f"objective {next_id(objective.id, cycle.id, new)}"
        for one, _ in carried:
            yield f"key result {next_id(one.id, cycle.id, new)}"
            yield from (f"initiative {next_id(bet.id, cycle.id, new)}" for bet in one.initiatives)


def _carried(objective: Model, numbers: dict[str, NextNumber]) -> list[tuple[Model, NextNumber]]:
    return [(one, numbers[one.id]) for one in objective.key_results if one.id in numbers]


def _objective(
    objective: Model, numbers: dict[str, NextNumber], renamed: Renamed, *, is_live: bool
) -> Iterator[str]:
    carried = _carried(objective, numbers)
    lines = [
        f"      - id: {_scalar(renamed(objective.id))}",
        *_fields(objective, 8, without={"id", "key_results"}),
        *(["        key_results:"] if carried else []),
    ]
    yield from lines if is_live else _out(lines)
    for one, number in carried:
        yield from _key_result(one, number, renamed)


def _key_result(one: Model, number: NextNumber, renamed: Renamed) -> Iterator[str]:
    yield from (f"          # {line}" for line in _story(number))
    lines = [f"          - id: {_scalar(renamed(one.id))}", f"            title: {_scalar(one.title)}"]
    if one.keep is None:
        target = "____    # a new one" if number.reached else _scalar(one.target)
        lines += [f"            start: {_scalar(number.start)}", f"            target: {target}"]
    else:
        lines.append(f"            target: {_scalar(one.target)}")
    without = {"id", "title", "start", "target", "initiatives"} | ({"pace"} if _is_dated(one) else set())
    lines += _fields(one, 12, without=without)
    yield from _out(lines) if number.reached else lines
    if number.proposals:
        yield "            # initiatives:"
    models = {initiative.id: initiative for initiative in one.initiatives}
    for proposal in number.proposals:
        yield from _bet(models[proposal.evidence.initiative.id], proposal, renamed)


def _story(number: NextNumber) -> Iterator[str]:
    outcome = number.outcome
    if outcome.last is None:
        yield "nobody checked in a value: it starts where it started"
        return
    one, score = outcome.key_result, f", score {outcome.score:.2f}" if outcome.score is not None else ""
    yield f"{one.show(outcome.last.value)} on {day(outcome.last.on)} of {one.way}{score}"
    if number.reached:
        yield "its target is reached: it goes on only with a new one"


def _bet(initiative: Model, proposal: Proposal, renamed: Renamed) -> Iterator[str]:
    lead = f"            # {proposal.decision.value}?"
    yield f"{lead} {proposal.because}"
    if proposal.evidence.shipped_on is not None:
        yield from (f"            #    {line}" for line in evidence_lines(proposal.evidence))
    yield from _out(
        [
            f"              - id: {_scalar(renamed(initiative.id))}",
            *_fields(initiative, 16, without={"id"}),
        ]
    )


def _out(lines: Iterable[str]) -> Iterator[str]:
    """The lines commented out, so that taking `# ` away leaves them where they belong."""
    for line in lines:
        inner = line.lstrip(" ")
        indent = " " * min(len(line) - len(inner), 12)
        yield f"{indent}# {line[len(indent) :]}"


def _fields(model: Model, indent: int, *, without: set[str]) -> list[str]:
    """What the file sets, key by key, as the file may write it."""
    said = model.model_dump(mode="json", exclude_unset=True, exclude=without)
    return [f"{' ' * indent}{key}: {_scalar(value)}" for key, value in said.items()]


def _is_dated(one: Model) -> bool:
    """Checkpoints are of their own cycle."""
    return not isinstance(one.pace, str)


def _scalar(value: Any) -> str:  # noqa: ANN401  any JSON
    """JSON is YAML; whole numbers are written without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_scalar(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
