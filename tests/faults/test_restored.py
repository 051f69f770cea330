"""An older database over a tracker that went on: what was written since is found again, not doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.domain.sync import Standing
from tests.faults.yard import KINDS, Backup, Kind, Yard, backup, emptied, restore

DAY = timedelta(days=1)


def texts(yard: Yard) -> list[str]:
    return [body for bodies in yard.tracker.comments().values() for body in bodies]


def standings(yard: Yard) -> set[Standing]:
    with yard.opened() as store, store.read() as work:
        return {receipt.standing for receipt in work.receipts("acme")}


def written_anew(yard: Yard, items: int = 2) -> Backup:
    """Comments were taken back and written anew, under other ids, since the backup was taken."""
    yard.check_in(36)
    yard.sync()
    kept = backup(yard.address)
    yard.confidential = True
    yard.clock.pass_by(DAY)
    yard.sync()
    assert texts(yard) == []
    yard.confidential = False
    yard.clock.pass_by(DAY)
    yard.sync()
    assert len(texts(yard)) == items
    yard.clock.pass_by(DAY)
    return kept


@pytest.mark.parametrize("kind", KINDS)
def test_comments_written_since_the_backup_are_kept_up_to_date(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        restore(database, written_anew(yard))
        yard.check_in(45)
        yard.sync()

        assert ["45 %" in text for text in texts(yard)] == [True, True]
        assert standings(yard) == {Standing.STANDING}
        assert yard.owes() == set()


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_taken_back_when_their_number_becomes_confidential(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        restore(database, written_anew(yard))
        yard.confidential = True
        yard.sync()

        assert texts(yard) == []
        assert standings(yard) == {Standing.WITHDRAWN}


@pytest.mark.parametrize("kind", KINDS)
def test_the_nightly_look_finds_them_too(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        restore(database, written_anew(yard))
        yard.sync(fresh=True)
        assert standings(yard) == {Standing.PARTIAL}
        yard.sync()

        assert standings(yard) == {Standing.STANDING}
        assert len(texts(yard)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_database_adopts_what_stands(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        written_anew(yard)
        emptied(database)
        yard.check_in(45)
        yard.sync()

        assert ["45 %" in text for text in texts(yard)] == [True, True]


@pytest.mark.parametrize("kind", KINDS)
def test_who_deleted_one_since_the_backup_has_opted_out(kind: Kind, database: str) -> None:
    with Yard(kind, database, 2) as yard:
        kept = written_anew(yard)
        yard.tracker.delete_comment(0)
        restore(database, kept)
        yard.check_in(45)
        yard.sync()

        assert [len(bodies) for bodies in yard.tracker.comments().values()] == [0, 1]
        assert standings(yard) == {Standing.OPTED_OUT, Standing.STANDING}


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_nightly_look_found_has_its_last_word(kind: Kind, database: str) -> None:
    with Yard(kind, database, 1) as yard:
        restore(database, written_anew(yard, 1))
        yard.sync(fresh=True)
        yard.silent = {0}
        yard.clock.pass_by(DAY)
        yard.sync()

        (text,) = texts(yard)
        assert "nothing is to be published on this item" in text
