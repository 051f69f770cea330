"""A file that people keep, and our connector in front of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.file.connector import FileConnector
from connectors.file.settings import FileSettings
from connectors.testing.desk import unleased
from syncer.domain.sync import ConnectorState
from syncer.domain.work import Gone, Outcome, Snapshot, Unread, WorkRef, WorkStatus
from syncer.ports import Confirm, Context
from tests.connectors.conformance.place import Clock, Vault


@dataclass
class Desk:
    path: Path
    format: str = "json"
    write_to: str = "sidecar"
    status_map: Mapping[str, WorkStatus] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def write(self, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.path.write_text(text, encoding="utf-8", newline="")

    def connect(self, *, confirm: Confirm | None = unleased) -> FileConnector:
        settings = {"kind": "file", "path": str(self.path), "format": self.format, "write_to": self.write_to}
        context = Context(
            workspace="acme",
            connection="file",
            confirm=confirm,
            secrets=Vault(),
            clock=self.clock,
            status_map=self.status_map,
        )
        return FileConnector(FileSettings.parse(settings), context)

    def read(self, *keys: str, kind: str = "project") -> tuple[Outcome, ...]:
        refs = [WorkRef("file", kind, key) for key in keys]
        return self.connect().fetch(refs, ConnectorState()).outcomes

    def one(self, key: str, kind: str = "project") -> Snapshot:
        (outcome,) = self.read(key, kind=kind)
        assert isinstance(outcome, Snapshot), outcome
        return outcome

    def unread(self, key: str) -> str:
        (outcome,) = self.read(key)
        assert isinstance(outcome, Unread), outcome
        return outcome.why

    def gone(self, key: str) -> Gone:
        (outcome,) = self.read(key)
        assert isinstance(outcome, Gone), outcome
        return outcome

    def sidecars(self) -> list[Path]:
        return sorted(self.path.with_name(f"{self.path.name}.comments").glob("*"))
