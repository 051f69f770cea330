from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.file.connector import FileConnector
from connectors.testing.conformance import Ability, Bucket, Budget, ConnectorSuite, Desk, Fate, Fault
from connectors.testing.desk import unleased
from syncer.domain.work import LinkState, WorkRef
from syncer.ports import Confirm
from tests.connectors.conformance.place import TOKEN
from tests.connectors.file.desk import Desk as Folder

STATUS = {Bucket.DONE: "done", Bucket.OPEN: "in_progress", Bucket.CANCELLED: "dropped"}
NO_WIRE = "a file gives no such answer"
CONTENT = {
    Fault.PAGE: "<!doctype html><html><title>Log in</title></html>",
    Fault.EMPTY: "",
    Fault.TRUNCATED: '{"items": [{"id": "1", "name": "Fl',
}


class FileDesk:
    """A JSON file that is written anew after every edit. A file that fails, fails from the first read on."""

    cannot: Mapping[Ability | Fault | Fate, str] = {
        **dict.fromkeys(set(Fault) - set(CONTENT) - {Fault.NOT_FOUND}, NO_WIRE),
        Fate.MOVE: "an item in a file has no other place",
        Fate.HIDE: "whoever reads the file reads all of it",
        Ability.FORGE_COMMENT: "a file has no author",
        Ability.LOSE_ANSWER: "a write to the disk is answered or did not happen",
        Ability.REPEAT_PAGE: "there are no pages",
        Ability.COUNT_REQUESTS: NO_WIRE,
    }
    becomes: Mapping[Fate, LinkState] = {
        Fate.ARCHIVE: LinkState.ARCHIVED,
        Fate.TRASH: LinkState.TRASHED,
        Fate.DELETE: LinkState.GONE,
    }
    budget = Budget(first=1, quiet=1)
    secret = TOKEN

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder / "roadmap.json")
        self.items: dict[str, dict[str, Any]] = {}
        self._last = 0
        self.mend()

    def connect(self, *, confirm: Confirm | None = unleased) -> FileConnector:
        return self.folder.connect(confirm=confirm)

    def add_item(self, name: str) -> WorkRef:
        key = self._next()
        self.items[key] = {"id": key, "name": name, "status": "in_progress", "children": []}
        self.mend()
        return WorkRef("file", "project", key)

    def unknown(self) -> WorkRef:
        return WorkRef("file", "project", "nowhere")

    def rename(self, item: WorkRef, name: str) -> None:
        self._set(item, name=name)

    def befall(self, item: WorkRef, fate: Fate) -> None:
        if fate is Fate.DELETE:
            del self.items[item.key]
            self.mend()
        else:
            self._set(item, state=self.becomes[fate])

    def restore(self, item: WorkRef, fate: Fate) -> None:
        del fate
        self._set(item, state="active")

    def add_child(self, item: WorkRef, name: str, bucket: Bucket) -> str:
        child = {"id": self._next(), "name": name, "status": STATUS[bucket]}
        self._set(item, children=[*self.items[item.key]["children"], child])
        return str(child["id"])

    def put_child(self, item: WorkRef, child: str, bucket: Bucket) -> None:
        for one in self.items[item.key]["children"]:
            if one["id"] == child:
                one["status"] = STATUS[bucket]
        self.mend()

    def move_child(self, item: WorkRef, child: str, to: WorkRef) -> None:
        moved = [one for one in self.items[item.key]["children"] if one["id"] == child]
        self.delete_child(item, child)
        self._set(to, children=[*self.items[to.key]["children"], *moved])

    def delete_child(self, item: WorkRef, child: str) -> None:
        self._set(item, children=[one for one in self.items[item.key]["children"] if one["id"] != child])

    def comments(self, item: WorkRef) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in self._comments(item)]

    def delete_comment(self, item: WorkRef) -> None:
        for path in self._comments(item):
            path.unlink()

    def edit_comment(self, item: WorkRef) -> None:
        (path,) = self._comments(item)
        path.write_text("mine now\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    def forge_comment(self, item: WorkRef, text: str) -> None:
        raise NotImplementedError(item, text)

    def fail(self, fault: Fault, *, after: int = 0) -> None:
        assert after == 0, "the one read fails or does not"
        if fault is Fault.NOT_FOUND:
            self.folder.path.unlink()
        else:
            self.folder.write(CONTENT[fault])

    def lose_answer(self, write: int) -> None:
        raise NotImplementedError(write)

    def repeat_page(self, item: WorkRef) -> None:
        raise NotImplementedError(item)

    def mend(self) -> None:
        self.folder.write({"items": list(self.items.values())})

    def created(self) -> int:
        return len(self.folder.sidecars())

    def received(self) -> int:
        raise NotImplementedError

    def pass_time(self, by: timedelta) -> None:
        self.folder.clock.pass_by(by)

    def _next(self) -> str:
        self._last += 1
        return str(self._last)

    def _set(self, item: WorkRef, **fields: object) -> None:
        self.items[item.key].update(fields)
        self.mend()

    def _comments(self, item: WorkRef) -> list[Path]:
        return [path for path in self.folder.sidecars() if path.name.startswith(f"{item.key}-")]


class TestFile(ConnectorSuite):
    @pytest.fixture
    def desk(self, tmp_path: Path) -> Desk:
        return FileDesk(tmp_path)
