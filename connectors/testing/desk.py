"""What the author of a connector provides for the conformance suite: a tracker people can work in.

A desk is a stand-in for the tracker together with the connector in front of it. It stands on a clock of its
own, answers on loopback or in memory, and its connectors never wait (give the transport a `sleep` that
returns at once). Its editing methods act as people in the tracker do, past the connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from connectors.buckets import Bucket
from syncer.domain.work import LinkState, WorkRef
from syncer.ports import Confirm, Connector

WORKSPACE = "acme"
"""The workspace that a desk's connectors are made for."""


def unleased() -> None:
    """The `Confirm` of whoever is alone."""


class Fate(StrEnum):
    """What people do to a linked item."""

    MOVE = "move"
    ARCHIVE = "archive"
    TRASH = "trash"
    HIDE = "hide"
    DELETE = "delete"


class Fault(StrEnum):
    """What the tracker answers instead of an answer. A 429 asks for an hour."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    REMOVED = "410"
    SLOW_DOWN = "429"
    BROKEN = "500"
    GATEWAY = "502 with a page of HTML"
    PAGE = "200 with a page of HTML"
    EMPTY = "200 with nothing in it"
    TRUNCATED = "half of the answer"
    NO_ANSWER = "a dropped connection"
    HANGING = "no answer in time"


class Ability(StrEnum):
    """What a test asks of a desk beyond the ordinary."""

    CANCEL_CHILD = "cancel a child"
    DELETE_CHILD = "delete a child"
    MOVE_CHILD = "move a child to another item"
    EDIT_COMMENT = "tell that a human edited a comment"
    FORGE_COMMENT = "let somebody else write our marker"
    LOSE_ANSWER = "lose the answer to a write"
    REPEAT_PAGE = "repeat a page token"
    COUNT_REQUESTS = "count what arrived"


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests that a sync of three items with five children each may cost, all pages of one."""

    first: int
    quiet: int


class Desk(Protocol):
    """One tracker, empty at first.

    `cannot` says why where the tracker has no such thing: those tests skip and print the reason. `becomes`
    is the state a link takes; every fate is in exactly one of the two. `secret` is the token.
    """

    cannot: Mapping[Ability | Fault | Fate, str]
    becomes: Mapping[Fate, LinkState]
    budget: Budget
    secret: str

    def connect(self, *, confirm: Confirm | None = unleased) -> Connector:
        """A new connector, as every sync makes one; `confirm` goes into its context."""
        ...

    def add_item(self, name: str) -> WorkRef:
        """Something to link, without children; the address is what a workspace file would say."""
        ...

    def unknown(self) -> WorkRef:
        """An address of the right form that nothing stands at."""
        ...

    def rename(self, item: WorkRef, name: str) -> None:
        """Gives the item another name."""
        ...

    def befall(self, item: WorkRef, fate: Fate) -> None:
        """Lets that happen to the item."""
        ...

    def restore(self, item: WorkRef, fate: Fate) -> None:
        """Takes it back: an archived, trashed or hidden item is active again."""
        ...

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        """One piece of work under the item; its id."""
        ...

    def put_child(self, item: WorkRef, child: str, bucket: Bucket) -> None:
        """Closes, cancels or opens it again."""
        ...

    def move_child(self, item: WorkRef, child: str, to: WorkRef) -> None:
        """Puts it under another item."""
        ...

    def delete_child(self, item: WorkRef, child: str) -> None:
        """Deletes it."""
        ...

    def comments(self, item: WorkRef) -> list[str]:
        """The texts of our comments on the item, as they stand."""
        ...

    def delete_comment(self, item: WorkRef) -> None:
        """A human deletes our comment, or the task that carries it."""
        ...

    def edit_comment(self, item: WorkRef) -> None:
        """A human rewrites our comment."""
        ...

    def forge_comment(self, item: WorkRef, text: str) -> None:
        """A human writes this text where our comment would be."""
        ...

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        """From now on, but for the next `after` requests, everything is answered like this."""
        ...

    def lose_answer(self, write: int) -> None:
        """The tracker carries out the n-th creating write from now, and the answer to it is lost."""
        ...

    def repeat_page(self, item: WorkRef) -> None:
        """The children come in several pages from now on, and a page names the page before it as the next."""
        ...

    def mend(self) -> None:
        """Everything works again."""
        ...

    def created(self) -> int:
        """How many writes that create something the tracker has carried out for us."""
        ...

    def received(self) -> int:
        """How many requests have arrived."""
        ...

    def pass_time(self, by: timedelta) -> None:
        """Lets time go by."""
        ...
