from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import transport
from tests.cli.world import World, world


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the transport repeats it repeats at once; what the tracker asks for is still waited for."""
    monkeypatch.setattr(transport, "_FIRST_PAUSE", 0.001)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    """The story's trackers and folder, never synced."""
    with world(tmp_path / "acme") as fresh:
        yield fresh


@pytest.fixture
def synced(acme: World) -> World:
    """The same after a first good sync."""
    assert acme.run("sync").code == 0
    acme.calm()
    return acme
