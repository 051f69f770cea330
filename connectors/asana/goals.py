"""The number of a goal in Asana, where it is a measure of its own and not tasks counted again.

Goals and their metrics: developers.asana.com/reference/goals. A percentage is a share there (0.37 is shown as
37 %), and the day on which a value was set is not told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from connectors.asana.advice import not_a_gid, told
from connectors.asana.client import AsanaClient
from connectors.asana.records import Metric
from connectors.asana.row import is_gid
from syncer.domain.work import WorkRef
from syncer.errors import ForbiddenError, NotFoundError, SkippableError

MEASURED: Final = frozenset({"manual", "external"})
"""Progress sources that people or another system set; whatever else there is is made of work."""

_COUNTED: Final = {
    "subgoal_progress": "the progress of its sub-goals",
    "project_task_completion": "the completed tasks of its projects",
    "project_milestone_completion": "the completed milestones of its projects",
    "task_completion": "its completed tasks",
}


def value_of(client: AsanaClient, ref: WorkRef, unit: str) -> float:
    """The current value of a goal, per cent as per cent. Raises SkippableError where it is no measure."""
    if not is_gid(ref.key):
        raise SkippableError(not_a_gid(WorkRef(ref.connection, "goal", ref.key)))
    goal = f"goal {ref.key}"
    try:
        metric = client.metric(ref.key)
    except NotFoundError as error:
        raise SkippableError(
            f"Asana has no {goal}, or never showed it to this account: it was deleted, or the gid is wrong. "
            "Restore it, or correct asana_goal"
        ) from error
    except ForbiddenError as error:
        raise SkippableError(f"this account may not see {goal} in Asana; share the goal with it") from error
    except SkippableError as error:
        raise SkippableError(told(error)) from error
    return _measure(goal, metric, unit)


def _measure(goal: str, metric: Metric | None, unit: str) -> float:
    if metric is None:
        raise SkippableError(f"{goal} has no metric in Asana; give it one, or check the number in by hand")
    if metric.progress_source not in MEASURED:
        raise SkippableError(_moved_by_tickets(goal, metric.progress_source))
    if metric.current is None:
        raise SkippableError(f"{goal} has no current value in Asana yet; set it there")
    if metric.unit != "percentage":
        return metric.current
    if unit != "%":
        raise SkippableError(f'{goal} is a percentage in Asana; give the key result unit: "%"')
    return float(Decimal(str(metric.current)) * 100)


def _moved_by_tickets(goal: str, source: str) -> str:
    what = _COUNTED.get(source, f"{source!r}, which this version does not know")
    return (
        f"no ticket moves a number, and {goal} takes its value from {what}; "
        "set its progress to manual in Asana, or check the number in by hand"
    )
