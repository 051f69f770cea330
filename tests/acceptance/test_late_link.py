"""A quarter that is linked in its fourth week: the first sync sees what weekly ones would have seen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from connectors.sandbox.story import Story
from syncer.engine.sync import Wish, run_sync
from tests.acceptance.test_story_quarter import TOLD, report_week, settled

TODAY, SEED, LATE = date(2026, 11, 22), 7, 4


def standing(weeks: int) -> set[str]:
    """The signals that weekly syncs leave open."""
    found: set[str] = set()
    for week in range(1, weeks + 1):
        opened, closed = TOLD.get(week, ([], []))
        found = (found | set(opened)) - set(closed)
    return found


def test_the_first_sync_speaks_of_what_went_before(tmp_path: Path) -> None:
    with Story(TODAY, SEED) as story:
        app, one, database = settled(story, tmp_path)
        weeks = story.play()
        for _ in range(LATE):
            report_week(next(weeks), app, one)

        report = run_sync(app.engine(one, may_write=True), Wish())

        opened = {signal.id for signal in report.opened}
        assert report.backfilled > 5
        assert {"activation/work_without_movement", "activation/scope_growth/new-flow"} <= opened
        assert opened <= standing(LATE)
        # No date says that work which has not begun was looked at, and found resting, week after week.
        assert standing(LATE) - opened == {"trial-to-paid/movement_without_work"}
        app.store.close()
        database.dispose()
