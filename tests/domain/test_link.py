from __future__ import annotations

import pytest

from syncer.domain.link import after_read
from syncer.domain.work import Gone, LinkState, Unread
from tests.domain.build import link, noon, ref, snapshot

THEN, NOW = noon("2026-11-09"), noon("2026-11-16")


def test_a_read_item_gives_the_link_its_id_and_the_time_of_the_read() -> None:
    read = after_read(link(advice="ask for the right to browse"), snapshot(), NOW)

    assert (read.item_id, read.state, read.read_at, read.advice) == ("10042", LinkState.ACTIVE, NOW, "")


def test_an_archived_item_is_read_and_says_so() -> None:
    read = after_read(link(), snapshot(state=LinkState.ARCHIVED), NOW)

    assert (read.state, read.read_at) == (LinkState.ARCHIVED, NOW)


def test_a_moved_item_keeps_its_link_and_its_address_in_the_file() -> None:
    before = after_read(link(), snapshot(), THEN)
    after = after_read(before, snapshot(key="NEW-7"), NOW)

    assert (after.item_id, after.ref.key, after.id) == ("10042", "ONB-12", "new-flow:jira:ONB-12")


@pytest.mark.parametrize(
    "state",
    [LinkState.TRASHED, LinkState.FORBIDDEN, LinkState.GONE, LinkState.NOT_VISIBLE],
)
def test_an_item_that_is_not_shown_keeps_its_id_and_the_time_it_was_last_read(state: LinkState) -> None:
    before = after_read(link(), snapshot(), THEN)
    after = after_read(before, Gone(ref(), state, "restore it"), NOW)

    assert (after.state, after.item_id, after.read_at, after.advice) == (state, "10042", THEN, "restore it")


def test_an_unread_item_leaves_the_link_as_it_was_but_for_the_reason() -> None:
    before = after_read(link(), snapshot(), THEN)
    after = after_read(before, Unread(ref(), "Jira did not answer"), NOW)

    assert (after.state, after.read_at, after.advice) == (LinkState.ACTIVE, THEN, "Jira did not answer")


def test_an_item_that_comes_back_is_active_again() -> None:
    lost = after_read(link(), Gone(ref(), LinkState.TRASHED, "restore it"), THEN)

    assert after_read(lost, snapshot(), NOW).state is LinkState.ACTIVE
