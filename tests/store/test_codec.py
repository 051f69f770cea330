from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from syncer.domain.comment import Comment, Facts
from syncer.domain.okr import Cycle
from syncer.domain.signals.finding import Signal
from syncer.domain.work import Snapshot
from syncer.errors import StoreError
from syncer.store import codec
from syncer.store.codec_cycle import decode_cycle, encode_cycle
from tests.store import values


@given(values.snapshots)
def test_a_snapshot_comes_back_whole(snapshot: Snapshot) -> None:
    stored = codec.encode_snapshot(snapshot)
    back = codec.decode_snapshot(stored, snapshot.ref.connection, snapshot.item_id, snapshot.taken_at)
    assert back == snapshot
    assert (back.taken_at, back.ref.item_id) == (snapshot.taken_at, snapshot.item_id)
    assert stored.isascii()


@given(values.signals)
def test_a_signal_comes_back_whole(signal: Signal) -> None:
    back = codec.decode_signal(codec.encode_signal(signal), signal.first_seen)
    assert back == signal
    assert back.first_seen == signal.first_seen


def test_a_signal_that_was_stored_before_its_readings_were_still_comes_back() -> None:
    stored = json.loads(codec.encode_signal(values.signal()))
    del stored["readings"]
    assert codec.decode_signal(json.dumps(stored), values.signal().first_seen) == values.signal()


@given(values.comments)
def test_a_comment_comes_back_whole(comment: Comment) -> None:
    assert codec.decode_comment(codec.encode_comment(comment)) == comment


@given(values.facts)
def test_facts_come_back_whole(facts: Facts) -> None:
    assert codec.decode_facts(codec.encode_facts(facts)) == facts


def test_a_stored_snapshot_holds_what_the_domain_knows_of_the_item_and_nothing_else() -> None:
    stored = json.loads(codec.encode_snapshot(values.snapshot()))
    elsewhere = {"item_id", "taken_at"}
    assert set(stored) == {field.name for field in fields(Snapshot)} - elsewhere


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "[]",
        "{}",
        '{"kind":1}',
        codec.encode_snapshot(values.snapshot()).replace("in_progress", "paused"),
    ],
)
def test_a_snapshot_of_another_version_is_a_sentence(stored: str) -> None:
    with pytest.raises(StoreError) as caught:
        codec.decode_snapshot(stored, "jira", "10042", datetime.min)  # noqa: DTZ901
    assert str(caught.value) == (
        "a stored snapshot cannot be read: it was written by another version; install that one"
    )


def test_an_unknown_block_is_a_sentence() -> None:
    with pytest.raises(StoreError, match="a stored comment cannot be read"):
        codec.decode_comment('{"blocks":[{"block":"table","runs":[]}],"marker":"m"}')


def test_a_snapshot_from_before_it_knew_whose_the_status_is_has_one_of_its_own() -> None:
    stored = json.loads(codec.encode_snapshot(values.snapshot()))
    del stored["own_status"]

    back = codec.decode_snapshot(json.dumps(stored), "jira", "10042", values.snapshot().taken_at)

    assert back.own_status is True


@given(values.cycles)
def test_a_cycle_declared_before_a_rule_was_there_is_judged_by_its_default(cycle: Cycle) -> None:
    row = json.loads(encode_cycle(cycle))
    for objective in row["objectives"]:
        for key_result in objective["key_results"]:
            del key_result["rules"]["idle_after"]

    back = decode_cycle(json.dumps(row))

    rules = [one.rules for objective in back.objectives for one in objective.key_results]
    assert {one.idle_after for one in rules} <= {timedelta(days=21)}
    assert [replace(one, idle_after=timedelta()) for one in rules] == [
        replace(one.rules, idle_after=timedelta())
        for objective in cycle.objectives
        for one in objective.key_results
    ]
