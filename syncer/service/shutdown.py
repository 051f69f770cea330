"""The end of the service: quiet at the first signal, at once at the second."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_signals() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set; a second one ends the process with 128 + its number.

    For the main thread only, as Python delivers signals there. The former handlers come back at the end.
    """
    stopping = Event()

    def receive(number: int, _: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    former = {number: signal.signal(number, receive) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def leave_after(seconds: float) -> None:
    """Ends the process with 0 unless it has ended by then: what still hangs is harmless to cut off."""
    timer = Timer(seconds, leave)
    timer.daemon = True
    timer.start()


def leave() -> NoReturn:
    """Ends the process with 0 without waiting for its threads, as the interpreter's own end would."""
    logging.shutdown()
    os._exit(0)
