"""A service in a process of its own: `python -m tests.service.child FOLDER FETCH_SECONDS GRACE_SECONDS`.

It says "fetching" on stdout when a sync has reached the tracker, and logs JSON on stderr.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from threading import Event

from syncer.observe.logs import configure
from syncer.service.due import run_due
from syncer.service.scheduler import Service, serve
from tests.service.house import RealClock, Tracker, engine_of, store_in, workspace


def main(folder: str, fetch: str, grace: str) -> int:
    """Serves one workspace whose tracker takes its time."""
    configure(format="json")
    store = store_in(Path(folder))
    space = workspace()

    def slowly() -> None:
        print("fetching", flush=True)  # noqa: T201  the test waits for it
        Event().wait(float(fetch))

    return serve(
        Service(
            workspaces=lambda: [space],
            store=store,
            clock=RealClock(),
            run=lambda due: run_due(lambda _: engine_of(store, space, Tracker(slowly)), store, due),
            version="1.2.3",
            port=0,
            grace=timedelta(seconds=float(grace)),
        )
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
