from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from socketserver import BaseServer

import pytest

from connectors import transport
from tests.cli.world import World, world


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the transport repeats it repeats at once."""
    monkeypatch.setattr(transport, "_FIRST_PAUSE", 0.001)
    # A stand-in whose client hung up complains on the standard error that is the command's in this process.
    monkeypatch.setattr(BaseServer, "handle_error", lambda *_: None)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a second is too long for an answer, and two tries are enough."""
    defaults = transport.Wire.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "timeout", (5, 1.0))
    monkeypatch.setitem(defaults, "attempts", 2)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    """The story's trackers and folder, never synced."""
    with world(tmp_path / "acme") as fresh:
        yield fresh


@pytest.fixture
def synced(acme: World, no_pauses: None) -> World:
    """The same with half of the work done, after a good sync and a check-in."""
    for epic in acme.story.sites.cloud.issues():
        if epic.key.startswith("ONB") and epic.parent:
            acme.story.sites.cloud.set_status(epic.key, "Done", "Done")
    assert acme.run("check-in", "activation", "37").code == 0
    assert acme.run("sync").code == 0
    acme.calm()
    return acme
