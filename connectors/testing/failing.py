"""The suite's part on failures: each has its consequence and its sentence, and none looks like news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.buckets import Bucket
from connectors.testing.desk import Ability, Desk, Fault
from connectors.testing.ledger import Ledger, check_error, check_sentence, connected, needs, seen, stocked
from syncer.domain.work import Gone, Outcome, Snapshot, Unread, WorkRef
from syncer.errors import CredentialsError, SyncerError, TemporaryError

REFUSALS = frozenset({Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.REMOVED})
"""What a tracker may say about one item; anything else is no word about an item."""


class FailingSuite:
    """What a read promises when it fails."""

    @pytest.mark.parametrize("fault", Fault)
    def test_a_failure_is_said_and_loses_nothing(self, desk: Desk, fault: Fault) -> None:
        needs(desk, fault)
        ledger = Ledger(desk, (stocked(desk, "Flow", done=2, open_=1), stocked(desk, "Other", done=1)))
        ledger.read()
        desk.add_child(ledger.items[0], "meanwhile", Bucket.DONE)
        desk.pass_time(timedelta(minutes=15))
        desk.fail(fault)
        _check_failure(ledger, fault)
        desk.mend()
        outcomes = ledger.read()
        assert outcomes == ledger.read_in_full(), "what changed during a failure is read after it"
        assert seen(outcomes[ledger.items[0]]).progress.done == 3

    @pytest.mark.parametrize("fault", Fault)
    def test_check_says_what_is_wrong(self, desk: Desk, fault: Fault) -> None:
        needs(desk, fault)
        desk.fail(fault)
        with connected(desk) as connector, pytest.raises(SyncerError) as caught:
            connector.check()
        check_error(caught.value, desk.secret)
        assert isinstance(caught.value, CredentialsError) or fault is not Fault.UNAUTHORIZED

    @pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.EMPTY, Fault.FORBIDDEN])
    def test_a_read_cut_off_anywhere_loses_nothing(self, desk: Desk, fault: Fault) -> None:
        needs(desk, fault)
        items = (stocked(desk, "Flow", done=2, open_=2), stocked(desk, "Other", open_=2))
        for known in (Ledger(desk, items), _settled(desk, items)):
            desk.add_child(items[0], "one more", Bucket.DONE)
            desk.pass_time(timedelta(minutes=15))
            whole = known.copy()
            truth = whole.read()
            for after in range(1, whole.cost):
                _cut_off(known.copy(), truth, fault, after)

    def test_a_repeated_page_is_no_end(self, desk: Desk) -> None:
        needs(desk, Ability.REPEAT_PAGE)
        item = stocked(desk, "Flow", done=3, open_=3)
        ledger = Ledger(desk, (item,))
        desk.repeat_page(item)
        try:
            outcome = ledger.read()[item]
        except SyncerError as error:
            check_error(error, desk.secret)
        else:
            whole = isinstance(outcome, Snapshot) and outcome.progress.counted == 6
            assert whole or isinstance(outcome, Unread), (
                f"a part of the children was taken for all: {outcome}"
            )
        desk.mend()
        assert seen(ledger.read()[item]).progress.counted == 6

    def test_a_failure_after_a_fresh_start_says_nothing_about_items(self, desk: Desk) -> None:
        needs(desk, Fault.BROKEN)
        item = stocked(desk, "Flow", done=1)
        desk.fail(Fault.BROKEN)
        with pytest.raises(TemporaryError):
            Ledger(desk, (item,)).read()


def _settled(desk: Desk, items: tuple[WorkRef, ...]) -> Ledger:
    ledger = Ledger(desk, items)
    ledger.read()
    return ledger


def _check_failure(ledger: Ledger, fault: Fault) -> None:
    try:
        outcomes = ledger.read()
    except SyncerError as error:
        _check_consequence(error, fault, ledger.desk.secret)
        return
    assert fault is not Fault.UNAUTHORIZED, "a refused token stops the connection"
    assert fault is not Fault.SLOW_DOWN, "a limit stops the connection until it is over"
    for outcome in outcomes.values():
        _check_unread(outcome, fault, ledger.desk.secret)


def _check_consequence(error: SyncerError, fault: Fault, secret: str) -> None:
    check_error(error, secret)
    if fault is Fault.UNAUTHORIZED:
        assert isinstance(error, CredentialsError)
    elif fault is Fault.SLOW_DOWN:
        assert isinstance(error, TemporaryError)
        assert error.retry_after == 3600, "how long to wait is handed on"
    elif fault not in REFUSALS:
        assert not isinstance(error, CredentialsError), "nobody needs a new token for this"


def _check_unread(outcome: Outcome, fault: Fault, secret: str) -> None:
    match outcome:
        case Unread(why=why):
            check_sentence(why, secret)
        case Gone(advice=advice):
            assert fault in REFUSALS, f"a failure was taken for news: {outcome}"
            check_sentence(advice, secret)
        case _:
            pytest.fail(f"there was no answer, and yet: {outcome}")


def _cut_off(ledger: Ledger, truth: dict[WorkRef, Outcome], fault: Fault, after: int) -> None:
    desk = ledger.desk
    desk.fail(fault, after=after)
    try:
        outcomes = ledger.read()
    except SyncerError as error:
        check_error(error, desk.secret)
    else:
        for ref, outcome in outcomes.items():
            assert not isinstance(outcome, Snapshot) or outcome == truth[ref], (
                "a part was taken for the whole"
            )
    desk.mend()
    assert ledger.read() == truth, f"something was lost by a failure after {after} requests"
