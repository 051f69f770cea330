"""Pieces of work that belong to several linked items. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from syncer.domain.work import WorkRef


def shared_by(pieces: Mapping[WorkRef, Iterable[str]]) -> Mapping[tuple[WorkRef, ...], int]:
    """How many pieces, by id, belong to more than one ref, by these refs in their order."""
    owners: dict[str, list[WorkRef]] = {}
    for ref, ids in pieces.items():
        for id_ in ids:
            owners.setdefault(id_, []).append(ref)
    return Counter(tuple(refs) for refs in owners.values() if len(refs) > 1)
