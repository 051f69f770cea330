"""Days that people read are those of the workspace, also where it is another day in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from syncer.cli.sheets import rollup_document
from syncer.cli.text import answers, weekly_sheet
from syncer.domain.closing import ClosedAs
from syncer.domain.work import LinkState
from syncer.engine.closing import close
from syncer.engine.view import look
from tests.domain import build
from tests.domain.build import fact
from tests.engine.desk import Desk


def test_a_key_result_was_closed_on_the_day_where_the_workspace_is(desk: Desk) -> None:
    desk.workspace = build.workspace(build.key_result(), zone=ZoneInfo("Pacific/Auckland"))
    desk.clock.moment = datetime(2026, 12, 3, 20, tzinfo=UTC)
    desk.check_in(50.0)
    close(
        desk.workspace,
        desk.store,
        desk.clock,
        key_result="activation",
        word=ClosedAs.ACHIEVED,
        reason="good enough",
    )
    desk.sync()

    view = look(desk.workspace, desk.store, desk.clock)

    assert "    closed as achieved on 4 Dec 2026: good enough" in weekly_sheet(
        "acme", view.rollups, view.standing
    )
    assert rollup_document(view.rollups[0], ())["closed_on"] == build.day("2026-12-04")
    (signal,) = (one for one in view.standing if one.kind == "watermelon")
    assert fact(signal, "closed") == "as achieved on 2026-12-04"


def test_an_item_that_is_hidden_says_on_which_day_it_was_last_read(desk: Desk) -> None:
    desk.workspace = build.workspace(build.key_result(), zone=ZoneInfo("America/Los_Angeles"))
    desk.clock.moment = datetime(2026, 11, 17, 4, tzinfo=UTC)
    desk.epic()
    desk.sync()
    desk.clock.pass_(hours=20)
    desk.tracker.items["10042"].state = LinkState.FORBIDDEN
    desk.sync()

    (rollup,) = look(desk.workspace, desk.store, desk.clock).rollups

    said = "- Bet new-flow (in progress, forbidden, last read 16 Nov 2026): "
    assert next(answers(rollup)).startswith(said)
