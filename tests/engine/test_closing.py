"""What a number that is to be kept is closed as."""

from __future__ import annotations

import pytest

from syncer.domain.closing import ClosedAs
from syncer.domain.okr import Keep
from syncer.domain.work import Health
from syncer.engine.closing import close
from syncer.errors import SkippableError
from tests.domain import build
from tests.engine.desk import Desk


def closed(desk: Desk, value: float, word: ClosedAs, reason: str = "") -> list[ClosedAs]:
    kept = build.key_result(keep=Keep.AT_LEAST, start=99.9, target=99.9, rules=build.rules(min_move=0.5))
    desk.configure(cycles=(build.cycle(kept),))
    desk.check_in(value)
    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=word, reason=reason)
    with desk.store.read() as work:
        return [one.word for one in work.closings("acme")]


def test_a_number_that_is_kept_is_achieved(desk: Desk) -> None:
    assert closed(desk, 99.95, ClosedAs.ACHIEVED) == [ClosedAs.ACHIEVED]


def test_one_that_is_not_kept_is_missed(desk: Desk) -> None:
    assert closed(desk, 99.7, ClosedAs.MISSED) == [ClosedAs.MISSED]


@pytest.mark.parametrize(
    ("value", "word", "sentence"),
    [
        (99.95, ClosedAs.MISSED, "activation is kept: 99.95 %, keep at least 99.9 %; to close it as missed"),
        (99.7, ClosedAs.ACHIEVED, "activation is not kept: 99.7 %, keep at least 99.9 %; to close it as a"),
    ],
)
def test_the_other_word_needs_a_reason(desk: Desk, value: float, word: ClosedAs, sentence: str) -> None:
    with pytest.raises(SkippableError) as refused:
        closed(desk, value, word)

    assert str(refused.value).startswith(sentence)
    assert closed(desk, value, word, reason="the contract says so") == [word]


def test_nothing_new_is_asked_of_a_key_result_that_is_closed(desk: Desk) -> None:
    desk.epic(buckets=(3, 7, 0))
    desk.check_in(35, health=Health.ON_TRACK)
    desk.sync()
    with desk.store.read() as work:
        assert [one.signal.kind for one in work.signal_history("acme") if one.closed_at is None] == [
            "watermelon"
        ]

    close(desk.workspace, desk.store, desk.clock, key_result="activation", word=ClosedAs.MISSED)
    for _ in range(6):
        desk.sync()
        desk.clock.pass_(days=7)

    with desk.store.read() as work:
        assert [one.signal.kind for one in work.signal_history("acme")] == ["watermelon"]
        assert [one for one in work.signal_history("acme") if one.closed_at is None] == []
