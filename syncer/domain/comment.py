"""The comment in neutral blocks, its digest, and the facts it was written for.

Connectors render the blocks into what their tracker takes. All text in here is foreign text: nothing in it
is markup, and a renderer escapes every character of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from syncer.domain.work import Item, WorkRef


class Style(StrEnum):
    """How a run of text looks."""

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    NEUTRAL = "neutral"

    @property
    def is_status_word(self) -> bool:
        """Whether it is shown as a coloured word."""
        return self in {Style.GOOD, Style.WARNING, Style.BAD, Style.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text in one style; one with a `url` (http or https) is a link."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A short line above the rest."""

    runs: tuple[Text, ...]
    block: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text."""

    runs: tuple[Text, ...]
    block: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, one line an item."""

    items: tuple[tuple[Text, ...], ...]
    block: str = field(default="bullets", init=False)


Block = Heading | Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Comment:
    """What one item shall say. `marker` stands in the last line and identifies the comment as ours."""

    blocks: tuple[Block, ...]
    marker: str

    @property
    def digest(self) -> str:
        """SHA-256 of the neutral form: equal digests are equal comments in every rendering."""
        neutral = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(neutral.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def plain(self) -> str:
        """The text alone, for terminals and diffs; a list item begins with a bullet."""
        return "\n".join(line for block in self.blocks for line in _plain(block))


def _plain(block: Block) -> list[str]:
    if isinstance(block, Bullets):
        return [f"• {_joined(runs)}" for runs in block.items]
    return [_joined(block.runs)]


def _joined(runs: Sequence[Text]) -> str:
    return "".join(run.text for run in runs)


def marker(workspace: str, item_id: str) -> str:
    """The visible identity of a comment: one per workspace and item, whatever they are called later."""
    return f"okr-syncer:{workspace}/{item_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionFacts:
    """What one section of a published comment rests on; the basis of *material change*.

    `late` is the newest value that was read after the cycle, None while nothing was; `value` is the cycle's.
    `unread` counts the bets on its number whose figures were too old to be believed, or not there.
    `audience` says who may see the comment, empty where everybody may who sees the item. `heading` are the
    words of the file above it, empty where they were not noted.
    """

    key_result_id: str
    initiative_id: str
    number_status: str
    value: float | None
    min_move: float
    work_status: str
    work_share: float | None
    signals: tuple[str, ...] = ()
    unread: int = 0
    audience: str = ""
    heading: str = ""
    late: float | None = None


Facts = tuple[SectionFacts, ...]

WORK_NOISE = 0.05
"""Work that moved by less than five points is no reason to write."""


def is_material(before: Facts, after: Facts) -> bool:
    """Whether a reader learns something: a word, a signal, the number by `min_move`, the work by 5 points.

    Words are those of the status and, where it is known what they were, those of the file in the heading.

    A new check-in date alone is not news. Sections added or taken away are, and so is a bet that is known
    again, or a first value after the cycle: the comment was written without it.
    """
    if [_names(s) for s in before] != [_names(s) for s in after]:
        return True
    return any(
        _differ(old.value, new.value, new.min_move)
        or _differ(old.late, new.late, new.min_move)
        or _differ(old.work_share, new.work_share, WORK_NOISE)
        or new.unread < old.unread
        or (old.heading not in {"", new.heading})
        for old, new in zip(before, after, strict=True)
    )


def _names(section: SectionFacts) -> tuple[object, ...]:
    return (
        section.key_result_id,
        section.initiative_id,
        section.number_status,
        section.work_status,
        section.signals,
        section.audience,
    )


def _differ(before: float | None, after: float | None, noise: float) -> bool:
    if before is None or after is None:
        return before is not after
    change = abs(after - before)
    return change > _ROUNDING and change >= noise - _ROUNDING


_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A comment owed to one item; `comment` is None when what stands there shall be taken away.

    `over_edits`: somebody has said that what a human wrote in our comment may be written over.
    """

    workspace: str
    ref: WorkRef
    item_id: str
    comment: Comment | None
    facts: Facts = ()
    over_edits: bool = field(default=False, compare=False)

    @property
    def item(self) -> Item:
        """What it is owed to."""
        return self.ref.connection, self.item_id

    @property
    def is_last_word(self) -> bool:
        """Whether it says why nothing is kept up to date any more: a comment that rests on no facts."""
        return self.comment is not None and not self.facts

    @property
    def marker(self) -> str:
        """Identity of the comment on this item."""
        return marker(self.workspace, self.item_id)

    @property
    def digest(self) -> str:
        """The digest of the comment, empty for a withdrawal."""
        return self.comment.digest if self.comment else ""
