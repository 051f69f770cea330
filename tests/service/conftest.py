from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from syncer.observe.logs import configure
from syncer.store.sql_store import SqlStore
from tests.service.house import store_in


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What has been logged so far, without time and logger."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    stream = io.StringIO()
    configure(format="json", stream=stream)

    def lines() -> list[dict[str, Any]]:
        return [
            {key: value for key, value in json.loads(line).items() if key not in {"timestamp", "logger"}}
            for line in stream.getvalue().splitlines()
        ]

    yield lines
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = store_in(tmp_path)
    yield store
    store.close()
