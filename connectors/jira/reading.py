"""One fetch: all refs in, an outcome for each out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from connectors.jira import children, epics, mapping
from connectors.jira.children import Family
from connectors.jira.client import JiraClient
from connectors.jira.facts import SiteFacts
from connectors.jira.records import Epic
from syncer.domain.work import Gone, LinkState, Outcome, Unread, WorkRef
from syncer.errors import ForbiddenError, NotFoundError

BATCH: Final = 100
"""Epics per bulk read and per search of children: the most bulkfetch takes, and few half-empty last pages."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+|[0-9]+")

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a fetch needs; `taken_at` is UTC, `pool` bounds how many requests are under way at once.

    `hidden` are the ids and keys that a direct read did not find in an earlier fetch: still missing from the
    bulk read, they are not asked for again.
    """

    client: JiraClient
    facts: SiteFacts
    status_map: mapping.StatusMap
    taken_at: datetime
    pool: Executor
    hidden: frozenset[str] = frozenset()

    def outcomes(self, refs: Sequence[WorkRef]) -> tuple[Outcome, ...]:
        """An outcome for every ref, in their order."""
        refused = {name: why for name in map(_name, refs) if (why := _not_a_name(name))}
        names = {_name(ref) for ref in refs if ref.kind == "epic"} - refused.keys()
        read: dict[str, Epic | Gone | str] = dict(refused)
        for found in self._in_parallel(self._epics, _batches(sorted(names, key=_order))):
            read.update(found)
        missing = sorted(names - read.keys(), key=_order)
        read.update(self._missing(missing))
        families = self._families([epic for epic in read.values() if isinstance(epic, Epic)])
        return tuple(self._outcome(ref, read.get(_name(ref), ""), families) for ref in refs)

    def _epics(self, names: Sequence[str]) -> Mapping[str, Epic | str]:
        return epics.in_bulk(self.client, self.facts, names)

    def _missing(self, names: Sequence[str]) -> dict[str, Epic | Gone | str]:
        known = [name for name in names if name in self.hidden]
        fresh = [name for name in names if name not in self.hidden]
        why = (
            f"Jira leaves out {len(fresh)} linked issues at once; {epics.DIRECT_READS} of them are asked for "
            "directly in each sync, and this one is still to come"
        )
        return {
            **dict.fromkeys(known, _GONE),
            **{name: self._directly(name) for name in fresh[: epics.DIRECT_READS]},
            **dict.fromkeys(fresh[epics.DIRECT_READS :], why),
        }

    def _directly(self, name: str) -> Epic | Gone | str:
        try:
            return epics.directly(self.client, self.facts, name)
        except NotFoundError:
            return _GONE
        except ForbiddenError as error:
            return Gone(_NOWHERE, LinkState.FORBIDDEN, f"{error.sentence}. {error.hint}")

    def _families(self, found: Iterable[Epic]) -> dict[str, Family | str]:
        parents = list({e.id: e for e in found if mapping.not_an_epic(e) is None and not e.archived}.values())
        families: dict[str, Family | str] = {}
        for part in self._in_parallel(self._children, _batches(parents)):
            families.update(part)
        return families

    def _children(self, parents: Sequence[Epic]) -> Mapping[str, Family | str]:
        return children.of_epics(self.client, self.facts, parents)

    def _outcome(
        self, ref: WorkRef, found: Epic | Gone | str, families: Mapping[str, Family | str]
    ) -> Outcome:
        if ref.kind != "epic":
            return Unread(ref, f"jira {ref.kind} links are not read yet")
        if isinstance(found, Gone):
            return replace(found, ref=ref)
        if isinstance(found, str):
            return Unread(ref, found)
        if found.archived:
            return Gone(ref, LinkState.ARCHIVED, f"{found.key} is archived; restore it or change the link.")
        why = mapping.not_an_epic(found)
        family = families.get(found.id, "")
        if why or isinstance(family, str):
            return Unread(ref, why or str(family))
        counts = mapping.progress(family, self.status_map, with_points=bool(self.facts.fields.estimates))
        snapshot = mapping.snapshot(
            replace(ref, item_id=found.id),
            found,
            counts,
            site=self.facts.url,
            status_map=self.status_map,
            taken_at=self.taken_at,
        )
        return replace(snapshot, notes=(*snapshot.notes, *self.facts.notes))

    def _in_parallel(self, ask: Callable[[In], Out], parts: Sequence[In]) -> list[Out]:
        """All answers in order, or the first error once nothing is under way any more."""
        if len(parts) < 2:
            return [ask(part) for part in parts]
        futures = [self.pool.submit(ask, part) for part in parts]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()
        done, _ = wait(futures)
        failed = [error for f in futures if f in done and not f.cancelled() and (error := f.exception())]
        if failed:
            raise failed[0]
        return [future.result() for future in futures]


def parts(refs: Sequence[WorkRef], outcomes: Sequence[Outcome], hidden: frozenset[str]) -> Mapping[str, str]:
    """What to keep per item for the next fetch: who is hidden, and who no longer is."""
    kept: dict[str, str] = {}
    for ref, outcome in zip(refs, outcomes, strict=True):
        if isinstance(outcome, Gone) and outcome.state is LinkState.NOT_VISIBLE:
            kept[_name(ref)] = HIDDEN
        elif _name(ref) in hidden and not isinstance(outcome, Unread):
            kept[_name(ref)] = ""
    return kept


HIDDEN: Final = "hidden"
"""The part of an item that a direct read did not find."""

_NOWHERE: Final = WorkRef("", "epic", "")
_GONE: Final = Gone(
    _NOWHERE,
    LinkState.NOT_VISIBLE,
    "Jira does not show this issue to the token any more: it was deleted, or the account lost the right to "
    "browse it. Give the right back, or change the link.",
)


def _name(ref: WorkRef) -> str:
    return ref.item_id or ref.key.strip()


def _not_a_name(name: str) -> str | None:
    return None if _NAME.fullmatch(name) else f"'{name}' is no issue key; write one like ONB-12"


def _order(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (0, name)


def _batches(items: Sequence[In]) -> list[Sequence[In]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
