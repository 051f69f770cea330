"""What a write that was cut off may have left is known until somebody has seen what stands there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors.testing.memory import lose_answer, no_fault
from syncer.domain.okr import KeyResult, PublishPolicy, WhenRetired
from syncer.domain.sync import Standing, Wrote
from syncer.errors import ForbiddenError
from tests.domain import build
from tests.engine.desk import Desk


def refuse(step: str) -> Callable[[str], None]:
    def fault(name: str) -> None:
        if name == step:
            msg = f"may not {step}"
            raise ForbiddenError(msg)

    return fault


@pytest.fixture
def cut_off(desk: Desk) -> Desk:
    """A comment that stands, and nobody heard so."""
    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    desk.tracker.fault = no_fault
    assert len(desk.tracker.comments("10042")) == 1
    desk.clock.pass_(hours=1)
    return desk


def shared(*, confidential: bool = False) -> tuple[KeyResult, KeyResult]:
    """Two numbers on one item; the second may be confidential."""
    link = build.link("rev", "ONB-12", key_result_id="revenue")
    bet = build.initiative("rev", link=link)
    second = build.key_result(bet, id="revenue", title="SECRET revenue", confidential=confidential)
    return build.key_result(), second


@pytest.fixture
def shared_cut_off(desk: Desk) -> Desk:
    """A comment into which a second number was written, and nobody heard so."""
    desk.epic()
    desk.check_in(36)
    desk.sync()
    desk.clock.pass_(days=1)
    desk.configure(cycles=(build.cycle(*shared()),))
    desk.tracker.fault = lose_answer("updated")
    desk.sync()
    desk.tracker.fault = no_fault
    assert "SECRET" in desk.tracker.comments("10042")[0]
    desk.clock.pass_(hours=1)
    return desk


def hide(desk: Desk) -> None:
    desk.configure(cycles=(build.cycle(replace(build.key_result(), confidential=True)),))


def receipts(desk: Desk) -> list[Standing]:
    with desk.store.read() as work:
        return [one.standing for one in work.receipts("acme")]


def test_a_refused_edit_forgets_no_write_that_was_cut_off(cut_off: Desk) -> None:
    cut_off.tracker.fault = refuse("update")
    cut_off.sync()
    cut_off.tracker.fault = no_fault
    cut_off.clock.pass_(hours=1)
    hide(cut_off)

    assert cut_off.sync().wrote == {Wrote.REMOVED: 1}
    assert cut_off.tracker.comments("10042") == []


def test_nor_what_it_added_to_a_comment(shared_cut_off: Desk) -> None:
    desk = shared_cut_off
    desk.configure(cycles=(build.cycle(*shared(confidential=True)),))
    desk.tracker.fault = refuse("update")
    desk.sync()
    desk.tracker.fault = no_fault
    desk.clock.pass_(days=1)

    desk.sync()

    (text,) = desk.tracker.comments("10042")
    assert "SECRET" not in text


def test_what_a_person_wrote_over_is_taken_back_though_its_answer_was_lost(cut_off: Desk) -> None:
    cut_off.tracker.items["10042"].comments[0].edited_by_human = True
    cut_off.sync()
    assert receipts(cut_off) == [Standing.EDITED]
    cut_off.clock.pass_(days=1)
    hide(cut_off)

    assert cut_off.sync().wrote == {Wrote.REMOVED: 1}


def test_so_is_what_was_added_to_it_and_not_heard_of(shared_cut_off: Desk) -> None:
    desk = shared_cut_off
    desk.tracker.items["10042"].comments[0].edited_by_human = True
    desk.configure(cycles=(build.cycle(*shared(confidential=True)),))

    for _ in range(2):
        desk.clock.pass_(minutes=15)
        desk.sync()

    assert desk.tracker.comments("10042") == []


@pytest.mark.parametrize("silenced", [True, False])
def test_a_comment_nobody_heard_of_gets_its_last_word(cut_off: Desk, *, silenced: bool) -> None:
    link = build.link(publish=False)
    bets = (build.initiative(link=link),) if silenced else ()
    cut_off.configure(cycles=(build.cycle(replace(build.key_result(), initiatives=bets)),))

    assert cut_off.sync().wrote == {Wrote.UPDATED: 1}

    (text,) = cut_off.tracker.comments("10042")
    assert "nothing here is kept up to date" in text
    assert cut_off.sync().wrote == {}


def test_or_is_removed_where_the_file_says_so(cut_off: Desk) -> None:
    cut_off.configure(
        cycles=(build.cycle(replace(build.key_result(), initiatives=())),),
        publish=PublishPolicy(when_retired=WhenRetired.REMOVE),
    )

    assert cut_off.sync().wrote == {Wrote.REMOVED: 1}
    assert cut_off.tracker.comments("10042") == []


def test_where_nothing_had_arrived_no_last_word_is_begun(desk: Desk) -> None:
    desk.epic()
    desk.check_in(36)
    desk.tracker.fault = lose_answer("created")
    desk.sync()
    desk.tracker.fault = no_fault
    desk.tracker.items["10042"].comments.clear()
    desk.configure(cycles=(build.cycle(replace(build.key_result(), initiatives=())),))

    for _ in range(2):
        desk.clock.pass_(days=1)
        assert desk.sync().wrote == {}

    assert desk.tracker.comments("10042") == []
    assert desk.rows()["outbox"] == 0


def test_a_lost_comment_after_one_that_was_removed_is_not_left_behind(desk: Desk) -> None:
    linked = desk.workspace.cycles
    unlinked = (build.cycle(build.key_result(build.initiative(linked=False))),)
    desk.configure(publish=PublishPolicy(when_retired=WhenRetired.REMOVE))
    desk.epic()
    for cycles in (linked, unlinked, linked):
        desk.configure(cycles=cycles)
        desk.tracker.fault = no_fault if cycles is unlinked or not receipts(desk) else lose_answer("created")
        desk.sync()
        desk.clock.pass_(days=1)
    desk.tracker.fault = no_fault
    assert len(desk.tracker.comments("10042")) == 1

    desk.configure(cycles=unlinked)
    desk.sync()

    assert desk.tracker.comments("10042") == []
