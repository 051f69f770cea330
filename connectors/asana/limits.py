"""What Asana takes, by the plan of its domain: requests a minute, and at once.

Source: Rate limits, Asana developer documentation. 150 a minute on the free plan, 1,500 on paid ones, counted
by token; 60 searches a minute; 50 reads and 15 writes at once. We stay at four fifths of the rates and far
below the rest, for a refused request counts too. What task_counts costs is not published, so it is tried.
"""

from __future__ import annotations

from typing import Final, Literal

from connectors.limits import MINUTE, Growth, Lane, Limits

Plan = Literal["auto", "free", "paid"]

_FREE: Final = 120
_PAID: Final = 1200
_ALL: Final = {
    "auto": Lane(_FREE, MINUTE, growth=Growth(floor=60, ceiling=_PAID, doubles=True)),
    "free": Lane(_FREE, MINUTE, growth=Growth(floor=60, ceiling=_FREE)),
    "paid": Lane(_PAID, MINUTE, growth=Growth(floor=120, ceiling=_PAID)),
}


def limits(plan: Plan) -> Limits:
    """The limits of a plan; `auto` begins with the free one's and asks for more as long as it is given."""
    return Limits(
        lanes=(
            Lane(50, MINUTE, method="GET", path=r"/workspaces/\d+/tasks/search"),
            Lane(60, MINUTE, path=r"/projects/\d+/task_counts", growth=Growth(floor=6, ceiling=600)),
            _ALL[plan],
        ),
        reads_at_once=8,
        writes_at_once=2,
    )
