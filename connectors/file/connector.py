"""The connector of kind `file`: what the entry point names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from connectors.file.comments import Comments
from connectors.file.disk import Disk
from connectors.file.rows import Row, Table, read
from connectors.file.settings import FileSettings
from syncer.domain.comment import Publication
from syncer.domain.sync import ConnectorState, Delivery, Placement, Receipt, Standing
from syncer.domain.work import (
    Gone,
    LinkState,
    Outcome,
    Points,
    Progress,
    Snapshot,
    Unread,
    WorkRef,
    WorkStatus,
)
from syncer.errors import NotFoundError, SkippableError
from syncer.ports import Access, Context, Fetched, Found, Identity, Plugin

MOST_FOUND: Final = 500


class FileConnector:
    """One file; see syncer.ports.Connector. Reading it whole is cheap, so it keeps no state."""

    def __init__(self, settings: FileSettings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._disk = Disk(Path(settings.path), context.confirm)
        self._comments = Comments(self._disk)

    @property
    def requests(self) -> int:
        """How often the disk was used."""
        return self._disk.requests

    @property
    def writes(self) -> int:
        """How often something was written."""
        return self._disk.writes

    def check(self) -> Identity:
        """Reads the file; the account is whoever runs the service."""
        self._table()
        return Identity("okr-syncer", f"a {self._settings.format} file", self._settings.path)

    def discover(self) -> tuple[Found, ...]:
        """The items in the order of the file: it does not know which was active last."""
        rows = list(self._table().rows.values())[:MOST_FOUND]
        return tuple(Found("project", row.id, row.name, row.url or "", row.owner_name) for row in rows)

    def access(self, refs: Sequence[WorkRef]) -> tuple[Access, ...]:
        """Whoever reads the file reads every item; comments need a folder that lets us write."""
        wanted = self._settings.publishes
        writes = wanted and self._disk.can_write()
        missing = f"write permission on {self._disk.folder}" if wanted and not writes else ""
        seen = [isinstance(outcome, Snapshot) for outcome in self.fetch(refs, ConnectorState()).outcomes]
        return tuple(Access(ref, can, can and writes, missing) for ref, can in zip(refs, seen, strict=True))

    def fetch(self, refs: Sequence[WorkRef], state: ConnectorState) -> Fetched:  # noqa: ARG002 - none is kept
        """Reads the file once, whatever is asked for."""
        table = self._table()
        return Fetched(tuple(self._outcome(ref, table) for ref in refs))

    def find_published(self, ref: WorkRef, item_id: str, marker: str) -> tuple[Placement, ...]:  # noqa: ARG002
        """Our comment with this marker: there is no place for a second one."""
        return self._comments.find(item_id, marker)

    def verify(self, receipts: Sequence[Receipt]) -> Mapping[str, Standing]:
        """By a look at each file; none is seen while the folder is gone."""
        looked = {receipt.item_id: self._comments.verify(receipt) for receipt in receipts}
        return {item_id: standing for item_id, standing in looked.items() if standing}

    def publish(self, publication: Publication, placement: Placement | None) -> Delivery:
        """Writes, rewrites or removes one small text file."""
        if not self._settings.publishes:
            hint = "Set write_to: sidecar on the connection to have comments kept."
            raise SkippableError("This connection does not write (write_to: off)", hint=hint)
        stands = placement.comment_id if placement else None
        if publication.comment is None:
            return self._comments.withdraw(stands)
        if publication.item_id not in self._table().rows:
            raise NotFoundError(f"{publication.ref} is not in {self._settings.path} any more")
        return self._comments.update(publication, stands) if stands else self._comments.create(publication)

    def close(self) -> None:
        """Nothing is kept open."""

    def _table(self) -> Table:
        return read(self._disk.text(), self._settings.format)

    def _outcome(self, ref: WorkRef, table: Table) -> Outcome:
        name = ref.item_id or ref.key
        row = table.rows.get(name)
        if why := table.wrong.get(name) or ("" if row else " ".join(table.nameless)):
            return Unread(ref, f"{ref} cannot be read: {why}")
        if row is None:
            advice = f"{self._settings.path} has no item '{name}'. Put it back, or correct the link."
            return Gone(ref, LinkState.GONE, advice)
        if row.state == "trashed":
            return Gone(ref, LinkState.TRASHED, f"{ref} is trashed in {row.at}; make it active again.")
        try:
            return self._snapshot(ref, row)
        except SkippableError as error:
            return Unread(ref, f"{ref} cannot be read: {row.at}: {error.sentence}")

    def _snapshot(self, ref: WorkRef, row: Row) -> Snapshot:
        status = self._word(row.status)
        return Snapshot(
            ref=ref,
            item_id=row.id,
            key=row.id,
            name=row.name,
            url=row.url or "",
            status=status,
            progress=counted([(status, None)]) if ref.kind == "task" else self._progress(row),
            state=LinkState(row.state),
            health=row.health,
            owner=row.owner,
            owner_name=row.owner_name,
            start=row.start,
            due=row.due,
            done_on=row.done_on,
            taken_at=self._context.clock.now(),
        )

    def _progress(self, row: Row) -> Progress:
        if row.children is None:
            return Progress(done=row.done, open=row.open, cancelled=row.cancelled)
        return counted([(self._word(child.status), child.points) for child in row.children])

    def _word(self, said: str) -> WorkStatus:
        try:
            return self._context.status_map.get(said) or WorkStatus(said.casefold().replace(" ", "_"))
        except ValueError:
            words = ", ".join(WorkStatus)
            raise SkippableError(f"status '{said[:60]}' is none of {words}; say so in status_map") from None


def counted(parts: Sequence[tuple[WorkStatus, float | None]]) -> Progress:
    """The three buckets of the parts, by number and, where any part has a size, by size."""
    done = [size for word, size in parts if word is WorkStatus.DONE]
    cancelled = [size for word, size in parts if word is WorkStatus.DROPPED]
    owed = [size for word, size in parts if word not in {WorkStatus.DONE, WorkStatus.DROPPED}]
    points = Points(
        done=sum(size or 0 for size in done),
        open=sum(size or 0 for size in owed),
        cancelled=sum(size or 0 for size in cancelled),
        unestimated=(done + owed).count(None),
    )
    sized = any(size is not None for _, size in parts)
    return Progress(
        done=len(done), open=len(owed), cancelled=len(cancelled), points=points if sized else None
    )


plugin = Plugin(kind="file", settings=FileSettings, connect=FileConnector)
