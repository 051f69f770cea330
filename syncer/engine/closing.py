"""Closing a key result and opening it again: the word is the person's, the number beside it is not."""

from __future__ import annotations

from syncer.domain.closing import ClosedAs, Closing, standing_closings
from syncer.domain.okr import KeyResult, Workspace
from syncer.domain.rollup import Known, Rollup, roll_up
from syncer.engine.checkins import find_key_result
from syncer.errors import SkippableError
from syncer.ports import Clock, Store


def close(
    workspace: Workspace,
    store: Store,
    clock: Clock,
    *,
    key_result: str,
    word: ClosedAs,
    score: float | None = None,
    reason: str = "",
    author: str = "",
) -> Closing:
    """Stores that the key result is closed as achieved or missed, or open again.

    Raises SkippableError where there is nothing to close or to open, and where a word that does not fit the
    number, or a score beside it, comes without a reason. A score is 0.0 to 1.0.
    """
    placed = find_key_result(workspace, key_result)
    now = clock.now()
    with store.write() as work:
        rollup = roll_up(workspace, placed, Known(check_ins=work.check_ins(workspace.id)), now)
        standing = standing_closings(work.closings(workspace.id), workspace).get(key_result)
        _refuse(rollup, standing, word, reason.strip())
        _refuse_score(key_result, word, score, reason.strip())
        entry = Closing(
            key_result_id=key_result,
            at=now,
            word=word,
            value=rollup.latest.value if rollup.latest else None,
            score=None if score is None else score + 0.0,  # -0.0 is 0
            reason=reason.strip(),
            author=author,
            cycle=placed.cycle.id,
        )
        work.add_closing(workspace.id, entry)
        work.set_next_slot(workspace.id, "sync", now)
    return entry


def _refuse(rollup: Rollup, standing: Closing | None, word: ClosedAs, reason: str) -> None:
    id_, latest = rollup.key_result.id, rollup.latest
    if word is ClosedAs.REOPENED:
        if standing is None:
            msg = f"{id_} is not closed, so there is nothing to open again"
            raise SkippableError(msg)
        return
    if standing is not None:
        msg = f"{id_} is closed as {standing.word} already; open it again first: syncer close {id_} --reopen"
        raise SkippableError(msg)
    if latest is None:
        msg = (
            f"nobody has checked in a value of {id_}; say what it came to first: syncer check-in {id_} VALUE"
        )
        raise SkippableError(msg)
    if rollup.is_reached is not (word is ClosedAs.ACHIEVED) and not reason:
        number = rollup.key_result.show(latest.value)
        stands = f"{id_} {_stands(rollup)}: {number}, {_wanted(rollup.key_result)}"
        msg = f"{stands}; to close it as {word} all the same give --why TEXT"
        raise SkippableError(msg)


def _stands(rollup: Rollup) -> str:
    if rollup.key_result.keep:
        return "is kept" if rollup.is_reached else "is not kept"
    return "has reached its target" if rollup.is_reached else "is short of its target"


def _wanted(key_result: KeyResult) -> str:
    return key_result.way if key_result.keep else f"target {key_result.show(key_result.target)}"


def _refuse_score(id_: str, word: ClosedAs, score: float | None, reason: str) -> None:
    if score is None:
        return
    if word is ClosedAs.REOPENED:
        msg = f"{id_} cannot be opened again with a score; give the score when you close it"
        raise SkippableError(msg)
    if not 0 <= score <= 1:  # NaN is not, either
        msg = f"{score:g} is no score; give one from 0.0 to 1.0"
        raise SkippableError(msg)
    if not reason:
        msg = "a score by hand stands beside the one from the number; to say why they differ give --why TEXT"
        raise SkippableError(msg)
