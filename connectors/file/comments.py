"""Our comments: one text file per item and workspace, its last line a seal that shows a human's edit."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from connectors.file.disk import Disk
from syncer.domain.comment import Publication, marker
from syncer.domain.sync import Delivery, Placement, Receipt, Standing, Wrote
from syncer.errors import SkippableError


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments on one disk."""

    disk: Disk

    def find(self, item_id: str, mark: str) -> tuple[Placement, ...]:
        """The file that this comment would be in, if it is there."""
        name = _name(item_id, mark)
        return (Placement(name),) if self.disk.comment(name) is not None else ()

    def verify(self, receipt: Receipt) -> Standing | None:
        """What became of a comment; None while its folder is gone."""
        text = self.disk.comment(receipt.placement.comment_id or "")
        if text is None:
            return Standing.OPTED_OUT if self.disk.folder.is_dir() else None
        mark = marker(receipt.workspace, receipt.item_id)
        return Standing.STANDING if _is_untouched(text, mark) else Standing.EDITED

    def create(self, publication: Publication) -> Delivery:
        """Writes the comment where none stands."""
        return self._written(publication, _name(publication.item_id, publication.marker), Wrote.CREATED)

    def update(self, publication: Publication, name: str) -> Delivery:
        """Rewrites the comment, unless a human did; a missing one is left missing."""
        text = self.disk.comment(name)
        if text is None:
            return Delivery(Placement(name), self._deleted(), Wrote.NOTHING)
        if not _is_untouched(text, publication.marker) and not publication.over_edits:
            return Delivery(Placement(name), Standing.EDITED, Wrote.NOTHING)
        return self._written(publication, name, Wrote.UPDATED)

    def withdraw(self, name: str | None) -> Delivery:
        """Takes the comment away, whatever it says by now."""
        if name is None or self.disk.comment(name) is None:
            return Delivery(Placement(), Standing.WITHDRAWN, Wrote.NOTHING)
        self.disk.remove(name)
        return Delivery(Placement(), Standing.WITHDRAWN, Wrote.REMOVED)

    def _written(self, publication: Publication, name: str, wrote: Wrote) -> Delivery:
        lines = publication.comment.plain.splitlines() if publication.comment else []
        body = "\n".join(lines)
        self.disk.put(name, f"{body}\n{_seal(publication.marker, body)}\n")
        return Delivery(Placement(name), Standing.STANDING, wrote)

    def _deleted(self) -> Standing:
        if self.disk.folder.is_dir():
            return Standing.OPTED_OUT
        # A share that is not mounted is not everybody's wish to be left alone.
        raise SkippableError(f"The folder {self.disk.folder} with our comments is gone", hint="Put it back.")


def _name(item_id: str, mark: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", item_id)[:40]
    return f"{readable}-{_digest(mark)[:12]}.txt"


def _is_untouched(text: str, mark: str) -> bool:
    body, _, last = text.removesuffix("\n").rpartition("\n")
    return last == _seal(mark, body)


def _seal(mark: str, body: str) -> str:
    return f"{mark} sha256:{_digest(body)[:16]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
